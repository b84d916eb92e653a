#!/usr/bin/env python
# Prints how long the averages take. Has not been run since the move to Python 3.
import time
import mathlib

begin = time.clock()
for _ in xrange(1000):
    mathlib.median(range(1000))
print "median: %.3f s" % (time.clock() - begin)
