"""Granted permits: a holder's own, and the bureau's by tab, paged by key; one with its checks and what may be done with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from tortoise.expressions import Q

from casework.actors import EVERY_UNIT, Actor
from casework.complaints.sight import held_by
from casework.keyset import page_key, page_token
from casework.people.models import Staff
from casework.permissions import Operation, require
from casework.permits.checking import checks_of
from casework.permits.credentials import code_in
from casework.permits.desk import PermitDesk
from casework.permits.lifecycle import PERMIT, PermitState
from casework.permits.models import Permit, PermitApplication
from casework.permits.own_application import is_own
from casework.permits.permit_moving import PERMIT_NOT_FOUND
from casework.permits.renewals import is_going_on
from casework.permits.sight import BY_UNIT, acts_here, may_see
from casework.permits.survey_models import PermitSurvey
from casework.permits.written import holder_index
from kit.numbers import folded_number, is_identity_number, is_uscc
from kit.problems import Invalid, NotFound

PAGE_AT_MOST, FIND_AT_MOST = 100, 60
ENDING_WITHIN = timedelta(days=7)
TABS = ("in_force", "ending", "to_restore", "over")
"""In force, ending within a week, over with a place to be cleaned up, over."""
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_BY_ACT = frozenset({"tell_holder", "record_holder", "withdraw", "revoke", "cancel"})
"""Moves that somebody makes at will; the others follow from decisions, visits and the clock."""


class PermitLine(msgspec.Struct, frozen=True, kw_only=True):
    """A permit in a list. `holder_shown` as the public may read it."""

    id: UUID
    application_id: UUID
    number: str
    code: str
    kind: str
    kind_name: str
    state: str
    holder_shown: str
    place_text: str
    valid_from_at: datetime
    valid_until_at: datetime
    restore_by_at: datetime | None
    is_restore_late: bool


class PermitPage(msgspec.Struct, frozen=True, kw_only=True):
    """`after` leads to the next page; None on the last."""

    rows: tuple[PermitLine, ...]
    after: str | None = None


class CheckView(msgspec.Struct, frozen=True, kw_only=True):
    """A visit about a permit. `outcome` "in_order" or "not", empty until it is recorded; it counts once confirmed."""

    id: UUID
    purpose: str
    officers: tuple[str, ...]
    scheduled_at: datetime
    meeting_at: datetime | None
    recorded_at: datetime | None
    findings: str
    outcome: str
    is_confirmed: bool


class PermitView(msgspec.Struct, frozen=True, kw_only=True):
    """One permit. `moves` are those the viewer may take at will; checks are for staff alone. `is_renewing`: its time is over, and
    it goes on until its renewal is decided. `replaced_from_at`: until then it holds.
    """

    line: PermitLine
    revision: int
    reference: str
    area_m2: float | None
    latitude: float | None
    longitude: float | None
    outline: str | None
    terms: tuple[str, ...]
    granted_at: datetime
    ended_at: datetime | None
    end_reason: str
    end_cause: str
    compensation: str
    struck_off_at: datetime | None
    replaced_from_at: datetime | None
    is_renewing: bool
    restored_at: datetime | None
    replaces_id: UUID | None
    replaced_by_id: UUID | None
    checks: tuple[CheckView, ...]
    moves: tuple[str, ...]


async def my_permits(desk: PermitDesk, account_ids: Collection[UUID]) -> tuple[PermitLine, ...]:
    """What was granted to these accounts (all of one person), the latest first."""
    rows = Permit.filter(account_id__in=sorted(account_ids)).order_by("-granted_at", "-id")
    return _lines(desk, await rows.limit(PAGE_AT_MOST))


async def permits(
    desk: PermitDesk,
    viewer: Actor,
    tab: str,
    *,
    find: str = "",
    after: str | None = None,
    limit: int = 30,
) -> PermitPage:
    """The permits of one tab in the viewer's units: what ends first, of those that are over the latest.

    `find` looks through all of them instead: a part of the number, of the holder as anybody may read it or of the place, the
    whole code, or the holder's own number. Raises Forbidden, Invalid.
    """
    require(viewer, Operation.SEE_PERMITS)
    if tab not in TABS:
        raise Invalid("problem.permit.tab", field="tab")
    limit = max(1, min(limit, PAGE_AT_MOST))
    column = {"to_restore": "restore_by_at", "over": "ended_at"}.get(tab, "valid_until_at")
    sign, than = ("-", "lt") if tab == "over" else ("", "gt")
    if find.strip():
        column, sign, than = "granted_at", "-", "lt"
    wanted = _found(desk, find) if find.strip() else _of_tab(desk, tab)
    rows = Permit.filter(wanted, _seen(viewer)).order_by(f"{sign}{column}", f"{sign}id")
    if after is not None:
        at, id = page_key(after)
        till: dict[str, Any] = {f"{column}__{than}e": at}
        later: dict[str, Any] = {f"{column}__{than}": at}
        next_one: dict[str, Any] = {f"id__{than}": id}
        rows = rows.filter(Q(**till) & (Q(**later) | Q(**next_one)))
    found = await rows.limit(limit + 1)
    token = None
    if len(found) > limit:
        token = page_token(getattr(found[limit - 1], column), found[limit - 1].id)
    return PermitPage(rows=_lines(desk, found[:limit]), after=token)


async def permit_view(desk: PermitDesk, viewer: Actor, permit_id: UUID) -> PermitView:
    """One permit, for its holder and for staff who see its application. Raises NotFound."""
    permit = await Permit.get_or_none(id=permit_id)
    row = await PermitApplication.get_or_none(id=permit.application_id) if permit is not None else None
    if permit is None or row is None or not await may_see(viewer, row):
        raise NotFound(PERMIT_NOT_FOUND)
    is_staff = viewer.kind == "staff"
    (line,) = _lines(desk, [permit])
    return PermitView(
        line=line,
        revision=permit.revision,
        reference=row.reference,
        area_m2=permit.area_m2,
        latitude=permit.latitude,
        longitude=permit.longitude,
        outline=permit.outline,
        terms=tuple(msgspec.json.decode(permit.terms, type=list[str])),
        granted_at=permit.granted_at,
        ended_at=permit.ended_at,
        end_reason=permit.end_reason or "",
        end_cause=permit.end_cause or "",
        compensation=permit.compensation or "",
        struck_off_at=permit.struck_off_at,
        replaced_from_at=permit.replaced_from_at,
        is_renewing=await is_going_on(permit, desk.db.clock.now()),
        restored_at=permit.restored_at,
        replaces_id=permit.replaces_id,
        replaced_by_id=permit.replaced_by_id,
        checks=await _checks(permit.id) if is_staff else (),
        moves=() if await is_own(desk, viewer, row) else _moves(viewer, permit, row),
    )


def _of_tab(desk: PermitDesk, tab: str) -> Q:
    """In the words of the indexes, see `Permit.Meta`: a comparison says that there is a moment at all."""
    if tab == "in_force":
        return Q(ended_at=None)
    if tab == "ending":
        return Q(ended_at=None, valid_until_at__lte=desk.db.clock.now() + ENDING_WITHIN)
    if tab == "to_restore":
        return Q(restored_at=None, restore_by_at__gt=_BEGINNING)
    return Q(ended_at__gt=_BEGINNING)


def _found(desk: PermitDesk, find: str) -> Q:
    said = find.strip()[:FIND_AT_MOST]
    folded = folded_number(said)
    if is_uscc(folded) or is_identity_number(folded):
        return Q(holder_index=holder_index(desk, folded))
    if (code := code_in(said)) is not None:
        return Q(code=code)
    # Every row is looked at: 0.17 s among 200,000 on either engine (`python -m benchmarks.permits --only find`).
    return Q(number__icontains=said) | Q(holder_shown__icontains=said) | Q(place_text__icontains=said)


def _seen(viewer: Actor) -> Q:
    units = {one.unit for one in held_by(viewer) if one.role in BY_UNIT}
    return Q() if EVERY_UNIT in units else Q(unit__in=sorted(units))


def _moves(viewer: Actor, permit: Permit, row: PermitApplication) -> tuple[str, ...]:
    allowed = PERMIT.allowed(permit.state, viewer.roles)
    return tuple(one.name for one in allowed if one.name in _BY_ACT and acts_here(viewer, one.by, row))


def _lines(desk: PermitDesk, rows: Iterable[Permit]) -> tuple[PermitLine, ...]:
    now = desk.db.clock.now()
    return tuple(
        PermitLine(
            id=one.id,
            application_id=one.application_id,
            number=one.number,
            code=one.code,
            kind=one.kind,
            kind_name=one.kind_name,
            state=PermitState(one.state).value,
            holder_shown=one.holder_shown,
            place_text=one.place_text,
            valid_from_at=one.valid_from_at,
            valid_until_at=one.valid_until_at,
            restore_by_at=one.restore_by_at,
            is_restore_late=one.restored_at is None
            and one.restore_by_at is not None
            and one.restore_by_at < now,
        )
        for one in rows
    )


async def _checks(permit_id: UUID) -> tuple[CheckView, ...]:
    rows = await checks_of(permit_id)
    wanted = {id for one in rows for id in (one.officer_id, one.second_officer_id)}
    names = {one.id: one.name for one in await Staff.filter(id__in=list(wanted))} if wanted else {}
    return tuple(_check(one, names) for one in rows)


def _check(row: PermitSurvey, names: dict[UUID, str]) -> CheckView:
    return CheckView(
        id=row.id,
        purpose=row.purpose,
        officers=tuple(names.get(id, "") for id in (row.officer_id, row.second_officer_id)),
        scheduled_at=row.scheduled_at,
        meeting_at=row.meeting_at,
        recorded_at=row.recorded_at,
        findings=row.findings or "",
        outcome=row.outcome or "",
        is_confirmed=row.confirmed_by_id is not None,
    )
