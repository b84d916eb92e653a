"""Runs tests with unittest and writes what came of each one as JSON.

    python outcomes.py RESULT.json NAME…

A name is what `python -m unittest` takes, or `discover:FOLDER`, or
`discover:FOLDER:PATTERN`. Started by suites.py with the Python under test, so
it keeps to what Python 3.6 knows.
"""

import json
import sys
import unittest


class Outcomes(unittest.TestResult):
    """Keeps for every test id one of `passed`, `failed` and `skipped`."""

    def __init__(self):
        super().__init__()
        self.of = {}

    def addSuccess(self, test):
        self.of.setdefault(test.id(), "passed")

    def addSkip(self, test, reason):
        self.of[test.id()] = "skipped"

    def addExpectedFailure(self, test, err):
        self.of[test.id()] = "passed"

    def addUnexpectedSuccess(self, test):
        self.of[test.id()] = "failed"

    def addError(self, test, err):
        self.of[test.id()] = "failed"
        print(test.id(), self._exc_info_to_string(err, test), sep="\n")

    addFailure = addError

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.addError(test, err)


def load(name):
    """The tests of one argument."""
    loader = unittest.defaultTestLoader
    if name.startswith("discover:"):
        folder, _, pattern = name[len("discover:") :].partition(":")
        return loader.discover(folder, pattern or "test*.py")
    return loader.loadTestsFromNames([name])


def main():
    sys.path.insert(0, "")
    outcomes = Outcomes()
    unittest.TestSuite(load(name) for name in sys.argv[2:]).run(outcomes)
    with open(sys.argv[1], "w") as file:
        json.dump(outcomes.of, file)


if __name__ == "__main__":
    main()
