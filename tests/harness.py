"""What all test runners share: reporting results, and the summary line that scripts/test adds up.

Each runner prints `ok`, `FAILED` (with details) or `skipped` lines and ends with
    summary: passed=N failed=N skipped=N
A runner that ends without that line counts as failed.
"""

import difflib
import pathlib
import re
import sys

REPO = pathlib.Path(__file__).resolve().parent.parent
TESTS = REPO / "tests"
DEFAULT_TRC = REPO / "build/release/src/trc"
FIXTURE = TESTS / "fixtures/kernel"


class Results:
    def __init__(self, verbose=True):
        self.passed = self.failed = self.skipped = 0
        self.verbose = verbose
        # Scripts hold any bytes, and so does what is printed about them.
        sys.stdout.reconfigure(errors="surrogateescape")

    def ok(self, name, note=""):
        self.passed += 1
        if self.verbose:
            self._line("ok", name, note)

    def fail(self, name, details):
        self.failed += 1
        self._line("FAILED", name)
        for line in details.rstrip("\n").split("\n"):
            print("    " + line)
        sys.stdout.flush()

    def skip(self, name, reason):
        self.skipped += 1
        self._line("skipped", name, reason)

    def finish(self):
        """Prints the summary and gives the exit status."""
        print(f"summary: passed={self.passed} failed={self.failed} skipped={self.skipped}", flush=True)
        return 1 if self.failed else 0

    @staticmethod
    def _line(verdict, name, note=""):
        print(f"{verdict:8}{name}" + (f" ({note})" if note else ""), flush=True)


def text_of(data):
    return data.decode("utf-8", errors="surrogateescape")


def diff(expected, actual, name):
    lines = difflib.unified_diff(expected.splitlines(), actual.splitlines(), f"{name} (expected)", "actual", lineterm="")
    text = "\n".join(lines)
    return text or "they differ in line ends only"


def selector(pattern):
    """A predicate on names for --filter: a regular expression that is searched for; none lets all pass."""
    expression = re.compile(pattern) if pattern else None
    return lambda name: expression is None or expression.search(name) is not None
