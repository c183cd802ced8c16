"""Consents, verified numbers and staff's own phones, on both engines."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from casework.actors import Actor, citizen, system
from casework.complaints.filing import NewComplaint, Source, submit
from casework.complaints.models import Complaint
from casework.notifications.events import AccountLinked, StaffUnbound
from casework.people import consents, identities, merging, phones, staff, staff_binding
from casework.people.consents import Guardian, Purpose
from casework.people.models import Account, PersonalConsent, StaffBindingCode
from casework.people.passwords import Passwords
from casework.people.views import StaffView, VerifiedPhone
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Change, Database, Fresh, Intake
from kit.outbox_models import OutboxEvent
from kit.problems import Conflict, Forbidden, Invalid, NotFound
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from tests.casework_setting import desk_on, person

KEYS = KeyRing.random()
SEALER = FieldSealer(KEYS)
NUMBER = "13800001234"


async def account(db: Database, openid: str, appid: str = "wx1", unionid: str = "") -> UUID:
    rows = identities.new_account_rows(db, SEALER, appid, openid)
    key = identities.identity_key(SEALER, appid, openid)
    assert isinstance(await db.write(Intake((key,), b"h", rows, b"")), Fresh)
    if unionid:

        async def learn(change: Change) -> bool:
            return await identities.learn_unionid(change, SEALER, rows[1].id, unionid)

        await db.change(learn)
    return rows[0].id


async def vouched(db: Database, account_id: UUID, number: str = NUMBER) -> VerifiedPhone:
    return await phones.verified(db, SEALER, citizen(account_id), account_id, number)


async def linked(db: Database, one: UUID, into: UUID) -> None:
    async def work(change: Change) -> None:
        await merging.link(change, one, into, merging.Basis.STAFF, system())

    await db.change(work)


async def last_act(case_id: UUID) -> str:
    entry = await AuditEntry.filter(case_id=case_id).order_by("-position").first()
    return entry.action if entry is not None else ""


# ---- consents


async def test_a_consent_holds_for_the_person_until_it_is_taken_back(database: Database) -> None:
    a, b = await account(database, "o-a"), await account(database, "o-b")
    await linked(database, b, a)
    await consents.give(database, SEALER, a, Purpose.LOCATION, "2026-11", "chat")
    await consents.give(database, SEALER, a, Purpose.LOCATION, "2026-11", "chat")
    (held,) = await consents.in_force(b)
    assert (held.purpose, held.version, held.door) == ("location", "2026-11", "chat")
    assert await consents.agreed(b, Purpose.LOCATION, "2026-11")
    assert not await consents.agreed(b, Purpose.LOCATION, "2027-01")
    assert not await consents.agreed(b, Purpose.PHONE)
    assert await consents.revoke(database, citizen(b), b, Purpose.LOCATION)
    assert not await consents.revoke(database, citizen(b), b, Purpose.LOCATION)
    assert await consents.in_force(a) == ()
    assert [row.action for row in await AuditEntry.filter(case_id=held.id).order_by("position")] == [
        "consent.give",
        "consent.revoke",
    ]


async def test_nobody_takes_back_somebody_elses_consent(database: Database) -> None:
    a, b = await account(database, "o-a"), await account(database, "o-b")
    await consents.give(database, SEALER, a, Purpose.PUBLIC_DISPLAY, "1", "h5")
    handler = Actor(kind="staff", id=person(9), roles=frozenset({Role.HANDLER}))
    for actor in (citizen(b), handler):
        with pytest.raises(NotFound):
            await consents.revoke(database, actor, a, Purpose.PUBLIC_DISPLAY)
    assert await consents.agreed(a, Purpose.PUBLIC_DISPLAY)


async def test_a_guardian_is_kept_sealed_replaced_and_deleted(database: Database) -> None:
    child = await account(database, "o-child")
    first, second = consents.guardian("李 梅", "138 0000 1111"), consents.guardian("王强", "0571-88887777")
    for one in (first, second):
        await consents.give(database, SEALER, child, Purpose.GUARDIAN, "1", "chat", one)
    assert await consents.guardian_of(SEALER, child) == Guardian(name="王强", phone="057188887777")
    row = await PersonalConsent.get(account_id=child, revoked_at=None)
    assert row.details_sealed is not None
    assert "王强".encode() not in bytes(row.details_sealed)
    assert "王强" not in repr(second)
    await consents.revoke(database, citizen(child), child, Purpose.GUARDIAN)
    assert await consents.guardian_of(SEALER, child) is None
    assert await PersonalConsent.filter(details_sealed__isnull=False).count() == 0


@pytest.mark.parametrize(
    ("name", "phone"), [("", NUMBER), ("甲" * 41, NUMBER), ("a\nb\x00", NUMBER), ("甲", "12")]
)
def test_a_guardian_that_cannot_be_is_refused(name: str, phone: str) -> None:
    with pytest.raises(Invalid):
        consents.guardian(name, phone)


async def test_taking_back_the_phone_deletes_it_everywhere_and_stops_nothing(database: Database) -> None:
    a, b = await account(database, "o-a"), await account(database, "o-b")
    await linked(database, b, a)
    await vouched(database, b)
    await consents.give(database, SEALER, b, Purpose.PHONE, "1", "miniapp")
    desk = desk_on(database)
    filed = await submit(
        desk,
        citizen(a),
        NewComplaint(
            account_id=a, source=Source.WECHAT, story="路口有人占道摆摊", place_text="文渊路", phone=NUMBER
        ),
    )
    assert await consents.revoke(database, citizen(a), a, Purpose.PHONE)
    row = await Complaint.get(id=filed.id)
    assert (row.phone_sealed, row.phone_index, row.state) == (None, None, "submitted")
    assert await Account.filter(phone_index__isnull=False).count() == 0
    assert await last_act(filed.id) == "account.forget_phone"
    assert await last_act(b) == "account.forget_phone"


# ---- numbers


async def test_a_number_vouched_for_on_both_sides_makes_one_person(database: Database) -> None:
    a, b = await account(database, "o-a"), await account(database, "o-b", "wx2")
    assert await vouched(database, a) == VerifiedPhone(masked="138****1234", is_linked=False)
    assert (await vouched(database, b, "+86 138-0000-1234")).is_linked
    assert await merging.members(a) == {a, b}
    assert await phones.own_phone(SEALER, a) == NUMBER
    stored = await Account.get(id=b)
    assert NUMBER.encode() not in bytes(stored.phone_sealed or b"")


async def test_a_number_given_out_again_takes_nothing_along(database: Database, clock: FixedClock) -> None:
    before, after = await account(database, "o-a"), await account(database, "o-b", "wx2")
    await vouched(database, before)
    clock.advance(timedelta(days=91))
    outcome = await vouched(database, after)
    assert (outcome.is_linked, outcome.not_linked) == (False, "too_old")
    assert await merging.members(after) == {after}
    assert await phones.own_phone(SEALER, before) is None
    assert await last_act(before) == "account.forget_phone"
    assert await last_act(after) == "account.not_linked"


async def test_two_wechat_users_with_one_number_stay_two(database: Database) -> None:
    one = await account(database, "o-a", unionid="u-1")
    other = await account(database, "o-b", "wx2", unionid="u-2")
    await vouched(database, one)
    outcome = await vouched(database, other)
    assert (outcome.is_linked, outcome.not_linked) == (False, "other_unionid")
    assert await merging.members(one) == {one}
    assert await phones.own_phone(SEALER, one) is None
    assert await phones.own_phone(SEALER, other) == NUMBER


async def test_a_number_does_not_join_what_was_parted(database: Database) -> None:
    a, b = await account(database, "o-a"), await account(database, "o-b", "wx2")
    await vouched(database, a)
    await vouched(database, b)
    await merging.unlink(database, citizen(a), b)
    assert (await vouched(database, b)).not_linked == "taken_apart"
    assert await merging.members(a) == {a}


async def test_two_who_are_vouched_for_at_once_are_linked(database: Database) -> None:
    ids = [await account(database, f"o-{n}", f"wx{n}") for n in range(4)]
    await asyncio.gather(*(vouched(database, id) for id in ids))
    assert await merging.members(ids[0]) == set(ids)


async def test_what_is_no_number_changes_nothing(database: Database) -> None:
    a = await account(database, "o-a")
    with pytest.raises(Invalid):
        await vouched(database, a, "+1 555 0100")
    assert await phones.own_phone(SEALER, a) is None
    with pytest.raises(NotFound):
        await vouched(database, person(99))


# ---- staff


async def hired(db: Database, login: str) -> StaffView:
    return await staff.add_staff(
        db, Passwords(memory_kib=64, passes=1), system(), login=login, name="李敏", password="long enough"
    )


async def test_a_scanned_code_binds_once_and_only_its_hash_is_kept(database: Database) -> None:
    li, phone = await hired(database, "li"), await account(database, "o-li")
    made = await staff_binding.new_code(database, KEYS, li.actor(), li.id)
    assert made.code not in repr(made)
    assert made.code not in (await StaffBindingCode.get(staff_id=li.id)).code_hash
    bound = await staff_binding.use_code(database, KEYS, made.code, phone)
    assert bound is not None
    assert (bound.id, await staff_binding.account_of(li.id)) == (li.id, phone)
    # The platform may deliver the scan twice; somebody else is too late.
    again = await staff_binding.use_code(database, KEYS, made.code, phone)
    assert again is not None
    assert again.id == li.id
    assert await staff_binding.use_code(database, KEYS, made.code, await account(database, "o-x")) is None
    assert await staff_binding.account_of(li.id) == phone
    behind = await staff_binding.staff_behind(database, phone)
    assert behind is not None
    assert behind.id == li.id


async def test_a_code_ends_by_time_and_by_the_next_one(database: Database, clock: FixedClock) -> None:
    li, phone = await hired(database, "li"), await account(database, "o-li")
    first = await staff_binding.new_code(database, KEYS, li.actor(), li.id)
    second = await staff_binding.new_code(database, KEYS, li.actor(), li.id)
    assert await staff_binding.use_code(database, KEYS, first.code, phone) is None
    clock.advance(staff_binding.LIVES)
    for code in (second.code, "bind_", "bind_" + "a" * 24, "' OR 1=1", second.code.upper()):
        assert await staff_binding.use_code(database, KEYS, code, phone) is None
    assert await staff_binding.account_of(li.id) is None


async def test_binding_another_phone_replaces_the_old_one_which_is_told(database: Database) -> None:
    li = await hired(database, "li")
    old, new = await account(database, "o-old"), await account(database, "o-new")
    for phone in (old, new, new):
        code = (await staff_binding.new_code(database, KEYS, li.actor(), li.id)).code
        assert await staff_binding.use_code(database, KEYS, code, phone) is not None
    assert await staff_binding.account_of(li.id) == new
    actions = [row.action for row in await AuditEntry.filter(case_id=li.id).order_by("position")]
    assert (actions.count("staff.bind"), actions.count("staff.unbind")) == (3, 2)
    (told,) = await OutboxEvent.filter(name="staff.unbound")
    assert msgspec.json.decode(told.payload, type=StaffUnbound).account_id == old


async def test_a_phone_that_is_somebody_elses_is_refused_until_that_one_is_unbound(
    database: Database,
) -> None:
    li, wang, phone = await hired(database, "li"), await hired(database, "wang"), await account(database, "o")
    other = await account(database, "o-mini")

    async def one_person(change: Change) -> None:
        await merging.link(change, other, phone, merging.Basis.UNIONID, system())

    await database.change(one_person)
    first = (await staff_binding.new_code(database, KEYS, li.actor(), li.id)).code
    assert await staff_binding.use_code(database, KEYS, first, phone) is not None
    second = (await staff_binding.new_code(database, KEYS, wang.actor(), wang.id)).code
    made = await StaffBindingCode.get(staff_id=wang.id)
    for account_id in (phone, other):
        with pytest.raises(Conflict) as refused:
            await staff_binding.offered(database, KEYS, second, account_id)
        assert refused.value.params["login"] == "li"
        with pytest.raises(Conflict):
            await staff_binding.bind(database, made.id, account_id)
    assert await staff_binding.account_of(li.id) == phone
    await staff_binding.unbind(database, li.actor(), li.id)
    # The code was not spent by the refusal.
    assert await staff_binding.use_code(database, KEYS, second, other) is not None


async def test_a_scan_alone_binds_nothing(database: Database) -> None:
    li, phone = await hired(database, "li"), await account(database, "o-li")
    code = (await staff_binding.new_code(database, KEYS, li.actor(), li.id)).code
    found = await staff_binding.offered(database, KEYS, code, phone)
    assert found is not None
    assert (found.staff.id, found.is_bound) == (li.id, False)
    assert await staff_binding.account_of(li.id) is None


async def test_one_code_scanned_by_two_phones_at_once_binds_one(database: Database) -> None:
    li = await hired(database, "li")
    phones_ = [await account(database, f"o-{n}") for n in range(4)]
    code = (await staff_binding.new_code(database, KEYS, li.actor(), li.id)).code
    bound = await asyncio.gather(*(staff_binding.use_code(database, KEYS, code, phone) for phone in phones_))
    assert sum(one is not None for one in bound) == 1


async def test_nobody_binds_or_unbinds_for_another(database: Database) -> None:
    li, wang, phone = await hired(database, "li"), await hired(database, "wang"), await account(database, "o")
    with pytest.raises(Forbidden):
        await staff_binding.new_code(database, KEYS, wang.actor(), li.id)
    code = (await staff_binding.new_code(database, KEYS, li.actor(), li.id)).code
    await staff_binding.use_code(database, KEYS, code, phone)
    with pytest.raises(Forbidden):
        await staff_binding.unbind(database, wang.actor(), li.id)
    assert await staff_binding.unbind(database, li.actor(), li.id)
    assert not await staff_binding.unbind(database, system(), li.id)
    await staff.leave(database, system(), wang.id)
    with pytest.raises(NotFound):
        await staff_binding.new_code(database, KEYS, wang.actor(), wang.id)


async def test_the_other_side_of_a_number_is_told_that_it_was_linked_and_only_once(
    database: Database,
) -> None:
    chat, mini = await account(database, "o-chat"), await account(database, "o-mini", appid="wx2")
    for _ in range(2):
        await vouched(database, chat)
        assert await OutboxEvent.filter(name="account.linked").count() == 0
    for _ in range(2):
        await vouched(database, mini)
    (told,) = await OutboxEvent.filter(name="account.linked")
    assert msgspec.json.decode(told.payload, type=AccountLinked).account_id == chat
