"""Questions: the same knowledge as in chat, with the same two things that come before any answer."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import date
from typing import Annotated, Literal

import msgspec
import structlog
from sanic import HTTPResponse

from casework.complaints.filing import Source
from casework.dangers.alerts import raise_alert
from casework.dangers.finding import find_danger
from content.interpretations.views import Answer, EntryView
from kit.problems import NotFound, Problem
from miniapp_api.cases import Notice
from miniapp_api.door import ApiDoor
from miniapp_api.operations import Call, NoQuery
from miniapp_api.speaking import answer
from miniapp_api.words import VISIBLE, danger_numbers

PATIENCE_S = 2.0
"""The numbers never wait longer for the duty officer's page to be written."""

_log = structlog.get_logger("api")


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody wants to know, in their own words."""

    text: Annotated[str, msgspec.Meta(pattern=VISIBLE, max_length=500)]


class CitedArticle(msgspec.Struct, frozen=True):
    """One article of one version of a law; `label` is how it is printed."""

    law: str
    article: int
    version_on: date
    label: str


class Suggestion(msgspec.Struct, frozen=True):
    """A question that has an answer at /api/v1/questions/{slug}."""

    slug: str
    question: str


class AnsweredQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What may be said. `band`: an answer with its articles, unsure (see `suggestions`), or lost (ask a person).

    `question` is the one that was understood. `notice` stands before `answer` and is part of it already.
    """

    band: Literal["answer", "unsure", "lost"]
    question: str
    answer: str
    more: str
    citations: tuple[CitedArticle, ...]
    suggestions: tuple[Suggestion, ...]
    matched: tuple[str, ...]
    notice: Notice | None


async def ask(call: Call[Question, NoQuery]) -> HTTPResponse:
    """POST /questions. Nothing of it is kept, unless somebody we know tells of danger to life."""
    door, text = call.door, call.body.text
    if door.misconduct.is_told_in(text):
        said = door.text("problem.api.misconduct", phone=door.bureau.phone)
        return answer(_said("lost", said, notice=Notice("misconduct", said)))
    matched = find_danger(door.desk.policy.danger, text)
    found = _answered(door, door.answerer.answer(text))
    if not matched:
        return answer(found)
    await _page(call, text, matched)
    notice = Notice("danger", danger_numbers(door))
    return answer(msgspec.structs.replace(found, notice=notice, answer=f"{notice.text}\n{found.answer}"))


async def show_entry(call: Call[None, NoQuery]) -> HTTPResponse:
    """GET /questions/{slug}."""
    entry = call.door.answerer.entry(call.parts["slug"])
    if entry is None:
        raise NotFound("problem.api.no_such_question")
    return answer(_entry(entry, ()))


async def _page(call: Call[Question, NoQuery], text: str, matched: tuple[str, ...]) -> None:
    """Have the duty officer called about a person we can find again. The same words within a minute are one act."""
    if call.caller is None:
        return
    door, account_id = call.door, call.caller.account_id
    minute = int(door.db.clock.now().timestamp()) // 60
    words = hashlib.sha256(text.encode()).hexdigest()[:16]
    paging = asyncio.ensure_future(
        raise_alert(
            door.db,
            act=f"api-question:{account_id.hex}:{minute}:{words}",
            account_id=account_id,
            source=Source.MINIPROGRAM.value,
            words=text,
            matched=matched,
            actor=call.caller.actor,
        )
    )
    try:
        await asyncio.wait_for(asyncio.shield(paging), PATIENCE_S)
    except (TimeoutError, Problem):
        # The answer asks to telephone; that it was not written down is for those who run the system.
        _log.error("api_danger_not_paged")


def _answered(door: ApiDoor, found: Answer) -> AnsweredQuestion:
    suggestions = tuple(Suggestion(one.slug, one.question) for one in found.suggestions)
    if found.band == "answer" and found.entry is not None:
        return msgspec.structs.replace(_entry(found.entry, found.matched), suggestions=suggestions)
    if found.band == "unsure" and suggestions:
        return _said("unsure", door.text("api.unsure"), suggestions=suggestions, matched=found.matched)
    return _said("lost", door.text("api.lost"))


def _entry(entry: EntryView, matched: tuple[str, ...]) -> AnsweredQuestion:
    return AnsweredQuestion(
        band="answer",
        question=entry.question,
        answer=entry.answer,
        more=entry.more,
        citations=tuple(
            CitedArticle(one.law, one.article, one.version_on, one.label) for one in entry.citations
        ),
        suggestions=(),
        matched=matched,
        notice=None,
    )


def _said(
    band: Literal["unsure", "lost"],
    text: str,
    *,
    suggestions: tuple[Suggestion, ...] = (),
    matched: tuple[str, ...] = (),
    notice: Notice | None = None,
) -> AnsweredQuestion:
    return AnsweredQuestion(
        band=band,
        question="",
        answer=text,
        more="",
        citations=(),
        suggestions=suggestions,
        matched=matched,
        notice=notice,
    )
