"""From the views of casework to what the API tells: without what is for staff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from casework.documents.opening import DocumentView
from casework.permits import held
from casework.permits.heard_views import Heard
from casework.permits.holder_heard import HolderHeard, holder_heard
from casework.permits.lifecycle import PermitState, State
from casework.permits.materials import AttachedFile
from casework.permits.models import Permit
from casework.permits.rating import RATED_IN
from casework.permits.views import ApplicationLine, ApplicationView, ClockView, SurveyView
from miniapp_api.door import ApiDoor
from miniapp_api.permit_shapes import (
    MOVES,
    ClockName,
    EPermit,
    HolderStatement,
    HolderTold,
    MaterialFile,
    PermitApplied,
    PermitClock,
    PermitCorrection,
    PermitField,
    PermitHappening,
    PermitHeard,
    PermitHearing,
    PermitInForce,
    PermitLine,
    PermitMaterial,
    PermitMove,
    PermitOrgan,
    PermitPaper,
    PermitPause,
    PermitStatement,
    PermitTold,
    PermitVisit,
)

S = TypeVar("S", bound=msgspec.Struct)


def line_of(one: ApplicationLine) -> PermitLine:
    """A line of the owner's list."""
    return PermitLine(
        reference=one.reference,
        kind=one.kind,
        kind_name=one.kind_name,
        flow=one.flow,
        act=one.act,
        state=State(one.state),
        state_name=one.state_name,
        place_text=one.place_text,
        submitted_at=one.submitted_at,
        due_at=one.due_at,
        clock=_clock_name(one.clock),
        is_late=one.is_late,
        is_paused=one.is_paused,
    )


def applied_of(
    door: ApiDoor,
    view: ApplicationView,
    heard: Heard,
    permit: Permit | None,
    papers: Sequence[DocumentView] = (),
) -> PermitApplied:
    """The owner's view in the API's form; `papers` are those about the permit itself."""
    line = view.line
    return PermitApplied(
        reference=line.reference,
        kind=line.kind,
        kind_name=line.kind_name,
        flow=line.flow,
        act=line.act,
        state=State(line.state),
        state_name=line.state_name,
        state_since_at=view.state_since_at,
        revision=line.revision,
        holder=line.holder,
        place_text=line.place_text,
        latitude=view.latitude,
        longitude=view.longitude,
        area_m2=view.area_m2,
        wanted_from_at=view.wanted_from_at,
        wanted_until_at=view.wanted_until_at,
        submitted_at=line.submitted_at,
        accepted_at=view.accepted_at,
        is_deemed=view.is_deemed,
        decided_at=view.decided_at,
        ended_at=view.ended_at,
        due_at=line.due_at,
        clock=_clock_name(line.clock),
        is_late=line.is_late,
        is_paused=line.is_paused,
        clocks=tuple(_clock(one) for one in view.clocks),
        pauses=tuple(_as(PermitPause, one) for one in view.pauses),
        fields=tuple(_as(PermitField, one) for one in view.fields),
        materials=tuple(
            PermitMaterial(
                code=one.code,
                name=one.name,
                original_at_window=one.original_at_window,
                files=tuple(file_of(each) for each in one.files),
            )
            for one in view.materials
        ),
        corrections=tuple(_as(PermitCorrection, one) for one in view.corrections),
        organs=tuple(_as(PermitOrgan, one) for one in view.organs),
        visits=tuple(_visit(one) for one in view.surveys),
        papers=tuple(_paper(door, one) for one in (*papers, *view.documents)),
        heard=_heard(heard),
        history=tuple(_as(PermitHappening, one) for one in view.history),
        ground=view.ground,
        late_reason=view.late_reason,
        fee_fen=view.fee_fen,
        refund_fen=view.refund_fen,
        paid_on=view.paid_on,
        rating=view.rating,
        permit=_in_force(door, permit) if permit is not None else None,
        moves=_moves(view),
    )


async def e_permit_of(door: ApiDoor, row: Permit) -> EPermit:
    """What the phone shows. Raises KeyRingError where the bureau has no key to sign with."""
    heard = await holder_heard(door.permits.desk, row.id)
    shown = await held.card_of(row, door.permits.keys.held().active, door.permits.public_url)
    return EPermit(
        number=row.number,
        kind=row.kind,
        kind_name=row.kind_name,
        state=PermitState(row.state),
        state_name=held.state_said(door.permits.desk, row),
        holder=row.holder_shown,
        place_text=row.place_text,
        area_m2=row.area_m2,
        valid_from_at=row.valid_from_at,
        valid_until_at=row.valid_until_at,
        granted_at=row.granted_at,
        ended_at=row.ended_at,
        conditions=held.terms_of(row),
        token=shown.token,
        url=shown.url,
        qr_svg=shown.qr_svg,
        code=shown.code,
        verify_at=shown.verify_at,
        heard=_told(door, heard) if heard is not None else None,
        may_state=heard is not None and row.state == PermitState.IN_FORCE,
        revision=row.revision,
    )


def file_of(one: AttachedFile) -> MaterialFile:
    """A file under a material."""
    return MaterialFile(
        id=one.id,
        file_id=one.file_id,
        state=one.state,  # type: ignore[arg-type]
        problem=f"/problems/{one.reason.removeprefix('problem.')}" if one.reason else None,
        media_type=one.media_type,
    )


def _told(door: ApiDoor, heard: HolderHeard) -> HolderTold:
    return HolderTold(
        move=heard.move,  # type: ignore[arg-type]
        move_name=door.text(f"permit_said.ending.{heard.move}"),
        cause_name=door.text(f"permit_end_cause.{heard.cause}"),
        ground=heard.ground,
        basis=heard.basis,
        told_at=heard.told_at,
        due_at=heard.due_at,
        answer=heard.answer,  # type: ignore[arg-type]
        statements=tuple(_as(HolderStatement, one) for one in heard.said),
    )


def _heard(heard: Heard) -> PermitHeard:
    own = next((one for one in heard.parties if one.is_applicant), None)
    return PermitHeard(
        told=_as(PermitTold, own) if own is not None else None,
        statements=tuple(
            PermitStatement(
                id=one.id,
                words=one.words,
                said_at=one.said_at,
                is_in_time=one.is_in_time,
                outcome=one.outcome,  # type: ignore[arg-type]
                why=one.why,
                files=tuple(file_of(each) for each in one.files),
            )
            for one in heard.statements
        ),
        hearings=tuple(_as(PermitHearing, one) for one in heard.hearings),
    )


def _as(kind: type[S], view: object) -> S:
    """The fields of the same names."""
    return msgspec.convert(view, kind, from_attributes=True)


def _moves(view: ApplicationView) -> tuple[PermitMove, ...]:
    may = set(view.moves)
    if view.rating is None and view.line.state in RATED_IN:
        may.add("rate")
    return tuple(one for one in MOVES if one in may)


def _clock_name(name: str | None) -> ClockName | None:
    return name  # type: ignore[return-value]


def _clock(one: ClockView) -> PermitClock:
    return PermitClock(
        name=one.name,  # type: ignore[arg-type]
        amount=one.amount,
        counted_in=one.unit,
        basis=one.basis,
        started_at=one.started_at,
        due_at=one.due_at,
        met_at=one.met_at,
        is_paused=one.is_paused,
        is_missed=one.is_missed,
        reckoning=one.lines,
    )


def _visit(one: SurveyView) -> PermitVisit:
    return PermitVisit(
        officers=tuple(name for name in one.officers if name),
        meeting_at=one.meeting_at,
        due_at=one.due_at,
        arrived_at=one.arrived_at,
        recorded_at=one.recorded_at,
        measured_area_m2=one.measured_area_m2,
        findings=one.findings,
        is_called_off=one.cancelled_at is not None,
    )


def _paper(door: ApiDoor, one: DocumentView) -> PermitPaper:
    return PermitPaper(
        document_id=one.id,
        name=door.text(f"document.name.{one.paper}"),
        number=one.number,
        issued_at=one.issued_at,
        voided_at=one.voided_at,
        void_reason=one.void_reason,
        replaces=one.replaces_id,
    )


def _in_force(door: ApiDoor, row: Permit) -> PermitInForce:
    return PermitInForce(
        id=row.id,
        number=row.number,
        state=PermitState(row.state),
        state_name=held.state_said(door.permits.desk, row),
        valid_from_at=row.valid_from_at,
        valid_until_at=row.valid_until_at,
    )
