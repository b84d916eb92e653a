"""Reads numbers; a module of the library, not the one Python 3.10 removed."""


def parse(text):
    """Returns the numbers of a comma-separated line."""
    return [float(part) for part in text.split(",") if part.strip()]
