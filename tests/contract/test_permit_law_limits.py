"""The law's limit is put off once, other organs are alarmed, the first come first; and the chain holds no words; both engines."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from casework.deadlines.desk import DeadlineDesk
from casework.deadlines.models import DeadlineAlarm
from casework.deadlines.permit_clocks import co_signatures, hearings
from casework.deadlines.planning import adopt_cases
from casework.deadlines.profile import DeadlinesSection
from casework.deadlines.sounding import sound_due
from casework.documents.models import IssuedDocument
from casework.permits import accepting, co_signing, deciding, surveying
from casework.permits.co_signing import asked_of
from casework.permits.decision_rules import Grant as Wish
from casework.permits.desk import PermitDesk
from casework.permits.detail import view_by_id
from casework.permits.extending import extend
from casework.permits.kinds import PermitsSection
from casework.permits.models import Permit, PermitApplication
from casework.permits.pauses import pause, resume
from casework.permits.promise import figures_of
from casework.permits.promise_sheet import published_in, read, written
from casework.permits.published_models import PermitFact
from casework.permits.visits import Visit
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.outbox_models import OutboxEvent
from kit.problems import Conflict, Invalid, Problem
from tests.permit_life_setting import (
    FRAUDULENT,
    SECOND,
    TRAFFIC,
    applied,
    ended,
    form,
    granted,
    life_desk_on,
    row_of,
    surveyed,
)
from tests.permit_setting import APPROVER, CLERK, PERMIT_HEAD, SURVEYOR
from tests.permit_setting import applied as applied_for


def at(text: str) -> datetime:
    """A moment on the local wall clock."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


@pytest.fixture
async def desk(database: Database) -> PermitDesk:
    return await life_desk_on(database)


async def test_the_head_puts_the_law_s_limit_off_once_and_the_promise_is_missed_all_the_same(
    desk: PermitDesk, clock: FixedClock
) -> None:
    id = await applied_for(desk, kind="sign")
    await _write(desk, PermitApplication.filter(id=id).update(kind="stall", flow="permit"))
    await accepting.accept(desk, APPROVER, id)
    row = await row_of(id)
    assert row.statutory_due_at == at("2026-12-21T18:00")
    promised = row.promise_due_at
    with pytest.raises(Problem, match="not_your_role"):
        await extend(desk, APPROVER, id, reason="等管线资料")
    with pytest.raises(Invalid, match="reason_personal"):
        await extend(desk, PERMIT_HEAD, id, reason="等 13812345678 来电")
    await extend(desk, PERMIT_HEAD, id, reason="等管线资料")
    row = await row_of(id)
    assert (row.promise_due_at, row.statutory_due_at) == (promised, at("2027-01-04T18:00"))
    with pytest.raises(Conflict, match="extended_already"):
        await extend(desk, PERMIT_HEAD, id, reason="再等")
    assert await IssuedDocument.filter(about_id=id, kind="extension").count() == 1
    assert "permit_application.extended" in await _told(id)
    clocks = {one.name: one for one in (await view_by_id(desk, APPROVER, id)).clocks}
    assert any("10" in line and "延长" in line for line in clocks["decide"].lines)
    # What stands still moves the longer limit too.
    await pause(desk, APPROVER, id, kind="test", expected_days=3, reason="检验", basis="许可法四十五条")
    clock.advance(timedelta(days=2))
    await resume(desk, APPROVER, id)
    assert (await row_of(id)).statutory_due_at == at("2027-01-06T18:00")
    clock.set(at("2026-12-30T10:00"))
    await deciding.deny(desk, APPROVER, id, ground="不行", late_reason="资料来得晚")
    fact = await PermitFact.get(application_id=id)
    assert (fact.is_promise_kept, fact.late_reason) == (False, "资料来得晚")
    assert (fact.is_law_kept, fact.extension_reason) == (True, "等管线资料")
    shown = await published_in(202612, desk.section)
    (miss,) = figures_of(shown).misses
    assert (miss.decision_kept, miss.law_kept, miss.extension_reason) == (0, 1, "等管线资料")
    catalogue = desk.documents.catalogue
    again = figures_of(read(written(shown, catalogue), catalogue)).misses
    assert [(one.law_kept, one.extension_reason) for one in again] == [(1, "等管线资料")]


async def test_a_limit_that_is_over_is_not_put_off_any_more(desk: PermitDesk, clock: FixedClock) -> None:
    id = await applied(desk)
    await accepting.accept(desk, CLERK, id)
    clock.set((await row_of(id)).statutory_due_at or clock.now())
    with pytest.raises(Conflict, match="extended_too_late"):
        await extend(desk, PERMIT_HEAD, id, reason="等资料")


async def test_a_pause_that_began_when_the_limit_was_over_does_not_let_it_be_put_off(
    desk: PermitDesk, clock: FixedClock
) -> None:
    id = await applied(desk)
    await accepting.accept(desk, CLERK, id)
    due_at = (await row_of(id)).statutory_due_at
    clock.set((due_at or clock.now()) + timedelta(hours=1))
    await pause(desk, APPROVER, id, kind="test", expected_days=3, reason="检验", basis="许可法四十五条")
    with pytest.raises(Conflict, match="extended_too_late"):
        await extend(desk, PERMIT_HEAD, id, reason="等资料")
    assert (await row_of(id)).statutory_due_at == due_at


async def test_an_organ_past_its_limit_is_alarmed_with_its_own_people_and_ours(
    desk: PermitDesk, clock: FixedClock
) -> None:
    id = await applied(desk, filled=form(desk, surface="carriageway"))
    await accepting.accept(desk, CLERK, id)
    alarms = _alarms(desk)
    assert await adopt_cases(alarms) == 2
    clock.advance(timedelta(hours=2, minutes=1))
    assert await sound_due(alarms, _fail) > 0
    events = await OutboxEvent.filter(name="deadline.reached").order_by("id")
    due = [one.payload for one in events if '"mark":"due"' in _text(one.payload)]
    assert len(due) == 2
    (police,) = [one for one in due if '"organ_unit":"traffic"' in _text(one)]
    assert '"unit":"permits"' in _text(police)
    (asked,) = [one for one in await asked_of(id) if one.organ == "traffic"]
    await co_signing.answer(desk, TRAFFIC, asked.id, opinion="agreed")
    clock.advance(timedelta(days=3))
    await sound_due(alarms, _fail)
    overdue = await DeadlineAlarm.filter(case_id=asked.id, mark="overdue")
    assert [one.state for one in overdue] == ["cancelled"]


async def test_of_two_for_one_place_the_one_accepted_first_goes_first(
    desk: PermitDesk, clock: FixedClock
) -> None:
    first, second = await applied(desk), await applied(desk)
    await _write(desk, PermitApplication.filter(id=first).update(holder_index="a"))
    await _write(desk, PermitApplication.filter(id=second).update(holder_index="b"))
    await accepting.accept(desk, CLERK, first)
    clock.advance(timedelta(minutes=5))
    await surveyed(desk, second)
    with pytest.raises(Conflict, match="earlier_first"):
        await deciding.grant(desk, APPROVER, second)
    with pytest.raises(Conflict, match="earlier_first"):
        await deciding.grant(desk, APPROVER, second, Wish(clash_reason="商量好了"))
    await deciding.grant(desk, PERMIT_HEAD, second, Wish(clash_reason="商量好了"))
    assert await Permit.filter(application_id=second).exists()


async def test_who_deceived_the_bureau_about_something_dangerous_is_barred_for_years(
    database: Database, desk: PermitDesk, clock: FixedClock
) -> None:
    kind = {**msgspec.to_builtins(desk.section.kinds[0]), "is_safety": True}
    desk = dataclasses.replace(desk, section=msgspec.convert({"kinds": [kind]}, PermitsSection))
    false, undone, later = [await applied(desk, filled=form(desk, east=0.01 * one)) for one in range(3)]
    for id, holder in ((false, "a"), (undone, "b"), (later, "c")):
        await _write(desk, PermitApplication.filter(id=id).update(holder_index=holder))
    await surveyed(desk, false)
    await deciding.deny(desk, APPROVER, false, ground="租约是假的", has_false_materials=True)
    paper = await IssuedDocument.get(about_id=false, kind="denial")
    assert paper.number is not None
    assert (await row_of(false)).has_false_materials
    await surveyed(desk, undone)
    await deciding.grant(desk, APPROVER, undone)
    await ended(desk, "revoke", (await Permit.get(application_id=undone)).id, FRAUDULENT)
    await surveyed(desk, later)
    for holder in ("a", "b"):
        await _write(desk, PermitApplication.filter(id=later).update(holder_index=holder))
        with pytest.raises(Conflict, match="barred"):
            await deciding.grant(desk, APPROVER, later)
    await _write(desk, PermitApplication.filter(id=later).update(holder_index="c"))
    await deciding.grant(desk, APPROVER, later)


SECRET = "李四住在 5 幢"


async def test_no_words_of_anybody_stand_in_the_chain_but_those_that_are_published(desk: PermitDesk) -> None:
    refused = await applied(desk)
    await accepting.refuse(desk, CLERK, refused, ground=SECRET)
    id = await applied(desk, filled=form(desk, surface="carriageway", east=0.01))
    await accepting.accept(desk, CLERK, id)
    await pause(desk, APPROVER, id, kind="test", expected_days=3, reason=SECRET, basis=SECRET)
    await resume(desk, APPROVER, id)
    visit = Visit(officer_id=SURVEYOR.id, second_officer_id=SECOND.id, reason=SECRET)  # type: ignore[arg-type]
    await surveying.schedule(desk, APPROVER, id, visit)
    await surveying.reschedule(desk, APPROVER, id, visit)
    for one in await asked_of(id):
        actor, name = (TRAFFIC, "") if one.unit else (CLERK, SECRET[:2])
        await co_signing.answer(desk, actor, one.id, opinion="agreed_with_terms", words=SECRET, by_name=name)
    permit = await granted(desk, filled=form(desk, east=0.02))
    wish = msgspec.structs.replace(FRAUDULENT, ground=SECRET, cause="law_changed", compensation=SECRET)
    await ended(desk, "withdraw", permit.id, wish)
    over = await applied(desk, filled=form(desk, east=0.03))
    await surveyed(desk, over)
    await deciding.grant(desk, PERMIT_HEAD, over, Wish(clash_reason=SECRET, co_signer_reason=SECRET))
    assert (await row_of(over)).reasons_sealed
    entries = await AuditEntry.all()
    assert len(entries) > 30
    assert [entry.action for entry in entries if "李四" in entry.detail] == []


def _alarms(desk: PermitDesk) -> DeadlineDesk:
    async def now(_: object) -> datetime:
        return desk.db.clock.now()

    return DeadlineDesk(
        db=desk.db,
        calendar=desk.calendar,
        section=DeadlinesSection(),
        kinds=(co_signatures(), hearings(desk.section)),
        catalogue=desk.documents.catalogue,
        now=now,
    )


def _fail(id: object, error: BaseException) -> None:
    raise error


def _text(payload: object) -> str:
    return (payload if isinstance(payload, str) else msgspec.json.encode(payload).decode()).replace(" ", "")


async def _told(id: object) -> list[str]:
    return [str(one) for one in await OutboxEvent.filter(case_id=id).values_list("name", flat=True)]


async def _write(desk: PermitDesk, query: Awaitable[object]) -> None:
    async def work(_: Change) -> None:
        await query

    await desk.db.change(work)
