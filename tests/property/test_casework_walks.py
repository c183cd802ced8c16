"""Random walks of random people through real cases: what is taken keeps the case whole, what is refused leaves it."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from casework.actors import Actor
from casework.actors import clock as the_clock
from casework.complaints import actions
from casework.complaints.desk import Desk
from casework.complaints.lifecycle import COMPLAINT, State
from casework.complaints.models import Complaint
from casework.complaints.views import ComplaintView
from casework.roles import Role
from kit.audit.chain import is_genuine
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Database
from kit.ids import Ids
from kit.outbox_models import OutboxEvent
from kit.problems import Problem
from tests.casework_setting import CITIZEN, DISPATCHER, HANDLER, NEIGHBOUR, NIGHT_HANDLER, desk_on, filed
from tests.conftest import AUDIT_KEY, MODEL_MODULES

ACTORS = (CITIZEN, NEIGHBOUR, DISPATCHER, HANDLER, NIGHT_HANDLER, the_clock())
Act = Callable[[Desk, Actor, Any], Awaitable[ComplaintView]]


BY_ROLE = {
    Role.CITIZEN: (CITIZEN, NEIGHBOUR),
    Role.DISPATCHER: (DISPATCHER,),
    Role.HANDLER: (HANDLER, NIGHT_HANDLER),
    Role.CLOCK: (the_clock(),),
}


def acts(dice: random.Random, *, sound: bool) -> dict[str, Act]:
    """Every action; with content as it should be, or now and then blank, unknown or out of date."""
    text = "已经处理好了" if sound else dice.choice(["不归我们管", "", " \u200b"])
    body = "交警" if sound else dice.choice(["交警", ""])
    category = None if sound else dice.choice([None, "noise", "moon"])
    unit = dice.choice([None, "street"]) if sound else dice.choice([None, "night", "moon"])
    revision = None if sound else dice.choice([None, 1, 3])
    score = dice.randint(2, 3) if sound else dice.randint(0, 4)
    return {
        "accept": lambda d, a, i: actions.accept(d, a, i, category=category),
        "refuse": lambda d, a, i: actions.refuse(d, a, i, reason=text, responsible_body=body),
        "assign": lambda d, a, i: actions.assign(d, a, i, unit=unit),
        "hand_back": lambda d, a, i: actions.hand_back(d, a, i, ground=text, expected_revision=revision),
        "answer": lambda d, a, i: actions.answer(d, a, i, text=text, expected_revision=revision),
        "rate": lambda d, a, i: actions.rate(d, a, i, score=score, comment=text),
        "rate_unsatisfied": lambda d, a, i: actions.rate(d, a, i, score=1),
        "dispute": lambda d, a, i: actions.dispute(d, a, i, reason=text),
        "close": lambda d, a, i: actions.close(d, a, i),
        "add_material": lambda d, a, i: actions.add_material(d, a, i, text=text, act=str(dice.randint(0, 4))),
        "withdraw": lambda d, a, i: actions.withdraw(d, a, i, expected_revision=revision),
    }


async def an_act(dice: random.Random, complaint_id: Any) -> tuple[Actor, Act]:
    """Mostly something that fits the case as it stands, and often enough anything at all."""
    row = await Complaint.get(id=complaint_id)
    fitting = COMPLAINT.moves_from(row.state)
    if not fitting or dice.random() < 0.4:
        return dice.choice(ACTORS), dice.choice(list(acts(dice, sound=False).values()))
    # Ends are left for later, or most walks would be two steps long.
    likely = [move for move in fitting if move.target not in COMPLAINT.final] or list(fitting)
    move = dice.choice(likely if dice.random() < 0.85 else list(fitting))
    actor = dice.choice(BY_ROLE[Role(dice.choice(move.by))])
    return actor, acts(dice, sound=True)[move.name]


async def everything(complaint_id: Any) -> dict[str, Any]:
    row = await Complaint.get(id=complaint_id)
    return {
        "row": {name: getattr(row, name) for name in row._meta.fields_map},
        "entries": await AuditEntry.filter(case_id=complaint_id).count(),
        "events": await OutboxEvent.filter(case_id=complaint_id).count(),
    }


def check_whole(row: Complaint, entries: list[AuditEntry], events: int) -> None:
    state = State(row.state)
    assert (row.due_at is None) == (state in COMPLAINT.final)
    assert (row.closed_at is not None) == (state in COMPLAINT.final)
    assert row.times_disputed in (0, 1)
    assert (row.dispute_reason is not None) == (row.times_disputed == 1)
    if state is State.REFUSED:
        assert row.refusal_reason
        assert row.responsible_body
    if state in (State.ANSWERED, State.REOPENED):
        assert row.answer
        assert row.answered_at is not None
    if state not in (State.SUBMITTED, State.REFUSED, State.WITHDRAWN):
        assert row.category is not None
        assert row.unit is not None
    # One entry, one event and one revision for every move; the chain replays to the present state.
    added = [entry for entry in entries if entry.action == "complaint.add_material"]
    assert len(entries) == events == row.revision + len(added)
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
    assert all(is_genuine(AUDIT_KEY, entry) for entry in entries)
    here = None
    for entry in entries:
        if entry in added:
            continue
        facts = msgspec.json.decode(entry.detail)
        assert facts.get("from") == here
        here = facts["to"]
    assert here == row.state


@pytest.mark.parametrize("seed", range(24))
async def test_random_walks_keep_every_case_whole(seed: int, sqlite_url: str, clock: FixedClock) -> None:
    db = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    dice = random.Random(seed)
    try:
        desk = desk_on(db)
        case = await filed(desk)
        for _ in range(30):
            clock.advance(timedelta(hours=dice.choice([0, 1, 30, 300])))
            before = await everything(case.id)
            actor, act = await an_act(dice, case.id)
            refused, view = None, None
            try:
                view = await act(desk, actor, case.id)
            except Problem as problem:
                refused = problem
            if view is None:
                assert refused is not None
                assert refused.status in (403, 404, 409, 422)
                assert await everything(case.id) == before
                continue
            row = await Complaint.get(id=case.id)
            assert view.state == row.state
            assert actor is not NEIGHBOUR
            check_whole(
                row,
                await AuditEntry.filter(case_id=case.id).order_by("position"),
                await OutboxEvent.filter(case_id=case.id).count(),
            )
    finally:
        await db.close()
