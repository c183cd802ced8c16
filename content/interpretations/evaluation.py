"""How well questions are answered: what was expected of each, and the figures of all.

Three kinds of questions. `asked` has an entry that answers it; `near` is of the same domain (city management, municipal
matters) but no entry answers it; `far` is of another world. The figures, of a sequence of outcomes:

* top1, recall3, recall5: share of the asked whose right entry comes first, among the first three, the first five.
* mrr10: mean of 1/rank of the right entry over the asked; 0 where it is not among the first ten.
* threshold95: the lowest confidence at which at least 95 % of what is answered is right. An asked question is answered
  at a threshold when its confidence reaches it, and right when the right entry comes first. Questions of equal
  confidence are answered together. None where no confidence will do.
* coverage95: share of the asked that are answered at that threshold; 0 without one.
* near_answered, far_answered: share of the near and of the far whose confidence reaches that same threshold.
* ece: expected calibration error of the asked: ten bins of equal width, and the mean, weighed by how many fall in each,
  of the distance between the mean confidence and the share that is right.
* money_wrong: of the answers the service really gives (band "answer") to asked questions where the entry given or the
  right one is sensitive, the share where the entry given is not right.
* near_given, far_given: share of the near and of the far to which the service really gives an answer.
* p50_us, p99_us: CPU time of the thread for one answer, from the raw text to the band, in microseconds; nothing
  remembered. The command asks everything once before; `evaluate`, which people wait for, a hundred.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from content.interpretations.answering import Answerer
from content.interpretations.question_files import OutsideLine, QueryLine, read_outside, read_own_queries
from content.interpretations.views import Answer

OWN_QUESTIONS = Path(__file__).with_name("own_questions")

Kind = Literal["asked", "near", "far"]

PRECISION = 0.95
LOOKED_AT = 10
BINS = 10
WARM_UP = 100
AT_A_STRETCH, BREATH_S = 4, 0.0002
"""Questions between two breaths, in which the requests of a process that evaluates in a thread have their turn."""
HELD = "held"


class Question(msgspec.Struct, frozen=True):
    """A text as typed, and the entry that answers it; `slug` is None unless it is `asked`.

    `also`: entries that are as right. `held`: one of the quarter that nobody looks at while tuning.
    """

    text: str
    slug: str | None
    kind: Kind = "asked"
    held: bool = False
    also: tuple[str, ...] = ()

    @property
    def right(self) -> frozenset[str]:
        """Every entry that answers it; none for a question without an entry."""
        return frozenset(() if self.slug is None else (self.slug, *self.also))


class Outcome(msgspec.Struct, frozen=True):
    """What became of one question. `rank` of the right entry counts from 1; None when it is not among the first ten.

    `given` tells that the service answers at all, `money` that the answer or the right one is sensitive.
    """

    kind: Kind
    rank: int | None
    confidence: float
    given: bool = False
    money: bool = False


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The figures that the module explains. Shares are 0 where there is nothing to take a share of."""

    asked: int
    near: int
    far: int
    top1: float
    mrr10: float
    recall3: float
    recall5: float
    threshold95: float | None
    coverage95: float
    near_answered: float
    far_answered: float
    ece: float
    given: float
    money_answers: int
    money_wrong: float
    near_given: float
    far_given: float
    p50_us: float
    p99_us: float


def _let_others(number: int) -> None:
    if number % AT_A_STRETCH == 0:
        time.sleep(BREATH_S)


def _go_on(number: int) -> None:
    """Nobody else waits for this process."""


def own_questions(folder: Path = OWN_QUESTIONS) -> tuple[Question, ...]:
    """The questions we ship, written as people type them and kept apart from all phrasings. Reads the files."""
    asked, outside = own_lines(folder)
    return (
        *(Question(line.query, line.golds[0], "asked", line.split == HELD, line.golds[1:]) for line in asked),
        *(Question(line.query, None, line.kind or "far", line.split == HELD) for line in outside),
    )


def own_lines(folder: Path = OWN_QUESTIONS) -> tuple[list[QueryLine], list[OutsideLine]]:
    """The same as lines of question files: those with an entry, and those without. Raises QuestionFileError."""
    asked = [line for path in sorted(folder.glob("asked_*.jsonl")) for line in read_own_queries(path)]
    return asked, [line for name in ("near", "far") for line in read_outside(folder / f"{name}.jsonl")]


def evaluate(answerer: Answerer, questions: Sequence[Question]) -> Report:
    """Ask everything of this state of the knowledge base; takes about a millisecond a question. Warms up with some."""
    return evaluated(answerer, questions)[0]


def evaluated(
    answerer: Answerer, questions: Sequence[Question], *, beside: bool = True
) -> tuple[Report, list[Answer]]:
    """The same with the answers themselves, in the order of the questions. `beside`: others wait for this process."""
    pause = _let_others if beside else _go_on
    timed = answers_timed(answerer, [question.text for question in questions], warm_up=WARM_UP, pause=pause)
    outcomes = []
    for number, (question, (answer, _)) in enumerate(zip(questions, timed, strict=True)):
        pause(number)
        found = found_for(answerer, question.text, question.right, answer)
        money = _is_money(answerer, question, answer)
        outcomes.append(outcome(question.kind, found, question.right, answer, money))
    return report(outcomes, [cost for _, cost in timed]), [answer for answer, _ in timed]


def found_for(answerer: Answerer, text: str, golds: frozenset[str], answer: Answer) -> Sequence[str]:
    """The entries nearest to a text, best first, what it was answered with before all others.

    Only as far as it matters: nothing for a question without an entry, one where that is right.
    """
    given = () if answer.entry is None else (answer.entry.slug,)
    if not golds or golds.intersection(given):
        return given
    ranked = (entry.slug for entry, _ in answerer.ranked(text, LOOKED_AT))
    return tuple(dict.fromkeys((*given, *ranked)))


def outcome(
    kind: Kind, found: Sequence[str], golds: frozenset[str], answer: Answer, money: bool = False
) -> Outcome:
    """What became of a question whose nearest entries are `found`, best first, and that may have several right ones."""
    rank = next((place for place, slug in enumerate(found[:LOOKED_AT], start=1) if slug in golds), None)
    return Outcome(kind, rank, answer.confidence, answer.band == "answer", money)


def _is_money(answerer: Answerer, question: Question, answer: Answer) -> bool:
    entries = (answer.entry, *map(answerer.entry, question.right))
    return any(entry is not None and entry.sensitive for entry in entries)


def answers_timed(
    answerer: Answerer,
    texts: Sequence[str],
    *,
    warm_up: int | None = None,
    pause: Callable[[int], None] = _let_others,
) -> list[tuple[Answer, float]]:
    """The answer to each text and the microseconds of CPU this thread took for it.

    Everything is asked once before, or as many as `warm_up` says.
    """
    for number, text in enumerate(texts[:warm_up]):
        pause(number)
        answerer.answer_afresh(text)
    timed = []
    for number, text in enumerate(texts):
        pause(number)
        begun = time.thread_time_ns()
        answer = answerer.answer_afresh(text)
        timed.append((answer, (time.thread_time_ns() - begun) / 1_000))
    return timed


def report(outcomes: Sequence[Outcome], costs: Sequence[float]) -> Report:
    """The figures of these outcomes; `costs` in microseconds."""
    asked = [each for each in outcomes if each.kind == "asked"]
    near = [each for each in outcomes if each.kind == "near"]
    far = [each for each in outcomes if each.kind == "far"]
    threshold = threshold95(asked)
    money = [each for each in asked if each.given and each.money]
    ordered = sorted(costs)
    return Report(
        asked=len(asked),
        near=len(near),
        far=len(far),
        top1=_share(asked, lambda each: each.rank == 1),
        mrr10=sum(1 / each.rank for each in asked if each.rank) / len(asked) if asked else 0.0,
        recall3=_share(asked, lambda each: each.rank is not None and each.rank <= 3),
        recall5=_share(asked, lambda each: each.rank is not None and each.rank <= 5),
        threshold95=threshold,
        coverage95=_answered(asked, threshold),
        near_answered=_answered(near, threshold),
        far_answered=_answered(far, threshold),
        ece=calibration_error(asked),
        given=_share(asked, lambda each: each.given),
        money_answers=len(money),
        money_wrong=_share(money, lambda each: each.rank != 1),
        near_given=_share(near, lambda each: each.given),
        far_given=_share(far, lambda each: each.given),
        p50_us=percentile(ordered, 0.50),
        p99_us=percentile(ordered, 0.99),
    )


def threshold95(asked: Sequence[Outcome]) -> float | None:
    """The lowest confidence at which at least 95 % of the answered are right; None where there is none."""
    lowest, right = None, 0
    ordered = sorted(asked, key=lambda each: -each.confidence)
    for number, each in enumerate(ordered, start=1):
        right += each.rank == 1
        last_of_its_confidence = number == len(ordered) or ordered[number].confidence != each.confidence
        if last_of_its_confidence and right >= PRECISION * number:
            lowest = each.confidence
    return lowest


def calibration_error(asked: Sequence[Outcome]) -> float:
    """Expected calibration error over ten bins of equal width."""
    bins: list[list[Outcome]] = [[] for _ in range(BINS)]
    for each in asked:
        bins[min(BINS - 1, max(0, int(each.confidence * BINS)))].append(each)
    distances = (
        abs(sum(each.confidence for each in held) - sum(each.rank == 1 for each in held)) for held in bins
    )
    return sum(distances) / len(asked) if asked else 0.0


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest of the ordered values that at least this share does not exceed; 0 of none."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


def _answered(outcomes: Sequence[Outcome], threshold: float | None) -> float:
    return _share(outcomes, lambda each: threshold is not None and each.confidence >= threshold)


def _share(outcomes: Sequence[Outcome], counts: Callable[[Outcome], bool]) -> float:
    return sum(map(counts, outcomes)) / len(outcomes) if outcomes else 0.0
