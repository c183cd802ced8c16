"""Grants with dates, deputies, second factors, departures: on both engines."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from uuid import UUID

import msgspec
import pyotp
import pytest

from casework.actors import Actor, Held, system
from casework.complaints import actions, handling
from casework.complaints.desk import Desk
from casework.complaints.handing_over import count_open, hand_over, leave_work
from casework.complaints.models import Complaint
from casework.notifications.events import StaffGranted
from casework.notifications.plan import recipients
from casework.notifications.shape import Audience
from casework.people import deputies, second_factor, staff, staff_binding
from casework.people.models import Staff, StaffDeputy, StaffRecoveryCode
from casework.people.passwords import Passwords
from casework.people.second_factor import Passed
from casework.people.staff_sessions import end_sessions
from casework.people.views import DeputyView, StaffView
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.clock import FixedClock, local
from kit.db import Database
from kit.http.sessions import Sessions
from kit.outbox_models import OutboxEvent
from kit.problems import Conflict, Forbidden, Invalid
from kit.secrets import KeyRing
from tests.casework_setting import desk_on, filed

KEYS = KeyRing.random()
PASSWORDS = Passwords(memory_kib=64, passes=1)
DAY = timedelta(days=1)


async def hire(db: Database, login: str, *grants: tuple[Role, str | None]) -> StaffView:
    return await staff.add_staff(
        db, PASSWORDS, system(), login=login, name=login.upper(), password="long enough", grants=grants
    )


async def fresh(db: Database, person: StaffView) -> StaffView:
    found = await staff.staff_by_id(db, person.id)
    assert found is not None
    return found


def today(db: Database) -> date:
    return local(db.clock.now()).date()


async def entries(person_id: UUID, action: str) -> list[AuditEntry]:
    return await AuditEntry.filter(case_id=person_id, action=action)


# ---- grants


async def test_a_grant_has_days_and_is_extended_by_another(database: Database, clock: FixedClock) -> None:
    wang, on = await hire(database, "wang"), today(database)
    await staff.grant(
        database, system(), wang.id, Role.HANDLER, "street", from_on=on + DAY, until_on=on + 3 * DAY
    )
    assert (await fresh(database, wang)).roles == frozenset()
    clock.advance(DAY)
    assert (await fresh(database, wang)).roles == {Role.HANDLER}
    longer = await staff.grant(database, system(), wang.id, Role.HANDLER, "street", until_on=on + 9 * DAY)
    assert [(one.from_on, one.until_on) for one in longer.grants] == [(on + DAY, on + 9 * DAY)]
    clock.advance(9 * DAY)
    assert (await fresh(database, wang)).roles == frozenset()
    for wrong in ({"until_on": on}, {"from_on": on + 20 * DAY, "until_on": on + 19 * DAY}):
        with pytest.raises(Invalid):
            await staff.grant(database, system(), wang.id, Role.HEAD, **wrong)


async def test_nobody_grants_anything_to_themselves_and_only_administrators_grant(database: Database) -> None:
    chief = await hire(database, "chief", (Role.ADMINISTRATOR, None))
    head = await hire(database, "head", (Role.HEAD, None))
    with pytest.raises(Forbidden, match="not_oneself"):
        await staff.grant(database, chief.actor(), chief.id, Role.AUDITOR)
    with pytest.raises(Forbidden):
        await staff.grant(database, head.actor(), chief.id, Role.AUDITOR)
    with pytest.raises(Forbidden, match="not_oneself"):
        await staff.set_password(database, PASSWORDS, chief.actor(), "chief", "another one")
    given = await staff.grant(database, chief.actor(), head.id, Role.AUDITOR)
    assert Role.AUDITOR in given.roles


async def test_the_last_administrator_stays(database: Database) -> None:
    one = await hire(database, "one", (Role.ADMINISTRATOR, None))
    for act in (
        staff.revoke(database, system(), one.id, Role.ADMINISTRATOR),
        staff.leave(database, system(), one.id),
    ):
        with pytest.raises(Conflict, match="last_administrator"):
            await act
    other = await hire(database, "other", (Role.ADMINISTRATOR, None))
    outcomes = await asyncio.gather(
        staff.revoke(database, one.actor(), other.id, Role.ADMINISTRATOR),
        staff.revoke(database, other.actor(), one.id, Role.ADMINISTRATOR),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1
    assert len(await staff.staff_with_role(database, Role.ADMINISTRATOR)) == 1


async def test_a_role_taken_away_ends_the_sessions(database: Database) -> None:
    wang = await hire(database, "wang", (Role.HANDLER, "street"))
    sessions = Sessions(database, KEYS)
    first = await sessions.create("staff", wang.id)
    await staff.revoke(database, system(), wang.id, Role.HANDLER, "street")
    assert await sessions.read(first.token, "staff") is None
    await sessions.create("staff", wang.id)
    assert await end_sessions(database, system(), wang.id) == 1


async def test_whoever_keeps_people_hears_of_roles_that_another_gave(database: Database) -> None:
    first = await hire(database, "first", (Role.ADMINISTRATOR, None))
    second = await hire(database, "second", (Role.ADMINISTRATOR, None))
    auditor = await hire(database, "auditor", (Role.AUDITOR, None))
    assert not await OutboxEvent.filter(name="staff.granted").exists(), "the command line sets a bureau up"
    me = await staff.add_staff(
        database, PASSWORDS, first.actor(), login="me.too", name="ME", password="long enough",
        grants=[(Role.AUDITOR, None)],
    )  # fmt: skip
    await staff.grant(database, first.actor(), me.id, Role.HEAD)
    on = today(database)
    wanted = {"principal_id": second.id, "deputy_id": me.id, "from_on": on, "until_on": on}
    await deputies.name_deputy(database, first.actor(), **wanted)
    told = [
        msgspec.json.decode(one.payload, type=StaffGranted)
        for one in await OutboxEvent.filter(name="staff.granted")
    ]
    assert [(one.login, one.by_name) for one in told] == [("me.too", "FIRST")] * 3

    async def work(change):
        return await recipients(change, Audience.KEEPERS, told[0])

    assert set(await database.change(work)) == {second.id, auditor.id}


# ---- passwords


async def test_a_given_password_serves_until_the_person_chooses_one(database: Database) -> None:
    chief = await hire(database, "chief", (Role.ADMINISTRATOR, None))
    wang = await hire(database, "wang", (Role.HANDLER, "street"))
    assert not wang.password_is_given
    given = await staff.set_password(database, PASSWORDS, chief.actor(), "wang", "from the chief")
    assert given.password_is_given
    for present, new, field in (
        ("wrong one", "my own words", "present"),
        ("from the chief", "from the chief", "password"),
        ("from the chief", "wang-2026", "password"),
        ("from the chief", "12345678", "password"),
        ("from the chief", "short", "password"),
    ):
        with pytest.raises(Invalid) as refused:
            await staff.change_password(database, PASSWORDS, wang.actor(), present=present, new=new)
        assert refused.value.field == field
    own = await staff.change_password(
        database, PASSWORDS, wang.actor(), present="from the chief", new="my own words"
    )
    assert not own.password_is_given
    assert await staff.authenticate(database, PASSWORDS, "wang", "my own words") == own


async def test_a_weaker_hash_is_replaced_at_the_next_login(database: Database) -> None:
    await hire(database, "wang")
    stronger = Passwords(memory_kib=128, passes=1)
    before = await Staff.get(login="wang")
    found = await staff.authenticate(database, stronger, "wang", "long enough")
    after = await Staff.get(login="wang")
    assert found is not None
    assert "m=128" in after.password_hash
    assert "m=64" in before.password_hash
    assert after.password_changed_at == before.password_changed_at
    assert await staff.authenticate(database, stronger, "wang", "long enough") is not None


# ---- second factor


async def set_up(db: Database, person: StaffView) -> tuple[str, tuple[str, ...]]:
    made = await second_factor.begin(db, KEYS, person.actor(), issuer="清水城管")
    code = pyotp.TOTP(made.secret).at(db.clock.now())
    return made.secret, await second_factor.confirm(db, KEYS, person.actor(), code)


async def test_a_code_counts_in_its_time_and_once(database: Database, clock: FixedClock) -> None:
    wang = await hire(database, "wang")
    secret, _ = await set_up(database, wang)
    totp, db = pyotp.TOTP(secret), database
    used = totp.at(clock.now())
    assert await second_factor.check(db, KEYS, wang.id, used) is None, "the one that confirmed is used up"
    following = totp.at(clock.now() + timedelta(seconds=30))
    assert await second_factor.check(db, KEYS, wang.id, f"{following[:3]} {following[3:]}") is Passed.CODE
    assert await second_factor.check(db, KEYS, wang.id, following) is None
    clock.advance(timedelta(minutes=5))
    stale = totp.at(clock.now() - timedelta(seconds=90))
    for wrong in (stale, totp.at(clock.now() + timedelta(seconds=90)), "", "abc", "1" * 5000, "１２３４５６"):
        assert await second_factor.check(db, KEYS, wang.id, wrong) is None
    twins = await asyncio.gather(
        *(second_factor.check(db, KEYS, wang.id, totp.at(clock.now())) for _ in range(2))
    )
    assert sorted(map(str, twins)) == ["None", "code"]


async def test_a_recovery_code_works_once_and_is_kept_as_a_hash(database: Database) -> None:
    wang, other = await hire(database, "wang"), await hire(database, "other")
    _, codes = await set_up(database, wang)
    await set_up(database, other)
    assert len(set(codes)) == 10
    stored = {row.code_hash for row in await StaffRecoveryCode.filter(staff_id=wang.id)}
    assert not any(code.replace("-", "") in "".join(stored) for code in codes)
    assert await second_factor.check(database, KEYS, other.id, codes[0]) is None
    assert await second_factor.check(database, KEYS, wang.id, codes[0].upper()) is Passed.RECOVERY
    assert await second_factor.check(database, KEYS, wang.id, codes[0]) is None
    assert await second_factor.codes_left(wang.id) == 9
    assert len(await entries(wang.id, "staff.use_recovery_code")) == 1
    renewed = await second_factor.new_recovery_codes(database, KEYS, wang.actor(), codes[1])
    assert not set(renewed) & set(codes)
    assert await second_factor.check(database, KEYS, wang.id, codes[2]) is None


async def test_the_secret_is_sealed_and_goes_with_a_reset(database: Database) -> None:
    chief, wang = await hire(database, "chief", (Role.ADMINISTRATOR, None)), await hire(database, "wang")
    secret, _ = await set_up(database, wang)
    row = await Staff.get(id=wang.id)
    assert secret.encode() not in bytes(row.totp_sealed or b"")
    with pytest.raises(Conflict, match="factor_in_force"):
        await second_factor.begin(database, KEYS, wang.actor(), issuer="x")
    with pytest.raises(Invalid):
        await second_factor.end(database, KEYS, wang.actor(), "000000")
    with pytest.raises(Forbidden):
        await second_factor.reset(database, wang.actor(), chief.id)
    assert await second_factor.reset(database, chief.actor(), wang.id)
    assert not await second_factor.reset(database, chief.actor(), wang.id)
    row = await Staff.get(id=wang.id)
    assert (row.totp_sealed, row.totp_confirmed_at) == (None, None)
    assert await second_factor.codes_left(wang.id) == 0


# ---- deputies


async def arranged(db: Database, principal: StaffView, deputy: StaffView, days: int = 3) -> DeputyView:
    return await deputies.name_deputy(
        db,
        system(),
        principal_id=principal.id,
        deputy_id=deputy.id,
        from_on=today(db),
        until_on=today(db) + days * DAY,
    )


async def test_a_deputy_holds_what_the_colleague_holds_between_two_dates(
    database: Database, clock: FixedClock
) -> None:
    li = await hire(database, "li", (Role.HANDLER, "street"))
    wang = await hire(database, "wang", (Role.HANDLER, "night"))
    await arranged(database, li, wang)
    now = await fresh(database, wang)
    actor = now.actor()
    assert [one.name for one in now.stands_in_for] == ["LI"]
    assert actor.holds(Role.HANDLER, "street")
    assert actor.holds(Role.HANDLER, "night")
    assert actor.is_for(li.id)
    assert not (await fresh(database, li)).actor().is_for(wang.id)
    assert actor.principal_for({Role.HANDLER}, "street") == li.id
    assert actor.principal_for({Role.HANDLER}, "night") is None
    held = await staff.staff_ids_with_role(Role.HANDLER, "street", today(database))
    assert held == {li.id, wang.id}
    clock.advance(4 * DAY)
    over = await fresh(database, wang)
    assert over.units == {"night"}
    assert over.stands_in_for == ()


async def test_arrangements_that_contradict_each_other_are_refused(database: Database) -> None:
    a, b, c = [await hire(database, name, (Role.HANDLER, "street")) for name in ("aa", "bb", "cc")]
    await arranged(database, a, b)
    for principal, deputy, key in (
        (a, c, "deputy_overlaps"),
        (b, c, "principal_stands_in"),
        (c, a, "deputy_is_away"),
        (a, a, "own_deputy"),
    ):
        with pytest.raises((Conflict, Invalid), match=key):
            await arranged(database, principal, deputy)
    with pytest.raises(Invalid, match="deputy_days"):
        await arranged(database, c, b, days=-1)
    with pytest.raises(Invalid, match="deputy_days"):
        await arranged(database, c, b, days=400)
    await arranged(database, c, b)
    assert await StaffDeputy.all().count() == 2


async def test_two_arrangements_made_at_once_leave_one(database: Database) -> None:
    a, b, c = [await hire(database, name, (Role.HANDLER, "street")) for name in ("aa", "bb", "cc")]
    outcomes = await asyncio.gather(
        arranged(database, a, b), arranged(database, a, c), arranged(database, b, a), return_exceptions=True
    )
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 2


async def test_a_head_arranges_for_the_own_unit_and_never_for_those_who_watch(database: Database) -> None:
    head = await hire(database, "head", (Role.HEAD, "street"))
    li, wang = [await hire(database, name, (Role.HANDLER, "street")) for name in ("li", "wang")]
    night = await hire(database, "night", (Role.HANDLER, "night"))
    auditor = await hire(database, "audit", (Role.AUDITOR, "street"))

    async def arrange(principal: StaffView, deputy: StaffView) -> DeputyView:
        return await deputies.name_deputy(
            database,
            head.actor(),
            principal_id=principal.id,
            deputy_id=deputy.id,
            from_on=today(database),
            until_on=today(database),
        )

    for principal, deputy in ((night, wang), (auditor, wang), (li, head)):
        with pytest.raises(Forbidden):
            await arrange(principal, deputy)
    made = await arrange(li, wang)
    assert (made.principal_name, made.deputy_name) == ("LI", "WANG")
    with pytest.raises(Forbidden):
        await deputies.end_deputy(database, night.actor(), made.id)
    ended = await deputies.end_deputy(database, li.actor(), made.id)
    assert ended.ended_at is not None
    assert (await fresh(database, wang)).stands_in_for == ()
    assert len(await entries(li.id, "staff.end_deputy")) == 1
    assert len(await entries(wang.id, "staff.end_standing_in")) == 1


async def test_a_deputy_answers_for_the_colleague_and_the_record_says_for_whom(database: Database) -> None:
    desk = desk_on(database)
    clerk = (await hire(database, "clerk", (Role.DISPATCHER, None))).actor()
    li = await hire(database, "li", (Role.HANDLER, "street"))
    wang = await hire(database, "wang", (Role.HANDLER, "night"))
    case = await filed(desk)
    await actions.accept(desk, clerk, case.id, category="vending")
    await actions.assign(desk, clerk, case.id, assignee_id=li.id)
    with pytest.raises(Forbidden, match="not_your_case"):
        await actions.answer(desk, wang.actor(), case.id, text="已清理")
    await arranged(database, li, wang)
    answered = await actions.answer(desk, (await fresh(database, wang)).actor(), case.id, text="已清理")
    assert answered.answer == "已清理"
    entry = (await entries(case.id, "complaint.answer"))[0]
    assert entry.actor_id == wang.id
    assert f'"deputy_for":"{li.id}"' in entry.detail


def test_a_borrowed_role_does_not_widen_the_own_one() -> None:
    me, other = UUID(int=1), UUID(int=2)
    held = (Held(Role.HANDLER, "street"), Held(Role.DISPATCHER, "*", other))
    actor = Actor("staff", me, frozenset({Role.HANDLER, Role.DISPATCHER}), held=held)
    assert not actor.holds(Role.HANDLER, "night")
    assert actor.holds(Role.DISPATCHER, "night")
    assert actor.principal_for({Role.DISPATCHER}, None) == other


# ---- leaving, handing over


async def with_cases(database: Database, count: int = 2) -> tuple[Desk, StaffView, StaffView]:
    desk = desk_on(database)
    clerk = (await hire(database, "clerk", (Role.DISPATCHER, None))).actor()
    li = await hire(database, "li", (Role.HANDLER, "street"))
    wang = await hire(database, "wang", (Role.HANDLER, "street"))
    for _ in range(count):
        case = await filed(desk)
        await actions.accept(desk, clerk, case.id, category="vending")
        await actions.assign(desk, clerk, case.id, assignee_id=li.id)
    return desk, li, wang


async def test_nobody_is_given_a_case_in_the_moment_in_which_they_leave(database: Database) -> None:
    desk, li, wang = await with_cases(database, count=4)
    clerk = (await hire(database, "second", (Role.DISPATCHER, None), (Role.HEAD, None))).actor()
    cases = await Complaint.all().order_by("id")
    for one in cases:
        await handling.refer(desk, clerk, one.id, reason="换人", unit="street", assignee_id=wang.id)
    back = [
        handling.refer(desk, clerk, one.id, reason="换回来", unit="street", assignee_id=li.id)
        for one in cases
    ]
    leaving = leave_work(desk, system(), li.id, to_units=True)
    done = await asyncio.gather(*back[:2], leaving, *back[2:], return_exceptions=True)
    assert all(isinstance(one, Invalid) for one in done if isinstance(one, BaseException)), done
    assert await count_open(li.id) == 0


async def test_who_leaves_hands_over_and_everything_of_theirs_ends(database: Database) -> None:
    desk, li, wang = await with_cases(database)
    chief = await hire(database, "chief", (Role.ADMINISTRATOR, None))
    token = (await Sessions(database, KEYS).create("staff", li.id)).token
    await set_up(database, li)
    await arranged(database, li, wang)
    with pytest.raises(Conflict, match="work_left"):
        await leave_work(desk, chief.actor(), li.id)
    for successor in (li.id, chief.id, UUID(int=9)):
        with pytest.raises(Invalid, match="successor"):
            await leave_work(desk, chief.actor(), li.id, to_id=successor)
    assert (await staff.staff_by_id(database, li.id)) is not None
    gone = await leave_work(desk, chief.actor(), li.id, to_id=wang.id)
    assert gone.left_at is not None
    assert {row.assignee_id for row in await Complaint.all()} == {wang.id}
    for row in await Complaint.all():
        (entry,) = await entries(row.id, "complaint.hand_over")
        assert "WANG" in entry.detail
        assert entry.actor_id == chief.id
    told = await OutboxEvent.filter(name="complaint.handed_over")
    assert len(told) == 2
    assert await Sessions(database, KEYS).read(token, "staff") is None
    assert (await fresh(database, wang)).stands_in_for == ()
    assert await staff_binding.bound_since(li.id) is None
    row = await Staff.get(id=li.id)
    assert row.totp_sealed is None
    with pytest.raises(Conflict, match="has_left"):
        await staff.grant(database, chief.actor(), li.id, Role.HEAD)


async def test_work_goes_back_to_the_units_or_is_refused_where_there_is_none(database: Database) -> None:
    desk, li, _ = await with_cases(database)
    clerk = (await hire(database, "second", (Role.DISPATCHER, None))).actor()
    with pytest.raises(Forbidden):
        await hand_over(desk, li.actor(), li.id, to_id=None)
    done = await hand_over(desk, clerk, li.id, to_id=None)
    assert (done.cases, done.left) == (2, 0)
    rows = await Complaint.all()
    assert {(row.assignee_id, row.unit) for row in rows} == {(None, "street")}
    assert await count_open(li.id) == 0


async def test_what_concerns_an_absent_handler_reaches_the_deputy_too(database: Database) -> None:
    _, li, wang = await with_cases(database, 1)
    await arranged(database, li, wang)
    row = await Complaint.all().first()
    assert row is not None

    class Told:
        assignee_id, unit = li.id, row.unit

    async def work(change):
        return await recipients(change, Audience.ASSIGNEE, Told())

    assert await database.change(work) == [li.id, wang.id]
