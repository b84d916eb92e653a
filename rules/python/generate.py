"""Write stdlib.txt: every name of every standard-library module, by Python version.

    python3.13 rules/python/generate.py --typeshed DIR [--check]

Asks the real interpreters 3.6 to 3.13 and 2.7 (`pythonX.Y` on PATH, or under $PYENV_ROOT/versions), on Linux.
What exists on Windows and macOS alone is read from the `stdlib` folder of typeshed.
"""

import argparse
import ast
import glob
import json
import os
import pathlib
import shutil
import subprocess
import sys
import textwrap

VERSIONS = [(3, minor) for minor in range(6, 14)]
HERE = pathlib.Path(__file__).resolve().parent
OUTPUT = HERE / "stdlib.txt"
PLATFORMS = ["win32", "darwin"]

# Names that every module has.
COMMON = {"__builtins__", "__cached__", "__doc__", "__file__", "__loader__", "__name__", "__package__", "__path__", "__spec__"}

# Present wherever Python is built with the library it wraps, whatever this machine has.
OPTIONAL_BUILDS = {"_dbm", "_gdbm", "dbm.gnu", "dbm.ndbm", "_tkinter", "_curses", "_curses_panel", "readline", "_lzma", "_bz2", "_ssl"}

# Importing these does something.
NOT_IMPORTED = {"antigravity", "this", "__main__", "idlelib", "turtledemo"}

# Names that a module has only in some states of the process.
SOMETIMES = {"sys": {"last_exc@3.12-", "last_traceback", "last_type", "last_value", "ps1", "ps2", "tracebacklimit"}}

# Runs inside each interpreter; speaks JSON on the real standard output. Each import happens in a fork, so that one
# module's side effects are not taken for another's names.
PROBE = r'''
import importlib, json, os, pkgutil, sys, sysconfig, warnings
warnings.simplefilter("ignore")
SKIP = {"test", "tests", "idle_test", "_bundled", "site-packages", "__phello__", "__hello__", "__main__", "dist-packages"}

def listed():
    folders = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    folders.append(os.path.join(folders[1], "lib-dynload"))
    names = set(sys.builtin_module_names) | set(getattr(sys, "stdlib_module_names", ()))
    names |= {name for _, name, _ in pkgutil.iter_modules(folders)} | {"_frozen_importlib", "_frozen_importlib_external"}
    for name in sorted(names):
        if name in SKIP or name.startswith("_test") or name.startswith("_sysconfigdata") or name.startswith("_xxtest"):
            continue
        yield name
        for folder in folders[:2]:
            path = os.path.join(folder, name)
            if os.path.isdir(path):
                for inner in walk(path, name):
                    yield inner
                break

def walk(path, package):
    for _, name, is_package in pkgutil.iter_modules([path]):
        if name in SKIP or name.startswith("test_") or (name == "test" and package != "unittest"):
            continue
        yield package + "." + name
        if is_package:
            for inner in walk(os.path.join(path, name), package + "." + name):
                yield inner

def forked(work):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        try:
            answer = work()
        except BaseException as error:
            answer = {"error": "%s: %s" % (type(error).__name__, error)}
        with os.fdopen(writing, "w") as out:
            out.write(json.dumps(answer))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return json.loads(text)

def inspect(name, candidates):
    def work():
        if name.split(".")[0] in NOT_IMPORTED:
            return {"names": [], "inner": []}
        module = importlib.import_module(name)
        names = set(dir(module))
        names |= {one for one in candidates if one not in names and hasattr(module, one)}
        inner = [one for one in sys.modules if one.startswith(name + ".") and sys.modules[one] is not None]
        return {"names": sorted(names), "inner": inner}
    return forked(work)

request = json.load(sys.stdin)
answer = {}
queue = sorted(set(listed()) | {"os.path"}) if request is None else sorted(request)
while queue:
    name = queue.pop()
    if name in answer:
        continue
    answer[name] = inspect(name, (request or {}).get(name, []))
    queue.extend(one for one in answer[name].get("inner", []) if one not in answer)
sys.stdout.write(json.dumps(answer))
'''

# Python 2.7 needs only the names of its modules.
PROBE_2 = r'''
import json, pkgutil, sys
names = set(sys.builtin_module_names)
for importer, name, is_package in pkgutil.iter_modules():
    path = importer.path
    if "site-packages" not in path and path:
        names.add(name)
        if is_package and name not in ("test", "lib2to3", "distutils"):
            for _, inner, _ in pkgutil.iter_modules([path + "/" + name]):
                names.add(name + "." + inner)
print(json.dumps(sorted(names)))
'''

# Modules of Python 2 that the Linux build leaves out, except those with a name that anybody might take.
PYTHON2_ELSEWHERE = {"_winreg", "Carbon", "EasyDialogs", "MacOS", "gdbm", "macfs", "macostools", "sunaudiodev"}
# Parts of names that are no module of their own, or tests, or IDLE's.
PYTHON2_NOT = {"test", "tests", "__main__", "idlelib", "_sysconfigdata", "CDROM", "DLFCN", "IN", "TYPES", "Canvas", "Dialog", "W"}


def interpreter(version):
    """The path of `pythonX.Y`."""
    dotted = ".".join(map(str, version))
    root = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    found = sorted(glob.glob(f"{root}/versions/{dotted}.*/bin/python")) or [shutil.which(f"python{dotted}")]
    if not found[0]:
        sys.exit(f"python{dotted} is needed and not here")
    return found[-1]


def ask(version, program, request):
    """Run a probe and return what it prints."""
    command = [interpreter(version), "-c", program] if version[0] == 2 else [interpreter(version), "-I", "-c", f"NOT_IMPORTED = {NOT_IMPORTED!r}\n{program}"]
    done = subprocess.run(command, input=json.dumps(request), capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command[0]}: {done.stderr}")
    return json.loads(done.stdout)


def survey():
    """{module: {version: None (not importable here) | set of names}} over all versions of Python 3."""
    first = {version: ask(version, PROBE, None) for version in VERSIONS}
    names, present = {}, {}
    for version, modules in first.items():
        for name, found in modules.items():
            names.setdefault(name, set()).update(found.get("names", []))
            present.setdefault(name, set()).add(version)
    # Names behind a module's `__getattr__` do not show in `dir`: ask each version for what any other one shows.
    request = {name: sorted(names[name] - COMMON) for name in names}
    table = {}
    for version in VERSIONS:
        for name, found in ask(version, PROBE, {n: request[n] for n in request if version in present[n]}).items():
            if name in present and version in present[name]:
                table.setdefault(name, {})[version] = set(found["names"]) - COMMON if "names" in found else None
    return table


def stub_names(path, version, platform, body=None):
    """The names that the statements of a stub bind on a platform."""
    names = set()
    body = ast.parse(path.read_text(encoding="utf-8")).body if body is None else body
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(statement.name)
        elif isinstance(statement, ast.Assign):
            names.update(target.id for target in statement.targets if isinstance(target, ast.Name))
        elif isinstance(statement, (ast.AnnAssign, ast.TypeAlias)):
            target = statement.target if isinstance(statement, ast.AnnAssign) else statement.name
            if isinstance(target, ast.Name):
                names.add(target.id)
        elif isinstance(statement, ast.ImportFrom) and statement.level == 1 and statement.names[0].name == "*":
            inner = path.parent / f"{statement.module}.pyi"
            names.update(name for name in stub_names(inner, version, platform) if not name.startswith("_"))
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            names.update(alias.asname for alias in statement.names if alias.asname and alias.asname == alias.name)
        elif isinstance(statement, ast.If):
            held = holds(statement.test, version, platform)
            if held is not False:
                names |= stub_names(path, version, platform, statement.body)
            if held is not True:
                names |= stub_names(path, version, platform, statement.orelse)
    return names


def holds(test, version, platform):
    """Whether a condition of a stub is true; None if that is unknown."""
    if isinstance(test, ast.BoolOp):
        parts = [holds(part, version, platform) for part in test.values]
        if isinstance(test.op, ast.And):
            return False if False in parts else None if None in parts else True
        return True if True in parts else None if None in parts else False
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = holds(test.operand, version, platform)
        return None if inner is None else not inner
    if isinstance(test, ast.Compare) and ast.unparse(test.left) in ("sys.platform", "sys.version_info"):
        value = platform if ast.unparse(test.left) == "sys.platform" else version
        expression = ast.Expression(ast.Compare(ast.Constant(value), test.ops, test.comparators))
        try:
            return bool(eval(compile(ast.fix_missing_locations(expression), "stub", "eval"), {}))
        except Exception:
            return None
    return None


def elsewhere(typeshed):
    """{module: {name: platform}}: what stubs give to another platform and not to Linux, in any version."""
    found = {}
    for path in sorted(typeshed.rglob("*.pyi")):
        parts = path.relative_to(typeshed).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        for version in VERSIONS:
            linux = stub_names(path, version, "linux")
            for platform in PLATFORMS:
                for name in stub_names(path, version, platform) - linux:
                    found.setdefault(module, {}).setdefault(name, platform)
    return found


def span(versions):
    """`@FIRST-LAST` of the versions that have something; empty when all have it."""
    first, last = min(versions), max(versions)
    since = "" if first == VERSIONS[0] else ".".join(map(str, first))
    until = "" if last == VERSIONS[-1] else ".".join(map(str, last))
    return f"@{since}-{until}" if since or until else ""


def module_line(module, versions, importable):
    """The line that begins a module."""
    if not importable and module not in OPTIONAL_BUILDS:
        # Listed, yet not importable on Linux. The list itself is younger than the modules.
        last = max(versions)
        return f"{module} @win32" if last == VERSIONS[-1] else f"{module} @-{last[0]}.{last[1]}@win32"
    return f"{module} {span(importable or VERSIONS)}".rstrip()


def render(table, python2, platform_names):
    """The text of the file."""
    lines = [
        "# Every module of the standard library and the names `from MODULE import NAME` finds, CPython 3.6 to 3.13 on Linux.",
        "# Generated by generate.py: do not edit. NAME@FIRST-LAST: only in these versions (left out: from before, until after);",
        "# NAME@win32, NAME@darwin: on that platform alone. Submodules have lines of their own. A module without names was",
        "# not looked into.",
    ]
    for module in sorted(set(table) | python2):
        versions = table.get(module)
        if versions is None:
            lines.append(f"{module} @-2.7")
            continue
        importable = [version for version in versions if versions[version] is not None]
        lines.append(module_line(module, versions, importable))
        names = {}
        for version in importable:
            for name in versions[version]:
                if f"{module}.{name}" in table:
                    continue
                names.setdefault(name, set()).add(version)
        marked = []
        for name, having in names.items():
            # Measured against the life of the module itself.
            lifelong = having == set(importable)
            marked.append(name if lifelong else name + span(having))
        marked += SOMETIMES.get(module, ())
        if importable and not marked and module.split(".")[0] not in NOT_IMPORTED:
            marked.append("__name__")
        if marked:
            marked += [f"{name}@{where}" for name, where in platform_names.get(module, {}).items() if name not in names]
        lines += textwrap.wrap(" ".join(sorted(marked)), 116, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
    return "\n".join(lines) + "\n"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--typeshed", type=pathlib.Path, required=True, help="the folder `stdlib` of typeshed")
    arguments.add_argument("--check", action="store_true", help="write nothing; fail if the file would change")
    options = arguments.parse_args()
    table = survey()
    python2 = set(ask((2, 7), PROBE_2, None)) | PYTHON2_ELSEWHERE
    python2 = {name for name in python2 if name not in table and not PYTHON2_NOT & set(name.split("."))}
    python2 = {name for name in python2 if not name.startswith("_test")}
    text = render(table, python2, elsewhere(options.typeshed))
    if options.check:
        sys.exit(0 if OUTPUT.read_text(encoding="utf-8") == text else "stdlib.txt is out of date")
    OUTPUT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
