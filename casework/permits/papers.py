"""Papers about applications and permits: what stands on them, taken from the rows, and their issue within a transaction."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.documents.issuing import IssueRequest, issue
from casework.documents.models import IssuedDocument
from casework.documents.papers import Officer, Paper, Particulars, Row, SurveyPhoto
from casework.people.models import Staff
from casework.permits.capturing import photos_of
from casework.permits.desk import PermitDesk
from casework.permits.kinds import Basis, Papers, PermitKind
from casework.permits.models import Permit, PermitApplication
from casework.permits.survey_models import PermitSurvey
from casework.projects.models import OfficerCertificate
from kit.clock import local
from kit.db import Change

TABLE = "permit_application"
ABOUT_APPLICATION, ABOUT_PERMIT = "permit_application", "permit"


def opened_holder(desk: PermitDesk, row: PermitApplication) -> str:
    """The holder as named in the application; empty once that was erased."""
    if row.anonymised_at is not None:
        return ""
    return desk.sealer.open(row.holder_sealed, table=TABLE, column="holder_sealed", row_id=row.id)


def opened_number(desk: PermitDesk, row: PermitApplication) -> str:
    """The number by which the holder is known; empty where there is none."""
    return _opened(desk, row, "holder_number_sealed")


def particulars(desk: PermitDesk, row: PermitApplication) -> Particulars:
    """What every paper about an application says; each adds its own with `msgspec.structs.replace`."""
    kind = desk.section.kind(row.kind)
    facts = msgspec.json.decode(row.facts, type=dict[str, str])
    holder = opened_holder(desk, row)
    return Particulars(
        addressee=holder,
        holder=holder,
        holder_number=_opened(desk, row, "holder_number_sealed"),
        agent=_opened(desk, row, "agent_sealed"),
        item=desk.kind_name(row.kind),
        reference=row.reference,
        flow=row.flow,
        act=row.act,
        place=row.place_text,
        surface=_surface(kind, row, facts),
        area_m2=row.area_m2,
        from_at=row.wanted_from_at,
        until_at=row.wanted_until_at,
        submitted_at=row.submitted_at,
        accepted_at=row.accepted_at,
        is_deemed=row.is_deemed,
        basis=tuple(said_basis(desk, one) for one in kind.basis) if kind is not None else (),
        fee_fen=row.fee_fen if row.fee_basis else None,
        fee_basis=row.fee_basis or "",
        fee_note=row.fee_note or "",
        rows=tuple(_public(kind, facts)) if kind is not None else (),
    )


def of_permit(data: Particulars, permit: Permit) -> Particulars:
    """The same about a granted permit: its place, area, time and number as granted."""
    return msgspec.structs.replace(
        data,
        place=permit.place_text,
        area_m2=permit.area_m2,
        from_at=permit.valid_from_at,
        until_at=permit.valid_until_at,
        concerns=permit.number,
        granted_at=permit.granted_at,
    )


def said_basis(desk: PermitDesk, basis: Basis) -> str:
    """A law with its article, as papers cite it; a document of the bureau's stands as it is written."""
    if not basis.article:
        return basis.law
    return desk.documents.catalogue.text("permit_paper.basis", law=basis.law, article=basis.article)


def forms_of(desk: PermitDesk, code: str) -> Papers:
    """How a kind wants its papers; as shipped for one that is not in the profile any more."""
    kind = desk.section.kind(code)
    return kind.papers if kind is not None else Papers()


async def issue_about(
    desk: PermitDesk, change: Change, actor: Actor, row: PermitApplication, paper: Paper, data: Particulars
) -> IssuedDocument:
    """Issue a paper about an application. Late in the transaction: others of its series wait."""
    request = IssueRequest(
        paper=paper,
        about_kind=ABOUT_APPLICATION,
        about_id=row.id,
        forms=forms_of(desk, row.kind),
        data=data,
    )
    return await issue(change, desk.documents, actor, request)


async def issue_about_permit(
    desk: PermitDesk, change: Change, actor: Actor, permit: Permit, paper: Paper, data: Particulars
) -> IssuedDocument:
    """Issue a paper about a granted permit."""
    request = IssueRequest(
        paper=paper,
        about_kind=ABOUT_PERMIT,
        about_id=permit.id,
        forms=forms_of(desk, permit.kind),
        data=data,
    )
    return await issue(change, desk.documents, actor, request)


async def issue_survey(
    desk: PermitDesk, change: Change, actor: Actor, row: PermitApplication, survey: PermitSurvey
) -> IssuedDocument:
    """The record of a look at the place, with both officers and with what is known of each photo."""
    photos = await photos_of(survey.id)
    data = msgspec.structs.replace(
        particulars(desk, row),
        arrived_at=survey.arrived_at,
        recorded_at=survey.recorded_at,
        measured_area_m2=survey.measured_area_m2,
        findings=said_findings(desk, survey),
        outcome=survey.outcome or "",
        officers=await officers(change, (survey.officer_id, survey.second_officer_id)),
        photos=tuple(
            SurveyPhoto(
                taken_at=one.taken_at,
                latitude=one.latitude,
                longitude=one.longitude,
                picture=str(one.file_id),
            )
            for one in photos
        ),
    )
    return await issue_about(desk, change, actor, row, Paper.SURVEY, data)


def said_findings(desk: PermitDesk, survey: PermitSurvey) -> str:
    """What was found, and why no photo shows it."""
    if not survey.no_photo_reason:
        return survey.findings or ""
    why = desk.documents.catalogue.text("permit_paper.no_photo_reason", reason=survey.no_photo_reason)
    return f"{survey.findings or ''}\n{why}".strip()


async def officers(change: Change, ids: Iterable[UUID]) -> tuple[Officer, ...]:
    """Members of staff by name, with the certificate in force today, in the order given."""
    wanted, on = list(ids), local(change.now).date()
    names = {one.id: one.name for one in await Staff.filter(id__in=wanted)}
    in_force = OfficerCertificate.filter(
        staff_id__in=wanted, valid_from_on__lte=on, valid_until_on__gte=on, revoked_at=None
    )
    numbers = {one.staff_id: one.number for one in await in_force.order_by("made_at")}
    return tuple(Officer(name=names.get(id, ""), certificate=numbers.get(id, "")) for id in wanted)


def _opened(desk: PermitDesk, row: PermitApplication, column: str) -> str:
    sealed = getattr(row, column)
    if sealed is None or row.anonymised_at is not None:
        return ""
    return desk.sealer.open(sealed, table=TABLE, column=column, row_id=row.id)


def _surface(kind: PermitKind | None, row: PermitApplication, facts: dict[str, str]) -> str:
    field = next((one for one in kind.fields if one.role == "surface"), None) if kind is not None else None
    return facts.get(field.code, "") if field is not None else row.surface or ""


def _public(kind: PermitKind, facts: dict[str, str]) -> Iterable[Row]:
    """Public fields in the order of the form; what has a line of its own is not said twice."""
    for one in kind.fields:
        if one.is_public and one.role is None and one.code in facts:
            yield Row(name=one.name, value=facts[one.code])
