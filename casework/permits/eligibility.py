"""Whether a permit is needed at all, and whether this is the right one: asked before anything is filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from casework.permits.kinds import Basis, EligibilityAnswer, EligibilityQuestion, PermitKind

Answers = Mapping[str, str]
"""Codes of answers by codes of questions."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the answers come to. "open": a question is still to be answered (`question`).

    "go_on": the form may be filled in; all others end here, with the reason and what it rests on. `other_kind` is the
    right kind where `then` is "other".
    """

    then: Literal["open", "go_on", "no_permit", "not_possible", "other"]
    because: str = ""
    basis: tuple[Basis, ...] = ()
    other_kind: str | None = None
    question: str | None = None


def next_question(kind: PermitKind, answers: Answers) -> EligibilityQuestion | None:
    """The first question that is not answered yet; None once there is a verdict. An unknown answer is none."""
    for question, answer in _walk(kind, answers):
        if answer is None:
            return question
        if answer.then != "go_on":
            return None
    return None


def verdict(kind: PermitKind, answers: Answers) -> Verdict:
    """What the answers come to; a kind without questions lets everybody go on."""
    for question, answer in _walk(kind, answers):
        if answer is None:
            return Verdict(then="open", question=question.code)
        if answer.then != "go_on":
            return Verdict(
                then=answer.then,
                because=answer.because,
                basis=answer.basis,
                other_kind=answer.kind,
                question=question.code,
            )
    return Verdict(then="go_on")


def asked_answers(kind: PermitKind, answers: Answers) -> dict[str, str]:
    """Of the answers those to questions that are asked, up to the one that decides."""
    kept: dict[str, str] = {}
    for question, answer in _walk(kind, answers):
        if answer is None:
            break
        kept[question.code] = answer.code
        if answer.then != "go_on":
            break
    return kept


def _walk(
    kind: PermitKind, answers: Answers
) -> Iterator[tuple[EligibilityQuestion, EligibilityAnswer | None]]:
    """The questions in their order that hold, each with its answer. A condition looks at earlier ones that were asked."""
    asked: dict[str, str] = {}
    for question in kind.eligibility:
        condition = question.only_if
        if condition is not None and asked.get(condition.field) not in condition.is_one_of:
            continue
        given = answers.get(question.code)
        answer = next((one for one in question.answers if one.code == given), None)
        if answer is not None:
            asked[question.code] = answer.code
        yield question, answer
