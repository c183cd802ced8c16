"""Accounts, identities and staff on both engines."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest

from casework.actors import EVERY_UNIT, system
from casework.people import identities, staff
from casework.people.models import Account, Grant, Staff, WechatIdentity
from casework.people.passwords import Passwords
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Change, Database, Fresh, Intake, Stale
from kit.problems import Conflict, Invalid, NotFound
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from tests.casework_setting import person

APPID, OPENID = "wx1234567890abcdef", "oOpenid-of-a-person-001"
SEALER = FieldSealer(KeyRing.random())


@pytest.fixture
def passwords() -> Passwords:
    """As in production but light: the tests are about who gets in."""
    return Passwords(memory_kib=64, passes=1)


async def known(db: Database) -> tuple[Account, WechatIdentity]:
    rows = identities.new_account_rows(db, SEALER, APPID, OPENID)
    key = identities.identity_key(SEALER, APPID, OPENID)
    assert isinstance(await db.write(Intake((key,), b"h", rows, b"")), Fresh)
    return rows


async def test_an_identity_is_found_by_its_openid_and_kept_without_it(database: Database) -> None:
    account, identity = await known(database)
    found = await identities.account_by_openid(SEALER, APPID, OPENID)
    assert found is not None
    assert (found.id, found.identity_id, found.follows) == (account.id, identity.id, True)
    assert await identities.account_by_openid(SEALER, "wx-other", OPENID) is None
    row = await WechatIdentity.get(id=identity.id)
    assert OPENID.encode() not in bytes(row.openid_sealed)
    assert OPENID not in identities.identity_key(SEALER, APPID, OPENID)


async def test_a_recipient_is_told_to_the_sender_and_not_to_the_log(database: Database) -> None:
    account, _ = await known(database)
    found = await identities.recipient(SEALER, APPID, account.id)
    assert found is not None
    assert found.openid == OPENID
    assert OPENID not in repr(found)
    assert await identities.recipient(SEALER, APPID, person(99)) is None


async def test_a_person_who_writes_twice_at_once_gets_one_account(database: Database) -> None:
    async def arrive(message: str) -> object:
        rows = identities.new_account_rows(database, SEALER, APPID, OPENID)
        key = identities.identity_key(SEALER, APPID, OPENID)
        return await database.write(Intake((message, key), b"h", rows, b""))

    outcomes = await asyncio.gather(arrive("m:1"), arrive("m:2"))
    assert {type(outcome) for outcome in outcomes} == {Fresh, Stale}
    assert await Account.all().count() == 1


async def test_the_last_message_moves_forward_only(database: Database, clock: FixedClock) -> None:
    _, identity = await known(database)
    later, earlier = clock.now() + timedelta(hours=1), clock.now() - timedelta(hours=1)

    async def note(change: Change) -> None:
        await identities.note_messages(change, {identity.id: later})
        await identities.note_messages(change, {identity.id: earlier})

    await database.change(note)
    assert (await WechatIdentity.get(id=identity.id)).last_message_at == later


async def test_who_unfollows_is_not_reached_until_following_again(database: Database) -> None:
    account, identity = await known(database)
    for follows in (False, True):

        async def note(change: Change, follows: bool = follows) -> None:
            await identities.note_follow(change, identity.id, follows=follows)

        await database.change(note)
        found = await identities.recipient(SEALER, APPID, account.id)
        assert found is not None
        assert found.follows is follows


async def test_staff_log_in_with_the_right_password_only(database: Database, passwords: Passwords) -> None:
    hired = await staff.add_staff(
        database,
        passwords,
        system(),
        login=" Li.Min ",
        name="李敏",
        password="eight-or-more",
        grants=[(Role.HANDLER, "street"), (Role.DISPATCHER, None)],
    )
    assert hired.login == "li.min"
    assert hired.units == {"street", EVERY_UNIT}
    view = await staff.authenticate(database, passwords, "LI.MIN", "eight-or-more")
    assert view == hired
    assert view.actor().works_for("anything")
    for login, password in (("li.min", "wrong"), ("nobody", "eight-or-more"), ("", ""), ("x' --", "y" * 500)):
        assert await staff.authenticate(database, passwords, login, password) is None
    row = await Staff.get(login="li.min")
    assert row.password_hash.startswith("$argon2id$")
    assert "eight" not in (await AuditEntry.get(case_id=row.id)).detail


async def test_an_unknown_login_does_the_same_work(database: Database) -> None:
    passwords = Passwords(memory_kib=8 * 1024, passes=2)
    await staff.add_staff(database, passwords, system(), login="known", name="甲", password="long enough")
    await passwords.matches("warm-up", None)

    async def seconds(login: str) -> float:
        loop = asyncio.get_running_loop()
        taken = []
        for _ in range(7):
            began = loop.time()
            assert await staff.authenticate(database, passwords, login, "not the password") is None
            taken.append(loop.time() - began)
        return sorted(taken)[3]

    # Without the equal work the ratio would be ten or more.
    assert 0.3 < await seconds("unknown") / await seconds("known") < 3


async def test_grants_and_departure_hold_at_once(database: Database, passwords: Passwords) -> None:
    hired = await staff.add_staff(
        database, passwords, system(), login="wang", name="王强", password="long enough"
    )
    assert hired.roles == frozenset()
    await staff.grant(database, system(), hired.id, Role.HANDLER, "street")
    again = await staff.grant(database, system(), hired.id, Role.HANDLER, "street")
    assert len(again.grants) == 1
    assert [one.id for one in await staff.staff_with_role(database, Role.HANDLER, "street")] == [hired.id]
    assert await staff.staff_with_role(database, Role.HANDLER, "night") == ()
    await staff.revoke(database, system(), hired.id, Role.HANDLER, "street")
    now = await staff.staff_by_id(database, hired.id)
    assert now is not None
    assert now.roles == frozenset()
    await staff.leave(database, system(), hired.id)
    assert await staff.staff_by_id(database, hired.id) is None
    assert await staff.authenticate(database, passwords, "wang", "long enough") is None


async def test_a_grant_of_other_days_does_not_hold(database: Database, passwords: Passwords) -> None:
    hired = await staff.add_staff(
        database, passwords, system(), login="wang", name="王强", password="long enough"
    )

    async def work(change: Change) -> None:
        for number, (begins, ends) in enumerate(
            [(date(2026, 11, 24), None), (date(2026, 1, 1), date(2026, 11, 22))]
        ):
            await Grant(
                id=person(50 + number), staff_id=hired.id, role="head", from_on=begins, until_on=ends
            ).save(force_create=True)

    await database.change(work)
    now = await staff.staff_by_id(database, hired.id)
    assert now is not None
    assert now.roles == frozenset()


async def test_a_new_password_replaces_the_old_one(database: Database, passwords: Passwords) -> None:
    await staff.add_staff(database, passwords, system(), login="wang", name="王强", password="long enough")
    await staff.set_password(database, passwords, system(), "WANG", "another one")
    assert await staff.authenticate(database, passwords, "wang", "long enough") is None
    assert await staff.authenticate(database, passwords, "wang", "another one") is not None
    with pytest.raises(NotFound):
        await staff.set_password(database, passwords, system(), "nobody", "another one")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"login": "张三"}, "login"),
        ({"login": "a"}, "login"),
        ({"name": " "}, "name"),
        ({"name": "长" * 41}, "name"),
        ({"password": "short"}, "password"),
        ({"password": "l" * 201}, "password"),
        ({"grants": [(Role.CITIZEN, None)]}, "role"),
    ],
)
async def test_what_cannot_be_a_member_of_staff_is_refused_by_field(
    database: Database, passwords: Passwords, wrong: dict[str, object], field: str
) -> None:
    given: dict[str, object] = {"login": "wang", "name": "王强", "password": "long enough"} | wrong
    with pytest.raises(Invalid) as refused:
        await staff.add_staff(database, passwords, system(), **given)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert await Staff.all().count() == 0


async def test_a_login_is_given_once_also_at_the_same_moment(
    database: Database, passwords: Passwords
) -> None:
    async def hire() -> object:
        return await staff.add_staff(
            database, passwords, system(), login="wang", name="王强", password="long enough"
        )

    outcomes = await asyncio.gather(hire(), hire(), return_exceptions=True)
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1
    assert await Staff.all().count() == 1
