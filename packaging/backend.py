"""Builds newskin where there is Rust, and fetches its wheel where there is not.

pre-commit installs a hook by `pip install .` in a checkout of this repository,
on machines that mostly have no Rust. With a toolchain that is new enough the
checkout is compiled by maturin; without, pip fetches the published wheel of the
same version, from whatever index it is configured for, and that wheel is the
result. An interface of PEP 517; standard library only.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MATURIN = "maturin>=1.9,<2"


def declared(key):
    """Returns the value of a key in the manifest, such as `version`."""
    manifest = (ROOT / "Cargo.toml").read_text(encoding="utf-8")
    return re.search(r'^{} = "(.+)"$'.format(key), manifest, re.MULTILINE).group(1)


def has_rust():
    """Whether `cargo` runs here and is as new as the manifest wants it.

    In the repository rustup answers for the toolchain that `rust-toolchain.toml` names.
    """
    try:
        answer = subprocess.run(["cargo", "--version"], cwd=str(ROOT), stdout=subprocess.PIPE, check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    found = re.match(rb"cargo (\d+)\.(\d+)", answer.stdout)
    wanted = declared("rust-version").split(".")[:2]
    return bool(found) and [int(part) for part in found.groups()] >= [int(part) for part in wanted]


def get_requires_for_build_wheel(config_settings=None):
    return [MATURIN] if has_rust() else ["pip"]


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    if has_rust():
        import maturin

        return maturin.build_wheel(wheel_directory, config_settings, metadata_directory)
    version = declared("version")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--dest", wheel_directory, "newskin=={}".format(version)]
    before = set(pathlib.Path(wheel_directory).glob("*.whl"))
    if subprocess.run(command).returncode != 0:
        sys.exit(
            "newskin: no wheel of {} for this platform, and no Rust {} or newer to compile it: "
            "install Rust from https://rustup.rs".format(version, declared("rust-version"))
        )
    (wheel,) = set(pathlib.Path(wheel_directory).glob("newskin-*.whl")) - before
    return wheel.name


def get_requires_for_build_sdist(config_settings=None):
    return [MATURIN]


def build_sdist(sdist_directory, config_settings=None):
    import maturin

    return maturin.build_sdist(sdist_directory, config_settings)
