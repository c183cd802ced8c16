"""What a release would do, before anybody does it: changed entries, findings, and how the evaluation moves."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from content.interpretations.answering import Answerer
from content.interpretations.check import Finding, check_entries
from content.interpretations.evaluation import Question, Report, evaluate, own_questions
from content.interpretations.law_library import laws_for
from content.interpretations.laws import LawIndex
from content.interpretations.queries import Rows, answering_on, current_version, entries_in, published_rows
from content.interpretations.refusing import refusing
from content.interpretations.release_plan import Target, applied, stamp
from content.interpretations.terms import engine_terms
from content.interpretations.views import Answer, EntryView
from kit.clock import local
from kit.db import Database
from kit.short_turns import short_turns
from nlp.segment import Term


@dataclass(frozen=True)
class EntryChange:
    """One entry before and after; None where it is not published."""

    slug: str
    before: EntryView | None
    after: EntryView | None


@dataclass(frozen=True)
class Outcome:
    """What becomes of a question: "answer", "unsure" or "lost", and the entry answered with or nearest."""

    band: str
    slug: str | None


@dataclass(frozen=True)
class MovedQuestion:
    """A question of our own set whose outcome would change. `wanted` is the right entry, None where there is none."""

    text: str
    wanted: str | None
    before: Outcome
    after: Outcome
    verdict: Literal["better", "worse", "other"]


@dataclass(frozen=True)
class Preview:
    """`faults` forbid publishing, `warnings` do not. `seen` goes back with the order to publish: nothing else is done."""

    seen: str
    before: Report
    after: Report
    changes: tuple[EntryChange, ...]
    faults: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    moved: tuple[MovedQuestion, ...]


async def previewed(
    db: Database,
    targets: Sequence[Target],
    laws: LawIndex | None = None,
    questions: Sequence[Question] | None = None,
) -> Preview:
    """Compare the knowledge of now with what it would be. Works in a thread; takes about a second."""
    version, day = await current_version(), local(db.clock.now()).date()
    rows, terms = await published_rows(), await engine_terms()
    return await asyncio.to_thread(
        _compared,
        rows,
        targets,
        terms,
        await laws_for([one.after for one in targets if one.after is not None], laws),
        questions,
        day,
        stamp(version, day, targets),
    )


def _compared(
    rows: Rows,
    targets: Sequence[Target],
    terms: Sequence[Term],
    laws: LawIndex,
    questions: Sequence[Question] | None,
    day: date,
    seen: str,
) -> Preview:
    with short_turns():
        return _judged(entries_in(rows), targets, terms, laws, questions, day, seen)


def _judged(
    entries: Sequence[EntryView],
    targets: Sequence[Target],
    terms: Sequence[Term],
    laws: LawIndex,
    questions: Sequence[Question] | None,
    day: date,
    seen: str,
) -> Preview:
    after = applied(entries, targets)
    changed = {one.slug for one in targets}
    # The changed ones last: a double is found in them and not in what stands already.
    beside = [entry for entry in after if entry.slug not in changed]
    mine = [entry for entry in after if entry.slug in changed]
    found = tuple(one for one in check_entries([*beside, *mine], laws, day) if one.slug in changed)
    faults = refusing(found)
    old = Answerer(answering_on(entries, day, laws), terms=terms)
    new = Answerer(answering_on(after, day, laws), terms=terms, previous=old)
    asked = own_questions() if questions is None else tuple(questions)
    return Preview(
        seen=seen,
        before=evaluate(old, asked),
        after=evaluate(new, asked),
        changes=tuple(EntryChange(one.slug, one.before, one.after) for one in targets),
        faults=faults,
        warnings=tuple(one for one in found if one not in faults),
        moved=tuple(_moved(old, new, asked)),
    )


def _moved(old: Answerer, new: Answerer, questions: Sequence[Question]) -> list[MovedQuestion]:
    found = []
    for question in questions:
        was, will_be = old.answer(question.text), new.answer(question.text)
        before, after = _outcome(was), _outcome(will_be)
        if before != after:
            gain = _worth(will_be, question.right) - _worth(was, question.right)
            verdict: Literal["better", "worse", "other"] = (
                "other" if gain == 0 else "better" if gain > 0 else "worse"
            )
            found.append(MovedQuestion(question.text, question.slug, before, after, verdict))
    return sorted(found, key=lambda one: ("worse", "better", "other").index(one.verdict))


def _outcome(answer: Answer) -> Outcome:
    if answer.entry is not None:
        return Outcome(answer.band, answer.entry.slug)
    return Outcome(answer.band, answer.suggestions[0].slug if answer.suggestions else None)


def _worth(answer: Answer, right: frozenset[str]) -> int:
    """How good an outcome is: right 3, offered 2, nothing 1, wrong 0; without a right entry nothing is best."""
    if answer.entry is not None:
        return 3 if answer.entry.slug in right else 0
    if any(one.slug in right for one in answer.suggestions):
        return 2
    return 1
