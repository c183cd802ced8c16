"""The forking server with real processes and a real port: replacing, stopping, giving up, leaving no orphans."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from app.forking import CannotBind, bind

ROOT = Path(__file__).parents[2]

SERVER = """
    import os, select, signal, socket, sys, time
    from app.forking import ForkingServer, bind

    sock = bind("127.0.0.1", 0)
    print(sock.getsockname()[1], flush=True)

    def serve(slot):
        stopping = False

        def stop(*_):
            nonlocal stopping
            stopping = True

        signal.signal(signal.SIGTERM, stop)
        while not stopping:
            if not select.select([sock], [], [], 0.05)[0]:
                continue
            try:
                connection, _ = sock.accept()
            except BlockingIOError:
                continue
            with connection:
                connection.setblocking(True)
                if connection.recv(100) == b"slow":
                    connection.sendall(b"begun ")
                    time.sleep(0.6)
                connection.sendall(b"%d" % os.getpid())

    def fail(slot):
        raise LookupError("nothing to serve")

    def deaf(slot):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)

    def log(event, **fields):
        print(event, fields, file=sys.stderr, flush=True)

    EXTRA
    sys.exit(ForkingServer(2, CHILD, log, quick_deaths_at_most=2, graceful_stop_s=3.0).run())
"""


class Server:
    """The script above as a process."""

    def __init__(self, child: str = "serve", extra: str = "") -> None:
        source = textwrap.dedent(SERVER).replace("CHILD", child).replace("EXTRA", extra)
        self.process = subprocess.Popen(
            [sys.executable, "-c", source],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=5)

    def ask(self) -> int:
        """The pid of whoever answers."""
        with self.connect() as connection:
            connection.sendall(b"pid")
            return int(connection.recv(100))

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    def end(self) -> tuple[int, str]:
        """Wait for the end: exit code and what was logged."""
        _, logged = self.process.communicate(timeout=20)
        return self.process.returncode, logged

    def clear_away(self) -> None:
        if self.process.poll() is None:
            with contextlib.suppress(psutil.NoSuchProcess):
                for child in self.children():
                    child.kill()
            self.process.kill()
        self.process.communicate()


@pytest.fixture
def start() -> Iterator[Callable[..., Server]]:
    started: list[Server] = []

    def make(*arguments: str) -> Server:
        started.append(Server(*arguments))
        return started[-1]

    yield make
    for server in started:
        server.clear_away()


def eventually(condition: Callable[[], bool], within_s: float = 5.0) -> float:
    """Seconds until `condition` was true."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < within_s
        time.sleep(0.01)
    return time.monotonic() - begun


def test_a_killed_child_is_replaced_while_the_others_serve(start: Callable[..., Server]) -> None:
    server = start()
    eventually(lambda: len(server.children()) == 2)
    victim = server.ask()
    os.kill(victim, signal.SIGKILL)
    for _ in range(20):
        assert server.ask() != victim
    pids: set[int] = set()
    took = eventually(lambda: pids.add(server.ask()) is None and len(pids) == 2)
    assert victim not in pids
    assert took < 3
    server.process.send_signal(signal.SIGTERM)
    code, logged = server.end()
    assert code == 0
    assert "web_process_ended {'slot'" in logged
    assert "'status': -9" in logged


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_being_told_to_stop_ends_cleanly_and_finishes_the_request_in_progress(
    start: Callable[..., Server], number: signal.Signals
) -> None:
    server = start()
    with server.connect() as connection:
        connection.sendall(b"slow")
        assert connection.recv(6) == b"begun "
        children = server.children()
        server.process.send_signal(number)
        answer = int(connection.recv(100))
    assert answer in {child.pid for child in children}
    assert server.end() == (0, "")
    assert not any(child.is_running() for child in children)
    bind("127.0.0.1", server.port).close()


def test_children_that_die_at_once_end_the_server_with_the_cause(start: Callable[..., Server]) -> None:
    code, logged = start("fail").end()
    assert code == 1
    assert "web_processes_keep_dying" in logged
    assert "nothing to serve" in logged


def test_a_killed_parent_leaves_nobody_on_the_port(start: Callable[..., Server]) -> None:
    server = start()
    eventually(lambda: len(server.children()) == 2)
    children = server.children()
    server.ask()
    server.process.kill()
    server.process.wait()
    eventually(lambda: not any(child.is_running() for child in children))
    bind("127.0.0.1", server.port).close()


def test_a_child_that_does_not_stop_is_killed_when_its_time_is_up(start: Callable[..., Server]) -> None:
    server = start("deaf")
    eventually(lambda: len(server.children()) == 2)
    time.sleep(0.2)
    children = server.children()
    begun = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    assert server.end()[0] == 0
    assert 2.5 < time.monotonic() - begun < 8
    assert not any(child.is_running() for child in children)


def test_a_signal_that_meets_a_child_just_born_still_ends_it(start: Callable[..., Server]) -> None:
    # The child gets it before one line of its own has run, with the parent's handlers still in place.
    server = start(
        "lambda slot: time.sleep(600)",
        "os.register_at_fork(after_in_child=lambda: os.kill(os.getpid(), signal.SIGTERM))",
    )
    code, logged = server.end()
    assert (code, "'status': -15" in logged) == (1, True)


def test_a_taken_port_and_a_foreign_address_are_one_sentence() -> None:
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotBind, match=f"端口 127.0.0.1:{port} 已被占用") as raised:
            bind("127.0.0.1", port)
        assert "\n" not in str(raised.value)
    with pytest.raises(CannotBind, match=r"203\.0\.113\.1:8000"):
        bind("203.0.113.1", 8000)
    bind("127.0.0.1", port).close()
