"""Drafts: begun here and gone on with on any channel, saved by revision, held against the kind whenever somebody asks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from sanic import HTTPResponse

from casework.permits import drafts
from casework.permits.correcting import begin_correction
from casework.permits.detail import application_view
from casework.permits.drafts import DraftView
from casework.permits.models import PermitApplication
from kit.problems import NotFound
from miniapp_api.moments import Moment
from miniapp_api.operations import Call, NoQuery
from miniapp_api.permit_forms import Act, Values, filled_of, refusing
from miniapp_api.permit_kind_routes import Answers, KindCode
from miniapp_api.permit_shapes import MaterialFile
from miniapp_api.permit_views import file_of
from miniapp_api.speaking import answer, nothing_more
from miniapp_api.words import Revision


class NewDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is begun. `concerns` is the permit to be changed, renewed or cancelled."""

    kind: KindCode
    act: Act = "new"
    concerns: UUID | None = None
    answers: Answers = {}
    values: Values = {}


class SavedDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that is filled in now, in place of what was; `revision` is that of the draft it was written on.

    `step` is where to go on, in the caller's own words.
    """

    answers: Answers
    values: Values
    step: str = ""
    revision: Revision


class NewMaterial(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of POST /uploads?meant_for=permit, under a material that is asked for."""

    material: KindCode
    file_id: UUID


class DraftRow(msgspec.Struct, frozen=True, kw_only=True):
    """A draft in the list. `is_correction`: it puts right an application that was sent."""

    id: UUID
    kind: str
    kind_name: str
    act: Act
    step: str
    is_correction: bool
    updated_at: Moment
    expires_at: Moment


class DraftRows(msgspec.Struct, frozen=True):
    """The last touched first: all there are."""

    rows: tuple[DraftRow, ...]


class DraftMaterial(msgspec.Struct, frozen=True, kw_only=True):
    """A file that hangs on a draft."""

    material: str
    file: MaterialFile


class DraftShown(msgspec.Struct, frozen=True, kw_only=True):
    """A draft with all that is in it. `corrects` is the reference of the application that it puts right,
    `helped_until_at` until when a clerk at the window may go on with it too.
    """

    id: UUID
    kind: str
    kind_name: str
    act: Act
    concerns: UUID | None
    corrects: str | None
    step: str
    answers: dict[str, str]
    values: dict[str, str | list[str]]
    materials: tuple[DraftMaterial, ...]
    revision: int
    updated_at: Moment
    expires_at: Moment
    helped_until_at: Moment | None


async def list_drafts(call: Call[None, NoQuery]) -> HTTPResponse:
    """GET /permit-drafts."""
    found = await drafts.drafts_of(call.door.permits.desk, call.who.actor)
    rows = tuple(
        DraftRow(
            id=one.id,
            kind=one.kind,
            kind_name=one.kind_name,
            act=one.act,
            step=one.step,
            is_correction=one.application_id is not None,
            updated_at=one.updated_at,
            expires_at=one.expires_at,
        )
        for one in found
    )
    return answer(DraftRows(rows))


async def begin_draft(call: Call[NewDraft, NoQuery]) -> HTTPResponse:
    """POST /permit-drafts. One that is sent again with the same Idempotency-Key is one draft."""
    said = call.body
    with refusing():
        draft_id = await drafts.begin(
            call.door.permits.desk,
            call.who.actor,
            said.kind,
            said.act,
            said.concerns,
            filled=filled_of(said.answers, said.values),
            key=call.act,
        )
    return await _shown(call, draft_id, 201)


async def begin_to_correct(call: Call[None, NoQuery]) -> HTTPResponse:
    """POST /permits/{reference}/correction-draft: what was sent, to be put right. One begun already is gone on with."""
    desk, actor = call.door.permits.desk, call.who.actor
    view = await application_view(desk, actor, call.parts["reference"])
    with refusing():
        draft_id = await begin_correction(desk, actor, view.line.id)
    return await _shown(call, draft_id, 201)


async def show_draft(call: Call[None, NoQuery]) -> HTTPResponse:
    """GET /permit-drafts/{draft_id}."""
    return await _shown(call, draft_of(call))


async def save_draft(call: Call[SavedDraft, NoQuery]) -> HTTPResponse:
    """PUT /permit-drafts/{draft_id}. Of two phones the later one is told."""
    said, draft_id = call.body, draft_of(call)
    await drafts.save(
        call.door.permits.desk,
        call.who.actor,
        draft_id,
        filled_of(said.answers, said.values),
        said.step,
        int(said.revision),
    )
    return await _shown(call, draft_id)


async def discard_draft(call: Call[None, NoQuery]) -> HTTPResponse:
    """DELETE /permit-drafts/{draft_id}."""
    await drafts.discard(call.door.permits.desk, call.who.actor, draft_of(call))
    return nothing_more()


async def attach(call: Call[NewMaterial, NoQuery]) -> HTTPResponse:
    """POST /permit-drafts/{draft_id}/materials. The same file once more changes nothing."""
    said, draft_id = call.body, draft_of(call)
    with refusing():
        await drafts.attach(call.door.permits.desk, call.who.actor, draft_id, said.material, said.file_id)
    return await _shown(call, draft_id, 201)


async def detach(call: Call[None, NoQuery]) -> HTTPResponse:
    """DELETE /permit-drafts/{draft_id}/materials/{attached_id}: the draft as it is now, with its new revision."""
    try:
        attached_id = UUID(call.parts["attached_id"])
    except ValueError:
        raise NotFound("problem.permit.draft_not_found") from None
    draft_id = draft_of(call)
    await drafts.detach(call.door.permits.desk, call.who.actor, draft_id, attached_id)
    return await _shown(call, draft_id)


def draft_of(call: Call[Any, Any]) -> UUID:
    """The draft that is named. Raises NotFound for what is no name."""
    try:
        return UUID(call.parts["draft_id"])
    except ValueError:
        raise NotFound("problem.permit.draft_not_found") from None


async def _shown(call: Call[Any, Any], draft_id: UUID, status: int = 200) -> HTTPResponse:
    view = await drafts.draft_view(call.door.permits.desk, call.who.actor, draft_id)
    headers = {"location": f"/api/v1/permit-drafts/{view.id}"} if status == 201 else {}
    return answer(await _draft(view), status, headers)


async def _draft(view: DraftView) -> DraftShown:
    application = None
    if view.application_id is not None:
        application = await PermitApplication.get_or_none(id=view.application_id)
    return DraftShown(
        id=view.id,
        kind=view.kind.code,
        kind_name=view.kind.name,
        act=view.act,
        concerns=view.concerns_id,
        corrects=application.reference if application is not None else None,
        step=view.step,
        answers=view.filled.answers,
        values=view.filled.values,
        materials=tuple(DraftMaterial(material=one.material, file=file_of(one)) for one in view.files),
        revision=view.revision,
        updated_at=view.updated_at,
        expires_at=view.expires_at,
        helped_until_at=view.helped_until_at,
    )
