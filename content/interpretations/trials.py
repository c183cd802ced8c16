"""What becomes of many questions under a state of the knowledge: asked once of each, in a process of its own.

Asking nine hundred questions takes most of a second of CPU. Beside an event loop that would keep citizens waiting, so
another process does it and ends; here only what came of it is remembered, by what it was made from.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import subprocess
import sys
from collections.abc import Sequence

import msgspec

from content.interpretations.answering import Answerer
from content.interpretations.evaluation import Question, Report, evaluated
from content.interpretations.views import EntryView
from kit.short_turns import short_turns
from nlp.segment import Term

REMEMBERED = 4
"""So many trials are remembered: the knowledge in force, and what an editor and another are looking at."""
FEW = 40
"""So many questions are asked here: starting a process takes longer."""
WITHIN_S = 120.0
PROCESS = "content.interpretations.trial_process"


class Knowledge(msgspec.Struct, frozen=True):
    """All that answers depend on: what may be said on a day, the bureau's own words, and what is asked."""

    entries: tuple[EntryView, ...]
    terms: tuple[Term, ...]
    questions: tuple[Question, ...]


class Given(msgspec.Struct, frozen=True):
    """What became of a question: its band, the entry answered with, those that were offered."""

    band: str
    slug: str | None
    offered: tuple[str, ...]


class Trial(msgspec.Struct, frozen=True):
    """The figures, and what became of each question in their order."""

    report: Report
    given: tuple[Given, ...]


class Trials:
    """Of one process. `interpreter` runs the other one; one at a time, or two previews would take both processors."""

    def __init__(self, interpreter: str = sys.executable) -> None:
        self._interpreter = interpreter
        self._known: dict[bytes, Trial] = {}
        self._turn = asyncio.Lock()
        self.made = 0
        """States that were tried, not remembered."""

    async def of(self, states: Sequence[Knowledge]) -> list[Trial]:
        """What comes of each. Takes a second where it is not remembered; the event loop goes on meanwhile."""
        keys = await asyncio.to_thread(lambda: [_key(one) for one in states])
        async with self._turn:
            wanted = {key: one for key, one in zip(keys, states, strict=True) if key not in self._known}
            if wanted:
                made = await asyncio.to_thread(_tried, self._interpreter, tuple(wanted.values()))
                self.made += len(made)
                self._known.update(zip(wanted, made, strict=True))
            for key in keys:
                self._known[key] = self._known.pop(key)  # the latest last
            found = [self._known[key] for key in keys]
            for key in list(self._known)[:-REMEMBERED]:
                del self._known[key]
        return found


def try_out(states: Sequence[Knowledge], *, beside: bool = True) -> tuple[Trial, ...]:
    """Ask everything of each state, here and now; the texts of one are not read again for the next.

    `beside`: this process has something else to do, too.
    """
    answerer: Answerer | None = None
    made = []
    for one in states:
        answerer = Answerer(one.entries, terms=one.terms, previous=answerer)
        figures, answers = evaluated(answerer, one.questions, beside=beside)
        given = (
            Given(each.band, each.entry.slug if each.entry else None, tuple(s.slug for s in each.suggestions))
            for each in answers
        )
        made.append(Trial(figures, tuple(given)))
    return tuple(made)


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
