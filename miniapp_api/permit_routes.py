"""Applications for permits: sending one, one's own, and what their owner may do about them."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from sanic import HTTPResponse

from casework.documents.opening import documents_of, headers, open_paper
from casework.people.merging import members
from casework.permits import held, queries
from casework.permits.correcting import correct
from casework.permits.detail import application_view, view_by_id
from casework.permits.heard_views import heard_by_applicant
from casework.permits.papers import ABOUT_PERMIT
from casework.permits.rating import rate
from casework.permits.submitting import submit
from casework.permits.views import ApplicationView
from casework.permits.whole import Whole, submit_whole
from casework.permits.withdrawing import withdraw
from kit.problems import Busy, NotFound
from kit.secrets import KeyRingError
from miniapp_api import words
from miniapp_api.operations import Call, NoQuery
from miniapp_api.paging import Page, place
from miniapp_api.permit_forms import Act, Delivery, HandedIn, Values, filled_of, refusing
from miniapp_api.permit_kind_routes import Answers, KindCode
from miniapp_api.permit_shapes import PermitApplied, PermitPage
from miniapp_api.permit_views import applied_of, e_permit_of, line_of
from miniapp_api.speaking import Refused, answer
from miniapp_api.words import Reason, Revision, known

PDF = "application/pdf"


class NewPermit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An application: either all of it, of a `kind`; or the `draft` that holds it, as previewed (`revision`).

    `concerns` is the permit to be changed, renewed or cancelled. `delivery` is how the decision is wanted.
    """

    kind: KindCode | None = None
    act: Act = "new"
    concerns: UUID | None = None
    answers: Answers = {}
    values: Values = {}
    materials: HandedIn = {}
    draft: UUID | None = None
    revision: Revision | None = None
    delivery: Delivery | None = None


class CorrectedPermit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The draft that was opened for the correction, as previewed (`revision` is the draft's)."""

    draft: UUID
    revision: Revision | None = None


class PermitWithdrawal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Taking an application back. `revision` is that of the application the caller was looking at."""

    reason: Reason
    revision: Revision | None = None


class PermitRating(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How it went, from 5 (very good) to 1, once. The comment is for the bureau to read."""

    score: Literal[1, 2, 3, 4, 5]
    comment: Annotated[str, msgspec.Meta(max_length=1_000)] = ""


async def apply(call: Call[NewPermit, NoQuery]) -> HTTPResponse:
    """POST /permits. One that is sent again with the same Idempotency-Key, or from the same draft, is one application."""
    door, said, actor = call.door, call.body, call.who.actor
    if (said.kind is None) == (said.draft is None):
        raise Refused("problem.api.permit_kind_or_draft", field="kind")
    with refusing():
        if said.draft is not None:
            made = await submit(
                door.permits.desk,
                actor,
                said.draft,
                source="miniprogram",
                delivery=said.delivery,
                expected_revision=known(said.revision),
            )
        else:
            whole = Whole(
                kind=said.kind or "",
                act=said.act,
                concerns_id=said.concerns,
                filled=filled_of(said.answers, said.values),
                files=said.materials,
                delivery=said.delivery,
            )
            body = msgspec.json.encode(said)
            made = await submit_whole(
                door.permits.desk, actor, whole, source="miniprogram", key=call.act, body=body
            )
    view = await view_by_id(door.permits.desk, actor, made.application_id)
    return answer(await applied(call, view), 201, {"location": f"/api/v1/permits/{view.line.reference}"})


async def list_permits(call: Call[None, Page]) -> HTTPResponse:
    """GET /permits."""
    desk, who = call.door.permits.desk, call.who
    own = await members(who.account_id)
    found = await queries.my_applications(
        desk, who.actor, own, after=call.query.token, limit=call.query.limit
    )
    return answer(PermitPage(tuple(line_of(one) for one in found.rows), place(found.after)))


async def show_permit(call: Call[Any, NoQuery]) -> HTTPResponse:
    """GET /permits/{reference}."""
    return answer(await applied(call, await _own(call)))


async def show_e_permit(call: Call[Any, NoQuery]) -> HTTPResponse:
    """GET /permits/{reference}/e-permit."""
    view = await _own(call)
    row = await held.permit_of(call.who.actor, view.line.id)
    if row is None:
        raise Refused("problem.permit.no_permit_yet", field="reference")
    try:
        return answer(await e_permit_of(call.door, row))
    except KeyRingError:
        raise Busy() from None


async def send_correction(call: Call[CorrectedPermit, NoQuery]) -> HTTPResponse:
    """POST /permits/{reference}/corrections. The same draft once more changes nothing."""
    view = await _own(call)
    with refusing():
        await correct(
            call.door.permits.desk,
            call.who.actor,
            view.line.id,
            call.body.draft,
            expected_revision=known(call.body.revision),
        )
    return await show_permit(call)


async def withdraw_permit(call: Call[PermitWithdrawal, NoQuery]) -> HTTPResponse:
    """POST /permits/{reference}/withdraw."""
    view = await _own(call)
    words.said(call.door, "reason", call.body.reason)
    await withdraw(
        call.door.permits.desk,
        call.who.actor,
        view.line.id,
        ground=call.body.reason,
        expected_revision=known(call.body.revision),
    )
    return await show_permit(call)


async def rate_permit(call: Call[PermitRating, NoQuery]) -> HTTPResponse:
    """POST /permits/{reference}/rate."""
    said, view = call.body, await _own(call)
    words.not_about_our_people(call.door, said.comment)
    await rate(call.door.permits.desk, call.who.actor, view.line.id, said.score, said.comment)
    return await show_permit(call)


async def show_paper(call: Call[None, NoQuery]) -> HTTPResponse:
    """GET /permit-documents/{document_id}: that it was opened stands on its chain."""
    try:
        document_id = UUID(call.parts["document_id"])
    except ValueError:
        raise NotFound("problem.document.not_found") from None
    opened = await open_paper(call.door.permits.desk.documents, call.who.actor, document_id, "api")
    return HTTPResponse(opened.content, content_type=PDF, headers=headers(opened.view))


async def _own(call: Call[Any, Any]) -> ApplicationView:
    """The caller's application. Somebody else's and one that does not exist look the same."""
    return await application_view(call.door.permits.desk, call.who.actor, call.parts["reference"])


async def applied(call: Call[Any, Any], view: ApplicationView) -> PermitApplied:
    """All that the API tells of one that was found to be the caller's."""
    heard = await heard_by_applicant(call.door.permits.desk, view.line.id)
    permit = await held.permit_of(call.who.actor, view.line.id)
    papers = await documents_of(ABOUT_PERMIT, permit.id) if permit is not None else ()
    return applied_of(call.door, view, heard, permit, papers)
