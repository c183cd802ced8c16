"""Taking an application in or not, and what silence does.

Silence past the limit accepts it from the day the papers came (行政许可法 32): a duty does it, counts the time from that
day, and the unit's head is told.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

import msgspec
from tortoise.queryset import QuerySet

from casework.actors import Actor, clock
from casework.closing import close_each
from casework.complaints.wording import REASON_AT_MOST, digest, optional, required
from casework.documents.papers import Paper
from casework.permits import co_signing, facts
from casework.permits.clocks import PROMISE, is_past, promised, require_unanswered, start_promise
from casework.permits.desk import PermitDesk
from casework.permits.events import ApplicationAccepted, ApplicationLapsed, ApplicationRefused
from casework.permits.lifecycle import State
from casework.permits.materials import attached_to
from casework.permits.models import PermitApplication
from casework.permits.moving import PermitStep, take
from casework.permits.papers import issue_about, particulars
from casework.permits.wording import span_words, warning
from kit.db import Change
from kit.problems import Conflict

Fill = Callable[[Change, PermitApplication], Awaitable[None]]

TOGETHER = 100


async def accept(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    *,
    expected_revision: int | None = None,
) -> PermitApplication:
    """Take it in, with the paper that says so; the promised clock begins, and other organs are asked.

    Past the time to answer it was taken in by silence already: then it counts from the day the papers came.
    """

    said: dict[str, object] = {"is_deemed": False}

    async def fill(change: Change, row: PermitApplication) -> None:
        if is_past(row, change.now):
            _deem(desk, row)
            said["is_deemed"] = True
        else:
            start_promise(desk, row, change.now)

    return await take(desk, actor, application_id, _acceptance(desk, actor, fill, said), expected_revision)


async def refuse(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    *,
    ground: str,
    responsible_body: str = "",
    has_false_materials: bool = False,
    expected_revision: int | None = None,
) -> PermitApplication:
    """Do not take it in, with the paper that says why; `responsible_body` where it is another's to decide.

    `has_false_materials`: what was handed in is false; the paper warns the applicant (行政许可法 78).
    """
    why = required(ground, field="ground", at_most=REASON_AT_MOST)
    body = optional(responsible_body, field="responsible_body", at_most=100)

    async def fill(change: Change, row: PermitApplication) -> None:
        require_unanswered(row, change.now)
        row.ground, row.has_false_materials = why, has_false_materials

    async def follow(change: Change, row: PermitApplication) -> None:
        reasons = (why, *warning(desk, row))
        data = msgspec.structs.replace(particulars(desk, row), reasons=reasons, responsible_body=body or "")
        await issue_about(desk, change, actor, row, Paper.REFUSAL, data)
        await facts.keep(desk, change, row, "refused")

    step = PermitStep(
        move="refuse",
        tell=ApplicationRefused,
        given={"ground": why},
        # The words stand in the row and on the paper; the chain attests them.
        content={
            "ground_digest": digest(desk.sealer, why),
            "responsible_body": body,
            "has_false_materials": has_false_materials,
        },
        telling={"reason": why},
        fill=fill,
        follow=follow,
    )
    return await take(desk, actor, application_id, step, expected_revision)


async def accept_past_limit(desk: PermitDesk, now: datetime, limit: int = TOGETHER) -> int:
    """Accept what nobody answered in time, from the day its papers came. Returns how many. Filings are registered by
    their own duty.
    """

    async def fill(change: Change, row: PermitApplication) -> None:
        _require_due(row, change.now)
        _deem(desk, row)

    step = _acceptance(desk, clock(), fill, {"is_deemed": True})

    async def one(id: UUID) -> None:
        await take(desk, clock(), id, step)

    rows = _past(State.SUBMITTED, now).filter(flow__in=("permit", "refund"))
    return await close_each([row.id for row in await rows], one, at_most=limit)


async def lapse_past_limit(desk: PermitDesk, now: datetime, limit: int = TOGETHER) -> int:
    """End what was not put right in time. Returns how many."""
    ground = desk.documents.catalogue.text("permit_said.lapsed")

    async def fill(change: Change, row: PermitApplication) -> None:
        _require_due(row, change.now)
        row.ground = ground

    async def follow(change: Change, row: PermitApplication) -> None:
        await facts.keep(desk, change, row, "withdrawn")

    step = PermitStep(
        move="lapse",
        tell=ApplicationLapsed,
        given={"ground": ground},
        content={},
        fill=fill,
        follow=follow,
    )

    async def one(id: UUID) -> None:
        await take(desk, clock(), id, step)

    rows = _past(State.CORRECTION_REQUESTED, now)
    return await close_each([row.id for row in await rows], one, at_most=limit)


def _deem(desk: PermitDesk, row: PermitApplication) -> None:
    row.is_deemed = True
    start_promise(desk, row, row.received_at or row.submitted_at)


def _acceptance(desk: PermitDesk, actor: Actor, fill: Fill, said: dict[str, object]) -> PermitStep:
    async def follow(change: Change, row: PermitApplication) -> None:
        await co_signing.ask(desk, change, row)
        data = msgspec.structs.replace(
            particulars(desk, row),
            due_at=row.promise_due_at or row.statutory_due_at,
            promised=_said_promise(desk, row),
            materials=await _handed_in(desk, row),
        )
        await issue_about(desk, change, actor, row, Paper.ACCEPTANCE, data)

    return PermitStep(
        move="accept",
        tell=ApplicationAccepted,
        content=said,
        telling=said,
        fill=fill,
        follow=follow,
    )


def _said_promise(desk: PermitDesk, row: PermitApplication) -> str:
    """What is promised and in which document; empty where the kind promises nothing beyond the law."""
    found = promised(desk.section, row.kind, PROMISE)
    if found is None:
        return ""
    limit, words = found.limit("permits.limits.promise"), desk.documents.catalogue
    return words.text(
        "permit_said.promise", span=span_words(words, limit.unit, limit.amount), basis=found.basis
    )


async def _handed_in(desk: PermitDesk, row: PermitApplication) -> tuple[str, ...]:
    """The materials that came, by name, in the kind's order."""
    kind = desk.section.kind(row.kind)
    came = {one.material for one in await attached_to(application_id=row.id)}
    return tuple(one.name for one in kind.materials if one.code in came) if kind is not None else ()


def _past(state: State, now: datetime) -> QuerySet[PermitApplication]:
    # In the words of the index, see `PermitApplication.Meta`.
    rows = PermitApplication.filter(state=state.value, due_at__lte=now, ended_at=None)
    return rows.only("id", "due_at").order_by("due_at", "id")


def _require_due(row: PermitApplication, now: datetime) -> None:
    if not is_past(row, now):
        raise Conflict("problem.permit.not_due")
