"""What is published of the promise "surveyed within the hour, decided within the day", and figures from exactly that. Pure.

A row is one case that was decided, refused or taken back in the month, or one that is late and not decided yet, which
stands in the month that runs: no number, no day, no place. Where fewer than FEWEST cases share
kind, act and door, the door is not named, then the act, then the kind. Ratings stand by themselves, by kind alone, so
that nobody's rating is found by their case; fewer than FEWEST of a month are not published. Rows stand in the order of
what they say.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from casework.figures.quantiles import MEDIAN, quantile

FEWEST: Final = 5
OTHER: Final = "*"
"""Stands for a kind, act or door that is not named, because too few cases are of it."""
SATISFIED_FROM: Final = 4
OPEN: Final = "open"
"""The outcome of a row that has none yet, and is late."""
WITHDRAWN: Final = "withdrawn"
UNDECIDED: Final = frozenset({OPEN, WITHDRAWN})
"""Outcomes without a decision: no time that a decision took, and nothing kept; missed where it was late."""


class PromiseRow(NamedTuple):
    """One case as it is published. Times in working minutes; `kept` 1 or 0, None where nothing was promised.

    `late_organ` is whose co-signature came late, `late_reason` why the promise was missed, "" where there is none. The law's
    limit stands apart: whether it was kept, and why it was put off where it was.
    """

    kind: str
    act: str
    source: str
    outcome: str
    survey_minutes: int | None
    survey_limit: int | None
    survey_kept: int | None
    decision_minutes: int | None
    decision_limit: int | None
    decision_kept: int | None
    paused_minutes: int
    late_organ: str
    late_reason: str
    law_kept: int | None
    extension_reason: str


class RatingRow(NamedTuple):
    """One rating, 1 (worst) to 5."""

    kind: str
    rating: int


class Published(NamedTuple):
    """All that is published of a month."""

    cases: tuple[PromiseRow, ...]
    ratings: tuple[RatingRow, ...]


class FactLike(NamedTuple):
    """What of a fact is looked at; see `casework.permits.models.PermitFact`."""

    kind: str
    act: str
    source: str
    outcome: str
    survey_minutes: int | None
    survey_limit_minutes: int | None
    is_survey_kept: bool | None
    promise_minutes: int | None
    promise_limit_minutes: int | None
    is_promise_kept: bool | None
    paused_minutes: int
    late_organ: str | None
    late_reason: str | None
    is_law_kept: bool | None
    extension_reason: str | None
    rating: int | None


class PromiseLine(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one kind, or of all; `cases` are those decided. Medians by nearest rank."""

    kind: str
    cases: int
    still_open: int
    withdrawn: int
    surveyed: int
    surveys_kept: int
    survey_median: int | None
    promised: int
    decisions_kept: int
    decision_median: int | None
    rated: int
    satisfied: int


class PromiseFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a month. `organs` counts late co-signatures; `misses` are the rows that missed something."""

    whole: PromiseLine
    kinds: tuple[PromiseLine, ...]
    organs: Mapping[str, int]
    misses: tuple[PromiseRow, ...]
    ratings: Mapping[int, int]


def published(facts: Iterable[FactLike], fewest: int = FEWEST) -> Published:
    """What is published of these facts."""
    facts = list(facts)
    rows = [_row(fact) for fact in facts]
    for name in ("source", "act", "kind"):
        unnamed: dict[str, Any] = {name: OTHER}
        together = Counter(row[:3] for row in rows)
        rows = [row if together[row[:3]] >= fewest else row._replace(**unnamed) for row in rows]
    rated = [RatingRow(fact.kind, fact.rating) for fact in facts if fact.rating is not None]
    together_rated = Counter(row.kind for row in rated)
    rated = [row if together_rated[row.kind] >= fewest else row._replace(kind=OTHER) for row in rated]
    few = {kind for kind, count in Counter(row.kind for row in rated).items() if count < fewest}
    return Published(
        tuple(sorted(rows, key=_in_order)), tuple(sorted(row for row in rated if row.kind not in few))
    )


def figures_of(shown: Published) -> PromiseFigures:
    """The figures of published rows: what the page shows, and what anybody reckons again."""
    by: dict[str, list[PromiseRow]] = defaultdict(list)
    rated: dict[str, list[int]] = defaultdict(list)
    for row in shown.cases:
        by[row.kind].append(row)
    for one in shown.ratings:
        rated[one.kind].append(one.rating)
    names = sorted({*by, *rated}, key=lambda name: (name == OTHER, -len(by[name]), name))
    return PromiseFigures(
        whole=_line("", shown.cases, [one.rating for one in shown.ratings]),
        kinds=tuple(_line(name, by[name], rated[name]) for name in names),
        organs=dict(Counter(row.late_organ for row in shown.cases if row.late_organ).most_common()),
        misses=tuple(row for row in shown.cases if 0 in (row.survey_kept, row.decision_kept, row.law_kept)),
        ratings={score: sum(one.rating == score for one in shown.ratings) for score in range(5, 0, -1)},
    )


def _row(fact: FactLike) -> PromiseRow:
    return PromiseRow(
        fact.kind,
        fact.act,
        fact.source,
        fact.outcome,
        fact.survey_minutes,
        fact.survey_limit_minutes,
        _kept(fact.is_survey_kept),
        fact.promise_minutes,
        fact.promise_limit_minutes,
        _kept(fact.is_promise_kept),
        fact.paused_minutes,
        fact.late_organ or "",
        fact.late_reason or "",
        _kept(fact.is_law_kept),
        fact.extension_reason or "",
    )


def _kept(value: bool | None) -> int | None:
    return None if value is None else int(value)


def _line(kind: str, rows: Sequence[PromiseRow], ratings: Sequence[int]) -> PromiseLine:
    surveys = sorted(row.survey_minutes for row in rows if row.survey_minutes is not None)
    decisions = sorted(row.decision_minutes for row in rows if row.decision_minutes is not None)
    return PromiseLine(
        kind=kind,
        cases=sum(row.outcome not in UNDECIDED for row in rows),
        still_open=sum(row.outcome == OPEN for row in rows),
        withdrawn=sum(row.outcome == WITHDRAWN for row in rows),
        surveyed=sum(row.survey_kept is not None for row in rows),
        surveys_kept=sum(row.survey_kept == 1 for row in rows),
        survey_median=quantile([surveys], MEDIAN),
        promised=sum(row.decision_kept is not None for row in rows),
        decisions_kept=sum(row.decision_kept == 1 for row in rows),
        decision_median=quantile([decisions], MEDIAN),
        rated=len(ratings),
        satisfied=sum(one >= SATISFIED_FROM for one in ratings),
    )


def _in_order(row: PromiseRow) -> tuple[str | int, ...]:
    return tuple(-1 if value is None else value for value in row)
