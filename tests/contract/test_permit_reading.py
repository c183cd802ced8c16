"""Reading applications, on both engines: who sees what, how clocks are explained, the bureau's tabs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from casework.actors import Actor, system
from casework.documents.models import IssuedDocument
from casework.documents.opening import pdf
from casework.people.export import holdings
from casework.people.forgetting import forget_at_once, has_matters
from casework.people.models import Account
from casework.permits.accepting import accept
from casework.permits.correcting import Item, request_correction
from casework.permits.deciding import deny
from casework.permits.delivering import deliver
from casework.permits.desk import PermitDesk
from casework.permits.detail import application_view, view_by_id
from casework.permits.forgetting import forget_application
from casework.permits.models import PermitApplication, PermitDraft
from casework.permits.pauses import pause, resume_past_expected
from casework.permits.queries import counts, my_applications, queue
from casework.permits.releasing import release_all_of
from casework.permits.revealing import reveal_applicant
from casework.permits.withdrawing import withdraw
from casework.retention.anonymising import keep_no_longer
from casework.retention.profile import ArchiveDuty, Kept, RetentionSection
from casework.roles import Role
from kit.audit.chain import is_genuine
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.problems import Conflict, Forbidden, Gone, Invalid, NotFound
from tests.casework_setting import AUDITOR, CITIZEN, HANDLER, HEAD, NEIGHBOUR, desk_on, person
from tests.conftest import AUDIT_KEY
from tests.permit_setting import APPROVER, CLERK, UNIT, applied, drafted, permit_desk_on, row_of

SYSTEM = system()
POLICE = Actor(
    kind="staff", id=person(51), roles=frozenset({Role.CO_SIGNER}), name="交警", units=frozenset({"police"})
)


@pytest.fixture
def desk(database: Database, clock: FixedClock) -> PermitDesk:
    clock.set(at("2026-11-23T10:00"))
    return permit_desk_on(database)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


async def test_an_applicant_reads_everything_of_their_own_and_nothing_of_anothers(desk: PermitDesk) -> None:
    id = await applied(desk, words="周末促销")
    reference = (await row_of(id)).reference
    view = await application_view(desk, CITIZEN, reference.lower().replace("-", " "))
    assert {one.code: one.value for one in view.fields} == {
        "holder": "清河商贸有限公司",
        "phone": "13800001234",
        "words": "周末促销",
    }
    assert (view.moves, [one.name for one in view.history]) == ({"withdraw": "撤回申请"}, ["提交申请"])
    (clock,) = view.clocks
    assert (clock.name, clock.amount, clock.unit) == ("accept", 5, "working_days")
    assert "第三十二条" in clock.basis
    assert any("11月30日" in line for line in clock.lines)
    for other in (NEIGHBOUR, HANDLER, POLICE):
        with pytest.raises(NotFound):
            await application_view(desk, other, reference)
    with pytest.raises(NotFound):
        await application_view(desk, CITIZEN, "QS-XK-261123-0001-X")
    assert [row.reference for row in (await my_applications(desk, CITIZEN, [person(1)])).rows] == [reference]
    assert (await my_applications(desk, NEIGHBOUR, [person(2)])).rows == ()


async def test_staff_read_telephones_masked_until_they_ask_and_each_look_is_kept(desk: PermitDesk) -> None:
    id = await applied(desk)
    view = await view_by_id(desk, APPROVER, id)
    phone = next(one for one in view.fields if one.code == "phone")
    assert (phone.value, phone.is_masked) == ("138****1234", True)
    assert view.line.holder == "清河商贸有限公司"
    assert set(view.moves) == {"accept", "request_correction", "refuse", "assign"}
    shown = await reveal_applicant(desk, APPROVER, id)
    assert shown.phone == "13800001234"
    entry = await AuditEntry.filter(case_id=id).order_by("-position").first()
    assert entry is not None
    assert entry.action == "permit_application.reveal"
    with pytest.raises(Forbidden):
        await reveal_applicant(desk, AUDITOR, id)


async def test_what_stood_still_is_said_with_the_arithmetic(desk: PermitDesk, clock: FixedClock) -> None:
    id = await applied(desk, kind="board")
    await accept(desk, APPROVER, id)
    clock.set(at("2026-11-23T15:00"))
    await pause(desk, APPROVER, id, kind="hearing", reason="听证", basis="第四十七条", expected_days=3)
    view = await view_by_id(desk, CITIZEN, id)
    promise = next(one for one in view.clocks if one.name == "promise")
    assert (promise.is_paused, promise.due_at, promise.is_missed) == (True, None, False)
    assert "停着" in promise.lines[-1]
    assert view.pauses[0].expected_until_at == at("2026-11-26T18:00")
    assert view.line.is_paused
    clock.set(at("2026-11-26T18:00"))
    await resume_past_expected(desk, clock.now())
    view = await view_by_id(desk, CITIZEN, id)
    promise = next(one for one in view.clocks if one.name == "promise")
    # Three hours were left of that day, then three whole days: 3 + 7 + 7 + 7 hours.
    assert promise.stood_still == 24 * 60
    assert "停了 24 小时办公时间" in promise.lines[-1]
    clock.set(at("2026-11-30T18:01"))
    view = await view_by_id(desk, CITIZEN, id)
    assert next(one for one in view.clocks if one.name == "promise").is_missed
    assert view.line.needs_late_reason


async def test_each_application_waits_in_its_tab_and_pages_go_on_where_they_ended(
    desk: PermitDesk, clock: FixedClock
) -> None:
    ids = []
    for _ in range(5):
        ids.append(await applied(desk, kind="board"))
        clock.set(clock.now().replace(minute=clock.now().minute + 1))
    await accept(desk, APPROVER, ids[0])
    await accept(desk, APPROVER, ids[1])
    await pause(desk, APPROVER, ids[1], kind="test", reason="检测", basis="第四十五条", expected_days=1)
    await request_correction(desk, CLERK, ids[2], [Item(item="field:phone", wrong="空号")])
    found = {tab: [row.id for row in (await queue(desk, APPROVER, tab)).rows] for tab in ("new", "in_hand")}
    assert found == {"new": ids[3:], "in_hand": [ids[0]]}
    assert await counts(desk, APPROVER) == {
        "new": 2,
        "in_hand": 1,
        "survey": 0,
        "decide": 1,
        "co_sign": 0,
        "mine": 0,
        "late": 0,
        "near": 0,
        "paused": 1,
        "waiting": 1,
        "to_deliver": 0,
    }
    first = await queue(desk, CLERK, "new", limit=1)
    second = await queue(desk, CLERK, "new", limit=1, after=first.after)
    assert [row.id for row in (*first.rows, *second.rows)] == ids[3:]
    assert second.after is None
    clock.set(at("2026-11-30T18:00"))
    assert [row.id for row in (await queue(desk, APPROVER, "late")).rows] == [ids[0], *ids[3:]]
    elsewhere = Actor(
        kind="staff", id=APPROVER.id, roles=APPROVER.roles, name="别处", units=frozenset({"other"})
    )
    assert UNIT not in elsewhere.units
    assert (await queue(desk, elsewhere, "new")).rows == ()
    assert (await queue(desk, POLICE, "new")).rows == ()
    with pytest.raises(Forbidden):
        await queue(desk, HANDLER, "new")
    with pytest.raises(Invalid):
        await queue(desk, APPROVER, "no_such")


async def test_what_somebody_applied_for_is_exported_to_them_and_keeps_them_from_being_forgotten(
    desk: PermitDesk,
) -> None:
    await desk.db.change(_account)
    await applied(desk, words="周末促销")
    open_draft = await drafted(desk)
    held = await holdings(desk.sealer, person(1), frozenset({person(1)}))
    (application,) = cast("list[dict[str, Any]]", held["permit_applications"])
    assert application["filled"]["values"]["words"] == "周末促销"
    (draft,) = cast("list[dict[str, Any]]", held["permit_drafts"])
    assert draft["filled"]["values"]["phone"] == "13800001234"
    assert await has_matters([person(1)])
    assert not await has_matters([person(2)])

    async def nothing(_: Change, __: list[UUID]) -> None:
        return None

    assert not await forget_at_once(desk.db, CITIZEN, person(1), nothing)
    await desk.db.change(lambda _: PermitApplication.all().delete())
    assert await forget_at_once(desk.db, CITIZEN, person(1), nothing)
    assert not await PermitDraft.filter(id=open_draft).exists()


async def test_what_was_somebodys_by_name_is_their_units_again_when_they_leave(desk: PermitDesk) -> None:
    id, other = await applied(desk), await applied(desk)
    mine = PermitApplication.filter(id=id)
    await desk.db.change(lambda _: mine.update(assignee_id=APPROVER.id))
    reference = (await row_of(id)).reference
    assert await desk.db.change(lambda change: release_all_of(change, HEAD, person(41))) == (reference,)
    assert [(await row_of(one)).assignee_id for one in (id, other)] == [None, None]
    assert [(await row_of(one)).revision for one in (id, other)] == [2, 1]


async def _account(change: Change) -> None:
    await Account(id=CITIZEN.id, created_at=change.now).save(force_create=True)


async def test_an_application_becomes_nobodys_when_its_time_is_over_and_keeps_what_was_decided(
    desk: PermitDesk, clock: FixedClock
) -> None:
    a_year = RetentionSection(
        permits=Kept(years=2, basis="归档范围表"), not_taken_on=Kept(years=1, basis="个保法")
    )
    withdrawn, denied, young = [await applied(desk, kind="board") for _ in range(3)]
    await withdraw(desk, CITIZEN, withdrawn, ground="不办了")
    await accept(desk, APPROVER, denied)
    await deny(desk, APPROVER, denied, ground="位置不合适")
    await deliver(desk, CLERK, denied, delivery="window", recipient="李经理")
    removed: list[UUID] = []

    async def remove(file_id: UUID) -> None:
        removed.append(file_id)

    async def passed(days: int) -> list[bool]:
        clock.advance(timedelta(days=days))
        case_desk = desk_on(desk.db)
        await keep_no_longer(case_desk, a_year, remove, instead="（已去除）")
        return [(await row_of(one)).anonymised_at is not None for one in (withdrawn, denied, young)]

    assert await passed(366) == [False, False, False]
    assert await passed(1) == [True, False, False]
    assert await passed(400) == [True, True, False]
    row = await row_of(denied)
    assert (row.state, row.account_id, row.phone_index, bytes(row.holder_sealed)) == (
        "delivered",
        None,
        None,
        b"",
    )
    view = await view_by_id(desk, APPROVER, denied)
    assert (view.is_erased, view.line.holder, view.fields) == (True, "", ())
    paper = await IssuedDocument.filter(about_id=denied, kind="denial").first()
    assert paper is not None
    assert paper.number is not None
    with pytest.raises(Gone):
        await pdf(desk.documents, paper.id)
    entries = await AuditEntry.filter(case_id=denied).order_by("position")
    assert entries[-1].action == "permit_application.anonymise"
    assert all(is_genuine(AUDIT_KEY, one) for one in entries)
    assert (await row_of(young)).account_id == CITIZEN.id


async def test_an_application_goes_before_its_time_only_where_nothing_speaks_against_it(
    desk: PermitDesk,
) -> None:
    duty = ArchiveDuty(years=10, basis="档案法")
    open_one, withdrawn, denied = [await applied(desk, kind="board") for _ in range(3)]
    await withdraw(desk, CITIZEN, withdrawn, ground="不办了")
    await accept(desk, APPROVER, denied)
    await deny(desk, APPROVER, denied, ground="位置不合适")
    await deliver(desk, CLERK, denied, delivery="window", recipient="李经理")

    async def forget(id: UUID, actor: Actor = SYSTEM) -> None:
        await forget_application(desk.db, actor, id, instead="（已删除）", duty=duty)

    with pytest.raises(Conflict, match="still_open"):
        await forget(open_one)
    with pytest.raises(Conflict, match="must_be_kept"):
        await forget(denied)
    with pytest.raises(Forbidden):
        await forget(withdrawn, APPROVER)
    for _ in range(2):
        await forget(withdrawn)
    assert [(await row_of(one)).anonymised_at is not None for one in (open_one, denied, withdrawn)] == [
        False,
        False,
        True,
    ]
    entries = await AuditEntry.filter(case_id=withdrawn).order_by("position")
    assert [one.action for one in entries][-2:] == [
        "permit_application.withdraw",
        "permit_application.forget",
    ]


async def test_papers_of_an_application_forgotten_on_request_go_when_their_time_is_over(
    desk: PermitDesk, clock: FixedClock
) -> None:
    years = RetentionSection(permits=Kept(years=2, basis="归档范围表"))
    denied, other = [await applied(desk, kind="board") for _ in range(2)]
    for one in (denied, other):
        await accept(desk, APPROVER, one)
        await deny(desk, APPROVER, one, ground="位置不合适")
        await deliver(desk, CLERK, one, delivery="window", recipient="李经理")
    await forget_application(desk.db, SYSTEM, denied, instead="（已删除）")

    async def swept(days: int) -> int:
        async def nothing(_: UUID) -> None:
            return None

        clock.advance(timedelta(days=days))
        return await keep_no_longer(desk_on(desk.db), years, nothing, instead="（已去除）")

    async def papers(id: UUID) -> set[bool]:
        return {bool(bytes(one.data_sealed)) for one in await IssuedDocument.filter(about_id=id)}

    # What was decided is kept on paper as long as anybody's.
    assert await swept(2 * 366) == 0
    assert await papers(denied) == {True}
    assert await swept(1) == 2
    assert await papers(denied) == await papers(other) == {False}
    assert await swept(1) == 0
    entries = await AuditEntry.filter(case_id=denied).order_by("position")
    assert [one.action for one in entries][-2:] == [
        "permit_application.forget",
        "permit_application.forget_papers",
    ]
    assert "归档范围表" in entries[-1].detail
    assert (await row_of(denied)).papers_forgotten_at == clock.now() - timedelta(days=1)
