"""Notices of the mini-program: what a person wants to be told, what to ask consent for now, what was tapped."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from sanic import HTTPResponse

from casework.complaints import queries
from casework.complaints.lifecycle import COMPLAINT
from casework.notifications.preferences import Choice
from casework.notifications.prompts import ASKED_AT_ONCE, Moment
from casework.notifications.shape import Topic
from casework.notifications.wishes import to_ask
from kit.problems import NotFound
from miniapp_api.operations import Call, NoQuery
from miniapp_api.speaking import Refused, answer

Reference = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2,4}-[A-Z]{2}-[0-9]{6}-[0-9]{4,9}-[0-9A-Z]$")]
TemplateId = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
_LATEST = 20
"""Cases looked at for one that goes on."""
Said = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class NoticeTopic(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of news. `choices` is empty where all of it must be told; `must` says what comes in any case, and why."""

    topic: str
    title: str
    about: str
    choice: Choice
    choices: tuple[Choice, ...]
    must: str


class NoticePreferences(msgspec.Struct, frozen=True):
    """All topics."""

    topics: tuple[NoticeTopic, ...]


class NoticeWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; a topic that is left out stays as it is."""

    result: Choice | None = None
    progress: Choice | None = None
    receipt: Choice | None = None


class NoticeAnswers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `wx.requestSubscribeMessage` gave: template -> accept, reject, ban, filter and what may come to be."""

    answers: Annotated[dict[TemplateId, Said], msgspec.Meta(min_length=1, max_length=ASKED_AT_ONCE)]


class NoticeConsent(msgspec.Struct, frozen=True, kw_only=True):
    """How one template stands: how many messages may still be sent. A lasting one is not used up."""

    template_id: str
    lasting: bool
    left: int
    refused: bool


class NoticeConsents(msgspec.Struct, frozen=True):
    """All templates of the mini-program that need a consent."""

    templates: tuple[NoticeConsent, ...]


class PromptQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`reference`: the complaint in hand; without it, whether anything of the caller's goes on decides."""

    moment: Literal["filed", "answered", "opened"] = "opened"
    reference: Reference | None = None


class NoticePrompt(msgspec.Struct, frozen=True):
    """What to hand to `wx.requestSubscribeMessage` now; empty most of the time. Never more than three, of one kind."""

    template_ids: tuple[str, ...]


async def show_preferences(call: Call[object, NoQuery]) -> HTTPResponse:
    """GET /notice-preferences."""
    door, held = call.door, await call.door.notices.choices(call.who.account_id)
    topics = []
    for offer in door.notices.topics:
        name = offer.topic.value
        titles = dict.fromkeys(door.text(f"{template}.title") for template in offer.must)
        topics.append(
            NoticeTopic(
                topic=name,
                title=door.text(f"notices.topic.{name}"),
                about=door.text(f"notices.about.{name}"),
                choice=held.get(offer.topic, "now") if offer.choices else "now",
                choices=offer.choices,
                must=door.text(f"notices.must.{name}", titles="、".join(titles)) if titles else "",
            )
        )
    return answer(NoticePreferences(tuple(topics)))


async def choose_preferences(call: Call[NoticeWish, NoQuery]) -> HTTPResponse:
    """PUT /notice-preferences. To choose what holds already changes nothing."""
    said = call.body
    wished = {Topic.RESULT: said.result, Topic.PROGRESS: said.progress, Topic.RECEIPT: said.receipt}
    offers = {offer.topic: offer.choices for offer in call.door.notices.topics}
    wanted: dict[Topic, Choice] = {}
    for topic, choice in wished.items():
        if choice is None:
            continue
        if choice not in offers.get(topic, ()):
            raise Refused("problem.notices.choice", field=topic.value)
        wanted[topic] = choice
    await call.door.notices.choose(call.who.actor, call.who.account_id, wanted)
    return await show_preferences(call)


async def show_prompt(call: Call[None, PromptQuery]) -> HTTPResponse:
    """GET /notice-prompts."""
    door, account_id = call.door, call.who.account_id
    is_open = await _goes_on(call)
    asked = await to_ask(
        door.notices, account_id, Moment(call.query.moment), is_open=is_open, clock=door.db.clock
    )
    return answer(NoticePrompt(asked))


async def note_answers(call: Call[NoticeAnswers, NoQuery]) -> HTTPResponse:
    """POST /notice-consents: counted once however often it is sent, and for templates of the mini-program alone."""
    door, account_id = call.door, call.who.account_id
    ours = {one.template_id for one in await door.notices.held(account_id)}
    if not ours.issuperset(call.body.answers):
        raise Refused("problem.api.no_such_template", field="answers")
    await door.notices.claim(call.act, account_id, call.body.answers)
    held = await door.notices.held(account_id)
    return answer(
        NoticeConsents(
            tuple(
                NoticeConsent(
                    template_id=one.template_id,
                    lasting=one.is_lasting,
                    left=one.left,
                    refused=one.refused_at is not None,
                )
                for one in held
            )
        )
    )


async def _goes_on(call: Call[None, PromptQuery]) -> bool:
    """Whether there will be news: of the case in hand, or of any."""
    desk, account_id, reference = call.door.desk, call.who.account_id, call.query.reference
    if reference is None:
        found = await queries.mine(desk, account_id, None, _LATEST)
        return any(row.state not in COMPLAINT.final for row in found.rows)
    view = await queries.for_owner(desk, account_id, reference)
    if view is None:
        raise NotFound("problem.complaint.not_found")
    return view.state not in COMPLAINT.final
