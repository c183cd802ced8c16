"""Taking applications in, on both engines: submitting once, silence, correcting, pauses, delays, one's own."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from casework.actors import Actor
from casework.deadlines import clocks
from casework.deadlines.desk import DeadlineDesk
from casework.deadlines.planning import DeadlinePlanner
from casework.deadlines.profile import DeadlinesSection
from casework.deadlines.sounding import sound_due
from casework.documents.models import IssuedDocument
from casework.events import EVENTS
from casework.notifications.models import Delivery
from casework.people.models import Account, Grant, Staff, StaffBinding
from casework.permits import drafts
from casework.permits.accepting import accept, accept_past_limit, lapse_past_limit, refuse
from casework.permits.calendar_change import PermitCalendarWatch
from casework.permits.clocks import clock_of
from casework.permits.correcting import Item, correct, corrections_of, request_correction
from casework.permits.delays import explain_delay
from casework.permits.desk import PermitDesk
from casework.permits.models import PermitApplication, PermitDraft
from casework.permits.pauses import pause, resume, resume_past_expected
from casework.permits.submitting import application_by_receipt, submit
from casework.permits.withdrawing import withdraw
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.calendar import HolidayTable, WorkingCalendar, WorkingHours
from kit.calendar.days import YearTable
from kit.clock import FixedClock, local
from kit.db import Change, Database
from kit.outbox import Relay
from kit.outbox_models import OutboxEvent
from kit.problems import Conflict, Forbidden, Invalid, NotFound
from tests import read_once
from tests.casework_setting import CITIZEN, NEIGHBOUR, PLANNER, calendar, person
from tests.permit_setting import (
    APPROVER,
    CLERK,
    PERMIT_HEAD,
    UNIT,
    applied,
    audited,
    drafted,
    filled,
    permit_desk_on,
    row_of,
)


@pytest.fixture
async def desk(database: Database) -> PermitDesk:
    await database.change(_people)
    return permit_desk_on(database)


async def _people(change: Change) -> None:
    for actor in (CITIZEN, NEIGHBOUR):
        await Account(id=actor.id, created_at=change.now).save(force_create=True)
    for actor in (APPROVER, CLERK, PERMIT_HEAD):
        row = Staff(id=actor.id, login=f"p{actor.id}"[-12:], name=actor.name, password_hash="")
        row.created_at = row.password_changed_at = change.now
        await row.save(force_create=True)


def at(text: str) -> datetime:
    """A moment on the local wall clock."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


async def acts(application_id: UUID) -> list[str]:
    return audited(await AuditEntry.filter(case_id=application_id).order_by("position"))


async def events() -> list[str]:
    return [one.name for one in await OutboxEvent.all().order_by("id")]


async def test_a_doubled_submit_is_one_application_and_its_draft_is_gone(desk: PermitDesk) -> None:
    draft_id = await drafted(desk)
    first = await submit(desk, CITIZEN, draft_id, source="h5", expected_revision=2)
    second = await submit(desk, CITIZEN, draft_id, source="h5", expected_revision=2)
    assert (first.reference, second.reference, second.is_repeat) == (first.reference, first.reference, True)
    assert first.reference.startswith("QS-XK-")
    assert await PermitApplication.all().count() == 1
    assert not await PermitDraft.exists()
    assert await acts(first.application_id) == ["submit"]
    assert await events() == ["permit_application.submitted"]
    row = await row_of(first.application_id)
    assert b"138" not in bytes(row.form_sealed)
    assert "138" not in row.facts
    with pytest.raises(NotFound):
        await submit(desk, NEIGHBOUR, draft_id, source="h5")


async def test_what_was_changed_since_the_preview_or_is_wrong_is_not_submitted(desk: PermitDesk) -> None:
    draft_id = await drafted(desk)
    with pytest.raises(Conflict, match="draft_changed"):
        await submit(desk, CITIZEN, draft_id, source="h5", expected_revision=1)
    await drafts.save(desk, CITIZEN, draft_id, filled(phone="1380000"), "who", 2)
    with pytest.raises(Invalid):
        await submit(desk, CITIZEN, draft_id, source="h5")
    with pytest.raises(NotFound):
        await submit(desk, NEIGHBOUR, draft_id, source="h5")
    assert await PermitDraft.filter(id=draft_id).exists()
    assert not await PermitApplication.exists()
    missing = await drafted(desk, kind="proof")
    with pytest.raises(Invalid, match="material_missing"):
        await submit(desk, CITIZEN, missing, source="h5")


async def test_the_window_files_in_the_same_series_and_its_receipt_opens_that_one_alone(
    desk: PermitDesk,
) -> None:
    online = await submit(desk, CITIZEN, await drafted(desk), source="h5")
    at_window = await submit(desk, CLERK, await drafted(desk, CLERK), source="window")
    serials = [one.reference.split("-")[3] for one in (online, at_window)]
    assert int(serials[1]) == int(serials[0]) + 1
    assert online.receipt_secret is None
    secret = at_window.receipt_secret or ""
    typed = secret.lower().replace("-", " ")
    assert await application_by_receipt(desk, at_window.reference, typed) == at_window.application_id
    assert await application_by_receipt(desk, at_window.reference, secret[:-1] + "0") is None
    assert await application_by_receipt(desk, online.reference, secret) is None
    row = await row_of(at_window.application_id)
    assert (row.filed_by_id, row.identity, row.account_id) == (CLERK.id, None, None)  # no document was seen


async def test_silence_accepts_from_the_day_of_filing_across_a_holiday_and_a_make_up_day(
    desk: PermitDesk, clock: FixedClock
) -> None:
    # Spring Festival 2026: 15 to 23 February are off, Saturday 14 and 28 February are worked.
    clock.set(at("2026-02-12T16:00"))
    id = await applied(desk)
    row = await row_of(id)
    # 13 (1), 14 (2, made up), 24 (3), 25 (4), 26 (5).
    assert local(row.due_at or row.updated_at).isoformat() == "2026-02-26T18:00:00+08:00"
    assert clock_of(row) == "accept"
    clock.set(at("2026-02-26T17:59"))
    assert await accept_past_limit(desk, clock.now()) == 0
    clock.set(at("2026-02-26T18:00"))
    assert await accept_past_limit(desk, clock.now()) == 1
    row = await row_of(id)
    assert (row.state, row.is_deemed) == ("accepted", True)
    assert row.accepted_at == row.received_at == at("2026-02-12T16:00")
    # Twenty working days from the day of filing, 28 February made up: the law's; one: the promised.
    assert row.statutory_due_at == calendar().add_working_days(at("2026-02-12T16:00"), 20).at
    assert row.promise_due_at == at("2026-02-13T18:00")
    assert await acts(id) == ["submit", "accept"]
    papers = [one.kind for one in await IssuedDocument.filter(about_id=id)]
    assert papers == ["acceptance"]
    assert await accept_past_limit(desk, clock.now()) == 0


async def test_the_promise_runs_from_acceptance_and_the_survey_comes_first(
    desk: PermitDesk, clock: FixedClock
) -> None:
    clock.set(at("2026-11-23T10:30"))
    id = await applied(desk)
    clock.set(at("2026-11-23T11:30"))
    row = await accept(desk, APPROVER, id, expected_revision=1)
    assert await accept(desk, APPROVER, id, expected_revision=1)
    # An hour of open offices: half before noon, half from two.
    assert row.survey_due_at == row.due_at == at("2026-11-23T14:30")
    assert clock_of(row) == "survey"
    assert row.promise_due_at == at("2026-11-24T18:00")
    assert (await row_of(id)).revision == 2


async def test_a_correction_is_asked_for_item_by_item_and_once(desk: PermitDesk, clock: FixedClock) -> None:
    clock.set(at("2026-11-23T10:00"))
    id = await applied(desk)
    with pytest.raises(Invalid, match="correction_item"):
        await request_correction(desk, CLERK, id, [Item(item="field:nothing", wrong="没有")])
    with pytest.raises(Invalid):
        await request_correction(desk, CLERK, id, [Item(item="field:holder", wrong="\u200b ")])
    assert (await row_of(id)).state == "submitted"
    wrong = Item(item="field:holder", wrong="名称与营业执照不一致")
    row = await request_correction(desk, CLERK, id, [wrong], expected_revision=1)
    assert row.state == "correction_requested"
    told = msgspec.json.decode((await OutboxEvent.all().order_by("-id").first()).payload)  # type: ignore[union-attr]
    assert told["items"] == "1. 申请单位：名称与营业执照不一致"
    clock.set(at("2026-11-25T09:00"))
    draft_id = await drafts.begin(
        desk, CITIZEN, "stall", application_id=id, filled=filled(holder="清河新城商贸有限公司")
    )
    for _ in range(2):
        await correct(desk, CITIZEN, id, draft_id)
    row = await row_of(id)
    assert row.state == "submitted"
    assert row.received_at == at("2026-11-25T09:00")
    # The five days begin anew with the day the corrected papers came.
    assert row.due_at == calendar().add_working_days(at("2026-11-25T09:00"), 5).at
    assert [one.answered_at for one in await corrections_of(id)] == [at("2026-11-25T09:00")]
    assert await acts(id) == ["submit", "request_correction", "correct"]

    with pytest.raises(Forbidden, match="second_correction"):
        await request_correction(desk, CLERK, id, [wrong])
    with pytest.raises(Invalid, match="second_correction_reason"):
        await request_correction(desk, PERMIT_HEAD, id, [wrong])
    await request_correction(desk, PERMIT_HEAD, id, [wrong], head_reason="申请人换了公司")
    assert [one.head_reason for one in await corrections_of(id)] == [None, "申请人换了公司"]
    clock.set((await row_of(id)).due_at or clock.now())
    assert await lapse_past_limit(desk, clock.now()) == 1
    assert (await row_of(id)).state == "withdrawn"


async def test_silence_after_a_correction_counts_from_the_day_the_corrected_papers_came(
    desk: PermitDesk, clock: FixedClock
) -> None:
    clock.set(at("2026-11-23T10:00"))
    id = await applied(desk)
    await request_correction(desk, CLERK, id, [Item(item="field:phone", wrong="打不通")])
    clock.set(at("2026-11-26T10:00"))
    draft_id = await drafts.begin(desk, CITIZEN, "stall", application_id=id, filled=filled())
    await submit(desk, CITIZEN, draft_id, source="h5")
    clock.set(at("2026-12-03T18:00"))
    assert await accept_past_limit(desk, clock.now()) == 1
    assert (await row_of(id)).accepted_at == at("2026-11-26T10:00")


@pytest.mark.parametrize("kind", ["hearing", "test", "inspection", "appraisal", "expert_review"])
async def test_the_clocks_stand_still_for_what_the_law_keeps_out(
    desk: PermitDesk, clock: FixedClock, kind: str
) -> None:
    clock.set(at("2026-11-23T10:00"))
    id = await applied(desk, kind="board")
    before = await accept(desk, APPROVER, id)
    assert before.promise_due_at == at("2026-11-23T18:00") + timedelta(
        hours=16
    )  # an hour of the next morning
    clock.set(at("2026-11-23T15:00"))
    words = {"reason": "利害关系人要求听证", "basis": "行政许可法第四十七条"}
    row = await pause(desk, APPROVER, id, kind=kind, expected_days=3, **words)  # type: ignore[arg-type]
    assert row.due_at is None
    with pytest.raises(Conflict, match="paused_already"):
        await pause(desk, APPROVER, id, kind=kind, expected_days=3, **words)  # type: ignore[arg-type]
    assert [one.kind for one in await IssuedDocument.filter(about_id=id).order_by("issued_at")][-1] == "pause"
    clock.set(at("2026-11-25T15:00"))
    row = await resume(desk, APPROVER, id)
    # Two days of seven hours more.
    assert row.promise_due_at == at("2026-11-26T10:00")
    assert row.statutory_due_at == at("2026-12-23T18:00")
    with pytest.raises(Conflict, match="not_paused"):
        await resume(desk, APPROVER, id)


async def test_a_pause_ends_by_itself_when_it_took_as_long_as_was_said(
    desk: PermitDesk, clock: FixedClock
) -> None:
    clock.set(at("2026-11-23T10:00"))
    id = await applied(desk)
    await accept(desk, APPROVER, id)
    await pause(
        desk, APPROVER, id, kind="test", reason="路面承载检测", basis="行政许可法第四十五条", expected_days=2
    )
    assert await resume_past_expected(desk, at("2026-11-25T17:59")) == 0
    clock.set(at("2026-11-25T18:00"))
    assert await resume_past_expected(desk, clock.now()) == 1
    assert (await row_of(id)).due_at is not None
    with pytest.raises(Invalid, match="pause_kind"):
        await pause(
            desk,
            APPROVER,
            id,
            kind="co_signing",
            reason="等交警",
            basis="无",
            expected_days=2,  # type: ignore[arg-type]
        )


async def test_a_delay_is_explained_only_when_there_is_one(desk: PermitDesk, clock: FixedClock) -> None:
    clock.set(at("2026-11-23T10:00"))
    id = await applied(desk)
    await accept(desk, APPROVER, id)
    with pytest.raises(Conflict, match="not_late"):
        await explain_delay(desk, APPROVER, id, reason="下雨")
    clock.set(at("2026-11-25T09:00"))
    row = await explain_delay(desk, APPROVER, id, reason="交警大队会签意见晚到一天")
    assert (row.late_reason, row.late_reason_at) == ("交警大队会签意见晚到一天", clock.now())
    assert (await events())[-1] == "permit_application.delay_explained"


async def test_nobody_acts_for_the_bureau_on_an_application_of_their_own(
    desk: PermitDesk, clock: FixedClock
) -> None:
    id = await applied(desk)

    async def bind(change: Change) -> None:
        row = StaffBinding(id=change.ids.new(), staff_id=APPROVER.id, account_id=CITIZEN.id)
        row.bound_at = change.now
        await row.save(force_create=True)

    await desk.db.change(bind)
    for _ in range(2):
        with pytest.raises(Forbidden, match="own_application"):
            await accept(desk, APPROVER, id)
    row = await row_of(id)
    assert (row.state, row.revision) == ("submitted", 1)
    assert await acts(id) == ["submit", "own_refused", "own_refused"]
    assert (await accept(desk, PERMIT_HEAD, id)).state == "accepted"


async def test_others_see_nothing_and_other_units_do_nothing(desk: PermitDesk) -> None:
    id = await applied(desk)
    elsewhere = Actor(kind="staff", id=CLERK.id, roles=CLERK.roles, name="别处", units=frozenset({"other"}))
    for actor in (NEIGHBOUR, elsewhere):
        with pytest.raises(NotFound):
            await withdraw(desk, actor, id, ground="不办了")
    assert UNIT in CLERK.units
    refused = await refuse(desk, CLERK, id, ground="不属于本机关职权", responsible_body="交通运输局")
    assert (refused.state, refused.due_at, refused.ended_at) == ("refused", None, refused.updated_at)
    with pytest.raises(Conflict, match=r"moved_on|wrong_state"):
        await withdraw(desk, CITIZEN, id, ground="不办了", expected_revision=1)


async def test_a_new_holiday_moves_the_limits_that_run_and_the_chain_says_so(
    desk: PermitDesk, clock: FixedClock
) -> None:
    clock.set(at("2026-11-23T10:00"))
    id = await applied(desk)
    done = await applied(desk)
    await withdraw(desk, CITIZEN, done, ground="不办了")
    assert await PermitCalendarWatch(desk).step() == 0
    other = permit_desk_on(desk.db, on=WorkingCalendar(_without_friday(), WorkingHours()))
    assert await PermitCalendarWatch(other).step() == 1
    row = await row_of(id)
    assert row.due_at == at("2026-12-01T18:00")
    assert await acts(id) == ["submit", "reckon"]
    assert await acts(done) == ["submit", "withdraw"]


async def test_two_phones_that_submit_at_once_submit_one_application(desk: PermitDesk) -> None:
    draft_id = await drafted(desk)
    both = await asyncio.gather(*(submit(desk, CITIZEN, draft_id, source="h5") for _ in range(3)))
    assert len({one.reference for one in both}) == 1
    assert await PermitApplication.all().count() == 1
    assert await events() == ["permit_application.submitted"]


async def test_limits_are_told_to_who_handles_the_application_and_not_while_they_stand_still(
    desk: PermitDesk, clock: FixedClock
) -> None:
    async def now(_: object) -> datetime:
        return clock.now()

    async def grant_roles(change: Change) -> None:
        for actor, role in ((APPROVER, Role.APPROVER), (PERMIT_HEAD, Role.HEAD)):
            granted = Grant(id=change.ids.new(), staff_id=actor.id, role=role.value, unit=UNIT)
            granted.from_on = local(change.now).date()
            await granted.save(force_create=True)

    clock.set(at("2026-11-23T10:00"))
    await desk.db.change(grant_roles)
    deadlines = DeadlineDesk(
        db=desk.db,
        calendar=desk.calendar,
        section=DeadlinesSection(),
        kinds=(clocks.permits(desk.section),),
        catalogue=read_once.catalogue(),
        now=now,
    )
    handlers = (DeadlinePlanner(deadlines), PLANNER)
    relay = Relay(desk.db, dict.fromkeys(EVENTS, handlers), lambda name, id, exc: pytest.fail(f"{exc!r}"))

    async def told() -> set[tuple[str, UUID]]:
        await relay.step()
        await sound_due(deadlines, lambda id, exc: pytest.fail(f"{exc!r}"))
        await relay.step()
        rows = await Delivery.filter(template__startswith="notify.staff.deadline").order_by("id")
        return {(msgspec.json.decode(one.params)["clock"], one.recipient_id) for one in rows}

    id = await applied(desk)
    await accept(desk, APPROVER, id)
    assert await told() == set()
    clock.set(at("2026-11-23T11:00"))
    assert await told() == {("permit.survey", person(41)), ("permit.survey", person(43))}
    await pause(desk, APPROVER, id, kind="test", reason="检测", basis="第四十五条", expected_days=3)
    clock.set(at("2026-11-26T11:00"))
    assert {clock for clock, _ in await told()} == {"permit.survey"}
    await resume(desk, APPROVER, id)
    await desk.db.change(lambda _: PermitApplication.filter(id=id).update(surveyed_at=clock.now()))
    assert await PermitCalendarWatch(_on_another_calendar(desk)).step() == 1
    clock.set(at("2026-12-01T18:00"))
    assert ("permit.promise", person(41)) in await told()


def _on_another_calendar(desk: PermitDesk) -> PermitDesk:
    return permit_desk_on(desk.db, on=WorkingCalendar(_without_friday(), WorkingHours()))


def _without_friday() -> HolidayTable:
    """A year of which nothing is known but that 27 November is off."""
    days = [{"name": "临时放假", "from": "2026-11-27", "to": "2026-11-27"}]
    return HolidayTable([msgspec.convert({"year": 2026, "source": "测试", "holidays": days}, YearTable)])
