"""Lists of applications: an applicant's own, and the bureau's work by tab, paged by key. One by one: `detail`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from casework.actors import EVERY_UNIT, Actor
from casework.complaints.sight import held_by
from casework.keyset import page_key, page_token
from casework.permissions import Operation, require
from casework.permits.assembly import line_of, staff_names
from casework.permits.clocks import IN_HAND
from casework.permits.desk import PermitDesk
from casework.permits.lifecycle import FLOWS, OPEN_STATES, CoSignatureState, State
from casework.permits.models import CoSignature, PermitApplication
from casework.permits.sight import narrowed
from casework.permits.views import ApplicationLine, ApplicationPage
from casework.roles import Role
from kit.problems import Invalid

PAGE_AT_MOST = 100
FINAL = frozenset(state for flow in FLOWS.values() for state in flow.final)
TABS = (
    "new", "in_hand", "survey", "decide", "co_sign", "mine", "late", "near", "paused", "waiting", "to_deliver", "over",
)  # fmt: skip
"""Tabs of the bureau's list: new to be taken in, in hand (of these: to be looked at, to be decided, another organ asked), mine by
name, past a limit, past it or near, standing still, with the applicant, decided but not delivered, over.
"""
NEAR = timedelta(hours=4)
"""So long before its end a limit counts as near."""
_ASKED_AT_MOST = 500
_COLUMNS = {"over": "submitted_at", "paused": "updated_at"}
"""By what a tab is sorted, the latest first; all others by `due_at`, what is due first."""
_TO_DELIVER = (State.GRANTED, State.DENIED, State.APPROVED)


async def my_applications(
    desk: PermitDesk,
    viewer: Actor,
    account_ids: Collection[UUID],
    *,
    after: str | None = None,
    limit: int = 20,
) -> ApplicationPage:
    """What these accounts (all of one person) applied for, the latest first."""
    limit = max(1, min(limit, PAGE_AT_MOST))
    rows = PermitApplication.filter(account_id__in=sorted(account_ids)).order_by("-submitted_at", "-id")
    if after is not None:
        at, id = page_key(after)
        rows = rows.filter(Q(submitted_at__lte=at) & (Q(submitted_at__lt=at) | Q(id__lt=id)))
    found = await rows.limit(limit + 1)
    token = page_token(found[limit - 1].submitted_at, found[limit - 1].id) if len(found) > limit else None
    now = desk.db.clock.now()
    return ApplicationPage(
        rows=tuple(line_of(desk, row, viewer, now, {}) for row in found[:limit]), after=token
    )


async def queue(
    desk: PermitDesk,
    viewer: Actor,
    tab: str,
    *,
    kind: str | None = None,
    after: str | None = None,
    limit: int = 30,
) -> ApplicationPage:
    """Applications of one tab: what is due first, or of those that are over the latest. Raises Forbidden, Invalid."""
    require(viewer, Operation.SEE_PERMITS)
    if tab not in TABS:
        raise Invalid("problem.permit.tab", field="tab")
    limit = max(1, min(limit, PAGE_AT_MOST))
    rows = PermitApplication.filter(await _of_tab(desk, viewer, tab))
    if kind is not None:
        rows = rows.filter(kind=kind)
    column = _COLUMNS.get(tab, "due_at")
    is_latest_first = column != "due_at"
    order = (f"-{column}", "-id") if is_latest_first else (column, "id")
    rows = rows.order_by(*order)
    if after is not None:
        at, id = page_key(after)
        on = "lt" if is_latest_first else "gt"
        beyond: dict[str, Any] = {f"{column}__{on}": at}
        tied: dict[str, Any] = {column: at, f"id__{on}": id}
        bound: dict[str, Any] = {f"{column}__{on}e": at}
        # The bound by itself lets the index begin there; SQLite does not see it through the OR.
        rows = rows.filter(Q(**bound) & (Q(**beyond) | Q(**tied)))
    found = await rows.limit(limit + 1)
    token = None
    if len(found) > limit:
        token = page_token(getattr(found[limit - 1], column), found[limit - 1].id)
    return ApplicationPage(rows=await _lines(desk, viewer, found[:limit]), after=token)


async def counts(desk: PermitDesk, viewer: Actor) -> dict[str, int]:
    """How many wait in each tab that is worked through. Raises Forbidden."""
    require(viewer, Operation.SEE_PERMITS)
    return {
        tab: await PermitApplication.filter(await _of_tab(desk, viewer, tab)).count()
        for tab in TABS
        if tab != "over"
    }


async def _of_tab(desk: PermitDesk, viewer: Actor, tab: str) -> Q:
    seen = await _seen(viewer)
    match tab:
        case "new":
            return seen & _open(State.SUBMITTED)
        case "waiting":
            return seen & _open(State.CORRECTION_REQUESTED)
        case "in_hand":
            return seen & _open(*IN_HAND) & Q(due_at__isnull=False)
        case "paused":
            return seen & _open(*IN_HAND) & Q(due_at__isnull=True)
        case "to_deliver":
            return seen & _open(*_TO_DELIVER)
        case "late":
            mine = OPEN_STATES - {State.CORRECTION_REQUESTED} | set(_TO_DELIVER)
            return seen & _open(*mine) & Q(due_at__lte=desk.db.clock.now())
        case "near":
            mine = OPEN_STATES - {State.CORRECTION_REQUESTED} | set(_TO_DELIVER)
            return seen & _open(*mine) & Q(due_at__lte=desk.db.clock.now() + NEAR)
        case "survey":
            unseen = _open(State.ACCEPTED) & ~Q(kind__in=_without_survey(desk))
            return seen & (_open(State.SURVEY_SCHEDULED) | unseen) & Q(due_at__isnull=False)
        case "decide":
            ready = _open(State.ACCEPTED) & Q(kind__in=_without_survey(desk))
            return seen & (_open(State.SURVEYED) | ready) & Q(due_at__isnull=False)
        case "co_sign":
            asked = CoSignature.filter(state=CoSignatureState.ASKED.value).order_by("due_at")
            ids = await asked.limit(_ASKED_AT_MOST).values_list("application_id", flat=True)
            return seen & Q(id__in=list(ids)) & Q(ended_at__isnull=True, due_at__isnull=False)
        case "mine":
            own = sorted({viewer.id, *viewer.for_ids} - {None}, key=str)
            return seen & _open(*OPEN_STATES, *_TO_DELIVER) & Q(assignee_id__in=own, due_at__isnull=False)
    return seen & Q(state__in=sorted(FINAL))


def _without_survey(desk: PermitDesk) -> list[str]:
    return [one.code for one in desk.section.kinds if not one.has_survey]


def _open(*states: State) -> Q:
    return Q(ended_at__isnull=True, state__in=sorted(state.value for state in states))


async def _seen(viewer: Actor) -> Q:
    """The rows of a viewer; of co-signers those on which their unit was asked."""
    seen = narrowed(viewer)
    if seen is None:
        return Q()
    units = {one.unit for one in held_by(viewer) if one.role is Role.CO_SIGNER}
    if not units:
        return seen
    asked = CoSignature.filter(answered_at=None)
    if EVERY_UNIT not in units:
        asked = asked.filter(unit__in=sorted(units))
    ids = await asked.order_by("due_at").limit(500).values_list("application_id", flat=True)
    return seen | Q(id__in=list(ids))


async def _lines(
    desk: PermitDesk, viewer: Actor, rows: Iterable[PermitApplication]
) -> tuple[ApplicationLine, ...]:
    found, now = list(rows), desk.db.clock.now()
    names = await staff_names(row.assignee_id for row in found)
    return tuple(line_of(desk, row, viewer, now, names) for row in found)
