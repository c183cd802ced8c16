"""What becomes of many questions under a state of the knowledge: asked once of each, in a process of its own.

Asking nine hundred questions takes most of a second of CPU. Beside an event loop that would keep citizens waiting, so
another process does it and ends; here only what came of it is remembered, by what it was made from, and in Redis for
the neighbour who is given the order to publish what this process showed.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import subprocess
import sys
from collections.abc import Sequence

import msgspec

from content.interpretations.trial_process import Given, Knowledge, Trial, try_out
from kit.redis import UNAVAILABLE, Redis
from kit.short_turns import short_turns

__all__ = ["Given", "Knowledge", "Trial", "Trials"]

REMEMBERED = 4
"""So many trials are remembered: the knowledge in force, and what an editor and another are looking at."""
FEW = 40
"""So many questions are asked here: starting a process takes longer."""
WITHIN_S = 120.0
SHARED_FOR_S = 900
"""Long enough to read a preview. An upgraded program may be shown what the one before it found for as long."""
PROCESS = "content.interpretations.trial_process"


class Trials:
    """Of one process. `interpreter` runs the other one; one at a time, or two previews would take both processors.

    Without `redis`, or while it is away, every process tries out for itself.
    """

    def __init__(self, redis: Redis | None = None, interpreter: str = sys.executable) -> None:
        self._redis = redis
        self._interpreter = interpreter
        self._known: dict[bytes, Trial] = {}
        self._turn = asyncio.Lock()
        self.made = 0
        """States that were tried, not remembered."""

    async def of(self, states: Sequence[Knowledge]) -> list[Trial]:
        """What comes of each. Takes a second where it is not remembered; the event loop goes on meanwhile."""
        keys = await asyncio.to_thread(lambda: [_key(one) for one in states])
        async with self._turn:
            for key in set(keys) - set(self._known):
                await self._look_up(key)
            wanted = {key: one for key, one in zip(keys, states, strict=True) if key not in self._known}
            if wanted:
                made = await asyncio.to_thread(_tried, self._interpreter, tuple(wanted.values()))
                self.made += len(made)
                for key, trial in zip(wanted, made, strict=True):
                    self._known[key] = trial
                    await self._share(key, trial)
            for key in keys:
                self._known[key] = self._known.pop(key)  # the latest last
            found = [self._known[key] for key in keys]
            for key in list(self._known)[:-REMEMBERED]:
                del self._known[key]
        return found

    async def _look_up(self, key: bytes) -> None:
        if self._redis is not None:
            with contextlib.suppress(*UNAVAILABLE, msgspec.MsgspecError):
                held = await self._redis.get(b"trial:" + key)
                if held is not None:
                    self._known[key] = msgspec.json.decode(held, type=Trial)

    async def _share(self, key: bytes, trial: Trial) -> None:
        if self._redis is not None:
            with contextlib.suppress(*UNAVAILABLE):
                await self._redis.set(b"trial:" + key, msgspec.json.encode(trial), ex=SHARED_FOR_S)


def _tried(interpreter: str, states: tuple[Knowledge, ...]) -> tuple[Trial, ...]:
    if any(len(one.questions) > FEW for one in states):
        # Where no other process can be had, citizens wait a little.
        with contextlib.suppress(OSError, subprocess.SubprocessError, msgspec.MsgspecError):
            return _elsewhere(interpreter, states)
    with short_turns():
        return try_out(states)


def _elsewhere(interpreter: str, states: tuple[Knowledge, ...]) -> tuple[Trial, ...]:
    done = subprocess.run(  # noqa: S603 - our own module; what editors wrote goes in as data
        [interpreter, "-m", PROCESS],
        input=msgspec.json.encode(states),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
        timeout=WITHIN_S,
    )
    return msgspec.json.decode(done.stdout, type=tuple[Trial, ...])


def _key(state: Knowledge) -> bytes:
    """Of all that is in it, a piece at a time: other threads have their turn between two."""
    digest = hashlib.sha256()
    for piece in (*state.entries, state.terms, state.questions):
        digest.update(msgspec.json.encode(piece))
    return digest.digest()
