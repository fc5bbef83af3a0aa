"""Compares what a block's command did with what the block expects."""

import json
import os
import re
from xml.etree import ElementTree

import harness
import json_lines

# What a busy machine brings about is no fault: a tick that came too early for the one before.
ATTACHED_LINE = re.compile(r"^(Attached \d+ probes?|lost \d+ ticks: .*)\n", re.MULTILINE)
MAP_LINE = re.compile(r"^(@\w*(?:\[.*\])?): (.*)$", re.MULTILINE)


def check(block, outcome):
    """The list of what is wrong."""
    problems = []
    status = block.get("STATUS", "0")
    if status != "any" and outcome.status != int(status):
        problems.append(f"exit status {outcome.status}, expected {status}")
    problems += check_text(block.get("EXPECT"), outcome.out, "stdout")
    problems += [f"stdout has no match for {text}" for text in block.all("EXPECT_REGEX")
                 if not re.search(text, outcome.out, re.MULTILINE)]
    problems += [f"stdout has a match for {text}" for text in block.all("EXPECT_NOT_REGEX")
                 if re.search(text, outcome.out, re.MULTILINE)]
    problems += check_stderr(block, outcome)
    if json_lines.asks_for_json(block):
        problems += json_lines.check(outcome.out)
    elif block.get("RUN") is not None and json_lines.OPTION.search(block.get("RUN")):
        problems += json_lines.check(outcome.out, only_records=True)
    if block.get("EXPECT_JSON") is not None:
        problems += check_json(outcome.out)
    for text in block.all("EXPECT_PYTHON"):
        problems += check_python(text.strip(), outcome)
    return problems


def check_text(expected, actual, name):
    if expected is None or expected.rstrip("\n") == actual.rstrip("\n"):
        return []
    return [f"{name} is not as expected:\n" + harness.diff(expected.rstrip("\n"), actual.rstrip("\n"), name)]


def check_stderr(block, outcome):
    problems = check_text(block.get("EXPECT_STDERR"), outcome.err, "stderr")
    problems += [f"stderr has no match for {text}" for text in block.all("EXPECT_STDERR_REGEX")
                 if not re.search(text, outcome.err, re.MULTILINE)]
    looked_at = block.get("EXPECT_STDERR") is not None or block.all("EXPECT_STDERR_REGEX")
    if not looked_at and block.get("RUN") is None and ATTACHED_LINE.sub("", outcome.err):
        problems.append("there is something on stderr that the block does not expect")
    return problems


def check_json(out):
    for number, line in enumerate(out.splitlines(), 1):
        try:
            if not isinstance(json.loads(line), dict):
                return [f"line {number} of stdout is not a JSON object: {line}"]
        except ValueError as error:
            return [f"line {number} of stdout is not JSON ({error}): {line}"]
    return [] if out else ["stdout is empty, JSON lines were expected"]


def check_python(text, outcome):
    maps = dict(MAP_LINE.findall(outcome.out))

    def total(name):
        return sum(int(value) for key, value in maps.items() if key == name or key.startswith(name + "["))

    names = {"out": outcome.out, "err": outcome.err, "status": outcome.status, "seconds": outcome.seconds,
             "load": outcome.load, "lines": outcome.out.splitlines(), "maps": maps, "total": total, "re": re,
             "json": json, "os": os, "xml": ElementTree.fromstring}
    if "records" in text:
        try:
            names["records"] = [json.loads(line) for line in outcome.out.splitlines()]
        except ValueError as error:
            return [f"stdout is not JSON lines ({error})"]
    try:
        value = eval(text, names)  # the expressions are ours
    except Exception as error:  # whatever an expression does wrong is this block's failure
        return [f"{text}: {type(error).__name__}: {error}"]
    return [] if value else [f"not true: {text}"]
