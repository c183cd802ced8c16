"""One application with all that its viewer may see of it, and the moves that are theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal
from uuid import UUID

from casework.actors import Actor
from casework.documents.opening import documents_of
from casework.permissions import Operation, may
from casework.permits.assembly import (
    clocks_view,
    corrections_view,
    fields_of,
    line_of,
    materials_of,
    pauses_view,
    sees_holder,
    staff_names,
)
from casework.permits.clocks import IN_HAND
from casework.permits.co_signing import asked_of, is_late, organ_name
from casework.permits.correcting import corrections_of
from casework.permits.desk import PermitDesk
from casework.permits.lifecycle import FLOWS
from casework.permits.materials import attached_to
from casework.permits.models import CoSignature, PermitApplication
from casework.permits.moving import ACTION, APPLICANTS, NOT_FOUND
from casework.permits.own_application import is_own
from casework.permits.papers import ABOUT_APPLICATION, said_findings
from casework.permits.pauses import pause_rows
from casework.permits.seen_documents import seen_number
from casework.permits.sight import acts_here, may_see
from casework.permits.survey_models import PermitSurvey
from casework.permits.views import ApplicationView, Happening, OrganView, SurveyView
from casework.permits.wording import SUBMIT, move_name
from casework.permits.written import opened_form
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.problems import NotFound
from kit.references import parse_reference
from kit.sealing import mask_identity_number

_BY: Mapping[str, Literal["applicant", "bureau", "clock"]] = {"citizen": "applicant", "clock": "clock"}


async def application_view(desk: PermitDesk, viewer: Actor, reference: str) -> ApplicationView:
    """One application by its reference. Raises NotFound for whatever the viewer may not see."""
    parsed = parse_reference(reference)
    row = await PermitApplication.get_or_none(reference=str(parsed)) if parsed is not None else None
    if row is None or not await may_see(viewer, row):
        raise NotFound(NOT_FOUND)
    return await view_of(desk, viewer, row)


async def view_by_id(desk: PermitDesk, viewer: Actor, application_id: UUID) -> ApplicationView:
    """The same by its key. Raises NotFound."""
    row = await PermitApplication.get_or_none(id=application_id)
    if row is None or not await may_see(viewer, row):
        raise NotFound(NOT_FOUND)
    return await view_of(desk, viewer, row)


async def view_of(desk: PermitDesk, viewer: Actor, row: PermitApplication) -> ApplicationView:
    """All of a row that the viewer has been found to be allowed to see."""
    now, is_staff = desk.db.clock.now(), viewer.kind == "staff"
    entries = await AuditEntry.filter(case_id=row.id).order_by("position")
    surveys = await PermitSurvey.filter(about_id=row.id, purpose="application").order_by("scheduled_at", "id")
    wanted = {one.actor_id for one in entries if one.actor_kind == "staff"} | {row.assignee_id}
    for one in surveys:
        wanted |= {one.officer_id, one.second_officer_id}
    names = await staff_names(wanted)
    pauses, filled = await pause_rows(row.id), opened_form(desk, row)
    sees_files = not is_staff or may(viewer, Operation.SEE_APPLICANT)
    files = await attached_to(application_id=row.id) if sees_files else ()
    own = await is_own(desk, viewer, row)
    asked_before = await corrections_of(row.id)
    return ApplicationView(
        line=line_of(desk, row, viewer, now, names if is_staff else {}),
        concerns_id=row.concerns_id,
        state_since_at=row.state_since_at,
        received_at=row.received_at,
        accepted_at=row.accepted_at,
        is_deemed=row.is_deemed,
        decided_at=row.decided_at,
        ended_at=row.ended_at,
        fields=fields_of(desk, row, viewer),
        materials=materials_of(desk, row, files, filled) if sees_files else (),
        latitude=row.latitude,
        longitude=row.longitude,
        outline=row.outline,
        area_m2=row.area_m2,
        surface=row.surface,
        wanted_from_at=row.wanted_from_at,
        wanted_until_at=row.wanted_until_at,
        clocks=clocks_view(desk, row, pauses, now),
        pauses=pauses_view(desk, pauses),
        corrections=corrections_view(desk, row, asked_before),
        organs=tuple(
            _organ(desk, row, one, is_staff=is_staff, is_late=is_late(one, now))
            for one in await asked_of(row.id)
        ),
        surveys=tuple(_survey(desk, one, names, is_staff=is_staff) for one in surveys),
        documents=await documents_of(ABOUT_APPLICATION, row.id) if sees_files else (),
        history=_history(desk, row, entries, names if is_staff else {}),
        moves={
            one: move_name(desk.documents.catalogue, row.flow, one)
            for one in moves_of(viewer, row, own=own, is_asked_again=bool(asked_before))
        },
        ground=row.ground or "",
        late_reason=row.late_reason or "",
        fee_fen=row.fee_fen,
        rating=row.rating,
        delivery=row.delivery or "",
        identity=row.identity or "",
        identity_at=row.identity_at,
        identity_document=row.identity_document or "",
        identity_number=mask_identity_number(seen_number(desk, row)) if sees_holder(viewer, row) else "",
        identity_by=kind.identity_by if (kind := desk.section.kind(row.kind)) is not None else "never",
        has_receipt=row.account_id is None,
        is_own=own,
        is_erased=row.anonymised_at is not None,
        refund_fen=row.amount_fen,
        paid_on=row.paid_on,
    )


def moves_of(viewer: Actor, row: PermitApplication, *, own: bool, is_asked_again: bool) -> tuple[str, ...]:
    """The moves of the table that are this viewer's now. Of clerks at the window the applicant's too: on their word.

    To ask for corrections again is the head's.
    """
    if own:
        return ()
    is_paused = row.state in IN_HAND and row.due_at is None
    hidden = {"resume"} if not is_paused else {"pause"}
    if viewer.kind == "staff" and row.account_id is not None:
        hidden.add("withdraw")
    if is_asked_again and not viewer.holds(Role.HEAD, row.unit):
        hidden.add("request_correction")
    if row.extended_at is not None:
        hidden.add("extend")
    return tuple(
        one.name
        for one in FLOWS[row.flow].allowed(row.state, viewer.roles)
        if one.name not in hidden
        and (
            acts_here(viewer, one.by, row)
            or (one.name in APPLICANTS and row.filed_by_id is not None and row.filed_by_id == viewer.id)
        )
    )


def _organ(
    desk: PermitDesk, row: PermitApplication, one: CoSignature, *, is_staff: bool, is_late: bool
) -> OrganView:
    return OrganView(
        organ=one.organ,
        name=organ_name(desk, row, one),
        state=one.state,
        opinion=one.opinion or "",
        asked_at=one.asked_at,
        due_at=one.due_at,
        answered_at=one.answered_at,
        is_late=is_late,
        id=one.id if is_staff else None,
        words=(one.words or "") if is_staff else "",
    )


def _survey(desk: PermitDesk, one: PermitSurvey, names: dict[UUID, str], *, is_staff: bool) -> SurveyView:
    return SurveyView(
        officers=(names.get(one.officer_id, ""), names.get(one.second_officer_id, "")),
        scheduled_at=one.scheduled_at,
        meeting_at=one.meeting_at,
        due_at=one.due_at,
        arrived_at=one.arrived_at,
        recorded_at=one.recorded_at,
        measured_area_m2=one.measured_area_m2,
        findings=said_findings(desk, one),
        outcome=one.outcome or "",
        cancelled_at=one.cancelled_at,
        id=one.id if is_staff else None,
    )


def _history(
    desk: PermitDesk, row: PermitApplication, entries: Iterable[AuditEntry], names: dict[UUID, str]
) -> tuple[Happening, ...]:
    """The moves that were made; what was tried in vain, and alarms, are for the auditor's page."""
    moves = {one.name for one in FLOWS[row.flow].moves} | {SUBMIT}
    found = []
    for entry in entries:
        act = entry.action.removeprefix(ACTION)
        if act not in moves or not entry.action.startswith(ACTION):
            continue
        by = _BY.get(entry.actor_kind, "bureau")
        by_name = names.get(entry.actor_id, "") if entry.actor_id is not None else ""
        name = move_name(desk.documents.catalogue, row.flow, act)
        found.append(Happening(at=entry.at, act=act, name=name, by=by, by_name=by_name))
    return tuple(found)
