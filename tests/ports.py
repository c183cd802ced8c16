"""Ports of this machine for servers of tests and measurements."""

from __future__ import annotations

import os
import random
import socket

# Below 32768, where Linux begins to give ports to outgoing connections: what is free stays free until it is bound.
_FIRST, _PER_WORKER, _WORKERS = 20_000, 1_200, 10
_given: set[int] = set()


def free_port() -> int:
    """A port nobody listens on, never one given before, and not one that a neighbouring test process gives."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WORKERS
    first = _FIRST + worker * _PER_WORKER
    ports = [port for port in range(first, first + _PER_WORKER) if port not in _given]
    random.shuffle(ports)
    for port in ports:
        with socket.socket() as sock:
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given.add(port)
        return port
    raise OSError(f"no port is free from {first} on")
