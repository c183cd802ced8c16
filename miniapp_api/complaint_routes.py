"""Complaints: filing one, one's own, and what their owner may do about them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from sanic import HTTPResponse

from casework.complaints import actions, handling, queries
from casework.complaints.filing import PARTICULAR_AT_MOST, NewComplaint, Particular, Source
from casework.complaints.receipts import submit_once
from casework.complaints.views import ComplaintView
from casework.people import consents
from casework.people.consents import Purpose
from kit.problems import NotFound
from miniapp_api import words
from miniapp_api.cases import CasePage, FiledCase, case_of, line_of
from miniapp_api.material import Files, Photos, media_of
from miniapp_api.near_routes import CategoryCode, SameAs, Spot, case_meant
from miniapp_api.operations import Call, NoQuery
from miniapp_api.paging import Page, place
from miniapp_api.speaking import Refused, answer
from miniapp_api.words import Mobile, Reason, Revision, Story, Text, Version, danger_in, elsewhere_in, known


class Contact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number to call back. `consent_version` is that of the wording about typed numbers that was agreed to."""

    phone: Mobile
    consent_version: Version


class Told(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer to one of the `questions` of GET /categories: its `text` as it was shown, and the answer."""

    question: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    answer: Annotated[str, msgspec.Meta(min_length=1, max_length=PARTICULAR_AT_MOST)]


class NewCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody says. Only the story must be there. `same_as` is from POST /near-complaints: me too."""

    story: Story
    category: CategoryCode | None = None
    place_text: Annotated[str, msgspec.Meta(max_length=300)] = ""
    position: Spot | None = None
    contact: Contact | None = None
    photos: Photos = ()
    recordings: Files = ()
    scene_code: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    particulars: Annotated[tuple[Told, ...], msgspec.Meta(max_length=6)] = ()
    same_as: SameAs | None = None


class Rating(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How it went: 3 satisfied, 2 on the whole, 1 not. `solved`, `manner` and `speed` say the same of whether it was
    solved, of how one was treated, of how long it took. `revision` is that of the case the caller was looking at.
    """

    score: Literal[1, 2, 3]
    solved: Literal[1, 2, 3] | None = None
    manner: Literal[1, 2, 3] | None = None
    speed: Literal[1, 2, 3] | None = None
    comment: Annotated[str, msgspec.Meta(max_length=1_000)] = ""
    revision: Revision | None = None


class Objection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the answer is not accepted. `revision` is that of the case the caller was looking at."""

    reason: Reason
    revision: Revision | None = None


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Taking a case back. `revision` is that of the case the caller was looking at."""

    revision: Revision | None = None


class Material(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """More about a case: words, files, or both."""

    text: Text | None = None
    photos: Photos = ()
    recordings: Files = ()


async def file_complaint(call: Call[NewCase, NoQuery]) -> HTTPResponse:
    """POST /complaints. Consents come first, so that nothing is kept without them."""
    door, said, account_id = call.door, call.body, call.who.account_id
    words.said(door, "story", said.story)
    words.not_about_our_people(door, said.place_text)
    for one in said.particulars:
        words.said(door, "particulars", one.answer)
    if said.category is not None and said.category not in door.desk.policy.categories:
        raise Refused("problem.complaint.category", 422, field="category")
    media = await media_of(call, said.photos, said.recordings)
    await _agree(call, Purpose.LOCATION, said.position, "position")
    await _agree(call, Purpose.CONTACT_PHONE, said.contact, "contact")
    position = said.position.position if said.position is not None else None
    new = NewComplaint(
        account_id=account_id,
        story=said.story,
        source=Source.MINIPROGRAM,
        media=media,
        scene_code=said.scene_code,
        place_text=said.place_text,
        position=position,
        phone=said.contact.phone if said.contact is not None else None,
        category=said.category,
        particulars=tuple(Particular(one.question, one.answer) for one in said.particulars),
        same_as_id=await case_meant(door, said.same_as, position, said.story, said.category),
    )
    filed = await submit_once(
        door.desk, door.keys, call.who.actor, new, key=call.act, body=msgspec.json.encode(said)
    )
    notice = danger_in(door, said.story) or elsewhere_in(door, said.story)
    content = FiledCase(case_of(door, filed.view), notice)
    return answer(content, 201, {"location": f"/api/v1/complaints/{filed.view.reference}"})


async def list_complaints(call: Call[None, Page]) -> HTTPResponse:
    """GET /complaints."""
    found = await queries.mine(call.door.desk, call.who.account_id, call.query.token, call.query.limit)
    return answer(CasePage(tuple(line_of(call.door, row) for row in found.rows), place(found.after)))


async def show_complaint(call: Call[object, NoQuery]) -> HTTPResponse:
    """GET /complaints/{reference}."""
    return answer(case_of(call.door, await _own(call)))


async def rate_complaint(call: Call[Rating, NoQuery]) -> HTTPResponse:
    """POST /complaints/{reference}/rate."""
    said, view = call.body, await _own(call)
    words.not_about_our_people(call.door, said.comment)
    await actions.rate(
        call.door.desk,
        call.who.actor,
        view.id,
        score=said.score,
        comment=said.comment,
        solved=said.solved,
        manner=said.manner,
        speed=said.speed,
        expected_revision=known(said.revision),
    )
    return await show_complaint(call)


async def remind_complaint(call: Call[Withdrawal, NoQuery]) -> HTTPResponse:
    """POST /complaints/{reference}/remind."""
    view = await _own(call)
    await handling.remind(
        call.door.desk, call.who.actor, view.id, expected_revision=known(call.body.revision)
    )
    return await show_complaint(call)


async def dispute_complaint(call: Call[Objection, NoQuery]) -> HTTPResponse:
    """POST /complaints/{reference}/dispute."""
    said, view = call.body, await _own(call)
    words.said(call.door, "reason", said.reason)
    await actions.dispute(
        call.door.desk, call.who.actor, view.id, reason=said.reason, expected_revision=known(said.revision)
    )
    return await show_complaint(call)


async def withdraw_complaint(call: Call[Withdrawal, NoQuery]) -> HTTPResponse:
    """POST /complaints/{reference}/withdraw."""
    view = await _own(call)
    await actions.withdraw(
        call.door.desk, call.who.actor, view.id, expected_revision=known(call.body.revision)
    )
    return await show_complaint(call)


async def add_to_complaint(call: Call[Material, NoQuery]) -> HTTPResponse:
    """POST /complaints/{reference}/additions."""
    door, said, view = call.door, call.body, await _own(call)
    if said.text is not None:
        words.said(door, "text", said.text)
    media = await media_of(call, said.photos, said.recordings)
    if said.text is None and not media:
        raise Refused("problem.complaint.empty", 409, field="text")
    await actions.add_material(
        door.desk,
        call.who.actor,
        view.id,
        text=said.text or "",
        media=media,
        act=call.act,
        body=msgspec.json.encode(said),
    )
    added = case_of(door, await _own(call))
    return answer(FiledCase(added, danger_in(door, said.text or "")), 201)


async def _own(call: Call[object, object]) -> ComplaintView:
    """The caller's case. Somebody else's and one that does not exist look the same."""
    view = await queries.for_owner(call.door.desk, call.who.account_id, call.parts["reference"])
    if view is None:
        raise NotFound("problem.complaint.not_found")
    return view


async def _agree(
    call: Call[NewCase, NoQuery], purpose: Purpose, given: Spot | Contact | None, field: str
) -> None:
    if given is None:
        return
    door, account_id = call.door, call.who.account_id
    if given.consent_version != door.consents.version_of(purpose):
        # The wording changed while the form lay open: it is to be read again.
        raise Refused("problem.api.wording_changed", 409, field=f"{field}.consent_version")
    await consents.give(door.db, door.sealer, account_id, purpose, given.consent_version, "miniapp")
