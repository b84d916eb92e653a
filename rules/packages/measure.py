"""Tries the facts of this folder on the distributions themselves.

    python3.13 rules/packages/measure.py [NAME...]

Asks PyPI through pip, so it is no part of the tests. For each fault: where there
shall be no wheel, pip must find none below the first release and one of that
release; where an import or a build shall fail, it must fail with the newest
release that has the fault, in a virtual environment of the Python that runs
this, and work with the first one that has not. Prints what does not hold.
"""

import os
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
GLIBC = ["manylinux1", "manylinux2010", "manylinux2014", "linux"]
GLIBC += [f"manylinux_2_{minor}" for minor in (5, 12, 17, 24, 26, 27, 28, 31, 34)]
PIP = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "-q"]


def facts(path):
    """The flat YAML of one file, without a parser of YAML."""
    package, faults = {}, []
    for line in path.read_text().splitlines():
        found = re.match(r"(  - |    )?(\w+): (.*)", line)
        if not found:
            continue
        lead, key, value = found.groups()
        value = value.strip('"').replace('\\"', '"')
        if lead == "  - ":
            faults.append({})
        (faults[-1] if lead else package)[key] = value
    return package, faults


def has_wheel(requirement):
    command = PIP + ["--dry-run", "--no-deps", "--ignore-installed", "--only-binary=:all:"]
    command += ["--python-version", PYTHON, "--implementation", "cp", "--target", tempfile.gettempdir()]
    for system in GLIBC:
        command += ["--platform", f"{system}_x86_64"]
    return subprocess.run(command + [requirement], capture_output=True).returncode == 0


def works(requirement, program, folder):
    """Whether it can be installed with what it requires, and the program runs."""
    target = Path(folder) / re.sub(r"\W", "-", requirement)
    environment = Path(folder) / "environment"
    if not environment.exists():
        venv.create(environment, with_pip=True)
    python = str(environment / "bin" / "python")
    install = [python, *PIP[1:], "--prefer-binary", "--target", str(target), requirement]
    if program is None:
        install.insert(-1, "--no-deps")
    if subprocess.run(install, capture_output=True).returncode:
        return False
    run = [python, "-W", "ignore", "-c", program or "pass"]
    return subprocess.run(run, capture_output=True, env={**os.environ, "PYTHONPATH": str(target)}).returncode == 0


def check(path, folder):
    package, faults = facts(path)
    name = package["package"]
    for fault in faults:
        below = fault.get("below")
        older = name + (f"<{below}" if below else "") + (f",>={fault['from']}" if "from" in fault else "")
        if fault["how"] in ("wheel", "fallback", "nothing"):
            if has_wheel(older):
                yield f"{name}: there is a wheel of {older}"
            if below and not has_wheel(f"{name}=={below}"):
                yield f"{name}: there is no wheel of {below}"
            continue
        program = fault.get("try")
        if works(older, program, folder):
            yield f"{name}: {older} works"
        if below and not works(f"{name}=={below}", program, folder):
            yield f"{name}: {below} does not work"


def main(names):
    wrong = 0
    for path in sorted(Path(__file__).parent.glob("*.yaml")):
        if names and path.stem not in names:
            continue
        with tempfile.TemporaryDirectory() as folder:
            for line in check(path, folder):
                wrong += 1
                print(line, flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
