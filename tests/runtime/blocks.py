"""Reads .test files; their form is described in tests/runtime/run."""

import dataclasses
import pathlib
import re
import shlex

# Key: whether a block may have it more than once.
KEYS = {
    "NAME": False, "PROG": False, "SCRIPT": False, "RUN": False, "ARGS": False, "ENV": False, "BEFORE": False, "LOAD": False,
    "AFTER": False, "STATUS": False, "EXPECT": False, "EXPECT_REGEX": True, "EXPECT_NOT_REGEX": True,
    "EXPECT_STDERR": False, "EXPECT_STDERR_REGEX": True, "EXPECT_JSON": False, "EXPECT_PYTHON": True,
    "REQUIRES": False, "SHOWS": False, "PROVES": False, "TIMEOUT": False,
}
KEY_LINE = re.compile(r"([A-Z][A-Z_]*)(?: (.*))?$")
DEFAULT_TIMEOUT = 20


class Mistake(Exception):
    """In a .test file."""


@dataclasses.dataclass
class Block:
    file: pathlib.Path
    line: int
    values: dict = dataclasses.field(default_factory=dict)  # key: list of texts

    def with_arguments(self, words):
        """The same block, its script run with further arguments before its own."""
        arguments = f"{words} {self.get('ARGS', '')}"
        return dataclasses.replace(self, values={**self.values, "ARGS": [arguments]})

    def get(self, key, default=None):
        return self.values[key][0] if key in self.values else default

    def all(self, key):
        return self.values.get(key, [])

    @property
    def full_name(self):
        return f"{self.file.stem}: {self.get('NAME')}"

    @property
    def place(self):
        return f"{self.file}:{self.line}"

    @property
    def features(self):
        return ["root", "bpf"] + self.get("REQUIRES", "").split()

    @property
    def shown(self):
        return self.get("SHOWS", "").split()

    @property
    def proven(self):
        return self.get("PROVES", "").split()

    @property
    def timeout(self):
        return float(self.get("TIMEOUT", DEFAULT_TIMEOUT))


def read(path):
    path = pathlib.Path(path)
    found = []
    value = None  # lines of the value being read
    for number, line in enumerate(path.read_text(errors="surrogateescape").split("\n"), 1):
        if line.startswith("##"):
            continue
        match = KEY_LINE.match(line)
        key = match.group(1) if match and match.group(1) in KEYS else None
        if key == "NAME":
            found.append(Block(path, number))
        if key is not None:
            if not found:
                raise Mistake(f"{path}:{number}: {key} before the first NAME")
            value = [] if match.group(2) is None else [match.group(2)]
            if key in found[-1].values and not KEYS[key]:
                raise Mistake(f"{path}:{number}: a second {key} in a block")
            found[-1].values.setdefault(key, []).append(value)
        elif value is not None:
            value.append(line)
        elif line.strip():
            raise Mistake(f"{path}:{number}: text before the first NAME")
    for block in found:
        block.values = {key: [joined(lines) for lines in texts] for key, texts in block.values.items()}
        validate(block)
    names = [block.full_name for block in found]
    doubles = {name for name in names if names.count(name) > 1}
    if doubles:
        raise Mistake(f"{path}: more than one block is called {', '.join(sorted(doubles))}")
    return found


def joined(lines):
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return "\n".join(lines)


def validate(block):
    if sum(key in block.values for key in ("PROG", "SCRIPT", "RUN")) != 1:
        raise Mistake(f"{block.place}: a block needs one of PROG, SCRIPT and RUN")
    if "RUN" in block.values and "ARGS" in block.values:
        raise Mistake(f"{block.place}: ARGS don't go with RUN")
    try:
        float(block.get("TIMEOUT", "1"))
        if block.get("STATUS") not in (None, "any"):
            int(block.get("STATUS"))
        shlex.split(block.get("ARGS", ""))
        for key in ("EXPECT_REGEX", "EXPECT_NOT_REGEX", "EXPECT_STDERR_REGEX"):
            for text in block.all(key):
                re.compile(text)
        for text in block.all("EXPECT_PYTHON"):
            compile(text.strip(), block.place, "eval")
    except (ValueError, re.error, SyntaxError) as error:
        raise Mistake(f"{block.place}: {error}") from error
