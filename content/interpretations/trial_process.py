"""Trying a state of the knowledge: what becomes of each question; also as a process, which reads states and writes trials.

What such a process imports it waits for: nothing of the service beside the engine.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence

import msgspec

from content.interpretations.answering import Answerer
from content.interpretations.evaluation import Question, Report, evaluated
from content.interpretations.views import EntryView
from nlp.segment import Term

GIVES_WAY = 2
"""Niceness: an editor can wait a moment longer than a citizen."""


class Knowledge(msgspec.Struct, frozen=True):
    """All that answers depend on: what may be said on a day, the bureau's own words, and what is asked."""

    entries: tuple[EntryView, ...]
    terms: tuple[Term, ...]
    questions: tuple[Question, ...]


class Given(msgspec.Struct, frozen=True, array_like=True):
    """What became of a question: its band, the entry answered with, those that were offered."""

    band: str
    slug: str | None
    offered: tuple[str, ...]


class Trial(msgspec.Struct, frozen=True):
    """The figures, and what became of each question in their order."""

    report: Report
    given: tuple[Given, ...]


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


def main() -> None:
    with contextlib.suppress(OSError):
        os.nice(GIVES_WAY)
    states = msgspec.json.decode(sys.stdin.buffer.read(), type=tuple[Knowledge, ...])
    sys.stdout.buffer.write(msgspec.json.encode(try_out(states, beside=False)))


if __name__ == "__main__":
    main()
