"""What each line of `-f json` must be: one JSON object of a known type, with no name twice, in valid UTF-8."""

import json
import re
import shlex

# language.md's records, and those that are trc's own.
TYPES = {
    "attached_probes", "map", "hist", "stats", "tseries", "value", "printf", "time", "cat", "join", "syscall", "lost_events",
    "errorf", "warnf", "helper_error", "runtime_error", "warning", "test_result", "benchmark_result",
}
# Records whose `data` is an object of maps, and those whose `data` is a text.
MAPS = {"map", "hist", "stats", "tseries"}
TEXTS = {"printf", "time", "cat", "join", "syscall"}
OPTION = re.compile(r"(^|\s)(-f\s*|--format[=\s]\s*)json(\s|$)")


class Wrong(ValueError):
    pass


def parse(line):
    """The object on a line; Wrong if it is not what a strict reader takes."""
    if any(0xD800 <= ord(c) <= 0xDFFF for c in line):
        raise Wrong("it is not valid UTF-8")
    try:
        record = json.loads(line, parse_constant=refuse_constant, object_pairs_hook=unique_names)
    except RecursionError as error:
        raise Wrong("it is nested too deeply") from error
    if not isinstance(record, dict):
        raise Wrong("it is not an object")
    kind = record.get("type")
    if kind not in TYPES:
        raise Wrong(f"its type is {kind!r}, which is none of the known ones")
    if kind in MAPS and not (isinstance(record.get("data"), dict) and len(record["data"]) == 1):
        raise Wrong("its data are not an object with the name of one map")
    if kind in TEXTS and not isinstance(record.get("data"), str):
        raise Wrong("its data are not a text")
    return record


def refuse_constant(name):
    raise Wrong(f"{name} is not JSON")


def unique_names(pairs):
    found = {}
    for name, value in pairs:
        if name in found:
            raise Wrong(f"the name {name!r} is there twice")
        found[name] = value
    return found


def asks_for_json(block):
    """Whether all of stdout is JSON lines: RUN blocks can print other things too."""
    return block.get("RUN") is None and OPTION.search(" ".join(shlex.split(block.get("ARGS", "")))) is not None


def check(out, only_records=False):
    """What is wrong with the lines of stdout. `only_records`: lines that don't look like records are somebody else's."""
    for number, line in enumerate(out.split("\n")[:-1], 1):
        if only_records and not line.startswith('{"type"'):
            continue
        try:
            parse(line)
        except ValueError as error:
            return [f"line {number} of stdout is no good JSON record ({error}): {line[:500]}"]
    if out and not out.endswith("\n"):
        return ["the last line of stdout is not complete"]
    return []
