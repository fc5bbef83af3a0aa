"""Runs what a block says: the command, its load, its signals, all within its time."""

import dataclasses
import os
import re
import shlex
import signal
import subprocess
import tempfile
import threading
import time

import harness

# On stderr as text, on stdout with -f json.
ATTACHED = re.compile(rb'^Attached \d+ probes?$|"type": "attached_probes"', re.MULTILINE)


@dataclasses.dataclass
class Outcome:
    command: str
    out: str = ""
    err: str = ""
    load: str = ""
    status: int = 0
    seconds: float = 0.0
    timed_out: bool = False
    problems: list = dataclasses.field(default_factory=list)


class Output:
    """Reads a pipe to its end in a thread of its own, watching for the report of being attached."""

    def __init__(self, pipe, attached):
        self.data = bytearray()
        self._pipe, self._attached = pipe, attached
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        while chunk := os.read(self._pipe.fileno(), 1 << 16):
            self.data += chunk
            # The start alone is searched: long outputs come later.
            if not self._attached.is_set() and ATTACHED.search(self.data[:1 << 20]):
                self._attached.set()

    def finish(self, timeout):
        """False if somebody still holds the pipe open."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def text(self):
        return harness.text_of(bytes(self.data))


def run(block, options):
    with tempfile.TemporaryDirectory(prefix="trc-test-") as folder:
        return Execution(block, options, folder).run()


class Execution:
    def __init__(self, block, options, folder):
        self.block, self.folder = block, folder
        self.words = {"{trc}": shlex.quote(str(options.trc)), "{dir}": shlex.quote(folder),
                      "{programs}": shlex.quote(options.programs), "{tests}": shlex.quote(str(harness.TESTS))}
        self.command = self._command(options)
        self.outcome = Outcome(command=shlex.join(self.command))
        self.environment = dict(os.environ, TZ="UTC", LC_ALL="C.UTF-8")
        self.environment.update(word.split("=", 1) for word in shlex.split(block.get("ENV", "")))
        self.deadline = time.monotonic() + block.timeout
        self.attached = threading.Event()

    def _command(self, options):
        if self.block.get("RUN") is not None:
            return ["bash", "-c", self._filled(self.block.get("RUN"))]
        arguments = [self._filled(word) for word in shlex.split(self.block.get("ARGS", ""))]
        if self.block.get("SCRIPT") is not None:
            return [str(options.trc), str(harness.REPO / self.block.get("SCRIPT"))] + arguments
        return [str(options.trc), "-e", self._filled(self.block.get("PROG"), quoted=False)] + arguments

    def _filled(self, text, quoted=True):
        for word, value in self.words.items():
            text = text.replace(word, value if quoted else shlex.split(value)[0])
        return text

    def _left(self):
        return max(0.0, self.deadline - time.monotonic())

    def run(self):
        if not self._before():
            return self.outcome
        start = time.monotonic()
        process = subprocess.Popen(self.command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
                                   preexec_fn=default_signals)
        outputs = [Output(pipe, self.attached) for pipe in (process.stdout, process.stderr)]
        try:
            self._meanwhile(process)
            process.wait(self._left())
        except subprocess.TimeoutExpired:
            self.outcome.timed_out = True
            self.outcome.problems.append(f"no end after {self.block.timeout:g} s")
        finally:
            self.outcome.seconds = time.monotonic() - start
            kill_session(process)
        if not all(output.finish(5) for output in outputs):
            self.outcome.problems.append("a process that it left behind holds its output open")
        self.outcome.out, self.outcome.err = (output.text() for output in outputs)
        self.outcome.status = process.wait()
        return self.outcome

    def _before(self):
        text = self.block.get("BEFORE")
        if text is None:
            return True
        status, output = self._shell(text)
        if status != 0:
            self.outcome.problems.append(f"BEFORE ended with status {status}: {output}")
        return status == 0

    def _shell(self, text):
        """Runs a shell command within the block's time, into a file: a pipe may be held open by what it leaves behind."""
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(["bash", "-c", self._filled(text)], cwd=self.folder, env=self.environment,
                                       stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                       start_new_session=True, preexec_fn=default_signals)
            try:
                status = process.wait(self._left())
            except subprocess.TimeoutExpired:
                status = "time out"
            finally:
                kill_session(process)
            process.wait()
            output.seek(0)
            return status, harness.text_of(output.read())

    def _meanwhile(self, process):
        """Load and signals, once attached."""
        load, after = self.block.get("LOAD"), self.block.get("AFTER")
        if load is None and after is None:
            return
        while not self.attached.wait(0.005):
            if process.poll() is not None:
                self.outcome.problems.append("it ended before it had reported to be attached")
                return
            if not self._left():
                raise subprocess.TimeoutExpired(self.command, self.block.timeout)
        if load is not None:
            self._load(load)
        for word in (after or "").split():
            if word[0].isdigit():
                time.sleep(min(float(word), self._left()))
            elif process.poll() is None:
                self._send(process, getattr(signal, "SIG" + word))

    def _load(self, text):
        status, self.outcome.load = self._shell(text)
        if status != 0:
            self.outcome.problems.append(f"LOAD ended with status {status}")

    def _send(self, process, number):
        # PROG and SCRIPT: to trc alone. RUN: to all that it started, as a terminal does.
        if self.block.get("RUN") is None:
            process.send_signal(number)
        else:
            os.killpg(process.pid, number)


def default_signals():
    """Whoever started the tests may have had SIGINT ignored, as shells do for what runs in the background."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)


def kill_session(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
