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
from casework.complaints import actions, handling, merging, splitting
from casework.complaints.desk import Desk
from casework.complaints.lifecycle import COMPLAINT, ENDED_STATES, State
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
from tests.casework_setting import (
    CITIZEN,
    DISPATCHER,
    GRID_OFFICER,
    HANDLER,
    HEAD,
    NEIGHBOUR,
    NIGHT_HANDLER,
    WINDOW_CLERK,
    desk_on,
    filed,
)
from tests.conftest import AUDIT_KEY, MODEL_MODULES

ACTORS = (
    CITIZEN,
    NEIGHBOUR,
    DISPATCHER,
    HANDLER,
    NIGHT_HANDLER,
    HEAD,
    WINDOW_CLERK,
    GRID_OFFICER,
    the_clock(),
)
ENDS = {*COMPLAINT.final, State.SPLIT}
Act = Callable[[Desk, Actor, Any], Awaitable[ComplaintView]]


BY_ROLE = {
    Role.CITIZEN: (CITIZEN, NEIGHBOUR),
    Role.DISPATCHER: (DISPATCHER,),
    Role.HANDLER: (HANDLER, NIGHT_HANDLER),
    Role.HEAD: (HEAD,),
    Role.WINDOW_CLERK: (WINDOW_CLERK,),
    Role.GRID_OFFICER: (GRID_OFFICER,),
    Role.VOLUNTEER: (GRID_OFFICER,),
    Role.CLOCK: (the_clock(),),
}
CORRECTION = handling.Correction(category="vending")
PARTS = (splitting.Part(story="摆摊", category="vending"), splitting.Part(story="太吵", category="noise"))


def acts(dice: random.Random, lead_id: Any, *, sound: bool) -> dict[str, Act]:
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
        "close": lambda d, a, i: actions.close(d, a, i, ground=text),
        "reclassify": lambda d, a, i: handling.reclassify(d, a, i, correction=CORRECTION),
        "refer": lambda d, a, i: handling.refer(d, a, i, reason=text, unit=unit or "night"),
        "ask": lambda d, a, i: handling.ask(d, a, i, question=text),
        "resume": lambda d, a, i: handling.resume(d, a, i, ground=text),
        "extend": lambda d, a, i: handling.extend(d, a, i, reason=text, amount=score),
        "supervise": lambda d, a, i: handling.supervise(d, a, i, instruction=text),
        "remind": lambda d, a, i: handling.remind(d, a, i, expected_revision=revision),
        "report_handled": lambda d, a, i: handling.report_handled(d, a, i, text=text),
        "verify": lambda d, a, i: handling.verify(d, a, i),
        "send_back": lambda d, a, i: handling.send_back(d, a, i, ground=text),
        "redo": lambda d, a, i: handling.redo(d, a, i, reason=text),
        "merge": lambda d, a, i: merging.merge(d, a, i, lead_id=lead_id),
        "unmerge": lambda d, a, i: merging.unmerge(d, a, i, reason=text),
        "split": lambda d, a, i: splitting.split(d, a, i, parts=PARTS[: None if sound else score]),
        "add_material": lambda d, a, i: actions.add_material(d, a, i, text=text, act=str(dice.randint(0, 4))),
        "withdraw": lambda d, a, i: actions.withdraw(d, a, i, ground=text, expected_revision=revision),
    }


async def an_act(dice: random.Random, complaint_id: Any, lead_id: Any) -> tuple[Actor, Act]:
    """Mostly something that fits the case as it stands, and often enough anything at all."""
    row = await Complaint.get(id=complaint_id)
    fitting = COMPLAINT.moves_from(row.state)
    if not fitting or dice.random() < 0.4:
        return dice.choice(ACTORS), dice.choice(list(acts(dice, lead_id, sound=False).values()))
    # Ends are left for later, or most walks would be two steps long.
    likely = [move for move in fitting if move.target not in ENDS] or list(fitting)
    move = dice.choice(likely if dice.random() < 0.85 else list(fitting))
    actor = dice.choice(BY_ROLE[Role(dice.choice(move.by))])
    # What only follows from other cases, and what the clock does in its own duties, is tried elsewhere.
    return actor, acts(dice, lead_id, sound=True).get(move.name) or handling.remind


async def everything(complaint_id: Any) -> dict[str, Any]:
    row = await Complaint.get(id=complaint_id)
    return {
        "row": {name: getattr(row, name) for name in row._meta.fields_map},
        "entries": await AuditEntry.filter(case_id=complaint_id).count(),
        "events": await OutboxEvent.filter(case_id=complaint_id).count(),
    }


def check_whole(row: Complaint, entries: list[AuditEntry], events: int) -> None:
    state = State(row.state)
    assert (row.due_at is None) == (state in ENDS)
    assert (row.closed_at is not None) == (state in ENDED_STATES)
    assert row.times_disputed in (0, 1)
    assert row.dispute_reason is None or row.times_disputed == 1
    assert (row.merged_into_id is not None) == (state is State.MERGED) or state is State.WITHDRAWN
    if state is State.REFUSED:
        assert row.refusal_reason
        assert row.responsible_body
    if state in (State.ANSWERED, State.REOPENED):
        assert row.answer
        assert row.answered_at is not None
    if state in (State.ACCEPTED, State.ASSIGNED, State.WAITING, State.HANDLED, State.ANSWERED, State.CLOSED):
        assert row.category is not None
        assert row.unit is not None
    if row.first_answered_at is not None:
        assert row.answer_due_at is not None
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
        lead = await actions.accept(desk, DISPATCHER, (await filed(desk)).id)
        for _ in range(30):
            clock.advance(timedelta(hours=dice.choice([0, 1, 30, 300])))
            before = await everything(case.id)
            actor, act = await an_act(dice, case.id, lead.id)
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
