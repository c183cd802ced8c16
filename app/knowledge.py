"""The Q&A index of a process: built before the fork, rebuilt when the version row moves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from content.interpretations.answering import Answerer
from content.interpretations.queries import current_version, published_entries
from content.interpretations.views import Answer, EntryView
from kit.clock import Clock, local

POLL_S = 1.0


@dataclass(frozen=True)
class KnowledgeState:
    """One built index with the version and the local day it was built for."""

    version: int
    day: str
    answerer: Answerer


async def build_knowledge(clock: Clock) -> KnowledgeState:
    """Read the published entries and build their index (in a thread: it takes a while at ten thousand)."""
    today = local(clock.now()).date()
    version = await current_version()
    entries = await published_entries(today)
    answerer = await asyncio.to_thread(Answerer, entries)
    return KnowledgeState(version, today.isoformat(), answerer)


class Knowledge:
    """The reference everyone answers from; `keep_fresh` swaps it."""

    def __init__(self, state: KnowledgeState, clock: Clock, log: Callable[..., object]) -> None:
        self._state = state
        self._clock = clock
        self._log = log

    def answer(self, question: str) -> Answer:
        """What the index in force says to a question."""
        return self._state.answerer.answer(question)

    def entry(self, slug: str) -> EntryView | None:
        """An entry of the index in force."""
        return self._state.answerer.entry(slug)

    @property
    def entries(self) -> tuple[EntryView, ...]:
        """All entries of the index in force."""
        return self._state.answerer.entries

    @property
    def version(self) -> int:
        return self._state.version

    async def keep_fresh(self) -> None:
        """Poll the version row for ever; entries also begin and end with the day."""
        while True:
            await asyncio.sleep(POLL_S)
            try:
                today = local(self._clock.now()).date().isoformat()
                if await current_version() != self._state.version or today != self._state.day:
                    begun = time.perf_counter()
                    self._state = await build_knowledge(self._clock)
                    self._log(
                        "knowledge_swapped",
                        version=self._state.version,
                        seconds=round(time.perf_counter() - begun, 3),
                    )
            except Exception as exc:  # noqa: BLE001 - outermost loop: the old index goes on answering
                self._log("knowledge_refresh_failed", error=type(exc).__name__)
