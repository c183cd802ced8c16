"""The forking server: import once, bind once, one process a slot, the dead replaced.

Stock Sanic workers re-import everything (two ready in 13-20 s, 130-170 MB each)
and a worker that was killed is not replaced. Here the parent imports, warms and
binds, then forks: a child shares the parent's pages and is ready at once. The
parent only watches: it opens no database and runs no event loop.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import gc
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

PR_SET_PDEATHSIG = 1
M_ARENA_MAX = -8
GRACEFUL_STOP_S = 25.0
WATCHED = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
QUICK_DEATH_S = 2.0
QUICK_DEATHS_AT_MOST = 8


class CannotBind(Exception):
    """The address is taken or not ours; the sentence says which."""


def bind(host: str, port: int, variable: str = "PORT") -> socket.socket:
    """A listening socket that children inherit. Raises CannotBind with a sentence for the operator."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as exc:
        sock.close()
        raise CannotBind(f"端口 {host}:{port} {_why(exc, variable)}") from exc
    sock.listen(512)
    sock.setblocking(False)
    return sock


def _why(exc: OSError, variable: str) -> str:
    match exc.errno:
        case errno.EADDRINUSE:
            return f"已被占用，请关闭占用它的程序，或换一个 {variable}。"
        case errno.EACCES:
            return f"不允许本用户使用（1024 以下的端口需要特权），请换一个 {variable}。"
        case errno.EADDRNOTAVAIL:
            return "不是本机的地址，请检查 HOST。"
    return f"无法使用（{exc.strerror}），请检查 HOST 和 {variable}。"


@dataclass
class Slot:
    """One place for a serving process."""

    number: int
    pid: int = 0
    started_at: float = 0.0
    quick_deaths: int = 0


@dataclass
class ForkingServer:
    """Keeps `count` children running `child(slot number)` until told to stop.

    Told to stop, it calls `announce`, serves on for `notice_s` so that the news can spread, gives up the sockets
    by `let_go` and ends the children, which finish what they have begun.
    """

    count: int
    child: Callable[[int], None]
    log: Callable[..., None]
    quick_deaths_at_most: int = QUICK_DEATHS_AT_MOST
    graceful_stop_s: float = GRACEFUL_STOP_S
    announce: Callable[[], None] = lambda: None
    notice_s: float = 0.0
    let_go: Callable[[], None] = lambda: None
    slots: list[Slot] = field(default_factory=list)
    stopping: bool = False

    def run(self) -> int:
        """Serve until SIGTERM or SIGINT. Returns the exit code."""
        self.slots = [Slot(number) for number in range(self.count)]
        wake_read, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        give_back_memory()
        # What exists now is shared for good; collecting it would copy its pages.
        gc.freeze()
        for slot in self.slots:
            self._fork(slot)
        failed = False
        while not self.stopping:
            self._reap()
            if any(slot.quick_deaths > self.quick_deaths_at_most for slot in self.slots):
                self.log("web_processes_keep_dying")
                failed = True
                break
            with contextlib.suppress(InterruptedError):
                select.select([wake_read], [], [], 1.0)
            with contextlib.suppress(BlockingIOError):
                os.read(wake_read, 4096)
        self._stop_children()
        return 1 if failed else 0

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def _fork(self, slot: Slot) -> None:
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        # Held back until the child has let go of the parent's handlers, in which a
        # signal that comes at once would be lost.
        unheld = signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        pid = os.fork()
        if pid:
            slot.pid, slot.started_at = pid, time.monotonic()
            signal.pthread_sigmask(signal.SIG_SETMASK, unheld)
            return
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for number in WATCHED:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, unheld)
            die_with_parent(parent)
            self.child(slot.number)
            code = 0
        except KeyboardInterrupt:
            code = 0
        except BaseException as exc:  # noqa: BLE001 - the process ends here; its cause must be seen
            self.log("web_process_failed", error=type(exc).__name__, detail=str(exc))
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            # Not sys.exit: the parent's exit handlers are not this process's to run.
            os._exit(code)

    def _reap(self) -> None:
        by_pid = {slot.pid: slot for slot in self.slots if slot.pid}
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            slot = by_pid.get(pid)
            if slot is None:
                continue
            slot.pid = 0
            lived = time.monotonic() - slot.started_at
            slot.quick_deaths = slot.quick_deaths + 1 if lived < QUICK_DEATH_S else 0
            if not self.stopping:
                self.log("web_process_ended", slot=slot.number, status=os.waitstatus_to_exitcode(status))
        for slot in self.slots:
            pause = 0.0 if slot.quick_deaths < 2 else min(5.0, 0.2 * 2**slot.quick_deaths)
            if not slot.pid and not self.stopping and time.monotonic() - slot.started_at >= pause:
                self._fork(slot)

    def _stop_children(self) -> None:
        self.stopping = True
        self.announce()
        noticed = time.monotonic() + self.notice_s
        while any(slot.pid for slot in self.slots) and time.monotonic() < noticed:
            self._reap()
            time.sleep(0.02)
        self.let_go()
        for slot in self.slots:
            self._signal(slot, signal.SIGTERM)
        deadline = time.monotonic() + self.graceful_stop_s
        while any(slot.pid for slot in self.slots) and time.monotonic() < deadline:
            self._reap()
            time.sleep(0.02)
        for slot in self.slots:
            self._signal(slot, signal.SIGKILL)
        while any(slot.pid for slot in self.slots):
            self._reap()
            time.sleep(0.02)

    @staticmethod
    def _signal(slot: Slot, number: signal.Signals) -> None:
        if slot.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(slot.pid, number)


def share_one_heap() -> None:
    """Before the first thread: each would get a heap of its own from the C library, though one runs at a time."""
    with contextlib.suppress(AttributeError):  # the GNU C library alone has it
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def give_back_memory() -> None:
    """Collect, and return to the system what building has used and let go of: it would be kept for ever otherwise."""
    gc.collect()
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def die_with_parent(parent: int) -> None:
    """Ask the kernel to end this process when its parent is gone, even by kill -9: no orphans on the port."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)
