"""Messages to a person in the bureau, and requests about one's own data."""

from __future__ import annotations

from typing import Literal

import msgspec
from sanic import HTTPResponse

from casework.complaints.filing import Source
from casework.inquiries import actions, queries
from casework.inquiries.filing import NewInquiry, Topic, submit_once
from casework.inquiries.views import InquiryView
from kit.problems import NotFound
from miniapp_api import words
from miniapp_api.cases import InquiryList, LeftInquiry, inquiry_of, inquiry_row_of
from miniapp_api.operations import Call, NoQuery
from miniapp_api.paging import Page, place
from miniapp_api.speaking import answer
from miniapp_api.words import Revision, Text, danger_in, known


class NewMessage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person is to read. `topic` makes it a request to correct or delete one's own data."""

    text: Text
    topic: Literal["correction", "deletion"] | None = None


class MoreWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """More about the same. `revision` is that of the inquiry the caller was looking at."""

    text: Text
    revision: Revision | None = None


class Ending(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No more is needed. `revision` is that of the inquiry the caller was looking at."""

    revision: Revision | None = None


async def leave_inquiry(call: Call[NewMessage, NoQuery]) -> HTTPResponse:
    """POST /inquiries."""
    door, said = call.door, call.body
    words.said(door, "text", said.text)
    new = NewInquiry(
        account_id=call.who.account_id,
        text=said.text,
        source=Source.MINIPROGRAM,
        topic=Topic(said.topic) if said.topic is not None else None,
    )
    view = await submit_once(
        door.inquiries, call.who.actor, new, key=call.act, body=msgspec.json.encode(said)
    )
    content = LeftInquiry(inquiry_of(door, view), danger_in(door, said.text))
    return answer(content, 201, {"location": f"/api/v1/inquiries/{view.reference}"})


async def list_inquiries(call: Call[None, Page]) -> HTTPResponse:
    """GET /inquiries."""
    door = call.door
    found = await queries.mine(door.inquiries, call.who.account_id, call.query.limit, call.query.token)
    return answer(InquiryList(tuple(inquiry_row_of(door, row) for row in found.rows), place(found.after)))


async def show_inquiry(call: Call[None, NoQuery]) -> HTTPResponse:
    """GET /inquiries/{reference}."""
    return answer(inquiry_of(call.door, await _own(call)))


async def write_more(call: Call[MoreWords, NoQuery]) -> HTTPResponse:
    """POST /inquiries/{reference}/messages."""
    door, said, view = call.door, call.body, await _own(call)
    words.said(door, "text", said.text)
    more = await actions.write_more(
        door.inquiries, call.who.actor, view.id, said.text, revision=known(said.revision)
    )
    return answer(LeftInquiry(inquiry_of(door, more), danger_in(door, said.text)), 201)


async def withdraw_inquiry(call: Call[Ending, NoQuery]) -> HTTPResponse:
    """POST /inquiries/{reference}/withdraw."""
    view = await _own(call)
    ended = await actions.withdraw(
        call.door.inquiries, call.who.actor, view.id, revision=known(call.body.revision)
    )
    return answer(inquiry_of(call.door, ended))


async def close_inquiry(call: Call[Ending, NoQuery]) -> HTTPResponse:
    """POST /inquiries/{reference}/close."""
    view = await _own(call)
    ended = await actions.close(
        call.door.inquiries, call.who.actor, view.id, revision=known(call.body.revision)
    )
    return answer(inquiry_of(call.door, ended))


async def _own(call: Call[object, object]) -> InquiryView:
    view = await queries.for_owner(call.door.inquiries, call.who.account_id, call.parts["reference"])
    if view is None:
        raise NotFound("problem.inquiry.not_found")
    return view
