"""Taking over what was changed in the console: each process watches a version and begins anew when it moves.

A web process ends gracefully, one after another, and its parent forks it anew; the worker opens its parts anew.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

from content.amendments import version
from kit.db import DATABASE_AWAY

POLL_S = 1.0
LIVES_AT_LEAST_S = 4.0
"""A process that ends sooner looks like one that cannot live, and is not forked at once."""
SETTLE_S = 0.5
"""Until the process that went before this one is there again."""
TURN = "renewal.lock"

Version = tuple[int, int]


async def moved(since: Version) -> None:
    """Return once profile or texts are of another version. A database that is away is waited for."""
    while True:
        await asyncio.sleep(POLL_S)
        try:
            if await version() != since:
                return
        except DATABASE_AWAY:
            continue


async def end_when_moved(since: Version, folder: Path, log: Callable[..., object]) -> None:
    """End this web process as the operator would, when it is its turn; the others serve meanwhile."""
    begun = asyncio.get_running_loop().time()
    await moved(since)
    await asyncio.sleep(max(0.0, begun + LIVES_AT_LEAST_S - asyncio.get_running_loop().time()))
    # Never closed: the turn is over when the process is.
    turn = os.open(folder / TURN, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    while not _taken(turn):  # noqa: ASYNC110 - another process holds it, which sets no event of ours
        await asyncio.sleep(POLL_S / 4)
    await asyncio.sleep(SETTLE_S)
    log("taking_over_settings")
    os.kill(os.getpid(), signal.SIGTERM)


async def until(
    stop: asyncio.Event, since: Version, work: Callable[[asyncio.Event], Awaitable[None]]
) -> None:
    """Do `work` until `stop` is set or the version moves: it is given an event that says so."""
    over = asyncio.Event()

    async def watch() -> None:
        waiting = [asyncio.create_task(stop.wait()), asyncio.create_task(moved(since))]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
        over.set()

    watching = asyncio.create_task(watch())
    try:
        await work(over)
    finally:
        watching.cancel()


def _taken(turn: int) -> bool:
    try:
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
