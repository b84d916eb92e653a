#!/usr/bin/env python3
"""Shows with the test suites of released packages what the fixes are worth.

    cargo build --release && python3 benches/suites.py

Every package of suites.toml is an old release whose tests pass on the Python of
its day and fail on 3.13. Its tests run four times:

    A  untouched, old Python        C  after `newskin check --fix --unsafe-fixes`, 3.13
    B  untouched, 3.13              D  the same fixed copy, old Python

Each run has a copy and a virtual environment of its own: the copy is installed
there with what its own (for C and D: fixed) metadata asks for, so a removed
module, a backport and a requirement that is too old all take part. A package
counts if B has failures that A has not, and C and D come out as A did.

Names, versions, hashes and the tools of the tests are pinned. Everything lives
in the cache of the benchmarks. Tests run without network where `unshare` can
take it away. Linux and macOS; standard library and pip only.
"""

import argparse
import collections
import datetime
import functools
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import xml.etree.ElementTree
import zipfile
from dataclasses import dataclass, field

import corpus

HERE = pathlib.Path(__file__).resolve().parent
TARGET = "3.13"
RUNS = {"A": "old", "B": "new", "C": "new", "D": "old"}
# A child of `unshare` has no network at all; tests of servers want the loopback interface back.
LOOPBACK = (
    "import fcntl, os, socket, struct, sys\n"
    "fcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sh22x', b'lo', 0x41))\n"
    "os.execvp(sys.argv[1], sys.argv[1:])\n"
)


@dataclass
class Package:
    """One entry of suites.toml."""

    name: str
    version: str
    sha256: str
    old: str
    breaks: str
    tests: list
    runner: str = "pytest"
    install: list = field(default_factory=lambda: ["-e", "."])
    needs: list = field(default_factory=list)
    needs_old: list = field(default_factory=list)
    needs_new: list = field(default_factory=list)
    requirements: list = field(default_factory=list)
    environment: dict = field(default_factory=dict)
    remove: list = field(default_factory=list)
    folder: str = "."
    backports: bool = False
    configuration: str = ""
    deselect: list = field(default_factory=list)
    note: str = ""

    @property
    def label(self):
        return f"{self.name} {self.version}"


class Failure(Exception):
    """A step that did not work: its name and the end of its output."""


# --- Tools


def interpreter(version):
    """The path of `pythonX.Y`: what pyenv holds, else what PATH holds."""
    pyenv = pathlib.Path(os.environ.get("PYENV_ROOT") or pathlib.Path.home() / ".pyenv") / "versions"
    found = sorted(pyenv.glob(f"{version}.*/bin/python"))
    path = str(found[0]) if found else shutil.which(f"python{version}")
    if not path:
        raise Failure(f"python{version} is not installed")
    return path


@functools.lru_cache
def isolation():
    """The command before a command that takes the network away, if this machine has one."""
    command = ["unshare", "--map-root-user", "--net", sys.executable, "-c", LOOPBACK]
    try:
        alone = subprocess.run([*command, "true"], capture_output=True).returncode == 0
    except OSError:
        alone = False
    return command if alone else []


def run(step, command, log, seconds=400, cwd=None, environment=None, codes=(0,)):
    """Runs one command, its output appended to `log`. Raises Failure unless it exits with one of `codes`."""
    with log.open("ab") as output:
        output.write(f"\n$ {' '.join(map(str, command))}\n".encode())
        output.flush()
        try:
            done = subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=environment,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired as error:
            raise Failure(f"{step}: no end after {seconds} s") from error
    if codes and done.returncode not in codes:
        raise Failure(f"{step}: exit code {done.returncode}, see {log}")
    return done.returncode


# --- Source, environment, tests


def source(package, pins, home):
    """Returns the folder of the unpacked sdist, fetched by the pip of the old Python if need be."""
    tree = home / "source"
    if tree.exists():
        return tree
    archives = home / "sdist"
    requirement = home / "sdist.txt"
    requirement.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n")
    _, pip = environment(home, "download", package.old, pins, home / "download.log")
    run("pip", [*pip, "install", "--quiet", *pins], home / "download.log")
    # Metadata is made by what the environment holds: hashes would be asked of an isolated setuptools too.
    command = [*pip, "download", "--no-deps", "--no-binary", ":all:", "--no-build-isolation"]
    command += ["--require-hashes", "--dest", archives, "-r", requirement]
    run("download", command, home / "download.log")
    (archive,) = archives.iterdir()
    if hashlib.sha256(archive.read_bytes()).hexdigest() != package.sha256:
        raise Failure(f"{archive}: not the pinned file")
    partial = home / "source.partial"
    shutil.rmtree(partial, ignore_errors=True)
    opened = zipfile.ZipFile(archive) if archive.suffix == ".zip" else tarfile.open(archive)
    with opened:
        opened.extractall(partial)
    (inner,) = (path for path in partial.iterdir() if path.is_dir())
    inner.rename(tree)
    shutil.rmtree(partial)
    shutil.rmtree(home / "download")
    return tree


def environment(home, name, version, pins, log):
    """Makes a virtual environment and returns its Python and the command of its pip.

    On the old Python it holds pip and setuptools, as it did in its day; on the target nothing but
    what is installed there, so the pip of that Python serves from outside.
    """
    place = home / name
    shutil.rmtree(place, ignore_errors=True)
    python = place / "bin" / "python"
    if version == TARGET:
        run("venv", [interpreter(version), "-m", "venv", "--without-pip", place], log)
        return python, [interpreter(version), "-m", "pip", "--python", python]
    run("venv", [interpreter(version), "-m", "venv", place], log)
    pip = [python, "-m", "pip"]
    own = [pin for pin in pins if pin.startswith("pip==")]
    if own:
        run("pip", [*pip, "install", "--quiet", *own], log)
    return python, pip


def install(package, copy, pip, pins, needs, log):
    """Installs the copy and what its tests need; the pins bind isolated builds as well."""
    constraints = copy.parent / "constraints.txt"
    constraints.write_text("\n".join(pins) + "\n")
    surroundings = {**os.environ, "PIP_CONSTRAINT": str(constraints), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    command = [*pip, "install", "--no-compile", *package.install, *needs]
    for name in package.requirements:
        command += ["-r", name]
    run("install", command, log, cwd=copy, environment=surroundings)


def test(package, copy, python, log):
    """Runs the tests of a copy and returns the outcome of each by its id."""
    report = copy.parent / "outcomes"
    report.unlink(missing_ok=True)
    if package.runner == "pytest":
        command = [python, "-m", "pytest", "-q", "-rf", "--tb=short", "-o", "addopts=", "-p", "no:cacheprovider"]
        command += ["--continue-on-collection-errors"]
        command += ["--junitxml", report, *(part for name in package.deselect for part in ("--deselect", name))]
    else:
        command = [python, HERE / "outcomes.py", report]
    surroundings = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", **package.environment}
    surroundings["PATH"] = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    command = [*isolation(), *command, *package.tests]
    run("tests", command, log, cwd=copy / package.folder, environment=surroundings, codes=None)
    if not report.exists():
        raise Failure(f"tests: no report, see {log}")
    return junit(report, copy) if package.runner == "pytest" else json.loads(report.read_text())


def junit(report, copy):
    """Reads the outcomes of pytest. What differs from run to run is no part of a name: paths, addresses, times."""
    outcomes = {}
    seen = collections.Counter()
    for case in xml.etree.ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}".replace(str(copy), "")
        name = re.sub(r"0x[0-9a-f]+|\d\d:\d\d:\d\d", "…", name)
        seen[name] += 1
        kinds = {child.tag for child in case}
        outcome = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
        key = name if seen[name] == 1 else f"{name}#{seen[name]}"
        outcomes[key] = outcome
    return outcomes


# --- The four runs


def fix(package, newskin, copy, log):
    """Lets newskin mend the copy."""
    settings = "backports = true\n" * package.backports + package.configuration
    if settings:
        (copy / "newskin.toml").write_text(settings)
    command = [newskin, "check", "--fix", "--unsafe-fixes", "--no-progress", "--output-format", "concise", "."]
    run("newskin", command, log, cwd=copy, codes=(0, 1))
    (copy / "newskin.toml").unlink(missing_ok=True)


def once(package, which, pins, newskin, home):
    """One of the four runs: the outcomes, or the reason why there are none."""
    place = home / which
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    log = place / "log"
    copy = place / "copy"
    age = RUNS[which]
    version = package.old if age == "old" else TARGET
    try:
        if which == "D" and (home / "C" / "fixed").exists():
            shutil.copytree(home / "C" / "fixed", copy, symlinks=True)
        else:
            shutil.copytree(home / "source", copy, symlinks=True)
            for name in package.remove:
                shutil.rmtree(copy / name) if (copy / name).is_dir() else (copy / name).unlink()
            if which in "CD":
                fix(package, newskin, copy, log)
                shutil.copytree(copy, place / "fixed", symlinks=True)
        python, pip = environment(place, "venv", version, pins[version], log)
        needs = package.needs + (package.needs_old if age == "old" else package.needs_new)
        exact = [need for need in needs if re.fullmatch(r"[\w.-]+==[\w.]+", need)]
        own = {name_of(need) for need in exact}
        held = [pin for pin in pins[version] if name_of(pin) not in own]
        install(package, copy, pip, held + exact, needs, log)
        return {"outcomes": test(package, copy, python, log)}
    except Failure as failure:
        return {"outcomes": {}, "failure": str(failure)}


def name_of(requirement):
    """The normal form of a requirement's name."""
    return re.sub(r"[-_.]+", "-", re.split(r"[=<>\[ ]", requirement)[0]).lower()


def names(outcomes, outcome):
    return {name for name, got in outcomes.items() if got == outcome}


def differences(before, after, skipped):
    """What a run lost or broke beside A: failures A has not, and passes that are gone without being skipped."""
    lost = {}
    for name in names(after, "failed") - names(before, "failed"):
        lost[name] = "fails"
    for name in names(before, "passed") - names(after, "passed") - set(lost):
        if not (skipped and after.get(name) == "skipped"):
            lost[name] = after.get(name, "missing")
    return lost


def verdict(results):
    """Judges the four runs: the reasons why a package does not count, none if it does."""
    a, b, c, d = (results[which]["outcomes"] for which in "ABCD")
    reasons = [results[which]["failure"] for which in "ACD" if "failure" in results[which]]
    if not names(a, "passed"):
        reasons.append("A: nothing passes")
    if not names(b, "failed") - names(a, "failed") and "failure" not in results["B"]:
        reasons.append("B: nothing fails that did not before")
    # A test may skip itself on the new Python; on the old one there is no reason to.
    for which, outcomes, skipped in (("C", c, True), ("D", d, False)):
        lost = differences(a, outcomes, skipped)
        reasons += [f"{which}: {name}: {what}" for name, what in sorted(lost.items())]
    return reasons


def told(result):
    """One cell of the table."""
    if "failure" in result:
        return result["failure"].split(":")[0] + " fails"
    outcomes = result["outcomes"]
    passed, failed = len(names(outcomes, "passed")), len(names(outcomes, "failed"))
    return f"{passed} / {failed}"


def row(package, results, good):
    cells = [package.label, package.breaks, package.old, *(told(results[which]) for which in "ABCD")]
    cells.append("yes" if good else "**no**")
    return "| " + " | ".join(cells) + " |"


HEAD = (
    "| package | what breaks | old Python | A: old, untouched | B: 3.13, untouched | C: 3.13, fixed | D: old, fixed "
    "| as before |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
)


def measure(package, pins, options):
    """All four runs of one package. A and B are taken from the cache while the entry stays the same."""
    home = options.cache / "suites" / f"{package.name}-{package.version}"
    home.mkdir(parents=True, exist_ok=True)
    source(package, pins[package.old], home)
    stamp = hashlib.sha256(repr((package, pins)).encode()).hexdigest()
    known = home / "untouched.json"
    kept = json.loads(known.read_text()) if known.exists() and not options.fresh else {}
    results = kept["results"] if kept.get("stamp") == stamp else {}
    for which in options.runs:
        if which not in results:
            results[which] = once(package, which, pins, options.newskin, home)
            if not options.keep:
                shutil.rmtree(home / which / "venv", ignore_errors=True)
    untouched = {which: results[which] for which in "AB" if which in results}
    known.write_text(json.dumps({"stamp": stamp, "results": untouched}))
    return results


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    root = HERE.parent
    parser.add_argument("--newskin", type=pathlib.Path, default=root / "target" / "release" / "newskin")
    parser.add_argument("--list", type=pathlib.Path, default=HERE / "suites.toml", help="the packages (%(default)s)")
    parser.add_argument("--package", action="append", help="only this one; may be repeated")
    parser.add_argument("--runs", default="ABCD", help="which of the four runs (%(default)s)")
    parser.add_argument("--cache", type=pathlib.Path, default=corpus.default_cache())
    parser.add_argument("--keep", action="store_true", help="leave the virtual environments for a closer look")
    parser.add_argument("--fresh", action="store_true", help="run A and B again too")
    return parser.parse_args()


def main():
    options = arguments()
    options.newskin, options.cache = options.newskin.resolve(), options.cache.resolve()
    data = tomllib.loads(options.list.read_text())
    packages = [Package(**{key.replace("-", "_"): value for key, value in entry.items()}) for entry in data["package"]]
    if options.package:
        packages = [package for package in packages if package.name in options.package]
    target = subprocess.run([interpreter(TARGET), "--version"], capture_output=True, text=True).stdout.strip()
    print(f"{datetime.date.today()}, {target}; passed / failed\n\n{HEAD}", flush=True)
    good = 0
    for package in packages:
        try:
            results = measure(package, data["pins"], options)
        except Failure as failure:
            print(f"{package.label}: {failure}", file=sys.stderr, flush=True)
            continue
        reasons = verdict({"C": results["A"], "D": results["A"], **results})
        good += not reasons
        print(row(package, {"C": {"outcomes": {}}, "D": {"outcomes": {}}, **results}, not reasons), flush=True)
        for reason in reasons[:20]:
            print(f"    {package.label}: {reason}", file=sys.stderr, flush=True)
    print(f"\n{good} of {len(packages)} packages as before")
    return 0 if good == len(packages) else 1


if __name__ == "__main__":
    sys.exit(main())
