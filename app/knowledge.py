"""The Q&A index of a process: built before the fork, rebuilt beside the requests when the version row moves."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from content.interpretations.answering import Answerer
from content.interpretations.law_library import known_laws
from content.interpretations.laws import LawIndex, shipped_laws
from content.interpretations.profile import KnowledgeSection
from content.interpretations.queries import answering_on, current_version, entries_in, published_rows
from content.interpretations.terms import engine_terms
from content.interpretations.views import Answer, EntryView
from kit.clock import Clock, local
from kit.profile import Profile
from kit.settings import SettingsError
from kit.short_turns import short_turns

if TYPE_CHECKING:
    from nlp.rescoring import Rescorer

POLL_S = 0.5
RESTS_AT_MOST_S = 30.0


@dataclass(frozen=True)
class KnowledgeState:
    """One built index with what it was built for: version, local day, the bureau's own figures by name, laws known."""

    version: int
    day: str
    answerer: Answerer
    local: Mapping[str, str] = field(default_factory=dict)
    laws: LawIndex = field(default_factory=shipped_laws)


def local_figures(profile: Profile) -> Mapping[str, str]:
    """The bureau's own figures, by name."""
    return profile.section(KnowledgeSection).local


async def build_knowledge(
    clock: Clock,
    figures: Mapping[str, str] | None = None,
    previous: Answerer | None = None,
    *,
    rescoring: bool = False,
) -> KnowledgeState:
    """Read what may be answered and build its index, in a thread. `previous` spares reading its texts again.

    `rescoring`: with a second look where the engine is unsure; the index after takes it over. Raises SettingsError
    where its package is not installed.
    """
    today, figures = local(clock.now()).date(), dict(figures or {})
    # The number first: what is published while the rest is read is taken over a moment later.
    version = await current_version()
    laws = await known_laws()
    rows, terms = await published_rows(), await engine_terms()

    def build() -> Answerer:
        with short_turns():
            entries = answering_on(entries_in(rows), today, laws)
            rescorer = _rescorer() if rescoring else None
            return Answerer(entries, terms=terms, local=figures, previous=previous, rescorer=rescorer)

    return KnowledgeState(version, today.isoformat(), await asyncio.to_thread(build), figures, laws)


def _rescorer() -> Rescorer:
    from nlp.rescoring import EncoderMissing, shipped_rescorer

    try:
        return shipped_rescorer()
    except EncoderMissing as missing:
        raise SettingsError((f"RESCORING=on：{missing}",)) from None


class Knowledge:
    """The reference everyone answers from; `keep_fresh` swaps it. `figures` are the bureau's own, by name."""

    def __init__(
        self,
        state: KnowledgeState,
        clock: Clock,
        log: Callable[..., object],
        figures: Mapping[str, str] | None = None,
        *,
        swapped: Callable[[], object] = lambda: None,
    ) -> None:
        self._state = state
        self._clock = clock
        self._log = log
        self._figures = dict(state.local if figures is None else figures)
        self._swapped = swapped
        self.failures = 0
        """Builds in a row that failed; the old index answers meanwhile."""

    def answer(self, question: str) -> Answer:
        """What the index in force says to a question."""
        return self._state.answerer.answer(question)

    def answer_within(self, question: str, slugs: Collection[str]) -> Answer:
        """The same, of these entries alone."""
        return self._state.answerer.answer_within(question, slugs)

    def ranked(self, question: str, limit: int) -> tuple[tuple[EntryView, float], ...]:
        """The entries nearest to a question, best first."""
        return self._state.answerer.ranked(question, limit)

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

    @property
    def answerer(self) -> Answerer:
        """The index in force itself, for whoever asks it many times."""
        return self._state.answerer

    @property
    def laws(self) -> LawIndex:
        """The law library as of the index in force."""
        return self._state.laws

    @property
    def figures(self) -> Mapping[str, str]:
        """The bureau's own figures, by name."""
        return self._figures

    async def renewed(self) -> bool:
        """Build and swap if anything moved: the version, the local day, the bureau's figures. Whether it did."""
        state = self._state
        today = local(self._clock.now()).date().isoformat()
        if (await current_version(), today, self._figures) == (state.version, state.day, state.local):
            return False
        begun = time.perf_counter()
        self._state = await build_knowledge(self._clock, self._figures, state.answerer)
        self._log(
            "knowledge_swapped",
            version=self._state.version,
            seconds=round(time.perf_counter() - begun, 3),
        )
        with contextlib.suppress(OSError):
            # A full disk must not stop anything but the figures.
            self._swapped()
        return True

    async def keep_fresh(self) -> None:
        """Look for ever; an index that cannot be built is tried again, ever less often, and the old one answers on."""
        while True:
            try:
                await self.renewed()
                self.failures = 0
            except Exception as exc:  # noqa: BLE001 - outermost loop: the old index goes on answering
                self.failures += 1
                self._log("knowledge_refresh_failed", error=type(exc).__name__)
            await asyncio.sleep(min(POLL_S * 2 ** min(self.failures, 8), RESTS_AT_MOST_S))
