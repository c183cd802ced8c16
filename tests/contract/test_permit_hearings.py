"""Those whose interests an application touches are told and heard, and a hearing is held before a decision; both engines."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from casework.actors import Actor
from casework.documents.issuing import COLUMN, TABLE
from casework.documents.models import IssuedDocument
from casework.documents.sheets import Sheet
from casework.people.models import Grant, Staff
from casework.permits import accepting, deciding, hearings, parties, pauses, weighing
from casework.permits.announced import announced_hearings
from casework.permits.decision_rules import Grant as Wish
from casework.permits.desk import PermitDesk
from casework.permits.forgetting import anonymise_within
from casework.permits.hearing_models import PermitHearing, PermitParty, PermitStatement
from casework.permits.kinds import PermitsSection
from casework.permits.paper_sight import sees_papers_of_party
from casework.permits.party_rows import opened, parties_of
from casework.permits.withdrawing import withdraw
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.clock import FixedClock, local
from kit.db import Change, Database
from kit.outbox_models import OutboxEvent
from kit.problems import Conflict, Forbidden, Invalid, NotFound, Problem
from tests.casework_setting import CITIZEN, EVERYWHERE, NEIGHBOUR, person
from tests.permit_life_setting import OTHER_APPROVER, row_of
from tests.permit_setting import APPROVER, CLERK, KINDS, PERMIT_HEAD, applied, permit_desk_on

LEGAL = Actor(
    kind="staff", id=person(48), roles=frozenset({Role.LEGAL_REVIEWER}), name="法制员", units=EVERYWHERE
)
NEXT_DOOR = parties.PartyWish(
    name="李邻居",
    contact="13900001111",
    address="湖滨路 20 号",
    concern="摊位设在您家店门前",
    may_ask_hearing=True,
)
ROOM = "三楼听证室"


def at(text: str) -> datetime:
    """A moment on the local wall clock."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


@pytest.fixture
async def desk(database: Database, clock: FixedClock) -> PermitDesk:
    clock.set(at("2026-11-23T10:00"))
    await database.change(_people)
    return permit_desk_on(database)


async def in_hand(desk: PermitDesk, **more: object) -> UUID:
    """An application that was accepted by the window."""
    id = await applied(desk, kind="board", **more)  # type: ignore[arg-type]
    await accepting.accept(desk, CLERK, id)
    return id


async def other(id: UUID) -> PermitParty:
    return next(one for one in await parties_of(id) if not one.is_applicant)


async def test_a_neighbour_is_told_in_writing_and_nothing_is_decided_before_they_had_their_time(
    desk: PermitDesk, clock: FixedClock
) -> None:
    id = await in_hand(desk)
    await parties.tell_party(desk, APPROVER, id, NEXT_DOOR)
    neighbour, applicant = await parties_of(id)
    assert (neighbour.is_applicant, applicant.is_applicant) == (False, True)
    assert neighbour.due_at == applicant.due_at == at("2026-11-30T18:00")
    paper = await IssuedDocument.get(about_kind="permit_party", about_id=neighbour.id)
    said = _sheet(desk, paper).data
    assert (said.addressee, said.reasons, said.may_ask_hearing) == ("李邻居", ("摊位设在您家店门前",), True)
    assert said.holder_number == ""
    assert await IssuedDocument.filter(about_id=id, kind="party_notice").count() == 1  # the applicant's own
    told = await OutboxEvent.filter(case_id=id).values_list("name", flat=True)
    assert "permit_application.hearing_right_told" in told
    with pytest.raises(Conflict, match="parties_waiting"):
        await deciding.grant(desk, APPROVER, id)
    with pytest.raises(Conflict, match="parties_waiting"):
        await deciding.deny(desk, APPROVER, id, ground="不行")
    await parties.record_statement(desk, CLERK, id, neighbour.id, parties.Said(answer="nothing"))
    with pytest.raises(Conflict, match="parties_waiting"):
        await deciding.grant(desk, APPROVER, id)
    clock.set(at("2026-11-30T18:01"))
    with pytest.raises(Invalid, match="late_reason"):  # the law lets nothing of it out of the promise
        await deciding.grant(desk, APPROVER, id)


async def test_what_was_said_is_weighed_before_the_decision_which_says_what_became_of_it(
    desk: PermitDesk,
) -> None:
    id = await in_hand(desk)
    await parties.tell_party(desk, APPROVER, id, msgspec.structs.replace(NEXT_DOOR, may_ask_hearing=False))
    neighbour = await other(id)
    words = "油烟会进店里，电话 13900001111"
    statement = await parties.record_statement(
        desk, CLERK, id, neighbour.id, parties.Said(answer="stated", words=words)
    )
    assert statement is not None
    with pytest.raises(Conflict, match="statements_unweighed"):
        await deciding.grant(desk, APPROVER, id)
    with pytest.raises(Invalid):
        await weighing.weigh_statement(desk, APPROVER, id, statement, outcome="adopted", reason=" ")
    with pytest.raises(NotFound):
        await weighing.weigh_statement(desk, APPROVER, id, neighbour.id, outcome="adopted", reason="对")
    await weighing.weigh_statement(desk, APPROVER, id, statement, outcome="partly", reason="改用无烟设备")
    await parties.state(desk, CITIZEN, id, parties.Said(answer="stated", words="我会用无烟的"))
    own = await PermitStatement.get(application_id=id, position=2)
    await weighing.weigh_statement(desk, APPROVER, id, own.id, outcome="adopted", reason="有承诺书")
    await deciding.grant(desk, APPROVER, id, _wish(desk))
    data = _sheet(desk, await IssuedDocument.get(about_id=id, kind="grant")).data
    assert data.heard == (
        f"利害关系人的意见：{words}。部分采纳：改用无烟设备",
        "你（单位）的意见：我会用无烟的。采纳：有承诺书",
    )
    assert data.hearing == ""


async def test_a_hearing_asked_for_in_time_is_arranged_under_somebody_else_held_and_named_by_the_decision(
    desk: PermitDesk, clock: FixedClock
) -> None:
    id = await in_hand(desk)
    await parties.tell_party(desk, APPROVER, id, NEXT_DOOR)
    neighbour = await other(id)
    clock.set(at("2026-11-25T10:00"))
    await parties.record_statement(desk, CLERK, id, neighbour.id, parties.Said(answer="hearing"))
    hearing = await PermitHearing.get(application_id=id)
    assert (hearing.cause, hearing.state, hearing.due_at) == ("asked", "called", at("2026-12-23T18:00"))
    row = await row_of(id)
    assert row.due_at is None  # its time does not count (45)
    assert await IssuedDocument.filter(about_id=id, kind="pause").count() == 1
    with pytest.raises(Conflict, match="is_paused"):
        await deciding.grant(desk, APPROVER, id)
    for wish, field in (
        (_at("2026-12-03T09:30"), "hearing_notice"),
        (_at("2026-12-24T09:30"), "hearing_too_far"),
        (_at("2026-12-10T09:30", APPROVER), "presider_examines"),
        (_at("2026-12-10T09:30", NEIGHBOUR), "no_presider"),
    ):
        with pytest.raises(Invalid, match=field):
            await hearings.arrange_hearing(desk, APPROVER, id, wish)
    await hearings.arrange_hearing(desk, APPROVER, id, _at("2026-12-10T09:30"))
    notices = await IssuedDocument.filter(kind="hearing_notice").values_list("about_kind", flat=True)
    assert sorted(map(str, notices)) == ["permit_application", "permit_party"]
    objection = hearings.Objection(who="申请人", reason="主持人是邻居的表兄", is_upheld=True)
    with pytest.raises(Problem, match="not_your_role"):
        await hearings.decide_objection(desk, APPROVER, id, objection)
    await hearings.decide_objection(desk, PERMIT_HEAD, id, objection)
    with pytest.raises(Invalid, match="presider_refused"):
        await hearings.arrange_hearing(desk, APPROVER, id, _at("2026-12-10T09:30"))
    await hearings.arrange_hearing(desk, APPROVER, id, _at("2026-12-10T09:30", OTHER_APPROVER))
    with pytest.raises(Conflict, match="hearing_not_yet"):
        await hearings.record_hearing(desk, APPROVER, id, record="双方说了", confirmed="都签了字")
    clock.set(at("2026-12-10T11:30"))
    await hearings.record_hearing(desk, APPROVER, id, record="邻居：请东移两米。", confirmed="都签了字")
    row = await row_of(id)
    assert row.due_at is not None
    assert row.statutory_due_at is not None
    assert row.statutory_due_at > at("2027-01-04T18:00")
    with pytest.raises(Forbidden, match="presider_decides"):
        await deciding.grant(desk, OTHER_APPROVER, id)
    await deciding.deny(desk, APPROVER, id, ground="占了店门", late_reason="等听证")
    data = _sheet(desk, await IssuedDocument.get(about_id=id, kind="denial")).data
    assert data.hearing == "本机关已于2026年12月10日举行听证，本决定根据该次听证笔录作出。"
    record = _sheet(desk, await IssuedDocument.get(about_id=id, kind="hearing_record")).data
    assert (record.presider, record.findings) == ("审批乙", "邻居：请东移两米。")


async def test_who_asks_too_late_or_was_not_told_of_it_has_no_hearing_but_is_heard(
    desk: PermitDesk, clock: FixedClock
) -> None:
    id = await in_hand(desk)
    await parties.tell_party(desk, APPROVER, id, NEXT_DOOR)
    neighbour = await other(id)
    clock.set(at("2026-12-01T09:00"))
    with pytest.raises(Invalid, match="hearing_too_late"):
        await parties.record_statement(desk, CLERK, id, neighbour.id, parties.Said(answer="hearing"))
    with pytest.raises(Invalid, match="said_at"):
        future = parties.Said(answer="stated", words="有味", said_at=clock.now() + timedelta(days=1))
        await parties.record_statement(desk, CLERK, id, neighbour.id, future)
    await parties.record_statement(desk, CLERK, id, neighbour.id, parties.Said(answer="stated", words="有味"))
    assert (await PermitStatement.get(application_id=id)).is_in_time is False
    # It came in time and was written down late: then it counts as in time, and so does the wish for a hearing.
    in_time = parties.Said(answer="hearing", said_at=at("2026-11-27T15:00"))
    await parties.record_statement(desk, CLERK, id, neighbour.id, in_time)
    assert await PermitHearing.filter(application_id=id).count() == 1
    await parties.record_statement(desk, CLERK, id, neighbour.id, in_time)
    assert await PermitHearing.filter(application_id=id).count() == 1


async def test_a_hearing_that_a_law_orders_is_held_in_public_before_any_decision(
    database: Database, desk: PermitDesk, clock: FixedClock
) -> None:
    law = {"law": "城市市容和环境卫生管理条例", "article": "第十四条"}
    section = msgspec.convert({"kinds": [{**KINDS[1], "hearing": law}]}, PermitsSection)
    desk = dataclasses.replace(desk, section=section)
    id = await in_hand(desk)
    with pytest.raises(Conflict, match="hearing_ordered"):
        await deciding.grant(desk, APPROVER, id)
    await hearings.call_hearing(desk, APPROVER, id, basis="《城市市容和环境卫生管理条例》第十四条")
    with pytest.raises(Conflict, match="hearing_open_already"):
        await hearings.call_hearing(desk, APPROVER, id, basis="同上")
    with pytest.raises(Invalid, match="hearing_announcement"):
        await hearings.arrange_hearing(desk, APPROVER, id, _at("2026-12-08T09:30"))
    wish = msgspec.structs.replace(_at("2026-12-08T09:30"), announcement="欢迎旁听，请带身份证件。")
    await hearings.arrange_hearing(desk, APPROVER, id, wish)
    (shown,) = await announced_hearings(section, clock.now())
    assert (shown.place, shown.words) == (ROOM, "欢迎旁听，请带身份证件。")
    with pytest.raises(Conflict, match="hearing_is_ordered"):
        await hearings.call_off_hearing(desk, APPROVER, id, reason="没人来")
    clock.set(at("2026-12-08T12:00"))
    await hearings.record_hearing(desk, APPROVER, id, record="无人反对", confirmed="主持人、申请人签字")
    await deciding.grant(desk, APPROVER, id, _wish(desk))


async def test_whoever_asked_may_let_a_hearing_go_and_a_withdrawal_ends_it(
    desk: PermitDesk, clock: FixedClock
) -> None:
    ids = [await in_hand(desk), await in_hand(desk)]
    for id in ids:
        await parties.tell_party(desk, APPROVER, id, NEXT_DOOR)
        await parties.state(desk, CITIZEN, id, parties.Said(answer="hearing"))
    assert [one.state for one in await PermitHearing.all()] == ["called", "called"]
    await hearings.call_off_hearing(desk, APPROVER, ids[0], reason="申请人书面撤回听证要求")
    assert (await row_of(ids[0])).due_at is not None
    await withdraw(desk, CITIZEN, ids[1], ground="不办了")
    assert {one.state for one in await PermitHearing.all()} == {"called_off"}
    assert not [one for id in ids for one in await pauses.pause_rows(id) if one.ended_at is None]


async def test_a_hearing_that_was_called_during_another_pause_keeps_the_clocks_when_that_is_over(
    desk: PermitDesk, clock: FixedClock
) -> None:
    id = await in_hand(desk)
    before = (await row_of(id)).statutory_due_at
    test = {"kind": "test", "reason": "路面检测", "basis": "行政许可法第四十五条", "expected_days": 2}
    await pauses.pause(desk, APPROVER, id, **test)  # type: ignore[arg-type]
    await hearings.call_hearing(desk, APPROVER, id, basis="行政许可法第四十六条")
    clock.advance(timedelta(days=5))
    assert await pauses.resume_past_expected(desk, clock.now()) == 1
    first, second = await pauses.pause_rows(id)
    assert (first.kind, second.kind) == ("test", "hearing")
    assert first.ended_at == second.started_at
    assert second.document_id is not None
    assert (await row_of(id)).due_at is None
    assert await pauses.resume_past_expected(desk, clock.now()) == 0
    await hearings.call_off_hearing(desk, APPROVER, id, reason="不再要求")
    row = await row_of(id)
    assert row.due_at is not None
    still = desk.calendar.working_days_between(local(first.started_at).date(), local(clock.now()).date())
    assert row.statutory_due_at == desk.calendar.add_working_days(before or clock.now(), still).at


async def test_names_and_words_of_those_heard_are_sealed_kept_from_the_applicant_and_forgotten_in_time(
    desk: PermitDesk,
) -> None:
    id = await in_hand(desk)
    await parties.tell_party(desk, APPROVER, id, NEXT_DOOR)
    neighbour = await other(id)
    assert opened(desk, neighbour, "name_sealed") == "李邻居"
    await parties.record_statement(
        desk, CLERK, id, neighbour.id, parties.Said(answer="stated", words="油烟太大")
    )
    for entry in await AuditEntry.filter(case_id=id):
        assert not any(one in entry.detail for one in ("李邻居", "13900001111", "店门", "油烟"))
    for event in await OutboxEvent.filter(case_id=id):
        assert "李邻居" not in str(event.payload)
    assert await sees_papers_of_party(APPROVER, neighbour.id)
    assert not await sees_papers_of_party(CITIZEN, neighbour.id)
    with pytest.raises(NotFound):
        await parties.state(desk, NEIGHBOUR, id, parties.Said(answer="stated", words="我也说"))
    await withdraw(desk, CITIZEN, id, ground="不办了")
    await desk.db.change(
        lambda change: anonymise_within(change, PERMIT_HEAD, id, instead="（已删除）", content={})
    )
    assert {bytes(one.name_sealed) for one in await parties_of(id)} == {b""}
    assert bytes((await PermitStatement.get(application_id=id)).words_sealed) == b""
    assert opened(desk, await other(id), "concern_sealed") == ""


def _wish(desk: PermitDesk) -> Wish:
    now = desk.db.clock.now()
    return Wish(from_at=now, until_at=now + timedelta(days=5))


def _at(text: str, presider: Actor = LEGAL) -> hearings.Arrangement:
    return hearings.Arrangement(meeting_at=at(text), place=ROOM, presider_id=presider.id or person(48))


def _sheet(desk: PermitDesk, paper: IssuedDocument) -> Sheet:
    words = desk.documents.sealer.open(paper.data_sealed, table=TABLE, column=COLUMN, row_id=paper.id)
    return msgspec.json.decode(words, type=Sheet)


async def _people(change: Change) -> None:
    for actor in (APPROVER, OTHER_APPROVER, CLERK, PERMIT_HEAD, LEGAL):
        row = Staff(id=actor.id, login=f"p{actor.id}"[-12:], name=actor.name, password_hash="")
        row.created_at = row.password_changed_at = change.now
        await row.save(force_create=True)
        (role,) = actor.roles
        unit = None if actor.units == EVERYWHERE else next(iter(actor.units))
        held = Grant(
            id=change.ids.new(), staff_id=actor.id, role=role.value, unit=unit, from_on=date(2026, 1, 1)
        )
        await held.save(force_create=True)
