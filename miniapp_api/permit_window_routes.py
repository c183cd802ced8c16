"""Phone and window on one application: a code for the clerk who goes on, and what the window entered taken into one's account."""

from __future__ import annotations

from typing import Annotated

import msgspec
from sanic import HTTPResponse

from casework.permits import claiming, handover
from casework.permits.detail import application_view
from kit.http.addresses import bucket
from miniapp_api.moments import Moment
from miniapp_api.operations import Call, NoQuery
from miniapp_api.permit_draft_routes import draft_of
from miniapp_api.permit_routes import applied
from miniapp_api.speaking import answer, nothing_more

Typed = Annotated[str, msgspec.Meta(max_length=60)]


class DraftHandover(msgspec.Struct, frozen=True, kw_only=True):
    """`code` is read out at the window; it is shown once, and one made before ends. Good once, until `until_at`."""

    code: str
    until_at: Moment


class PermitClaim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By the code on the receipt; without one by the telephone the platform vouches for."""

    reference: Typed
    secret: Typed = ""


class ClaimableRow(msgspec.Struct, frozen=True, kw_only=True):
    """An application of nobody's account that was entered with the caller's telephone."""

    reference: str
    kind: str
    kind_name: str
    submitted_at: Moment


class ClaimableRows(msgspec.Struct, frozen=True):
    """The newest first."""

    rows: tuple[ClaimableRow, ...]


async def offer_draft(call: Call[None, NoQuery]) -> HTTPResponse:
    """POST /permit-drafts/{draft_id}/handover."""
    made = await handover.offer(call.door.permits.desk, call.who.actor, draft_of(call))
    return answer(DraftHandover(code=made.code, until_at=made.until_at), 201)


async def take_back_draft(call: Call[None, NoQuery]) -> HTTPResponse:
    """DELETE /permit-drafts/{draft_id}/handover: the code ends, and the clerk does not go on."""
    await handover.take_back(call.door.permits.desk, call.who.actor, draft_of(call))
    return nothing_more()


async def list_claimable(call: Call[None, NoQuery]) -> HTTPResponse:
    """GET /permit-claims."""
    desk = call.door.permits.desk
    found = await claiming.claimable(call.who.account_id)
    rows = tuple(
        ClaimableRow(
            reference=one.reference,
            kind=one.kind,
            kind_name=desk.kind_name(one.kind),
            submitted_at=one.submitted_at,
        )
        for one in found
    )
    return answer(ClaimableRows(rows))


async def take_claim(call: Call[PermitClaim, NoQuery]) -> HTTPResponse:
    """POST /permit-claims. Whatever does not fit is the same sentence; to claim one's own does nothing."""
    said, door = call.body, call.door
    reference, address = said.reference.strip(), bucket(door.addresses.of(call.request))
    tried, source = f"permit receipt {reference} {address}", f"permit receipt {address}"
    await door.permits.receipt_tries.attempt(tried, source)
    found = await claiming.claim(door.permits.desk, call.who.actor, reference, said.secret.strip())
    await door.permits.receipt_tries.succeeded(tried, source)
    view = await application_view(door.permits.desk, call.who.actor, found)
    return answer(await applied(call, view))
