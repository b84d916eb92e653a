import base64
import cgi
import unittest

print(base64.encodestring(b"x"))


class Tests(unittest.TestCase):
    def test(self):
        self.assertEquals(1, 1)
