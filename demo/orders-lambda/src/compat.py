"""Names that moved between Python versions. Nothing here stops Python 3.13."""

import sys

try:
    from shlex import quote
except ImportError:  # Python 2
    from pipes import quote

if sys.version_info >= (3, 12):
    from importlib import reload
else:
    from imp import reload

try:
    import crypt
except ImportError:
    crypt = None


def hash_password(password):
    """Hashes with crypt(3) where there is one."""
    if crypt is None:
        raise NotImplementedError("no crypt on this system")
    return crypt.crypt(password)
