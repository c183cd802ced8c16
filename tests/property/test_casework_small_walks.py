"""Random walks of random people through inquiries and danger alerts, with the clock running unevenly."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tortoise.models import Model

from casework.actors import Actor
from casework.actors import clock as the_clock
from casework.dangers import actions as danger_actions
from casework.dangers.alerts import new_alert_rows, raise_alert
from casework.dangers.lifecycle import DANGER_ALERT
from casework.dangers.models import DangerAlert
from casework.dangers.paging import page_again
from casework.dangers.profile import DangerSection, Paging
from casework.inquiries import actions as inquiry_actions
from casework.inquiries.desk import InquiryDesk
from casework.inquiries.lifecycle import INQUIRY
from casework.inquiries.models import Inquiry, InquiryMessage
from kit.audit.chain import is_genuine
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Database, Intake
from kit.ids import Ids
from kit.outbox_models import OutboxEvent
from kit.problems import Problem
from tests.casework_setting import (
    AUDITOR,
    CITIZEN,
    DISPATCHER,
    DUTY_OFFICER,
    HANDLER,
    HEAD,
    NEIGHBOUR,
    WINDOW_CLERK,
    asked,
    inquiry_desk_on,
    person,
)
from tests.conftest import AUDIT_KEY, MODEL_MODULES

PEOPLE = (CITIZEN, NEIGHBOUR, DISPATCHER, HANDLER, WINDOW_CLERK, DUTY_OFFICER, HEAD, AUDITOR, the_clock())
SECTION = DangerSection(
    keywords=("着火",),
    sentence_key="qa.danger",
    paging=Paging(every_minutes=5, at_most=4, heads_after=1, basis="值班制度"),
)


async def open_database(sqlite_url: str, clock: FixedClock) -> Database:
    return await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)


async def everything(row: Model, case_id: UUID) -> dict[str, Any]:
    current = await type(row).get(pk=case_id)
    return {
        "row": {name: getattr(current, name) for name in current._meta.fields_map},
        "entries": await AuditEntry.filter(case_id=case_id).count(),
        "events": await OutboxEvent.filter(case_id=case_id).count(),
        "messages": await InquiryMessage.filter(inquiry_id=case_id).count(),
    }


async def check_chain(case_id: UUID, revision: int, state: str) -> list[AuditEntry]:
    """One entry and one event for every revision, all genuine, replaying to the present state."""
    entries = await AuditEntry.filter(case_id=case_id).order_by("position")
    assert len(entries) == await OutboxEvent.filter(case_id=case_id).count() == revision
    assert all(is_genuine(AUDIT_KEY, entry) for entry in entries)
    here = None
    for entry in entries:
        facts = msgspec.json.decode(entry.detail)
        if "to" in facts:
            assert facts.get("from") == here
            here = facts["to"]
    assert here == state
    return entries


async def an_inquiry_act(dice: random.Random, desk: InquiryDesk, actor: Actor, id: UUID) -> None:
    words = dice.choice(["可以的", "可以的", "再说一句", "", "\u200b"])
    revision = dice.choice([None, None, None, 1, 4])
    match dice.randint(0, 4):
        case 0 | 1:
            await inquiry_actions.write_more(desk, actor, id, words, revision=revision)
        case 2 | 3:
            await inquiry_actions.answer(desk, actor, id, answer=words, revision=revision)
        case _:
            end = inquiry_actions.close if dice.random() < 0.5 else inquiry_actions.withdraw
            await end(desk, actor, id, revision=revision)


@pytest.mark.parametrize("seed", range(10))
async def test_random_walks_keep_every_inquiry_whole(seed: int, sqlite_url: str, clock: FixedClock) -> None:
    db = await open_database(sqlite_url, clock)
    dice = random.Random(seed)
    try:
        desk = inquiry_desk_on(db)
        id = (await asked(desk)).id
        for _ in range(30):
            clock.advance(timedelta(hours=dice.choice([0, 1, 30, 200])))
            before = await everything(Inquiry(), id)
            actor = dice.choice(PEOPLE)
            refused: Problem | None = None
            try:
                await an_inquiry_act(dice, desk, actor, id)
            except Problem as problem:
                refused = problem
            if refused is not None:
                assert refused.status in (403, 404, 409, 422)
                assert await everything(Inquiry(), id) == before
                continue
            assert actor not in (NEIGHBOUR, AUDITOR, HEAD, DUTY_OFFICER)
            row = await Inquiry.get(id=id)
            assert (row.due_at is None) == (row.closed_at is not None) == (row.state in INQUIRY.final)
            messages = await InquiryMessage.filter(inquiry_id=id).order_by("position")
            assert [one.position for one in messages] == list(range(1, len(messages) + 1))
            if row.state == "answered":
                assert messages[-1].author_kind == "staff"
            if row.state == "submitted":
                assert messages[-1].author_kind == "citizen"
            await check_chain(id, row.revision, row.state)
    finally:
        await db.close()


async def a_danger_act(dice: random.Random, db: Database, step: int) -> Actor | None:
    """Something is said, somebody does something, or the worker looks. Returns who did it, if anybody."""
    ids = [row.id for row in await DangerAlert.all().only("id")]
    account = dice.choice([None, 1, 1, 2])
    said: dict[str, Any] = {
        "act": f"m{dice.choice([step, step, 0])}",
        "account_id": person(account) if account is not None else None,
        "source": "wechat",
        "words": f"着火了{step}",
        "matched": ("着火",),
    }
    choice = dice.random()
    if choice < 0.15 or not ids:
        await raise_alert(db, **said)
    elif choice < 0.25:
        rows = new_alert_rows(
            db, **said | {"act": f"row{step}", "complaint_id": dice.choice([None, person(step + 500)])}
        )
        await db.write(Intake((f"row{step}",), b"", rows, b""))
    elif choice < 0.75:
        await page_again(db, SECTION)
    else:
        actor, id = dice.choice(PEOPLE), dice.choice(ids)
        if dice.random() < 0.6:
            await danger_actions.acknowledge(db, actor, id)
        else:
            await danger_actions.end(db, actor, id, outcome=dice.choice(["已处置", "没有危险", " "]))
        return actor
    return None


async def check_alert(row: DangerAlert) -> None:
    entries = await check_chain(row.id, row.revision, row.state)
    taken = [entry.action.partition(".")[2] for entry in entries]
    assert row.pages == taken.count("page")
    assert taken.count("acknowledge") <= 1
    assert (row.ended_at is not None) == (row.state in DANGER_ALERT.final)
    if row.state == "raised":
        assert row.acknowledged_by_id is None
        assert row.next_page_at is not None, "an alert nobody takes is never left alone"
    else:
        assert (
            "page"
            not in taken[
                max(
                    i for i, one in enumerate(taken) if one not in ("add_words", "pass_on", "remind", "page")
                ) :
            ]
        )
    if row.state == "ended":
        assert row.next_page_at is None
        assert (row.outcome is None) == ("join" in taken)
    moments = [entry.at for entry in entries if entry.action.endswith(".page")]
    pause = timedelta(minutes=SECTION.paging.every_minutes)
    assert all(later - earlier >= pause for earlier, later in pairwise(moments))


@pytest.mark.parametrize("seed", range(12))
async def test_random_walks_page_every_alert_in_time_and_nobody_twice(
    seed: int, sqlite_url: str, clock: FixedClock
) -> None:
    db = await open_database(sqlite_url, clock)
    dice = random.Random(seed)
    try:
        for step in range(40):
            clock.advance(timedelta(minutes=dice.choice([0, 0, 1, 3, 5, 40, 1500])))
            actor: Actor | None = None
            refused: Problem | None = None
            try:
                actor = await a_danger_act(dice, db, step)
            except Problem as problem:
                refused = problem
            assert refused is None or refused.status in (403, 404, 409, 422)
            assert actor in (None, DUTY_OFFICER, DISPATCHER, HEAD)
            for row in await DangerAlert.all():
                await check_alert(row)
        await page_again(db, SECTION)
        waiting = await DangerAlert.filter(next_page_at__lte=clock.now()).count()
        assert waiting == 0
    finally:
        await db.close()
