"""Reading the register of signs: behind a code, one's own, and the bureau's lists, paged by key."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import msgspec
from tortoise.expressions import Q

from casework.actors import Actor
from casework.complaints.models import Complaint
from casework.keyset import page_key, page_token
from casework.permissions import Operation, require
from casework.permits.lifecycle import PermitState
from casework.permits.models import Permit, PermitApplication
from casework.sign_filings.checking import NO
from casework.sign_filings.desk import SignDesk
from casework.sign_filings.lifecycle import SIGN, SignState
from casework.sign_filings.models import Sign, SignCheck, SignHazard, SignPhoto
from casework.sign_filings.moving import NOT_FOUND, acts_here, may_see
from casework.sign_filings.sizes import oversizes
from casework.sign_filings.views import (
    Approval,
    CheckStanding,
    CheckView,
    HazardView,
    PublicSign,
    SignLine,
    SignPage,
    SignView,
)
from kit.clock import local
from kit.files.models import FileState, StoredFile
from kit.problems import Invalid, NotFound

TABS = ("hazard", "due", "all", "ended")
"""Tabs of the bureau's list: reported or found unsafe; the look due soon or missed, that first; all that hang; ended."""
NEVER = ("withdrawn", "refused", "denied", "lapsed")
PAGE_AT_MOST, SHOWN_AT_MOST = 100, 20


async def sign_by_code(desk: SignDesk, code: str) -> PublicSign | None:
    """What stands behind a code; None for one that is no sign's of the register."""
    row = await Sign.get_or_none(code=code)
    return await _public(desk, row) if row is not None else None


async def my_signs(desk: SignDesk, account_ids: Collection[UUID], limit: int = 50) -> tuple[SignLine, ...]:
    """The signs of these accounts (all of one person), those that hang first."""
    rows = (
        await Sign.filter(account_id__in=sorted(account_ids)).order_by("-registered_at", "-id").limit(limit)
    )
    return await _lines(desk, sorted(rows, key=lambda row: row.ended_at is not None))


async def signs(
    desk: SignDesk, viewer: Actor, tab: str, *, after: str | None = None, limit: int = 30
) -> SignPage:
    """Signs of one tab: the latest first, of those due what is due first. Raises Forbidden, Invalid."""
    require(viewer, Operation.SEE_SIGNS)
    if tab not in TABS:
        raise Invalid("problem.sign.tab", field="tab")
    limit = max(1, min(limit, PAGE_AT_MOST))
    query = Sign.filter(_of_tab(desk, tab))
    if tab == "due":
        query = query.order_by("check_due_on", "id")
        if after is not None:
            at, id = page_key(after)
            on = at.astimezone(UTC).date()
            query = query.filter(Q(check_due_on__gte=on) & (Q(check_due_on__gt=on) | Q(id__gt=id)))
    else:
        query = query.order_by("-registered_at", "-id")
        if after is not None:
            at, id = page_key(after)
            query = query.filter(Q(registered_at__lte=at) & (Q(registered_at__lt=at) | Q(id__lt=id)))
    found = await query.limit(limit + 1)
    token = None
    if len(found) > limit:
        last = found[limit - 1]
        token = page_token(_day(last.check_due_on) if tab == "due" else last.registered_at, last.id)
    return SignPage(rows=await _lines(desk, found[:limit]), after=token)


async def counts(desk: SignDesk, viewer: Actor) -> dict[str, int]:
    """How many stand in each tab that is worked through. Raises Forbidden."""
    require(viewer, Operation.SEE_SIGNS)
    return {tab: await Sign.filter(_of_tab(desk, tab)).count() for tab in ("hazard", "due")}


async def sign_view(desk: SignDesk, viewer: Actor, sign_id: UUID) -> SignView:
    """One sign. Raises NotFound for one that is not there or not theirs to see."""
    row = await Sign.get_or_none(id=sign_id)
    if row is None or not await may_see(viewer, row):
        raise NotFound(NOT_FOUND)
    filing = await PermitApplication.get_or_none(id=row.application_id) if row.application_id else None
    allowed = SIGN.allowed(row.state, viewer.roles)
    return SignView(
        id=row.id,
        revision=row.revision,
        public=await _public(desk, row),
        unit=row.unit,
        application_reference=filing.reference if filing is not None else "",
        successor_reference=await _reference(row.successor_application_id),
        removal_photos=await _removal_photos(row),
        checks=await _checks(desk, row),
        hazards=await _hazards(row),
        moves=frozenset(one.name for one in allowed if acts_here(viewer, one.by, row)),
    )


async def file_of_photo(viewer: Actor, photo_id: UUID) -> UUID | None:
    """The file behind a photo of a look, for who may see the sign; None for all others."""
    photo = await SignPhoto.get_or_none(file_id=photo_id)
    row = await Sign.get_or_none(id=photo.sign_id) if photo is not None else None
    return photo_id if row is not None and await may_see(viewer, row) else None


def _of_tab(desk: SignDesk, tab: str) -> Q:
    if tab == "ended":
        return Q(ended_at__isnull=False)
    if tab == "hazard":
        return Q(ended_at__isnull=True, state=SignState.HAZARD.value)
    if tab == "due":
        until = local(desk.db.clock.now()).date() + timedelta(days=desk.section.remind_days_before)
        return Q(ended_at__isnull=True, check_due_on__lte=until)
    return Q(ended_at__isnull=True)


def _day(day: date | None) -> datetime:
    return datetime.combine(day or date.max, time(), UTC)


async def _public(desk: SignDesk, row: Sign) -> PublicSign:
    permit = await Permit.get_or_none(id=row.permit_id) if row.permit_id is not None else None
    last = await SignCheck.filter(sign_id=row.id).order_by("-sent_at").first()
    today = local(desk.db.clock.now()).date()
    successor = row.successor_application_id
    new = await Sign.get_or_none(application_id=successor) if successor is not None else None
    approval: Approval = "none"
    if permit is not None:
        approval = "in_force" if permit.state == PermitState.IN_FORCE else "over"
    return PublicSign(
        code=row.code,
        words=row.words,
        kind_name=desk.kind_name(row.kind),
        state=row.state,
        holder=row.holder_shown,
        responsible_unit=row.responsible_unit,
        contact_phone=row.contact_phone,
        material=row.material,
        width_m=row.width_m,
        height_m=row.height_m,
        place_text=row.place_text,
        registered_at=row.registered_at,
        valid_until_on=row.valid_until_on,
        is_past=row.valid_until_on is not None and row.valid_until_on < today,
        check=_standing(desk, row, last is None or last.is_safe),
        check_due_on=row.check_due_on,
        checked_on=last.checked_on if last is not None else None,
        approval=approval,
        permit_number=permit.number if permit is not None else "",
        end_reason=row.end_reason or "",
        removed_on=row.removed_on,
        successor_code=new.code if new is not None else "",
        oversizes=oversizes(desk.section, row.kind, row.width_m, row.height_m),
    )


def _standing(desk: SignDesk, row: Sign, was_safe: bool) -> CheckStanding:
    today, due = local(desk.db.clock.now()).date(), row.check_due_on
    if row.ended_at is not None or due is None:
        return "none"
    if not was_safe and row.state == SignState.HAZARD:
        return "unsafe"
    if due < today:
        return "overdue"
    return "soon" if due <= today + timedelta(days=desk.section.remind_days_before) else "in_order"


async def _lines(desk: SignDesk, rows: Collection[Sign]) -> tuple[SignLine, ...]:
    unsafe = await _found_unsafe(rows)
    return tuple(
        SignLine(
            id=row.id,
            code=row.code,
            words=row.words,
            kind_name=desk.kind_name(row.kind),
            state=row.state,
            holder=row.holder_shown,
            place_text=row.place_text,
            check=_standing(desk, row, row.id not in unsafe),
            check_due_on=row.check_due_on,
            registered_at=row.registered_at,
        )
        for row in rows
    )


async def _found_unsafe(rows: Collection[Sign]) -> set[UUID]:
    """Those whose last look found something."""
    hazards = [row.id for row in rows if row.state == SignState.HAZARD]
    last: dict[UUID, bool] = {}
    for one in await SignCheck.filter(sign_id__in=hazards).order_by("sent_at") if hazards else ():
        last[one.sign_id] = one.is_safe
    return {id for id, is_safe in last.items() if not is_safe}


async def _checks(desk: SignDesk, row: Sign) -> tuple[CheckView, ...]:
    rows = await SignCheck.filter(sign_id=row.id).order_by("-sent_at").limit(SHOWN_AT_MOST)
    photos = (
        await SignPhoto.filter(check_id__in=[one.id for one in rows]).order_by("position") if rows else []
    )
    ready, waiting = await _shown([one.file_id for one in photos])
    asked = {one.code: one.ask for one in desk.section.questions}
    found = []
    for one in rows:
        answers = msgspec.json.decode(one.answers, type=dict[str, str])
        view = CheckView(
            checked_on=one.checked_on,
            is_safe=one.is_safe,
            unsafe=tuple(asked.get(code, code) for code, said in answers.items() if said == NO),
            words=one.words or "",
            photos=tuple(
                each.file_id for each in photos if each.check_id == one.id and each.file_id in ready
            ),
            waiting=sum(each.check_id == one.id and each.file_id in waiting for each in photos),
        )
        found.append(view)
    return tuple(found)


async def _shown(ids: Collection[UUID]) -> tuple[set[UUID], set[UUID]]:
    """Those of the photos that can be shown, and those that are not decoded yet. One that was refused is neither."""
    rows = await StoredFile.filter(id__in=list(ids)).only("id", "state") if ids else []
    of = {state: {one.id for one in rows if one.state == state} for state in FileState}
    return of[FileState.READY], of[FileState.RECEIVED]


async def _reference(application_id: UUID | None) -> str:
    row = await PermitApplication.get_or_none(id=application_id) if application_id is not None else None
    return row.reference if row is not None else ""


async def _removal_photos(row: Sign) -> tuple[UUID, ...]:
    rows = await SignPhoto.filter(sign_id=row.id, stage="removed").order_by("position")
    ready, _ = await _shown([one.file_id for one in rows])
    return tuple(one.file_id for one in rows if one.file_id in ready)


async def successors_of(
    desk: SignDesk, account_ids: Collection[UUID], sign_id: UUID
) -> tuple[tuple[str, str], ...]:
    """Filings of these accounts whose sign may take this one's place: reference and place, the latest first."""
    row = await Sign.get_or_none(id=sign_id)
    kinds = [one.code for one in desk.kinds.kinds if one.product == "sign"]
    asked = PermitApplication.filter(account_id__in=sorted(account_ids), kind__in=kinds, act="new")
    found = await asked.exclude(state__in=NEVER).order_by("-submitted_at", "-id").limit(SHOWN_AT_MOST)
    return tuple(
        (one.reference, one.place_text) for one in found if row is not None and one.id != row.application_id
    )


async def _hazards(row: Sign) -> tuple[HazardView, ...]:
    rows = await SignHazard.filter(sign_id=row.id).order_by("-reported_at").limit(SHOWN_AT_MOST)
    cases = {one.id: one for one in await Complaint.filter(id__in=[each.complaint_id for each in rows])}
    return tuple(
        HazardView(reference=case.reference, state=case.state, reported_at=one.reported_at)
        for one in rows
        if (case := cases.get(one.complaint_id)) is not None
    )
