"""Looking up projects, visits and certificates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from tortoise.expressions import Q

from casework.actors import EVERY_UNIT, Actor
from casework.complaints.models import Complaint
from casework.complaints.sight import held_by
from casework.keyset import page_key, page_token
from casework.people.merging import members
from casework.people.models import Staff
from casework.permissions import Operation, require
from casework.projects.certificates import fault
from casework.projects.desk import ProjectDesk
from casework.projects.lifecycle import ProjectState, VisitState
from casework.projects.models import EnterpriseVisit, OfficerCertificate, Project, ProjectNotice
from casework.projects.sight import LOOKERS, NOT_FOUND, sees
from casework.projects.views import (
    CertificateView,
    KeyContact,
    NoticeView,
    ProjectPage,
    ProjectView,
    VisitPage,
    VisitView,
)
from casework.projects.visiting import held_in
from kit.clock import local
from kit.problems import NotFound

PAGE_AT_MOST = 100
CERTIFICATES_AT_MOST = 500


async def project_page(
    actor: Actor, after: str | None = None, limit: int = 30, words: str = ""
) -> ProjectPage:
    """All projects, or those whose name or builder holds `words`."""
    require(actor, Operation.SEE_PROJECTS)
    limit = max(1, min(limit, PAGE_AT_MOST))
    query = Project.all()
    if words.strip():
        query = query.filter(Q(name__contains=words.strip()) | Q(builder__contains=words.strip()))
    if after:
        at, id = page_key(after)
        query = query.filter(Q(created_at__lte=at) & (Q(created_at__lt=at) | Q(id__lt=id)))
    rows = await query.order_by("-created_at", "-id").limit(limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    token = page_token(rows[-1].created_at, rows[-1].id) if more else None
    return ProjectPage(rows=tuple(_project(row) for row in rows), after=token)


async def project(actor: Actor, project_id: UUID, now: datetime) -> ProjectView:
    """One project with all of its notices. Raises NotFound."""
    require(actor, Operation.SEE_PROJECTS)
    row = await Project.get_or_none(id=project_id)
    if row is None:
        raise NotFound("problem.project.not_found")
    return await _whole(row, now)


async def project_behind(code: str, now: datetime) -> ProjectView | None:
    """What the public sees behind a project's code; None for a code without a project."""
    row = await Project.get_or_none(code=code)
    return await _whole(row, now) if row is not None else None


async def is_own(view: ProjectView, account_id: UUID | None) -> bool:
    """Whether the account is bound to the project, or another of the same person's is."""
    if view.account_id is None or account_id is None:
        return False
    return view.account_id in await members(account_id)


async def key_contact(desk: ProjectDesk, view: ProjectView, bureau_phone: str) -> KeyContact | None:
    """Who answers for a key project; None for any other and where the one named has left."""
    if view.key_contact_id is None:
        return None
    staff = await Staff.get_or_none(id=view.key_contact_id, left_at=None)
    phone = desk.section.key_contact_phone or bureau_phone
    return KeyContact(name=staff.name, phone=phone) if staff is not None else None


async def complaints_about(code: str) -> int:
    """How many complaints were filed from a project's code."""
    return await Complaint.filter(scene_code=code).count()


async def visit_page(
    desk: ProjectDesk,
    actor: Actor,
    after: str | None = None,
    limit: int = 30,
    *,
    project_id: UUID | None = None,
    states: Iterable[VisitState] = (),
) -> VisitPage:
    """Visits the actor may see: one's own, and those of units one answers for."""
    limit = max(1, min(limit, PAGE_AT_MOST))
    query = EnterpriseVisit.filter(_narrowed(actor))
    if project_id is not None:
        query = query.filter(project_id=project_id)
    wanted = [one.value for one in states]
    if wanted:
        query = query.filter(state__in=wanted)
    if after:
        at, id = page_key(after)
        query = query.filter(Q(created_at__lte=at) & (Q(created_at__lt=at) | Q(id__lt=id)))
    rows = await query.order_by("-created_at", "-id").limit(limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    token = page_token(rows[-1].created_at, rows[-1].id) if more else None
    return VisitPage(rows=await _visits(desk, rows), after=token)


async def visit_row(actor: Actor, visit_id: UUID) -> EnterpriseVisit:
    """The row, for the link only. Raises NotFound for one that is not theirs to see."""
    row = await EnterpriseVisit.get_or_none(id=visit_id)
    if row is None or not sees(actor, row):
        raise NotFound(NOT_FOUND)
    return row


async def visit(desk: ProjectDesk, actor: Actor, visit_id: UUID) -> VisitView:
    """One visit. Raises NotFound for one that is not theirs to see."""
    return (await _visits(desk, [await visit_row(actor, visit_id)]))[0]


async def plans_today(actor: Actor, code: str, on: date) -> EnterpriseVisit | None:
    """The actor's plan for a project on a day, to begin the check-in from."""
    row = await Project.get_or_none(code=code)
    if row is None:
        return None
    theirs = Q(officer_id=actor.id) | Q(second_officer_id=actor.id)
    plans = EnterpriseVisit.filter(theirs, project_id=row.id, state=VisitState.PLANNED, planned_for_on=on)
    return await plans.order_by("id").first()


async def against(desk: ProjectDesk, uscc: str, on: date) -> tuple[tuple[str, dict[str, object]], ...]:
    """What would stand against a visit on a day, as the gate would say it."""
    found: list[tuple[str, dict[str, object]]] = []
    quiet, cap = desk.section.quiet_on(on), desk.section.visits_per_year
    if quiet is not None:
        found.append(("problem.visit.quiet_day", {"name": quiet.name}))
    if cap is not None and await held_in(uscc, on.year) >= cap.most:
        found.append(("problem.visit.cap_reached", {"most": cap.most}))
    return tuple(found)


async def certificates(actor: Actor, on: date) -> tuple[CertificateView, ...]:
    """All certificates there ever were, those that serve first, then the latest."""
    require(actor, Operation.SEE_PROJECTS)
    rows = await OfficerCertificate.all().order_by("-made_at", "-id").limit(CERTIFICATES_AT_MOST)
    names = await _names(row.staff_id for row in rows)
    views = [
        CertificateView(
            id=row.id,
            staff_id=row.staff_id,
            staff=names.get(row.staff_id, ""),
            number=row.number,
            valid_from_on=row.valid_from_on,
            valid_until_on=row.valid_until_on,
            revoked_at=row.revoked_at,
            fault=fault(row, on) or "",
        )
        for row in rows
    ]
    return tuple(sorted(views, key=lambda one: one.fault != ""))


def _narrowed(actor: Actor) -> Q:
    """`visit_plans.sees` as a condition on rows."""
    own = Q(officer_id=actor.id) | Q(second_officer_id=actor.id)
    units = {one.unit for one in held_by(actor) if one.role in LOOKERS}
    if EVERY_UNIT in units:
        return Q()
    return own | Q(unit__in=sorted(units)) | Q(unit__isnull=True) if units else own


async def _visits(desk: ProjectDesk, rows: list[EnterpriseVisit]) -> tuple[VisitView, ...]:
    ids = (one for row in rows for one in (row.officer_id, row.second_officer_id, row.exception_by_id))
    names = await _names(one for one in ids if one is not None)
    found = []
    for row in rows:
        is_planned = row.state == VisitState.PLANNED and row.planned_for_on is not None
        stands = await against(desk, row.uscc, row.planned_for_on) if is_planned else ()  # type: ignore[arg-type]
        found.append(_visit(desk, row, names, stands))
    return tuple(found)


def _visit(
    desk: ProjectDesk,
    row: EnterpriseVisit,
    names: dict[UUID, str],
    stands: tuple[tuple[str, dict[str, object]], ...],
) -> VisitView:
    ground = desk.section.ground(row.exception) if row.exception else None
    return VisitView(
        id=row.id,
        project_id=row.project_id,
        enterprise=row.enterprise,
        state=row.state,
        officer_id=row.officer_id,
        second_officer_id=row.second_officer_id,
        officer=names.get(row.officer_id, ""),
        second_officer=names.get(row.second_officer_id, "") if row.second_officer_id else "",
        unit=row.unit,
        purpose=row.purpose,
        basis=row.basis,
        planned_for_on=row.planned_for_on,
        checked_in_at=row.checked_in_at,
        ended_at=row.ended_at,
        created_at=row.created_at,
        findings=row.findings or "",
        exception=ground.name if ground is not None else row.exception or "",
        exception_words=row.exception_words or "",
        exception_by=names.get(row.exception_by_id, "") if row.exception_by_id else "",
        refused=row.refused or "",
        confirmed_at=row.confirmed_at,
        has_position=row.latitude is not None,
        accuracy_m=row.accuracy_m,
        distance_m=row.distance_m,
        place_reason=row.place_reason or "",
        against=stands,
    )


async def _names(ids: Iterable[UUID]) -> dict[UUID, str]:
    rows = await Staff.filter(id__in=sorted(set(ids))).values_list("id", "name")
    return dict(rows)


async def _whole(row: Project, now: datetime) -> ProjectView:
    notices = (
        await ProjectNotice.filter(project_id=row.id).order_by("-shown_from_at", "-id").limit(PAGE_AT_MOST)
    )
    visits = await held_in(row.builder_uscc, local(now).year)
    return _project(row, tuple(_notice(one, now) for one in notices), visits)


def _notice(row: ProjectNotice, now: datetime) -> NoticeView:
    is_over = row.shown_until_at is not None and row.shown_until_at <= now
    return NoticeView(
        id=row.id,
        title=row.title,
        words=row.words,
        from_at=row.shown_from_at,
        until_at=row.shown_until_at,
        taken_down_at=row.taken_down_at,
        is_shown=row.taken_down_at is None and not is_over and row.shown_from_at <= now,
    )


def _project(row: Project, notices: tuple[NoticeView, ...] = (), visits: int = 0) -> ProjectView:
    return ProjectView(
        id=row.id,
        code=row.code,
        name=row.name,
        builder=row.builder,
        builder_uscc=row.builder_uscc,
        contractor=row.contractor or "",
        supervisor=row.supervisor or "",
        contact_name=row.contact_name,
        contact_phone=row.contact_phone,
        place_text=row.place_text,
        unit=row.unit,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        is_key=row.is_key,
        key_contact_id=row.key_contact_id,
        account_id=row.account_id,
        is_open=row.state == ProjectState.OPEN,
        revision=row.revision,
        created_at=row.created_at,
        notices=notices,
        visits_in_year=visits,
    )
