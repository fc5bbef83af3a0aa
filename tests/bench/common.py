"""What the benchmarks share: the tools that are compared, starting one and ending it, what it uses, the kernel's
statistics of its programs, and small tables."""

import argparse
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

REPO = pathlib.Path(__file__).resolve().parent.parent.parent
# Old versions of the peer report only the beginning of attaching.
ATTACHED = re.compile(rb"^Attach(ed|ing) \d+ probe", re.MULTILINE)
TIMEOUT = 60


def arguments(description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trc", default=REPO / "build/release/src/trc")
    parser.add_argument("--alone", action="store_true", help="without bpftrace")
    return parser


def tools(options):
    """Name: path, trc first. Says so where there is nothing to compare with."""
    found = {"trc": str(options.trc)}
    peer = None if options.alone else shutil.which("bpftrace")
    if peer:
        version = subprocess.run([peer, "--version"], capture_output=True, text=True).stdout.strip()
        print(f"{version}, {os.cpu_count()} CPUs, load average {os.getloadavg()[0]:.1f}")
        found["bpftrace"] = peer
    else:
        print("bpftrace is not compared with: " + ("--alone" if options.alone else "it is not installed"))
    return found


def program(options, name):
    """A target of tests/programs, as it was built beside trc."""
    path = pathlib.Path(options.trc).resolve().parent.parent / "tests/programs" / name
    if not path.exists():
        raise SystemExit(f"{path} is missing: scripts/build")
    return str(path)


class Tool:
    """A tracer that runs a script and waits for events. Its output goes to a file of its own, or to `out`: a path
    or an open file."""

    # System calls in which a tracer waits for events: epoll_wait, epoll_pwait.
    WAITING = ("232", "281")

    def __init__(self, path, script, environment=None, out=None):
        self.errors = tempfile.TemporaryFile()
        self.output = out if hasattr(out, "fileno") else open(out, "w+b") if out else tempfile.TemporaryFile()
        self.process = subprocess.Popen([path, "-e", script], stdin=subprocess.DEVNULL, stdout=self.output,
                                        stderr=self.errors, env={**os.environ, **(environment or {})})
        self.pid = self.process.pid
        end = time.monotonic() + TIMEOUT
        # Old versions of the peer say so first and attach then; they forget a signal that comes before.
        while not (ATTACHED.search(self.said()) and self.is_waiting()):
            if self.process.poll() is not None or time.monotonic() > end:
                self.process.kill()
                raise SystemExit(f"{path} did not attach: {script}\n{self.said().decode()}")
            time.sleep(0.01)

    def is_waiting(self):
        return pathlib.Path(f"/proc/{self.pid}/syscall").read_text().split()[0] in self.WAITING

    def said(self):
        """Its standard error so far, and the beginning of its output, where old versions of the peer report."""
        beginning = os.pread(self.output.fileno(), 4096, 0) if self.output.seekable() else b""
        return os.pread(self.errors.fileno(), 1 << 20, 0) + beginning

    def end(self):
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def memory(self, what="VmRSS"):
        """MB of it now; VmHWM: the most so far."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(what + r":\s+(\d+)", status).group(1)) / 1024

    def programs(self):
        """Its BPF programs as the kernel counts them: prog_id: (nanoseconds, runs)."""
        found = {}
        for entry in pathlib.Path(f"/proc/{self.pid}/fdinfo").iterdir():
            fields = dict(line.split(":", 1) for line in entry.read_text().splitlines() if ":" in line)
            if "run_time_ns" in fields:
                found[fields["prog_id"].strip()] = (int(fields["run_time_ns"]), int(fields["run_cnt"]))
        return found


class KernelStatistics:
    """Switches kernel.bpf_stats_enabled on, and back at the end."""

    SWITCH = pathlib.Path("/proc/sys/kernel/bpf_stats_enabled")

    def __enter__(self):
        self.before = self.SWITCH.read_text()
        self.SWITCH.write_text("1")

    def __exit__(self, *_):
        self.SWITCH.write_text(self.before)


def table(title, columns, rows):
    """rows: name: values as text, as many as there are columns."""
    width = max(len(name) for name in [title, *rows])
    print(f"\n{title:{width}}" + "".join(f"{column:>14}" for column in columns))
    for name, values in rows.items():
        print(f"{name:{width}}" + "".join(f"{value:>14}" for value in values))


def ratio(ours, theirs):
    return f"{ours / theirs:.2f}" if theirs else "-"
