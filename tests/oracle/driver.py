"""Runs programs sent as JSON on standard input, each in a process of its own, and prints what became of them.

In:  a list of programs.
Out: a list of {"error": null | "ExceptionName", "message": "...", "printed": "...", "warned": ["Category: ..."]}.

Runs on Python 3.6 and later.
"""

import json
import os
import shutil
import signal
import sys
import tempfile
import warnings

SECONDS = 20


def outcome(program):
    """What the program did, told by a forked child."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        run(program, writing)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else {"error": "Killed", "message": "no answer", "printed": "", "warned": []}


def run(program, writing):
    """Execute a program as `__main__` in an empty folder."""
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    printed = os.path.join(folder, ".printed")
    out = os.open(printed, os.O_RDWR | os.O_CREAT)
    null = os.open(os.devnull, os.O_RDWR)
    for stream, target in ((0, null), (1, out), (2, null)):
        os.dup2(target, stream)
    signal.alarm(SECONDS)
    answer = {"error": None, "message": "", "warned": []}
    warnings.simplefilter("always")
    warnings.showwarning = lambda message, category, *rest: answer["warned"].append(
        "%s: %s" % (category.__name__, message)
    )
    try:
        exec(compile(program, "<program>", "exec"), {"__name__": "__main__"})
    except SystemExit as error:
        if error.code not in (None, 0):
            answer.update(error="SystemExit", message=str(error.code))
    except BaseException as error:
        answer.update(error=type(error).__name__, message=str(error))
    sys.stdout.flush()
    with open(printed, encoding="utf-8", errors="replace") as text:
        answer["printed"] = text.read()
    os.chdir("/")
    shutil.rmtree(folder, ignore_errors=True)
    with os.fdopen(writing, "w", encoding="utf-8") as report:
        report.write(json.dumps(answer))


programs = json.load(sys.stdin)
json.dump([outcome(program) for program in programs], sys.stdout)
