#!/usr/bin/env python3
"""Measures newskin against ruff: whole processes, alternately, on the same files.

    cargo build --release && python3 benches/run.py

Each round runs the pair once, newskin and ruff, so that a slow minute of the
machine hits both; the first round warms the page cache and is thrown away. A
ratio is newskin's time over ruff's in the same round. Output is one line per
finding and goes nowhere. Linux and macOS; standard library and pip only.
"""

import argparse
import datetime
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time
import venv
from dataclasses import dataclass

import corpus

RUFF = "0.17.6"
ROOT = pathlib.Path(__file__).resolve().parent.parent
ONE_FILE = "Django/django/db/models/query.py"


@dataclass
class Cost:
    """What one process used: seconds of wall time and of all cores together, peak megabytes."""

    wall: float
    cpu: float
    peak: float


def run(command):
    """Runs a command to its end. Exit codes 0 and 1 mean that it did its work."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}\nexit code {process.returncode}\n{errors.decode(errors='replace')[-2000:]}")
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def installed_ruff(cache):
    """Returns ruff from its own virtual environment, made if need be."""
    home = cache / f"ruff-{RUFF}"
    if not (home / "bin" / "ruff").exists():
        venv.create(home, with_pip=True)
        pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run(pip + [f"ruff=={RUFF}"], check=True)
    return home / "bin" / "ruff"


def spread(values, digits=2):
    """Median, smallest and largest."""
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def peak(costs, floor):
    """The largest peak. Below `floor` the kernel reports this script, which was forked, instead."""
    largest = max(cost.peak for cost in costs)
    return f"{largest:.0f}" if largest > floor else f"< {floor:.0f}"


def compare(name, ours, theirs, rounds):
    """Runs both commands `rounds` times after a warm-up and prints one row."""
    floor = run(["true"]).peak * 1.05
    pairs = [(run(ours), run(theirs)) for _ in range(rounds + 1)][1:]
    mine, others = zip(*pairs)
    row = [
        name,
        spread([a.wall / b.wall for a, b in pairs]),
        spread([a.cpu / b.cpu for a, b in pairs]),
        f"{statistics.median(a.wall for a in mine):.3f} / {statistics.median(b.wall for b in others):.3f}",
        f"{statistics.median(a.cpu for a in mine):.3f} / {statistics.median(b.cpu for b in others):.3f}",
        f"{peak(mine, floor)} / {peak(others, floor)}",
    ]
    print("| " + " | ".join(row) + " |", flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--newskin", type=pathlib.Path, default=ROOT / "target" / "release" / "newskin")
    parser.add_argument("--ruff", type=pathlib.Path, help=f"default: ruff {RUFF}, installed into the cache")
    parser.add_argument("--corpus", type=pathlib.Path, help="default: downloaded into the cache")
    parser.add_argument("--cache", type=pathlib.Path, default=corpus.default_cache())
    parser.add_argument("--rounds", type=int, default=7, help="measured rounds after the warm-up (%(default)s)")
    return parser.parse_args()


def main():
    options = arguments()
    tree = options.corpus or corpus.corpus(options.cache)
    ruff = options.ruff or installed_ruff(options.cache)
    quiet = ["--isolated", "--no-cache", "--output-format", "concise"]
    ours = [str(options.newskin), "check", *quiet]
    theirs = [str(ruff), "check", *quiet, "--select", "UP"]
    one = str(tree / ONE_FILE)

    version = subprocess.run([str(ruff), "--version"], stdout=subprocess.PIPE, check=True, text=True)
    load = os.getloadavg()[0]
    print(f"{datetime.date.today()}, {platform.platform()}, {os.cpu_count()} cores, load {load:.1f}")
    print(f"newskin / {version.stdout.strip()} --select UP, {options.rounds} rounds: median (smallest-largest)\n")
    print("| work | wall ratio | CPU ratio | wall s | CPU s | peak MB |")
    print("| --- | --- | --- | --- | --- | --- |")
    compare("corpus, all default rules", [*ours, str(tree)], [*theirs, str(tree)], options.rounds)
    without = [*ours, "--ignore", "syntax-error", str(tree)]
    compare("corpus, without `syntax-error`", without, [*theirs, str(tree)], options.rounds)
    compare("one file", [*ours, one], [*theirs, one], 5 * options.rounds)


if __name__ == "__main__":
    main()
