"""Statistics for orders and reports."""

from .parser import parse
from .stats import loudness, mean, median
from .version import __version__

__all__ = ["__version__", "loudness", "mean", "median", "parse"]
