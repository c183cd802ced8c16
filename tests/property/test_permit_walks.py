"""Random walks of random people through an application and its permit, with the clock running unevenly."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from casework.actors import Actor
from casework.documents.models import IssuedDocument
from casework.permits import (
    accepting,
    checking,
    co_signing,
    deciding,
    delivering,
    holder_heard,
    in_force,
    pauses,
    rating,
    surveying,
    withdrawing,
)
from casework.permits.decision_rules import Grant
from casework.permits.desk import PermitDesk
from casework.permits.ending_rules import CAUSES, EndingWish
from casework.permits.lifecycle import FLOWS, PERMIT
from casework.permits.models import CoSignature, Permit, PermitApplication
from casework.permits.parties import Said
from casework.permits.published_models import PermitFact
from casework.permits.survey_models import PermitSurvey
from casework.permits.surveying import Findings
from casework.permits.visits import Measured
from kit.audit.chain import is_genuine
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Database
from kit.outbox_models import OutboxEvent
from kit.problems import Problem
from tests.casework_setting import AUDITOR, CITIZEN, NEIGHBOUR
from tests.conftest import AUDIT_KEY
from tests.permit_life_setting import (
    SECOND,
    TRAFFIC,
    VISIT,
    applied,
    form,
    life_desk_on,
    row_of,
    surveyed,
)
from tests.permit_setting import APPROVER, CLERK, PERMIT_HEAD, SURVEYOR

ON_BOTH = [
    *(pytest.param("sqlite", seed) for seed in range(7)),
    *(pytest.param("postgres", seed, marks=pytest.mark.postgres) for seed in (1, 4)),
]
"""Fewer on PostgreSQL, where each statement is a way to a server and back. What lasts long: `test_permit_pause_walks`."""
ANYBODY = (APPROVER, CLERK, PERMIT_HEAD, SURVEYOR, SECOND, TRAFFIC, NEIGHBOUR, AUDITOR, CITIZEN)
WORDS = ("看过了", "看过了", "", "\u200b")
Act = Callable[[PermitDesk, random.Random, Actor, UUID], Awaitable[object]]


async def _survey(about: UUID) -> UUID:
    row = await PermitSurvey.filter(about_id=about).order_by("-scheduled_at", "-id").first()
    return row.id if row is not None else about


async def _permit(id: UUID) -> UUID:
    row = await Permit.get_or_none(application_id=id)
    return row.id if row is not None else id


async def _organ(id: UUID, dice: random.Random) -> UUID:
    asked = await CoSignature.filter(application_id=id).order_by("id")
    return dice.choice(asked).id if asked else id


async def record(desk: PermitDesk, dice: random.Random, actor: Actor, id: UUID) -> None:
    area, outcome = dice.choice([12.0, 5.0, None, -1.0]), dice.choice(["fits", "fits", "fits_less", "unfit"])
    found = Findings(
        findings=dice.choice(WORDS),
        outcome=outcome,
        measured=Measured(area_m2=area),
        no_photo_reason="镜头坏了",
    )  # type: ignore[arg-type]
    await surveying.record(desk, actor, await _survey(id), found)


async def grant(desk: PermitDesk, dice: random.Random, actor: Actor, id: UUID) -> None:
    why = dice.choice(["有理由", ""])
    wish = Grant(
        late_reason=why,
        co_signer_reason=why,
        clash_reason=why,
        area_m2=dice.choice([None, None, 4.0, 13.0]),
        from_at=dice.choice([None, None, desk.db.clock.now(), desk.db.clock.now() + timedelta(days=2)]),
        until_at=dice.choice([None, None, desk.db.clock.now() + timedelta(days=1)]),
    )
    revision = (await row_of(id)).revision
    await deciding.grant(desk, actor, id, wish, expected_revision=dice.choice([None, revision, revision - 1]))


async def answer(desk: PermitDesk, dice: random.Random, actor: Actor, id: UUID) -> None:
    opinion: Any = dice.choice(["agreed", "agreed", "agreed_with_terms", "refused"])
    await co_signing.answer(
        desk, actor, await _organ(id, dice), opinion=opinion, words=dice.choice(WORDS), by_name="李工"
    )


async def record_check(desk: PermitDesk, dice: random.Random, actor: Actor, id: UUID) -> None:
    found = checking.CheckFindings(findings=dice.choice(WORDS), is_in_order=dice.random() < 0.7)
    await checking.record_check(desk, actor, await _survey(await _permit(id)), found)


async def hear_holder(desk: PermitDesk, dice: random.Random, actor: Actor, id: UUID) -> None:
    permit = await _permit(id)
    if actor.kind == "citizen" or dice.random() < 0.4:
        said = Said(answer=dice.choice(["stated", "nothing"]), words=dice.choice(WORDS))
        hear = holder_heard.state_holder if actor.kind == "citizen" else holder_heard.record_holder
        await hear(desk, actor, permit, said)
        return
    move = dice.choice(holder_heard.HEARD_FIRST)
    notice = holder_heard.EndingNotice(
        move=move, cause=dice.choice(CAUSES[move]), ground=dice.choice(WORDS), basis="许可法"
    )
    await holder_heard.tell_holder(desk, actor, permit, notice)


async def end(desk: PermitDesk, dice: random.Random, actor: Actor, id: UUID) -> None:
    name = dice.choice(["withdraw", "revoke", "cancel"])
    wish = EndingWish(
        ground=dice.choice(WORDS),
        basis="许可法",
        cause=dice.choice(CAUSES[name]),
        compensation=dice.choice(["", "没有损失"]),
        reply=dice.choice(["", "不予采纳"]),
    )
    await getattr(in_force, name)(desk, actor, await _permit(id), wish)


async def plan_check(desk: PermitDesk, dice: random.Random, actor: Actor, id: UUID) -> None:
    purpose: Any = dice.choice(["check", "restoration"])
    await checking.plan_check(desk, actor, await _permit(id), purpose, VISIT)


async def confirm_check(desk: PermitDesk, dice: random.Random, actor: Actor, id: UUID) -> None:
    await checking.confirm_check(desk, actor, await _survey(await _permit(id)))


async def by_the_clock(desk: PermitDesk, dice: random.Random, actor: Actor, id: UUID) -> None:
    await accepting.accept_past_limit(desk, desk.db.clock.now())
    await pauses.resume_past_expected(desk, desk.db.clock.now())
    await in_force.expire_past_end(desk)
    await in_force.alarm_not_restored(desk)


async def pause(desk: PermitDesk, dice: random.Random, actor: Actor, id: UUID) -> None:
    kind, days = dice.choice(pauses.KINDS), dice.choice([1, 1, 3, 0])
    await pauses.pause(
        desk, actor, id, kind=kind, reason=dice.choice(WORDS), basis="许可法四十五条", expected_days=days
    )


BUREAU, OFFICERS = (APPROVER, CLERK, PERMIT_HEAD), (SURVEYOR, SECOND)
ACTS: tuple[tuple[Act, tuple[Actor, ...]], ...] = (
    (lambda desk, dice, actor, id: accepting.accept(desk, actor, id), BUREAU),
    (lambda desk, dice, actor, id: surveying.schedule(desk, actor, id, VISIT), BUREAU),
    (record, OFFICERS),
    (lambda desk, dice, actor, id: _confirm(desk, actor, id), OFFICERS),
    (answer, (TRAFFIC, CLERK)),
    (answer, (TRAFFIC, CLERK)),
    (grant, (APPROVER, PERMIT_HEAD)),
    (grant, (APPROVER, PERMIT_HEAD)),
    (
        lambda desk, dice, actor, id: delivering.deliver(
            desk, actor, id, delivery="window", recipient="张三"
        ),
        BUREAU,
    ),
    (lambda desk, dice, actor, id: rating.rate(desk, actor, id, dice.choice([0, 5])), (CITIZEN,)),
    (plan_check, OFFICERS),
    (record_check, OFFICERS),
    (confirm_check, OFFICERS),
    (by_the_clock, BUREAU),
)
RARE: tuple[tuple[Act, tuple[Actor, ...]], ...] = (
    (lambda desk, dice, actor, id: surveying.survey_again(desk, actor, id, ground="再看"), BUREAU),
    (pause, BUREAU),
    (lambda desk, dice, actor, id: pauses.resume(desk, actor, id), BUREAU),
    (lambda desk, dice, actor, id: deciding.deny(desk, actor, id, ground=dice.choice(WORDS)), BUREAU),
    (lambda desk, dice, actor, id: withdrawing.withdraw(desk, actor, id, ground="不办了"), (CITIZEN,)),
    (hear_holder, (APPROVER, PERMIT_HEAD, CLERK, CITIZEN)),
    (end, (PERMIT_HEAD,)),
)


async def _confirm(desk: PermitDesk, actor: Actor, id: UUID) -> None:
    await surveying.confirm(desk, actor, await _survey(id))


async def everything() -> list[object]:
    tables = (PermitApplication, Permit, PermitSurvey, CoSignature, PermitFact)
    rows: list[object] = [await table.all().order_by("id").values() for table in tables]
    return [*rows, *[await one.all().count() for one in (IssuedDocument, AuditEntry, OutboxEvent)]]


async def check_whole(id: UUID) -> None:
    row, permit = await row_of(id), await Permit.get_or_none(application_id=id)
    fact = await PermitFact.get_or_none(application_id=id)
    assert (fact is not None) == (row.decided_at is not None or row.state == "withdrawn")
    assert (permit is not None) == (fact is not None and fact.outcome == "granted")
    assert row.state in FLOWS[row.flow].states
    assert (row.ended_at is not None) == (row.state in FLOWS[row.flow].final)
    asked = await CoSignature.filter(application_id=id)
    if fact is not None or row.ended_at is not None:
        assert all(one.state in ("passed_over", "closed") for one in asked)
    if permit is not None and fact is not None:
        assert permit.state in PERMIT.states
        assert (permit.ended_at is None) == (permit.state == "in_force")
        assert (permit.restored_at is not None) == (permit.state == "restored")
        assert 0 < (permit.area_m2 or 0) <= 12
        assert fact.is_promise_kept or fact.late_reason
        survey = await PermitSurvey.filter(about_id=id, cancelled_at=None).order_by("-scheduled_at").first()
        assert survey is not None
        assert {survey.recorded_by_id, survey.confirmed_by_id} == {SURVEYOR.id, SECOND.id}
        refused = [one for one in asked if one.opinion == "refused" and one.organ == "traffic"]
        assert not refused
        papers = await IssuedDocument.filter(about_id=id, kind="grant").values_list("number", flat=True)
        assert list(papers) == [permit.number]


@pytest.mark.parametrize(("database_url", "seed"), ON_BOTH, indirect=["database_url"])
async def test_random_walks_keep_every_permit_whole(seed: int, database: Database, clock: FixedClock) -> None:
    dice = random.Random(seed)
    desk = await life_desk_on(database)
    surface = "carriageway" if seed % 2 else "footway"
    id = await applied(desk, filled=form(desk, surface=surface), online=seed == 3)
    if seed:
        await surveyed(desk, id)
    for _ in range(60):
        clock.advance(timedelta(hours=dice.choice([0, 0, 0, 1, 5])))
        act, able = dice.choice(ACTS if dice.random() < 0.98 else RARE)
        actor = dice.choice(able if dice.random() < 0.8 else ANYBODY)
        before = await everything()
        is_refused = True
        with contextlib.suppress(Problem):
            await act(desk, dice, actor, id)
            is_refused = False
        if is_refused:
            assert await everything() == before
        else:
            await check_whole(id)
    entries = await AuditEntry.filter(case_id=id).order_by("position")
    assert all(is_genuine(AUDIT_KEY, entry) for entry in entries)
    assert len(entries) > 1
