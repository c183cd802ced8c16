"""Questions: the same knowledge as in chat, with the same two things that come before any answer."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

import msgspec
import structlog
from sanic import HTTPResponse

from casework.complaints.filing import Source
from casework.complaints.wording import kept
from casework.dangers.alerts import raise_alert
from casework.dangers.finding import find_danger
from content.interpretations.follow_up import UNSAID, follow_up
from content.interpretations.hearing import Door, Vote
from content.interpretations.leading import LeadKind, lead_of
from content.interpretations.manners import looked_up
from content.interpretations.views import Answer, Citation, EntryView
from kit.http.rate_limit import by_address
from kit.problems import NotFound, Problem
from miniapp_api.cases import Notice
from miniapp_api.door import ApiDoor
from miniapp_api.operations import Call, NoQuery
from miniapp_api.speaking import answer
from miniapp_api.words import VISIBLE, danger_numbers

PATIENCE_S = 2.0
"""The numbers never wait longer for the duty officer's page to be written."""

_log = structlog.get_logger("api")


Slug = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9-]{0,79}$")]


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody wants to know, in their own words. `after`: the slug of the entry shown just before, if any."""

    text: Annotated[str, msgspec.Meta(pattern=VISIBLE, max_length=500)]
    after: Slug | None = None


class HelpVote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether an answer helped. `words` is the question as asked; `not_this`: another question was meant (never helped)."""

    helped: bool
    words: Annotated[str, msgspec.Meta(max_length=500)] = ""
    not_this: bool = False


class VoteNoted(msgspec.Struct, frozen=True):
    """`counted`: False where the same person has spoken about this answer today already; the first word stands."""

    counted: bool


class CitedArticle(msgspec.Struct, frozen=True):
    """One article of one version of a law; `label` is how it is printed, `gist` what it says, in our own words."""

    law: str
    article: int
    version_on: date
    label: str
    gist: str


class Suggestion(msgspec.Struct, frozen=True):
    """A question that has an answer at /api/v1/questions/{slug}."""

    slug: str
    question: str


class AnswerLink(msgspec.Struct, frozen=True):
    """Where to go on: `code` is the kind of permit or the group of complaints, `href` the page that does the same."""

    kind: LeadKind
    code: str
    href: str
    words: str


class AnsweredQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What may be said. `band`: an answer with its articles, unsure (see `suggestions`), or lost (ask a person).

    `slug` names the entry ("" without one), `question` is the one that was understood. `confirm` is not empty where it
    has to be said before the answer which question it answers. `more` is for whoever wants details. `matched` are the
    asked words the entry was found by, `phrasing` its wording nearest to them. `notice` stands before `answer` and is
    part of it already.
    """

    band: Literal["answer", "unsure", "lost"]
    slug: str
    question: str
    confirm: str
    answer: str
    more: str
    link: AnswerLink | None
    citations: tuple[CitedArticle, ...]
    suggestions: tuple[Suggestion, ...]
    matched: tuple[str, ...]
    phrasing: str
    notice: Notice | None


async def ask(call: Call[Question, NoQuery]) -> HTTPResponse:
    """POST /questions. Nothing of it is kept, unless somebody we know tells of danger to life, or it has no answer yet.

    What has no answer is kept without who asked, and without numbers and names, for those who write answers.
    """
    door, text = call.door, call.body.text
    if door.misconduct.is_told_in(text):
        return answer(told_elsewhere(door))
    asked, after = looked_up(text), call.body.after
    matched = find_danger(door.desk.policy.danger, text)
    if not matched:
        found = (follow_up(door.answerer, after, asked) if after else None) or door.answerer.answer(asked)
        door.hearing.asked(asked, found, Door.MINIPROGRAM)
        said = _answered(door, found)
        if said.band != "answer" and (unasked := door.manners.unasked(text)):
            words = door.text(f"api.unasked.{unasked}", phone=door.bureau.phone)
            # Who is angry may have asked something all the same.
            near = said.suggestions if unasked == "insult" else ()
            said = _said("unsure" if near else "lost", words, suggestions=near)
        return answer(said)
    await _page(call, text, matched)
    notice, said = Notice("danger", danger_numbers(door)), _answered(door, door.answerer.answer(asked))
    then = said.answer if said.band != "lost" else door.text("api.danger_then")
    return answer(msgspec.structs.replace(said, notice=notice, answer=f"{notice.text}\n{then}"))


async def show_entry(call: Call[None, NoQuery]) -> HTTPResponse:
    """GET /questions/{slug}."""
    return answer(_entry(call.door, _known(call.door, call.parts)))


async def vote(call: Call[HelpVote, NoQuery]) -> HTTPResponse:
    """POST /questions/{slug}/votes: counted once a day for each person; who sends it again changes nothing."""
    door, said = call.door, call.body
    entry = _known(door, call.parts)
    caller = call.caller
    person = f"account:{caller.account_id}" if caller else by_address(door.addresses.of(call.request))
    counted = await door.hearing.voted(
        Vote(
            person=person,
            slug=entry.slug,
            version=entry.version,
            helped=said.helped and not said.not_this,
            door=Door.MINIPROGRAM,
            # What tells on our own people is kept nowhere.
            words="" if door.misconduct.is_told_in(said.words) else kept(said.words),
            not_this=said.not_this,
        )
    )
    return answer(VoteNoted(counted))


def told_elsewhere(door: ApiDoor) -> AnsweredQuestion:
    """Where to tell what is about the bureau's own people; the words are neither looked up nor kept."""
    said = door.text("problem.api.misconduct", phone=door.bureau.phone)
    return _said("lost", said, notice=Notice("misconduct", said))


def _known(door: ApiDoor, parts: Mapping[str, str]) -> EntryView:
    entry = door.answerer.entry(parts["slug"])
    if entry is None:
        raise NotFound("problem.api.no_such_question")
    return entry


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
        said = _entry(door, found.entry, found)
        return msgspec.structs.replace(said, suggestions=suggestions)
    if found.reason == UNSAID:
        words = door.text("api.unsaid") if suggestions else door.text("api.unsaid_alone")
        return _said("unsure" if suggestions else "lost", words, suggestions=suggestions)
    if found.band == "unsure" and suggestions:
        said = _said("unsure", door.text("api.unsure"), suggestions=suggestions)
        return msgspec.structs.replace(said, matched=found.matched, phrasing=found.phrasing)
    return _said("lost", door.text("api.lost"))


def _entry(door: ApiDoor, entry: EntryView, found: Answer | None = None) -> AnsweredQuestion:
    """The entry; what it was `found` by says whether it was found by itself or through the entry before."""
    is_guess = found is not None and found.reason.startswith("follow_up")
    link = lead_of(entry)
    return AnsweredQuestion(
        band="answer",
        slug=entry.slug,
        question=entry.question,
        confirm=door.text("qa.asked", question=entry.question) if entry.sensitive or is_guess else "",
        answer=entry.answer,
        more=entry.more,
        link=AnswerLink(link.kind, link.code, link.href, door.text(f"api.link.{link.kind}"))
        if link
        else None,
        citations=tuple(_cited(door, one) for one in entry.citations),
        suggestions=(),
        matched=found.matched if found is not None else (),
        phrasing=found.phrasing if found is not None else "",
        notice=None,
    )


def _cited(door: ApiDoor, one: Citation) -> CitedArticle:
    return CitedArticle(
        one.law, one.article, one.version_on, one.label, door.gists.get((one.law, one.article), "")
    )


def _said(
    band: Literal["unsure", "lost"],
    text: str,
    *,
    suggestions: tuple[Suggestion, ...] = (),
    notice: Notice | None = None,
) -> AnsweredQuestion:
    return AnsweredQuestion(
        band=band,
        slug="",
        question="",
        confirm="",
        answer=text,
        more="",
        link=None,
        citations=(),
        suggestions=suggestions,
        matched=(),
        phrasing="",
        notice=notice,
    )
