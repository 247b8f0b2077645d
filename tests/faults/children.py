"""Processes of their own, to be interrupted and killed.

They are forked from a server that has imported everything and computed nothing, so that one starts in
hundredths of a second. Each leads a session, in which its workers are found, and has a folder of its
own for temporary files.
"""

import atexit
import faulthandler
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path

PATIENCE = 60  # seconds, after which what should have happened has not
_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.faults.scenes"])


class Child:
    """A process that calls ``function(*args)``.

    Parameters
    ----------
    folder : Path
        For its temporary files, and what it writes.
    function : callable
        Of a module that processes can import.
    *args : picklable
    """

    def __init__(self, folder, function, *args):
        self.folder = folder
        self.temporary = folder / "temporary"
        self.temporary.mkdir(parents=True)
        self.process = _CONTEXT.Process(target=_run, args=(folder, function, args))
        self.process.start()
        self.pid = self.process.pid

    def result(self, *, timeout=PATIENCE):
        """What the function has returned; the end of its session is part of it."""
        self.wait(timeout=timeout)
        assert self.process.exitcode == 0, self.errors
        return pickle.loads((self.folder / "result").read_bytes())

    def wait(self, *, timeout=PATIENCE):
        """Wait for the end; its exit code."""
        self.process.join(timeout)
        assert self.process.exitcode is not None, f"it hangs: {self.errors}"
        return self.process.exitcode

    def wait_for(self, condition, *, timeout=PATIENCE):
        """Wait until something is true, while the process runs."""
        end = time.monotonic() + timeout
        while not condition():
            assert time.monotonic() < end, f"it has not happened: {self.errors}"
            assert self.process.is_alive(), self.errors
            time.sleep(0.005)

    def interrupt(self):
        """Press Ctrl-C: a terminal tells all processes of the session, workers included."""
        os.killpg(self.pid, signal.SIGINT)

    def kill(self):
        """Kill it, and nobody else; wait for its end."""
        os.kill(self.pid, signal.SIGKILL)
        assert self.wait() == -signal.SIGKILL

    def others(self):
        """Numbers of the processes that it has started, and that are alive."""
        return [pid for pid in _session(self.pid) if pid != self.pid]

    def workers(self):
        """Numbers of joblib's workers among them."""
        return [pid for pid in self.others() if b"popen_loky" in _read(pid, "cmdline")]

    def leftovers(self):
        """Temporary files and shared memory that have its number."""
        shared = Path("/dev/shm")
        there = list(shared.iterdir()) if shared.is_dir() else []
        found = [
            path for path in there if f"-{self.pid}-" in path.name or f"_{self.pid}_" in path.name
        ]
        return found + list(self.temporary.rglob("*"))

    @property
    def errors(self):
        """What it has written to the standard error."""
        return (self.folder / "errors").read_text() if (self.folder / "errors").exists() else ""

    def end(self):
        """Kill what is left of the session."""
        for pid in _session(self.pid):
            with suppress(ProcessLookupError):  # it has ended just now
                os.kill(pid, signal.SIGKILL)
        self.process.join()
        self.process.close()


def _run(folder, function, args):
    os.setsid()
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # shells have background jobs ignore it
    os.environ |= {"TMPDIR": str(folder / "temporary")}
    os.environ |= {"TORCHINDUCTOR_CACHE_DIR": str(folder / "torch")}  # is meant to stay
    errors = os.open(folder / "errors", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(errors, 2)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    faulthandler.dump_traceback_later(PATIENCE - 5, file=sys.stderr)  # tells where it hangs
    try:
        result = function(*args)
    except BaseException:
        traceback.print_exc()
        raise
    (folder / "result").write_bytes(pickle.dumps(result))
    # As at the end of a program: processes of multiprocessing go without, and wait for idle workers.
    threading._shutdown()
    atexit._run_exitfuncs()


def _session(leader):
    """Processes of a session; those that have ended and are not waited for do not count."""
    for name in os.listdir("/proc"):
        if name.isdigit():
            status = _read(name, "stat").rpartition(b")")[2].split()
            if status and int(status[3]) == leader and status[0] not in (b"Z", b"X"):
                yield int(name)


def _read(pid, name):
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError):  # ended just now, or hidden
        return b""
