import imp
import unittest

import mathlib


class StatsTest(unittest.TestCase):
    def setUp(self):
        imp.reload(mathlib)

    def test_mean(self):
        self.assertEquals(mathlib.mean([1, 2, 3]), 2)
        self.assertEquals(mathlib.mean("1, 2, 3"), 2)

    def test_median(self):
        self.assertEqual(mathlib.median([3, 1, 2]), 2)

    def test_loudness(self):
        self.assertEqual(mathlib.loudness([1000, -1000]), 1000)


def suite():
    return unittest.makeSuite(StatsTest)
