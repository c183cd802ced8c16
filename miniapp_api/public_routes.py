"""What anybody may know: who the bureau is, what it promises, what can be complained about, the document itself."""

from __future__ import annotations

from typing import Literal

import msgspec
from sanic import HTTPResponse

from casework.complaints.profile import Category, PromisedLimit
from miniapp_api.docs_page import POLICY
from miniapp_api.operations import Call, NoQuery
from miniapp_api.speaking import answer
from miniapp_api.words import danger_numbers

_SHARED = {"cache-control": "no-cache"}
"""The same for everybody; asked again each time, which costs an ETag."""


class WindowFacts(msgspec.Struct, frozen=True):
    """The counter in the public service hall."""

    name: str
    address: str
    phone: str


class Promise(msgspec.Struct, frozen=True):
    """One limit, in exactly one unit, and what it was promised in."""

    working_days: int | None
    working_minutes: int | None
    natural_days: int | None
    basis: str


class Promises(msgspec.Struct, frozen=True):
    """How long until a complaint is accepted or refused, answered, and closed after an answer; a message answered."""

    accept: Promise
    answer: Promise
    close: Promise
    inquiry_answer: Promise


class CollectedItem(msgspec.Struct, frozen=True):
    """One thing that is kept of a person: what, why, and for how long."""

    what: str
    why: str
    kept: str


class CollectionNotice(msgspec.Struct, frozen=True):
    """What people are told before anything is collected."""

    version: str
    title: str
    short: str
    opening: str
    items: tuple[CollectedItem, ...]
    rights: str
    ask: str


class BureauFacts(msgspec.Struct, frozen=True):
    """Names, numbers and addresses; `emergency` is to be shown wherever somebody may be in danger."""

    name: str
    short_name: str
    phone: str
    duty_phone: str
    hotline: str
    address: str
    hours: str
    window: WindowFacts
    emergency: str
    promises: Promises
    collection_notice: CollectionNotice


class QuestionFacts(msgspec.Struct, frozen=True):
    """What to ask, and when: the story has one of `only_if_words` (or there are none) and none of `unless_words`.

    With `choices` one of them is the answer, or a few words. Nobody has to answer.
    """

    code: str
    text: str
    choices: tuple[str, ...]
    only_if_words: tuple[str, ...]
    unless_words: tuple[str, ...]


class CategoryFacts(msgspec.Struct, frozen=True):
    """What a complaint can be filed under; `answer_working_days` where it is answered faster than others.

    `kind` is "part" (a thing of the city) or "event"; `questions` go with it, at most two of those that are due.
    """

    code: str
    name: str
    answer_working_days: int | None
    kind: Literal["part", "event"]
    questions: tuple[QuestionFacts, ...]


class GroupFacts(msgspec.Struct, frozen=True):
    """A handful of plain words to choose from, and the categories behind them."""

    code: str
    name: str
    plain: str
    categories: tuple[CategoryFacts, ...]


class Groups(msgspec.Struct, frozen=True):
    """In the order in which they are to be shown."""

    groups: tuple[GroupFacts, ...]


async def show_bureau(call: Call[None, NoQuery]) -> HTTPResponse:
    """GET /bureau."""
    door, bureau = call.door, call.door.bureau
    limits, own = door.desk.policy.limits, door.inquiries.policy.limits
    facts = BureauFacts(
        name=bureau.name,
        short_name=bureau.short_name,
        phone=bureau.phone,
        duty_phone=bureau.duty_phone,
        hotline=bureau.hotline,
        address=bureau.address,
        hours=bureau.hours,
        window=WindowFacts(bureau.window.name, bureau.window.address, bureau.window.phone),
        emergency=danger_numbers(door),
        promises=Promises(
            _promise(limits.accept), _promise(limits.answer), _promise(limits.close), _promise(own.answer)
        ),
        collection_notice=msgspec.convert(
            door.consents.collection_notice, CollectionNotice, from_attributes=True
        ),
    )
    return answer(facts, headers=_SHARED)


async def show_categories(call: Call[None, NoQuery]) -> HTTPResponse:
    """GET /categories."""
    policy = call.door.desk.policy
    groups = tuple(
        GroupFacts(
            group.code,
            group.name,
            group.plain,
            tuple(_category(one) for one in policy.categories.values() if one.group == group.code),
        )
        for group in policy.groups.values()
    )
    return answer(Groups(groups), headers=_SHARED)


async def show_document(call: Call[None, NoQuery]) -> HTTPResponse:
    """GET /openapi.json."""
    return HTTPResponse(call.door.document, content_type="application/json", headers=_SHARED)


async def show_docs(call: Call[None, NoQuery]) -> HTTPResponse:
    """GET /docs."""
    headers = {**_SHARED, "content-security-policy": POLICY}
    return HTTPResponse(call.door.docs_page, content_type="text/html; charset=utf-8", headers=headers)


def _category(category: Category) -> CategoryFacts:
    questions = tuple(
        QuestionFacts(one.code, one.text, one.choices, one.only_if_words, one.unless_words)
        for one in category.questions
    )
    return CategoryFacts(category.code, category.name, category.answer_working_days, category.kind, questions)


def _promise(limit: PromisedLimit) -> Promise:
    return Promise(limit.working_days, limit.working_minutes, limit.natural_days, limit.basis)
