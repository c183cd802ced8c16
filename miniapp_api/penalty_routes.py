"""A party's penalty cases: its own, one with its papers, and what may be said and asked in time."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID, uuid5

import msgspec
from sanic import HTTPResponse

from casework.documents.opening import DocumentView, headers, open_paper_of
from casework.penalties.access import case_behind
from casework.penalties.case_claiming import claim_cases, claimable_cases
from casework.penalties.case_money import AMOUNT_AT_MOST_FEN, Instalment
from casework.penalties.case_papers import ABOUT
from casework.penalties.case_queries import case_view, cases_of
from casework.penalties.case_requests import (
    DELAY,
    FILE_KIND,
    FILES_AT_MOST,
    INSTALMENT,
    MOVES,
    WORDS_AT_MOST,
    NewRequest,
    send_request,
    withdraw_request,
)
from casework.penalties.case_serving import link_case
from casework.penalties.case_views import CaseLine, CaseView
from casework.people.merging import members
from kit.files.uploads import account_holder
from kit.problems import Invalid, NotFound
from miniapp_api import penalty_shapes as shapes
from miniapp_api import words
from miniapp_api.door import ApiDoor
from miniapp_api.operations import Call, NoQuery
from miniapp_api.paper_codes import opened_by
from miniapp_api.penalty_shapes import PenaltyCaseLine, PenaltyCaseRows, PenaltyCaseShown, RequestKind
from miniapp_api.permit_forms import refusing
from miniapp_api.speaking import Refused, answer
from miniapp_api.words import Revision, known

PDF = "application/pdf"
PARTS_AT_MOST = 36
Typed = Annotated[str, msgspec.Meta(max_length=60)]
Fen = Annotated[int, msgspec.Meta(ge=1, le=AMOUNT_AT_MOST_FEN)]
_NO_REQUEST = "problem.penalty_case.no_request"


class PenaltyClaim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By the code on the notice; with neither, whatever the unified login vouches for."""

    reference: Typed = ""
    code: Typed = ""


class PlannedPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part that is asked for."""

    on: date
    fen: Fen


class PartyRequestMade(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """ "instalment" needs a `plan` that adds up to what is owed, "delay" the day `until` which. `files` are of
    POST /uploads?meant_for=penalty. `revision` is that of the case the caller was looking at.
    """

    kind: RequestKind
    words: Annotated[str, msgspec.Meta(max_length=WORDS_AT_MOST)] = ""
    plan: Annotated[tuple[PlannedPart, ...], msgspec.Meta(max_length=PARTS_AT_MOST)] = ()
    until: date | None = None
    files: Annotated[tuple[UUID, ...], msgspec.Meta(max_length=FILES_AT_MOST)] = ()
    revision: Revision | None = None


async def list_cases(call: Call[Any, NoQuery]) -> HTTPResponse:
    """GET /penalty-cases."""
    desk, own = call.door.penalties, call.who.account_id
    return answer(
        PenaltyCaseRows(
            rows=tuple(_line(one) for one in await cases_of(desk, own)),
            claimable=tuple(_line(one) for one in await claimable_cases(desk, own)),
        )
    )


async def take_cases(call: Call[PenaltyClaim, NoQuery]) -> HTTPResponse:
    """POST /penalty-cases/claim: the list afterwards. Whatever does not fit is the same sentence."""
    said, door = call.body, call.door
    if not said.reference and not said.code:
        await claim_cases(door.penalties, call.who.actor)
        return await list_cases(call)
    access_id, case_id = await opened_by(call, said.reference, said.code, case_behind)
    await link_case(door.penalties, call.who.actor, access_id)
    if case_id not in {one.id for one in await cases_of(door.penalties, call.who.account_id)}:
        raise Refused("problem.penalty_case.in_another_account", field="reference")
    return await list_cases(call)


async def show_case(call: Call[Any, NoQuery]) -> HTTPResponse:
    """GET /penalty-cases/{reference}: another's and one that is not there look the same."""
    return answer(_shown(call.door, await _own(call)))


async def make_request(call: Call[PartyRequestMade, NoQuery]) -> HTTPResponse:
    """POST /penalty-cases/{reference}/requests. The same Idempotency-Key once more is one request."""
    said, view = call.body, await _own(call)
    words.not_about_our_people(call.door, said.words)
    id = uuid5(view.line.id, call.act)
    for before in view.requests:
        if before.id == id and (before.kind, before.words) != (said.kind, said.words.strip()):
            raise Refused("problem.idempotency_conflict", field="words")
    with refusing():
        await _files_of(call)
        new = NewRequest(kind=said.kind, words=said.words, plan=_plan(view, said), files=said.files, act=id)
        await send_request(
            call.door.penalties, call.who.actor, view.line.id, new, expected_revision=known(said.revision)
        )
    return await show_case(call)


async def take_back(call: Call[None, NoQuery]) -> HTTPResponse:
    """POST /penalty-cases/{reference}/requests/{request_id}/withdraw."""
    view = await _own(call)
    try:
        id = UUID(call.parts["request_id"])
    except ValueError:
        raise NotFound(_NO_REQUEST) from None
    await withdraw_request(call.door.penalties, call.who.actor, view.line.id, id)
    return await show_case(call)


async def show_paper(call: Call[None, NoQuery]) -> HTTPResponse:
    """GET /penalty-cases/{reference}/papers/{document_id}: that it was opened stands on its chain."""
    view = await _own(call)
    wanted = next((one for one in view.papers if str(one.id) == call.parts["document_id"].lower()), None)
    if wanted is None:
        raise NotFound("problem.document.not_found")
    desk = call.door.penalties.documents
    opened = await open_paper_of(desk, call.who.actor, ABOUT, view.line.id, wanted.id, "api")
    return HTTPResponse(opened.content, content_type=PDF, headers=headers(opened.view))


async def _own(call: Call[Any, Any]) -> CaseView:
    return await case_view(call.door.penalties, call.who.actor, call.parts["reference"])


async def _files_of(call: Call[PartyRequestMade, NoQuery]) -> None:
    """Raise Refused for a file that is not the caller's, or was sent for something else."""
    own = await members(call.who.account_id)
    holders = [account_holder(id) for id in sorted(own)]
    try:
        rows = await call.door.uploads.own_files(call.body.files, holders=holders, account_ids=own)
    except Invalid as unusable:
        raise Refused(unusable.key, field="files") from None
    if any(one.kind != FILE_KIND for one in rows.values()):
        raise Refused("problem.upload.not_yours", field="files")


def _plan(view: CaseView, said: PartyRequestMade) -> tuple[Instalment, ...]:
    if said.kind == INSTALMENT:
        return tuple(Instalment(one.on, one.fen) for one in said.plan)
    if said.kind == DELAY and said.until is not None:
        return (Instalment(said.until, view.line.owed_fen),)
    return ()


def _line(one: CaseLine) -> PenaltyCaseLine:
    return msgspec.convert(one, PenaltyCaseLine, from_attributes=True)


def _shown(door: ApiDoor, view: CaseView) -> PenaltyCaseShown:
    line, section = view.line, door.penalties.section
    plain = {name: getattr(view, name) for name in PenaltyCaseShown.__struct_fields__ if hasattr(view, name)}
    own = {
        "line": line,
        "revision": line.revision,
        "party": line.party,
        "how_to_pay": section.how_to_pay if line.owed_fen > 0 and view.decision else "",
        "remedies": section.decision_remedies if view.decision else "",
        "demand_until_at": line.due_at if view.demanded_at is not None else None,
        "reckoning": view.party_reckoning,
        "papers": tuple(paper_of(door, one) for one in view.papers),
        "moves": tuple(one for one in dict.fromkeys(MOVES.values()) if one in view.moves),
    }
    return msgspec.convert({**plain, **own}, PenaltyCaseShown, from_attributes=True)


def paper_of(door: ApiDoor, one: DocumentView) -> shapes.PenaltyPaper:
    """A paper of a case or a notice."""
    return shapes.PenaltyPaper(
        document_id=one.id,
        name=door.text(f"document.name.{one.paper}"),
        number=one.number,
        issued_at=one.issued_at,
        voided_at=one.voided_at,
    )
