"""Averages, and the loudness of a sound."""

from __future__ import division

import struct
from distutils.version import LooseVersion

from mathlib import parser

try:
    import numpy
except ImportError:
    numpy = None
else:
    if LooseVersion(numpy.__version__) < LooseVersion("1.18"):
        numpy = None


def mean(values):
    """Returns the arithmetic mean of numbers or of a comma-separated line."""
    values = parser.parse(values) if isinstance(values, str) else list(values)
    return float(numpy.mean(values)) if numpy else sum(values) / len(values)


def median(values):
    """Returns the middle of the values."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def loudness(samples):
    """Returns the root mean square of 16-bit samples."""
    import audioop

    return audioop.rms(struct.pack("{}h".format(len(samples)), *samples), 2)
