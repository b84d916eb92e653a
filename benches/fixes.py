#!/usr/bin/env python3
"""Applies every fix to much real code, and tries what must hold of the result.

    cargo build --release && python3 benches/fixes.py [--trees DIR…] [--unsafe] [--sample 300]

Each tree is copied, checked, fixed, checked and fixed again. Reported is
every file that

* compiled on a real Python before and does not any more,
* has a finding that was not there (its rule and symbol more often than before),
* is changed by a second run,
* is changed otherwise than `--diff` says,
* could not be fixed, in newskin's own words.

`--sample N` makes N fixes one at a time as well, from the edits of the report.
Without `--trees` the corpus of the benchmarks is taken. Nothing of the code
is run. Standard library only; Linux and macOS.
"""

import argparse
import collections
import difflib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import corpus

ROOT = pathlib.Path(__file__).resolve().parent.parent
PYTHONS = pathlib.Path.home() / ".pyenv" / "versions"
LARGEST = 3_000_000
ALL = ["--no-cache", "--no-progress", "--min-severity=info", "--min-confidence=possible", "--fail-on=never"]

COMPILE = r"""
import sys, warnings
warnings.simplefilter("ignore")
sys.setrecursionlimit(5000)
for name in sys.stdin.read().split("\0"):
    try:
        with open(name, "rb") as file:
            compile(file.read(), name, "exec", dont_inherit=True)
    except Exception as error:
        sys.stdout.write("%s\t%s\n" % (name, repr(error).replace("\n", " ")))
"""


def interpreter(version):
    """The interpreter of a version: on PATH, or of pyenv."""
    found = shutil.which(f"python{version}")
    known = sorted(PYTHONS.glob(f"{version}.*/bin/python"))
    return str(known[-1]) if known else found


def failures(python, files):
    """The files that do not compile there, with the reason."""
    if not files:
        return {}
    names = "\0".join(map(str, files))
    done = subprocess.run([python, "-c", COMPILE], input=names, capture_output=True, text=True, check=True)
    return dict(line.split("\t", 1) for line in done.stdout.splitlines())


def newskin(binary, *arguments, cwd):
    """Runs newskin in a folder; gives its output, and the problems it names."""
    done = subprocess.run([binary, "check", *arguments], cwd=cwd, capture_output=True, text=True, errors="replace")
    if done.returncode not in (0, 1, 2):
        sys.exit(f"{arguments}: exit code {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout, [line for line in done.stderr.splitlines() if "not fixed" in line or "not made" in line or "panick" in line]


def findings(output):
    """The findings of a report, one JSON object a line."""
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def keys(found, root):
    """How often each rule reports each symbol in each file."""
    name = lambda one: os.path.relpath(one["filename"], root)
    return collections.Counter((name(one), one["code"], one["symbol"]) for one in found)


def copied(tree, work):
    """A copy of a tree without what is neither text nor small."""

    def unwanted(folder, names):
        paths = [(name, os.path.join(folder, name)) for name in names]
        return [
            name
            for name, path in paths
            if name == ".git" or os.path.islink(path) or not os.path.isdir(path) and not is_wanted(path)
        ]

    shutil.copytree(tree, work, ignore=unwanted)


def is_wanted(path):
    binary = (".so", ".png", ".gz", ".npy", ".pyc", ".jpg", ".dll", ".exe", ".whl", ".zip", ".a", ".dylib", ".mo")
    return os.path.isfile(path) and not path.endswith(binary) and os.path.getsize(path) <= LARGEST


def contents(root):
    """The bytes of every file below a folder, by path."""
    found = {}
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, root)] = file.read()
    return found


def changed(before, after):
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def changed_in_diff(diff):
    """The files that a diff names, and how many lines go and come."""
    counts, name = collections.Counter(), None
    for line in diff.splitlines():
        if line.startswith("--- "):
            name = line[4:].split("\t")[0]
        elif line.startswith(("+", "-")) and not line.startswith("+++"):
            counts[os.path.normpath(name), line[0]] += 1
    return counts


def counted(before, after, names):
    """As `changed_in_diff`, of files as they are."""
    counts = collections.Counter()
    for name in names:
        old, new = (side[name].decode("latin-1").splitlines() for side in (before, after))
        for line in difflib.unified_diff(old, new, n=0):
            if line[0] in "+-" and not line.startswith(("+++", "---")):
                counts[name, line[0]] += 1
    return counts


class Trial:
    """One tree, fixed as a whole."""

    def __init__(self, binary, tree, work, unsafe):
        self.binary, self.tree, self.work = binary, pathlib.Path(tree).resolve(), work
        self.flags = ["--fix", "--unsafe-fixes"] if unsafe else ["--fix"]
        self.faults = collections.defaultdict(list)

    def run(self):
        shutil.rmtree(self.work, ignore_errors=True)
        copied(self.tree, self.work)
        output, _ = newskin(self.binary, *ALL, "--output-format=json-lines", cwd=self.work)
        self.found = findings(output)
        before = contents(self.work)
        diff, _ = newskin(self.binary, *ALL, *self.flags, "--diff", "--quiet", cwd=self.work)
        if changed(before, contents(self.work)):
            self.faults["changed by --diff"].append("something")
        output, problems = newskin(self.binary, *ALL, *self.flags, "--output-format=json-lines", cwd=self.work)
        self.faults["not fixed"] += problems
        after = contents(self.work)
        self.changed = changed(before, after)
        self.compare_findings(findings(output))
        self.compare_diff(diff, before, after)
        again, _ = newskin(self.binary, *ALL, "--output-format=json-lines", cwd=self.work)
        if keys(findings(again), self.work) != keys(findings(output), self.work):
            self.faults["reported otherwise afterwards"].append("something")
        newskin(self.binary, *ALL, *self.flags, cwd=self.work)
        self.faults["changed by a second run"] += changed(after, contents(self.work))
        self.compile(before)
        return self

    def compare_findings(self, after):
        new = keys(after, self.work) - keys(self.found, self.work)
        self.faults["new finding"] += [f"{name}: {rule}:{symbol}" for name, rule, symbol in sorted(new)]
        self.fixed = sum((keys(self.found, self.work) - keys(after, self.work)).values())

    def compare_diff(self, diff, before, after):
        python = [name for name in self.changed if not name.endswith(".ipynb")]
        told, made = changed_in_diff(diff), counted(before, after, python)
        names = {name for name, _ in told.keys() ^ made.keys() if not name.endswith(".ipynb") and ":cell" not in name}
        self.faults["not as in the diff"] += sorted(names)

    def compile(self, before):
        files = [name for name in self.changed if name.endswith((".py", ".pyw"))]
        for version in ("2.7", "3.6", "3.8", "3.13"):
            python = interpreter(version)
            if not python:
                continue
            with tempfile.TemporaryDirectory() as folder:
                old = {}
                for at, name in enumerate(files):
                    path = pathlib.Path(folder, f"{at}.py")
                    path.write_bytes(before[name])
                    old[name] = str(path)
                bad = failures(python, list(old.values()))
            good = [name for name in files if old[name] not in bad]
            worse = failures(python, [self.work / name for name in good])
            self.faults[f"no longer compiles on {version}"] += [f"{name}: {why}" for name, why in worse.items()]

    def report(self):
        print(f"{self.tree}: {len(self.found)} findings, {self.fixed} fixed, {len(self.changed)} files changed")
        for kind, which in self.faults.items():
            if which:
                print(f"  {kind}: {len(which)}")
                for one in which[:40]:
                    print(f"    {one}")
        return sum(map(len, self.faults.values()))


def edited(text, edits):
    """A text with the edits of one fix made."""
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def offset(place):
        return starts[place["row"] - 1] + place["column"] - 1

    ordered = sorted(edits, key=lambda edit: (offset(edit["location"]), offset(edit["end_location"])), reverse=True)
    for edit in ordered:
        text = text[: offset(edit["location"])] + edit["content"] + text[offset(edit["end_location"]) :]
    return text


def single(binary, trial, count):
    """Makes some fixes one at a time; gives what is wrong with them."""
    shutil.rmtree(trial.work, ignore_errors=True)
    copied(trial.tree, trial.work)
    able = [one for one in trial.found if one["fix"] and one["filename"].endswith(".py")]
    able = [one for one in able if one["fix"]["applicability"] != "display"]
    able = [one for one in able if all(edit["filename"] is None for edit in one["fix"]["edits"])]
    by_kind = collections.defaultdict(list)
    for one in able:
        by_kind[one["code"], one["symbol"]].append(one)
    chosen = [random.choice(which) for _, which in sorted(by_kind.items())]
    random.shuffle(chosen)
    faults = []
    python = interpreter("3.13")
    for one in chosen[:count]:
        path = pathlib.Path(one["filename"])
        original = path.read_bytes()
        try:
            text = original.decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
        if "\r" in text or "\f" in text or "\x1c" in text or "\u2028" in text or "\x0b" in text or "\x85" in text:
            continue
        label = f"{path}:{one['location']['row']}: {one['code']}:{one['symbol']}"
        was, _ = newskin(binary, *ALL, "--output-format=json-lines", str(path), cwd=trial.work)
        sound = not failures(python, [path])
        path.write_text(edited(text, one["fix"]["edits"]), encoding="utf-8")
        now, _ = newskin(binary, *ALL, "--output-format=json-lines", str(path), cwd=trial.work)
        old, new = keys(findings(was), trial.work), keys(findings(now), trial.work)
        if sound and failures(python, [path]):
            faults.append(f"{label}: no longer compiles")
        faults += [f"{label}: new {rule}:{symbol}" for _, rule, symbol in new - old]
        if not old - new:
            faults.append(f"{label}: still there")
        path.write_bytes(original)
    print(f"{trial.tree}: {min(count, len(chosen))} single fixes, {len(faults)} faults")
    for fault in faults[:40]:
        print(f"    {fault}")
    return len(faults)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=str(ROOT / "target/release/newskin"), help="default: %(default)s")
    parser.add_argument("--cache", type=pathlib.Path, default=corpus.default_cache(), help="default: %(default)s")
    parser.add_argument("--trees", nargs="*", help="folders of code; default: the corpus of the benchmarks")
    parser.add_argument("--unsafe", action="store_true", help="unsafe fixes too")
    parser.add_argument("--sample", type=int, default=0, help="how many fixes to make one at a time")
    parser.add_argument("--work", type=pathlib.Path, help="where the copies are made; kept if given")
    arguments = parser.parse_args()
    work = arguments.work or pathlib.Path(tempfile.mkdtemp(prefix="newskin-fixes-"))
    faults = 0
    for tree in arguments.trees or [corpus.corpus(arguments.cache)]:
        trial = Trial(arguments.binary, tree, work / pathlib.Path(tree).name, arguments.unsafe).run()
        faults += trial.report()
        if arguments.sample:
            faults += single(arguments.binary, trial, arguments.sample)
    if not arguments.work:
        shutil.rmtree(work)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
