"""What the law does to an application whoever acts on it, on both engines: silence, overdue, renewal, e-delivery."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from casework.actors import clock as clock_actor
from casework.documents.issuing import COLUMN, TABLE
from casework.documents.models import IssuedDocument
from casework.documents.sheets import Sheet
from casework.people.models import Account, Staff, StaffBinding
from casework.permits import accepting, deciding, delivering, drafts, in_force
from casework.permits.calendar_change import PermitCalendarWatch
from casework.permits.correcting import Item, request_correction
from casework.permits.decision_rules import Grant as Wish
from casework.permits.delays import explain_delay
from casework.permits.desk import PermitDesk
from casework.permits.detail import view_by_id
from casework.permits.forgetting import anonymise_within
from casework.permits.kinds import PermitsSection
from casework.permits.models import CoSignature, Permit, PermitApplication
from casework.permits.originals import see_original
from casework.permits.pauses import pause, pause_rows, resume, resume_past_expected
from casework.permits.published_models import PermitFact
from casework.permits.submitting import submit
from casework.permits.survey_models import PermitSurvey
from casework.permits.withdrawing import withdraw
from kit.audit.models import AuditEntry
from kit.calendar import HolidayTable, WorkingCalendar, WorkingHours
from kit.calendar.days import YearTable
from kit.clock import FixedClock, local
from kit.db import Change, Database
from kit.problems import Conflict, Forbidden, Invalid
from tests.casework_setting import CITIZEN
from tests.permit_life_setting import (
    OTHER_APPROVER,
    applied,
    form,
    granted,
    life_desk_on,
    pass_until,
    row_of,
    surveyed,
)
from tests.permit_setting import APPROVER, CLERK, KINDS, PERMIT_HEAD, SECTION, filled, permit_desk_on
from tests.permit_setting import applied as applied_for

WRONG = Item(item="field:phone", wrong="打不通")
LAW = {"reason": "听证", "basis": "行政许可法第四十七条"}


def at(text: str) -> datetime:
    """A moment on the local wall clock."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


@pytest.fixture
async def desk(database: Database) -> PermitDesk:
    return await life_desk_on(database)


async def test_what_silence_has_taken_in_is_not_refused_or_sent_back_by_whoever_is_quicker_than_the_clock(
    database: Database, clock: FixedClock
) -> None:
    desk = await _small(database)
    clock.set(at("2026-11-23T10:00"))
    id, other, filing = await applied_for(desk), await applied_for(desk), await applied_for(desk, kind="sign")
    clock.set((await row_of(id)).due_at or clock.now())
    for one in (id, filing):
        with pytest.raises(Conflict, match="taken_in_by_silence"):
            await request_correction(desk, CLERK, one, [WRONG])
    with pytest.raises(Conflict, match="taken_in_by_silence"):
        await accepting.refuse(desk, CLERK, id, ground="材料不全")
    # Taken in by hand now, it still counts from the day the papers came.
    row = await accepting.accept(desk, CLERK, other)
    assert (row.is_deemed, row.accepted_at) == (True, at("2026-11-23T10:00"))
    assert row.promise_due_at == at("2026-11-24T18:00")
    entry = await AuditEntry.filter(case_id=other, action="permit_application.accept").get()
    assert '"is_deemed":true' in entry.detail.replace(" ", "")
    clock.advance(timedelta(minutes=1))
    await deciding.register(desk, CLERK, filing)
    fact = await PermitFact.get(application_id=filing)
    assert (fact.is_promise_kept, bool(fact.late_reason)) == (False, True)


async def test_a_pause_after_the_promise_was_missed_does_not_mend_it(
    database: Database, clock: FixedClock
) -> None:
    desk = await _small(database)
    clock.set(at("2026-11-23T09:00"))
    id = await applied_for(desk, kind="board")
    due_at = (await accepting.accept(desk, APPROVER, id)).promise_due_at
    assert due_at is not None
    clock.set(due_at + timedelta(hours=1))
    await pause(desk, APPROVER, id, kind="hearing", expected_days=5, **LAW)
    clock.advance(timedelta(days=2))
    row = await resume(desk, APPROVER, id)
    assert row.promise_due_at == due_at
    assert row.statutory_due_at is not None
    assert row.statutory_due_at > at("2026-12-21T18:00")
    with pytest.raises(Invalid, match="late_reason"):
        await deciding.grant(desk, APPROVER, id)


async def test_a_pause_ends_when_it_was_said_to_however_late_somebody_looks(
    database: Database, clock: FixedClock
) -> None:
    desk = await _small(database)
    clock.set(at("2026-11-23T10:00"))
    ids = [await applied_for(desk) for _ in range(2)]
    for id in ids:
        await accepting.accept(desk, APPROVER, id)
        await pause(desk, APPROVER, id, kind="test", expected_days=2, **LAW)
    clock.set(at("2026-12-09T10:00"))
    await resume(desk, APPROVER, ids[0])
    assert await resume_past_expected(desk, clock.now()) == 1
    for id in ids:
        (one,) = await pause_rows(id)
        assert one.ended_at == at("2026-11-25T18:00")


async def test_overdue_by_law_is_explained_where_nothing_more_was_promised(
    database: Database, clock: FixedClock
) -> None:
    bare = {**KINDS[1], "limits": {}}
    section = msgspec.convert({"kinds": [bare]}, PermitsSection)
    desk = await _small(database, section)
    clock.set(at("2026-11-23T10:00"))
    id = await applied_for(desk, kind="board")
    row = await accepting.accept(desk, APPROVER, id)
    assert row.promise_due_at is None
    assert row.statutory_due_at is not None
    clock.set(row.statutory_due_at + timedelta(minutes=1))
    with pytest.raises(Invalid, match="late_reason"):
        await deciding.deny(desk, APPROVER, id, ground="不符合规划")
    await deciding.deny(desk, APPROVER, id, ground="不符合规划", late_reason="人手不够")
    assert (await PermitFact.get(application_id=id)).late_reason == "人手不够"


async def test_reasons_that_are_published_name_no_telephone(database: Database, clock: FixedClock) -> None:
    desk = await _small(database)
    clock.set(at("2026-11-23T10:00"))
    id = await applied_for(desk, kind="board")
    await accepting.accept(desk, APPROVER, id)
    clock.set(at("2026-11-25T10:00"))
    with pytest.raises(Invalid, match="reason_personal"):
        await explain_delay(desk, APPROVER, id, reason="申请人 13812345678 一直没接电话")
    with pytest.raises(Invalid, match="reason_personal"):
        await deciding.deny(desk, APPROVER, id, ground="x", late_reason="电话 13812345678 打不通")


async def test_a_renewal_asked_for_thirty_days_before_is_not_denied_once_its_permit_would_be_over(
    desk: PermitDesk, clock: FixedClock
) -> None:
    permit = await granted(desk)
    await _write(desk, Permit.filter(id=permit.id).update(valid_until_at=clock.now() + timedelta(days=31)))
    renewal = await applied(desk, act="renew", concerns=permit.id, filled=form(desk))
    await accepting.accept(desk, CLERK, renewal)
    pass_until(clock, (await Permit.get(id=permit.id)).valid_until_at)
    with pytest.raises(Conflict, match="renewed_by_silence"):
        await deciding.deny(desk, APPROVER, renewal, ground="不再适合", late_reason="人手不够")
    assert await in_force.expire_past_end(desk) == 0


async def test_a_permit_kept_by_a_renewal_ends_when_the_renewal_does_and_is_cleaned_up_after_that(
    desk: PermitDesk, clock: FixedClock
) -> None:
    old = await granted(desk)
    clock.advance(old.valid_until_at - timedelta(hours=30) - clock.now())
    renewal = await applied(desk, act="renew", concerns=old.id, filled=form(desk))
    pass_until(clock, old.valid_until_at, timedelta(days=3))
    over_at = clock.now()
    await withdraw(desk, CITIZEN, renewal, ground="不办了")
    clock.advance(timedelta(minutes=5))
    assert await in_force.expire_past_end(desk) == 1
    old = await Permit.get(id=old.id)
    assert (old.state, old.ended_at) == ("expired", over_at)
    assert old.restore_by_at is not None
    assert old.restore_by_at > over_at
    assert await in_force.alarm_not_restored(desk) == 0


async def test_what_is_over_is_not_renewed_though_nobody_has_struck_it_yet(
    desk: PermitDesk, clock: FixedClock
) -> None:
    permit = await granted(desk)
    pass_until(clock, permit.valid_until_at)
    with pytest.raises(Conflict, match="concerns_over"):
        await applied(desk, act="renew", concerns=permit.id, filled=form(desk))


async def test_nobody_is_served_online_who_did_not_agree_to_it(desk: PermitDesk) -> None:
    id = await applied(desk)
    await surveyed(desk, id)
    await deciding.grant(desk, APPROVER, id, Wish())
    with pytest.raises(Invalid, match="delivery_consent"):
        await delivering.deliver(desk, CLERK, id, delivery="online")
    assert (await row_of(id)).state == "granted"


async def test_a_new_holiday_moves_the_limits_of_other_organs_too(
    desk: PermitDesk, clock: FixedClock
) -> None:
    clock.set(at("2026-11-26T17:30"))
    id = await applied(desk, filled=form(desk, surface="carriageway"))
    await accepting.accept(desk, CLERK, id)
    asked = await CoSignature.filter(application_id=id).first()
    assert asked is not None
    assert asked.due_at == at("2026-11-27T10:30")
    other = permit_desk_on(
        desk.db, section=desk.section, on=WorkingCalendar(_without_friday(), WorkingHours())
    )
    assert await PermitCalendarWatch(other).step() == 1
    assert (await CoSignature.get(id=asked.id)).due_at == at("2026-11-30T10:30")


async def test_the_loser_of_two_decisions_is_told_so(desk: PermitDesk) -> None:
    id = await applied(desk)
    await surveyed(desk, id)
    seen = (await row_of(id)).revision
    await deciding.grant(desk, APPROVER, id, Wish(), expected_revision=seen)
    await deciding.grant(desk, APPROVER, id, Wish(), expected_revision=seen)
    with pytest.raises(Conflict, match="moved_on"):
        await deciding.grant(desk, OTHER_APPROVER, id, Wish(terms=("夜间撤除",)), expected_revision=seen)


async def test_a_doubled_submit_of_a_correction_is_one(database: Database, clock: FixedClock) -> None:
    desk = await _small(database)
    id = await applied_for(desk)
    await request_correction(desk, CLERK, id, [WRONG])
    draft_id = await drafts.begin(desk, CITIZEN, "stall", application_id=id, filled=filled())
    first = await submit(desk, CITIZEN, draft_id, source="h5")
    second = await submit(desk, CITIZEN, draft_id, source="h5")
    assert first.reference == second.reference


async def test_what_is_forgotten_leaves_no_words_and_no_place(desk: PermitDesk, clock: FixedClock) -> None:
    id = await applied(desk)
    await surveyed(desk, id)
    await withdraw(desk, CITIZEN, id, ground="张三的电话 13812345678")
    await _write(desk, PermitSurvey.filter(about_id=id).update(latitude=30.1, longitude=118.1))
    await desk.db.change(
        lambda change: anonymise_within(change, clock_actor(), id, instead="（已删除）", content={})
    )
    row = await row_of(id)
    assert "138" not in (row.ground or "")
    survey = await PermitSurvey.get(about_id=id)
    assert (survey.latitude, survey.longitude, survey.outline) == (None, None, None)


async def test_what_somebody_filed_by_themselves_is_not_taken_back_by_a_clerk(database: Database) -> None:
    desk = await _small(database)
    filing = await applied_for(desk, kind="sign")
    with pytest.raises(Forbidden, match="withdraw_theirs"):
        await withdraw(desk, CLERK, filing, ground="申请人口头不办了")
    assert "withdraw" not in (await view_by_id(desk, CLERK, filing)).moves
    assert "withdraw" in (await view_by_id(desk, CITIZEN, filing)).moves
    entered = await applied_for(desk, CLERK, kind="sign", source="window")
    assert (await withdraw(desk, CLERK, entered, ground="申请人到窗口书面撤回")).state == "withdrawn"


async def test_the_paper_of_a_renewal_says_from_when_the_permit_holds(
    desk: PermitDesk, clock: FixedClock
) -> None:
    old = await granted(desk)
    clock.advance(old.valid_until_at - timedelta(hours=30) - clock.now())
    renewal = await applied(desk, act="renew", concerns=old.id, filled=form(desk))
    await surveyed(desk, renewal)
    await deciding.grant(desk, APPROVER, renewal, Wish(late_reason="周末"))
    new = await Permit.get(application_id=renewal)
    paper = await IssuedDocument.get(about_id=renewal, kind="renewal")
    words = desk.documents.sealer.open(paper.data_sealed, table=TABLE, column=COLUMN, row_id=paper.id)
    assert msgspec.json.decode(words, type=Sheet).data.from_at == local(new.valid_from_at).replace(
        tzinfo=None
    )


async def test_a_permit_is_renewed_for_its_holder_and_nobody_else(
    desk: PermitDesk, clock: FixedClock
) -> None:
    old = await granted(desk)
    renewal = await applied(desk, act="renew", concerns=old.id, filled=form(desk))
    await surveyed(desk, renewal)
    await _write(desk, Permit.filter(id=old.id).update(holder_index="a"))
    await _write(desk, PermitApplication.filter(id=renewal).update(holder_index="b"))
    with pytest.raises(Conflict, match="other_holder"):
        await deciding.grant(desk, APPROVER, renewal, Wish(late_reason="周末"))


async def test_nobody_sees_the_originals_of_their_own_application(
    database: Database, clock: FixedClock
) -> None:
    desk = await _small(database)
    await database.change(_bind)
    id = await applied_for(desk)
    with pytest.raises(Forbidden, match="own_application"):
        await see_original(desk, CLERK, id, id)
    assert await AuditEntry.filter(case_id=id, action="permit_application.own_refused").count() == 1


def _without_friday() -> HolidayTable:
    """A year of which nothing is known but that 27 November is off."""
    days = [{"name": "临时放假", "from": "2026-11-27", "to": "2026-11-27"}]
    return HolidayTable([msgspec.convert({"year": 2026, "source": "测试", "holidays": days}, YearTable)])


async def _write(desk: PermitDesk, query: Awaitable[object]) -> None:
    async def work(_: Change) -> None:
        await query

    await desk.db.change(work)


async def _bind(change: Change) -> None:
    await Account(id=CITIZEN.id, created_at=change.now).save(force_create=True)
    row = StaffBinding(id=change.ids.new(), staff_id=CLERK.id, account_id=CITIZEN.id)
    row.bound_at = change.now
    await row.save(force_create=True)


async def _small(database: Database, section: PermitsSection = SECTION) -> PermitDesk:
    async def people(change: Change) -> None:
        for actor in (APPROVER, CLERK, PERMIT_HEAD):
            row = Staff(id=actor.id, login=f"p{actor.id}"[-12:], name=actor.name, password_hash="")
            row.created_at = row.password_changed_at = change.now
            await row.save(force_create=True)

    await database.change(people)
    return permit_desk_on(database, section=section)
