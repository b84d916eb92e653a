#!/usr/bin/env python3
"""Downloads the corpus of the benchmarks: the Python files of sixteen released packages.

Names and versions are pinned, so every run sees the same 26,561 files. pip
fetches the wheels (nothing in them is run) and their `.py` files are unpacked
into `<cache>/tree/<package>/`. What is there already is kept. Standard library
and pip only.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

PACKAGES = [
    "ansible==7.0.0",
    "ansible-core==2.14.0",
    "apache-airflow==2.5.0",
    "boto3==1.26.0",
    "Django==3.2.25",
    "homeassistant==2024.1.0",
    "matplotlib==3.6.0",
    "networkx==2.8",
    "numpy==1.24.0",
    "pandas==1.5.3",
    "scikit-learn==1.2.0",
    "scipy==1.10.0",
    "sphinx==5.3.0",
    "SQLAlchemy==1.4.46",
    "sympy==1.11",
    "Twisted==22.10.0",
]
FILES = 26_561


def default_cache():
    """The folder that the corpus and the tools of the benchmarks live in, outside the repository."""
    caches = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(caches) / "newskin-benches"


def download(wheels):
    """Fetches the wheels as an installation for CPython 3.11 on Linux would choose them."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary=:all:", "--dest", str(wheels)]
    command += ["--python-version", "311", "--platform", "manylinux2014_x86_64"]
    subprocess.run(command + PACKAGES, check=True)


def unpack(wheel, folder):
    """Unpacks the Python files of one wheel; a folder that exists is complete."""
    if folder.exists():
        return
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(partial, [name for name in archive.namelist() if name.endswith(".py")])
    partial.rename(folder)


def corpus(cache):
    """Returns the tree of the corpus, downloaded if need be."""
    wheels, tree = cache / "wheels", cache / "tree"
    wheels.mkdir(parents=True, exist_ok=True)
    tree.mkdir(exist_ok=True)
    if len(list(wheels.glob("*.whl"))) < len(PACKAGES):
        download(wheels)
    for wheel in sorted(wheels.glob("*.whl")):
        unpack(wheel, tree / wheel.name.split("-")[0])
    found = sum(1 for _ in tree.rglob("*.py"))
    if found != FILES:
        sys.exit(f"{tree}: {found} files instead of {FILES}; remove the folder and try again")
    return tree


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=pathlib.Path, default=default_cache(), help="default: %(default)s")
    print(corpus(parser.parse_args().cache))


if __name__ == "__main__":
    main()
