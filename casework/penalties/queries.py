"""Reading notices: one by its number, a party's own, an officer's list."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import cast
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from casework.actors import Actor
from casework.complaints.sight import acts_on
from casework.documents.opening import documents_of
from casework.penalties.access import current_code, notice_behind
from casework.penalties.desk import PenaltyDesk
from casework.penalties.issuing import earlier_of
from casework.penalties.lifecycle import RECTIFICATION, State
from casework.penalties.models import RectificationNotice, RectificationPhoto
from casework.penalties.moving import NOT_FOUND, reckoned
from casework.penalties.papers import ABOUT, opened_number, opened_party
from casework.penalties.photos import AFTER, FOUND, RECHECK
from casework.penalties.sight import may_see, narrowed
from casework.penalties.views import NoticeLine, NoticePage, NoticePhoto, NoticeView
from casework.people.merging import members
from casework.people.models import Staff
from casework.permissions import Operation, may, require
from kit.calendar.explain import explain
from kit.files.models import FileState, StoredFile
from kit.problems import NotFound
from kit.references import parse_reference

ORDER = (FOUND, AFTER, RECHECK)
TABS: Mapping[str, Q] = {
    "reported": Q(state=State.REPORTED),
    "issued": Q(state=State.ISSUED),
    "over": Q(ended_at__isnull=False),
}


async def notices(
    desk: PenaltyDesk, actor: Actor, tab: str, *, before: str = "", limit: int = 30
) -> NoticePage:
    """An officer's list, the newest first; `before` is a number of the page before. Raises Forbidden."""
    require(actor, Operation.SEE_PENALTIES)
    found = _seen(actor).filter(TABS[tab])
    start = await RectificationNotice.get_or_none(reference=before) if before else None
    if start is not None:
        found = found.filter(Q(issued_at__lt=start.issued_at) | Q(issued_at=start.issued_at, id__lt=start.id))
    rows = await found.order_by("-issued_at", "-id").limit(limit + 1)
    now = desk.db.clock.now()
    return NoticePage(
        rows=tuple(line_of(desk, one, now) for one in rows[:limit]),
        after=rows[limit - 1].reference if len(rows) > limit else "",
    )


async def counts(actor: Actor) -> dict[str, int]:
    """How many wait in each tab but that of what is over. Raises Forbidden."""
    require(actor, Operation.SEE_PENALTIES)
    return {tab: await _seen(actor).filter(TABS[tab]).count() for tab in TABS if tab != "over"}


async def notices_of(desk: PenaltyDesk, account_id: UUID, limit: int = 50) -> tuple[NoticeLine, ...]:
    """A party's own, the newest first: those of every account of the person."""
    ids = sorted(await members(account_id))
    rows = await RectificationNotice.filter(account_id__in=ids).order_by("-issued_at", "-id").limit(limit)
    now = desk.db.clock.now()
    return tuple(line_of(desk, one, now) for one in rows)


async def notice_view(
    desk: PenaltyDesk, actor: Actor, reference: str, access_id: UUID | None = None
) -> NoticeView:
    """One notice. `access_id`: the reader came with the code of its paper. Raises NotFound."""
    parsed = parse_reference(reference)
    row = await RectificationNotice.get_or_none(reference=str(parsed)) if parsed is not None else None
    if row is None:
        raise NotFound(NOT_FOUND)
    by_code = access_id is not None and await notice_behind(access_id) == row.id
    if not by_code and not await may_see(actor, row):
        raise NotFound(NOT_FOUND)
    return await _view(desk, actor, row)


def line_of(desk: PenaltyDesk, row: RectificationNotice, now: datetime) -> NoticeLine:
    """One line of a list."""
    return NoticeLine(
        id=row.id,
        reference=row.reference,
        ground_name=desk.ground_name(row.ground_code),
        party=opened_party(desk, row),
        state=row.state,
        state_name=desk.documents.catalogue.text(f"rectification.state.{row.state}"),
        issued_at=row.issued_at,
        due_at=row.due_at,
        is_late=row.due_at is not None and row.due_at <= now,
        place_text=row.place_text or "",
        is_first_violation=row.is_first_violation,
        revision=row.revision,
    )


async def _view(desk: PenaltyDesk, actor: Actor, row: RectificationNotice) -> NoticeView:
    is_staff, now = actor.kind == "staff", desk.db.clock.now()
    people = [one for one in (row.officer_id, row.second_officer_id, row.judged_by_id) if one is not None]
    names = dict(await Staff.filter(id__in=people).values_list("id", "name"))
    limit = reckoned(desk, row.ground_code, row.state, row.limit_started_at)
    promised = (
        desk.section.limits.recheck
        if row.state == State.REPORTED
        else desk.section.rectify_limit(row.ground_code)
    )
    number = opened_number(desk, row)
    return NoticeView(
        line=line_of(desk, row, now),
        party_kind=row.party_kind,
        party_number=number if row.party_kind == "organisation" else f"{number[:4]}**********{number[-4:]}",
        facts=row.facts,
        basis=row.basis,
        demand=row.demand,
        delivery=row.delivery or "",
        delivered_at=row.delivered_at,
        report=row.report or "",
        reported_at=row.reported_at,
        checked_words=row.checked_words or "",
        exempted_at=row.exempted_at,
        photos=await _photos(row.id),
        papers=await documents_of(ABOUT, row.id),
        reckoning=tuple(explain(limit, desk.documents.catalogue)) if limit is not None else (),
        limit_basis=promised.basis if limit is not None else "",
        moves=_moves(actor, row),
        officers=tuple(names[one] for one in (row.officer_id, row.second_officer_id) if one in names),
        judged_by=names.get(row.judged_by_id, "") if is_staff and row.judged_by_id is not None else "",
        judgement=(row.judgement or "") if is_staff else "",
        earlier=earlier_of(row) if is_staff else (),
        code=await current_code(desk, row.id) if may(actor, Operation.KEEP_PENALTIES) else "",
    )


async def _photos(notice_id: UUID) -> tuple[NoticePhoto, ...]:
    rows = await RectificationPhoto.filter(notice_id=notice_id).order_by("stage", "position")
    rows.sort(key=lambda one: ORDER.index(one.stage))
    ids = [one.file_id for one in rows]
    ready = set(await StoredFile.filter(id__in=ids, state=FileState.READY.value).values_list("id", flat=True))
    return tuple(
        NoticePhoto(file_id=one.file_id, is_ready=one.file_id in ready, stage=one.stage) for one in rows
    )


async def files_of_notices(ids: Collection[UUID]) -> set[UUID]:
    """Those of the files that a notice holds."""
    found = await RectificationPhoto.filter(file_id__in=list(ids)).values_list("file_id", flat=True)
    return set(cast("list[UUID]", found))


def _moves(actor: Actor, row: RectificationNotice) -> tuple[str, ...]:
    """What may be done now: one button each."""
    allowed = []
    for one in RECTIFICATION.allowed(row.state, actor.roles):
        if actor.kind == "staff" and not acts_on(actor, frozenset(one.by), row.unit, None):
            continue
        if one.name == "exempt" and not (row.is_first_violation and row.judgement):
            continue
        if one.name == "deliver" and row.delivered_at is not None:
            continue
        allowed.append(one.name)
    return tuple(allowed)


def _seen(actor: Actor) -> QuerySet[RectificationNotice]:
    where = narrowed(actor)
    found = RectificationNotice.all()
    return found.filter(where) if where is not None else found
