"""What a release would do, before anybody does it: changed entries, findings, and how the evaluation moves."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from content.interpretations.check import Finding, check_entries
from content.interpretations.evaluation import Question, Report, own_questions
from content.interpretations.law_library import laws_for
from content.interpretations.laws import LawIndex
from content.interpretations.queries import Rows, answering_on, current_version, entries_in, published_rows
from content.interpretations.refusing import refusing
from content.interpretations.release_plan import Target, applied, stamp
from content.interpretations.terms import engine_terms
from content.interpretations.trials import Given, Knowledge, Trials
from content.interpretations.views import EntryView
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
    trials: Trials | None = None,
) -> Preview:
    """Compare the knowledge of now with what it would be. Takes a second or two; what `trials` remembers takes none."""
    version, day = await current_version(), local(db.clock.now()).date()
    rows, terms = await published_rows(), await engine_terms()
    index = await laws_for([one.after for one in targets if one.after is not None], laws)
    asked = own_questions() if questions is None else tuple(questions)
    found, old, new = await asyncio.to_thread(_states, rows, targets, terms, index, asked, day)
    before, after = await (trials or Trials()).of([old, new])
    faults = refusing(found)
    return Preview(
        seen=stamp(version, day, targets),
        before=before.report,
        after=after.report,
        changes=tuple(EntryChange(one.slug, one.before, one.after) for one in targets),
        faults=faults,
        warnings=tuple(one for one in found if one not in faults),
        moved=tuple(_moved(before.given, after.given, asked)),
    )


def _states(
    rows: Rows,
    targets: Sequence[Target],
    terms: Sequence[Term],
    laws: LawIndex,
    questions: tuple[Question, ...],
    day: date,
) -> tuple[tuple[Finding, ...], Knowledge, Knowledge]:
    """What the check finds in the changed entries; the knowledge as it is and as it would be."""
    with short_turns():
        entries = entries_in(rows)
        after = applied(entries, targets)
        changed = {one.slug for one in targets}
        # The changed ones last: a double is found in them and not in what stands already.
        beside = [entry for entry in after if entry.slug not in changed]
        mine = [entry for entry in after if entry.slug in changed]
        found = tuple(one for one in check_entries([*beside, *mine], laws, day) if one.slug in changed)
        old, new = (
            Knowledge(tuple(answering_on(one, day, laws)), tuple(terms), questions)
            for one in (entries, after)
        )
        return found, old, new


def _moved(old: Sequence[Given], new: Sequence[Given], questions: Sequence[Question]) -> list[MovedQuestion]:
    found = []
    for question, was, will_be in zip(questions, old, new, strict=True):
        before, after = _outcome(was), _outcome(will_be)
        if before != after:
            gain = _worth(will_be, question.right) - _worth(was, question.right)
            verdict: Literal["better", "worse", "other"] = (
                "other" if gain == 0 else "better" if gain > 0 else "worse"
            )
            found.append(MovedQuestion(question.text, question.slug, before, after, verdict))
    return sorted(found, key=lambda one: ("worse", "better", "other").index(one.verdict))


def _outcome(given: Given) -> Outcome:
    return Outcome(given.band, given.slug or next(iter(given.offered), None))


def _worth(given: Given, right: frozenset[str]) -> int:
    """How good an outcome is: right 3, offered 2, nothing 1, wrong 0; without a right entry nothing is best."""
    if given.slug is not None:
        return 3 if given.slug in right else 0
    return 2 if right.intersection(given.offered) else 1
