"""Random walks of random people through an order, with the clock running unevenly."""

from __future__ import annotations

import random
from datetime import timedelta

import msgspec
import pytest

from casework.actors import EVERY_UNIT, Actor
from casework.complaints import actions
from casework.complaints.models import Complaint
from casework.roles import Role
from casework.work_orders import actions as ordering
from casework.work_orders.desk import OrderDesk
from casework.work_orders.lifecycle import WORK_ORDER, State
from casework.work_orders.models import WorkOrder
from casework.work_orders.moving import limit_in
from casework.work_orders.profile import WorkOrdersSection
from kit.audit.chain import is_genuine
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.ids import Ids
from kit.outbox_models import OutboxEvent
from kit.problems import Problem
from tests.casework_setting import (
    AUDITOR,
    CITIZEN,
    DISPATCHER,
    HANDLER,
    NIGHT_HANDLER,
    desk_on,
    filed,
    person,
)
from tests.conftest import AUDIT_KEY, MODEL_MODULES

CONTRACTOR = Actor(
    kind="staff", id=person(31), roles=frozenset({Role.CONTRACTOR}), units=frozenset({EVERY_UNIT})
)
OTHER = Actor(kind="staff", id=person(32), roles=frozenset({Role.CONTRACTOR}), units=frozenset({EVERY_UNIT}))
PEOPLE = (
    CONTRACTOR,
    CONTRACTOR,
    CONTRACTOR,
    HANDLER,
    HANDLER,
    DISPATCHER,
    OTHER,
    NIGHT_HANDLER,
    CITIZEN,
    AUDITOR,
)
MOVES = [move.name for move in WORK_ORDER.moves]


async def an_order(desk: OrderDesk) -> WorkOrder:
    case = await filed(desk.complaints)
    await actions.accept(desk.complaints, DISPATCHER, case.id, category="vending")
    await actions.assign(desk.complaints, DISPATCHER, case.id, unit="street")

    async def work(change: Change) -> WorkOrder:
        row = WorkOrder(
            id=change.ids.new(), reference=f"QS-GD-{case.id}"[:40], complaint_id=case.id, unit="street",
            contractor_id=CONTRACTOR.id, state="issued", state_since_at=change.now, revision=1, words="清走",
            place_text="", working_minutes=120, limit_started_at=change.now, due_at=change.now,
            issued_by_id=HANDLER.id, issued_at=change.now, updated_at=change.now,
        )  # fmt: skip
        await row.save(force_create=True)
        return row

    return await desk.complaints.db.change(work)


async def an_act(dice: random.Random, desk: OrderDesk, actor: Actor, row: WorkOrder) -> str:
    move, words = dice.choice(MOVES), dice.choice(["好了", "好了", "不行", "", "\u200b"])
    revision = dice.choice([None, None, row.revision, row.revision - 1])
    act = getattr(ordering, move)
    given = {"report": "report", "decline": "ground", "send_back": "ground", "cancel": "ground"}.get(move)
    await act(desk, actor, row.id, expected_revision=revision, **({given: words} if given else {}))
    return move


async def everything(row: WorkOrder) -> tuple[object, ...]:
    current = await WorkOrder.get(id=row.id)
    return (
        {name: getattr(current, name) for name in current._meta.fields_map},
        await AuditEntry.filter(case_id=row.complaint_id).count(),
        await OutboxEvent.filter(case_id=row.id).count(),
    )


@pytest.mark.parametrize("seed", range(6))
async def test_random_walks_keep_every_order_whole(seed: int, sqlite_url: str, clock: FixedClock) -> None:
    db = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    dice, desk = random.Random(seed), OrderDesk(desk_on(db), WorkOrdersSection())
    try:
        row = await an_order(desk)
        for _ in range(40):
            clock.advance(timedelta(hours=dice.choice([0, 1, 30])))
            before, actor = await everything(row), dice.choice(PEOPLE)
            row = await WorkOrder.get(id=row.id)
            refused, move = None, ""
            try:
                move = await an_act(dice, desk, actor, row)
            except Problem as problem:
                refused = problem
            if refused is not None:
                assert refused.status in (403, 404, 409, 422)
                assert await everything(row) == before
                continue
            assert actor not in (OTHER, NIGHT_HANDLER, CITIZEN, AUDITOR)
            after = await WorkOrder.get(id=row.id)
            if after.revision == row.revision:
                assert await everything(row) == before  # a doubled tap
                continue
            assert after.state == WORK_ORDER.find(move).leads_to(row.state)
            assert (after.due_at is None) == (after.ended_at is not None) == (after.state in WORK_ORDER.final)
            limit = limit_in(desk, after)
            assert (limit is None) == (after.due_at is None)
            if limit is not None and State(after.state) is not State.ACCEPTED:
                assert after.due_at == desk.complaints.calendar.due(limit, after.limit_started_at).at
            assert await OutboxEvent.filter(case_id=row.id).count() == after.revision - 1
            entries = await AuditEntry.filter(case_id=row.complaint_id).order_by("position")
            assert all(is_genuine(AUDIT_KEY, entry) for entry in entries)
            assert msgspec.json.decode(entries[-1].detail)["content"]["order_state"] == after.state
            assert (await Complaint.get(id=row.complaint_id)).state == "assigned"
    finally:
        await db.close()
