"""Figures of the whole installation, read by one worker for everybody: what waits, what became of it, what ends soon.

A source is a question with a pause. One worker holds the duty; its board shows the answers. An answer older than
`SHOWN_FOR_S` is not shown any more: a worker that lost the duty or hangs must not contradict the one that has it,
and an alarm must see that nobody looks.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from prometheus_client.core import Metric

from kit.metrics import gauge

LOOK_S = 15.0
SHOWN_FOR_S = 90.0
SHARE_OF_TIME = 0.02
"""A source rests so long that it takes no more of the database than this."""

Read = Callable[[], Awaitable[list[Metric]]]


@dataclass(frozen=True)
class Source:
    """`read` is asked at most every `every_s` seconds, and less often when it takes long."""

    name: str
    read: Read
    every_s: float = LOOK_S


@dataclass(frozen=True)
class _Answer:
    families: list[Metric]
    read_at: float
    shown_until: float
    next_at: float


class Gauges:
    """The duty and what it found; registered as a collector of the worker's figures."""

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        elapsed: Callable[[], float] = time.monotonic,
        epoch: Callable[[], float] = time.time,
    ) -> None:
        """`elapsed` and `epoch` count seconds, the first whatever is done to the clock."""
        self._sources = sources
        self._elapsed = elapsed
        self._epoch = epoch
        self._answers: dict[str, _Answer] = {}

    async def step(self) -> int:
        """Ask whatever is due. Always 0: looking is no work that others wait for. Raises the first failure
        after all have been asked; what failed is shown no more."""
        failures = []
        for source in self._sources:
            known = self._answers.get(source.name)
            if known is not None and self._elapsed() < known.next_at:
                continue
            begun_at = self._elapsed()
            try:
                families = await source.read()
            except Exception as exc:  # noqa: BLE001 - one question that fails must not hide the others
                self._answers.pop(source.name, None)
                failures.append(exc)
                continue
            now = self._elapsed()
            rest_s = max(source.every_s - LOOK_S / 2, (now - begun_at) / SHARE_OF_TIME)
            shown_s = max(source.every_s, rest_s) + SHOWN_FOR_S
            self._answers[source.name] = _Answer(families, self._epoch(), now + shown_s, now + rest_s)
        if failures:
            raise failures[0]
        return 0

    def collect(self) -> Iterator[Metric]:
        """What is fresh enough to be believed."""
        fresh = {name: one for name, one in self._answers.items() if self._elapsed() < one.shown_until}
        for one in fresh.values():
            yield from one.families
        yield gauge(
            "chengguan_gauges_read_timestamp_seconds",
            "When the figures of the whole installation were last read, by source.",
            [({"source": name}, one.read_at) for name, one in fresh.items()],
        )


def merged(*answers: Iterable[Metric]) -> list[Metric]:
    """All families of several questions."""
    return [family for several in answers for family in several]
