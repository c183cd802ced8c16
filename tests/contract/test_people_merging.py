"""One person, one account: linking and parting, on both engines."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from casework.actors import Actor, citizen, system
from casework.people import identities, merging
from casework.people.merging import Basis
from casework.people.models import Account, AccountLink, WechatIdentity
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.db import Change, Database, Fresh, Intake
from kit.problems import NotFound
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from tests.casework_setting import person

CHAT, MINI = "wx1234567890abcdef", "wx0000000000000001"
SEALER = FieldSealer(KeyRing.random())
ADMINISTRATOR = Actor(kind="staff", id=person(90), roles=frozenset({Role.ADMINISTRATOR}))


async def account(db: Database, openid: str, appid: str = CHAT) -> tuple[UUID, UUID]:
    """A new account and its identity."""
    rows = identities.new_account_rows(db, SEALER, appid, openid)
    key = identities.identity_key(SEALER, appid, openid)
    assert isinstance(await db.write(Intake((key,), b"h", rows, b"")), Fresh)
    return rows[0].id, rows[1].id


async def linked(db: Database, one: UUID, into: UUID, basis: Basis = Basis.UNIONID) -> bool:
    async def work(change: Change) -> bool:
        return await merging.link(change, one, into, basis, system())

    return await db.change(work)


async def learned(db: Database, identity_id: UUID, unionid: str) -> bool:
    async def work(change: Change) -> bool:
        return await identities.learn_unionid(change, SEALER, identity_id, unionid)

    return await db.change(work)


async def test_linked_accounts_are_one_person_from_either_side(database: Database) -> None:
    (a, _), (b, _), (c, _) = [await account(database, f"o-{n}") for n in range(3)]
    assert await merging.members(a) == {a}
    assert await linked(database, b, a)
    assert not await linked(database, a, b)
    assert await linked(database, a, c)
    for one in (a, b, c):
        assert await merging.members(one) == {a, b, c}
        assert await merging.root(one) == c
    found = await identities.account_by_openid(SEALER, CHAT, "o-1")
    assert found is not None
    assert (found.id, found.root_id) == (b, c)


async def test_parting_gives_back_exactly_what_the_link_had_joined(database: Database) -> None:
    (a, _), (b, _), (c, _), (d, _) = [await account(database, f"o-{n}") for n in range(4)]
    await linked(database, b, a)
    await linked(database, d, c)
    await linked(database, a, c)
    (ended,) = await merging.unlink(database, citizen(b), a)
    assert (ended.account_id, ended.into_id, ended.basis) == (a, c, "unionid")
    assert await merging.members(b) == {a, b}
    assert await merging.members(c) == {c, d}
    assert await merging.unlink(database, citizen(b), b) != ()
    assert await merging.members(a) == {a}
    assert await merging.unlink(database, citizen(b), b) == ()


async def test_a_root_that_leaves_leaves_alone(database: Database) -> None:
    (a, _), (b, _), (c, _) = [await account(database, f"o-{n}") for n in range(3)]
    await linked(database, b, a)
    await linked(database, c, a)
    assert len(await merging.unlink(database, ADMINISTRATOR, a)) == 2
    assert await merging.members(a) == {a}
    assert await merging.members(c) == {c}


async def test_only_the_person_and_an_administrator_part_accounts(database: Database) -> None:
    (a, _), (b, _), (stranger, _) = [await account(database, f"o-{n}") for n in range(3)]
    await linked(database, b, a)
    handler = Actor(kind="staff", id=person(91), roles=frozenset({Role.HANDLER}))
    for actor in (citizen(stranger), handler):
        with pytest.raises(NotFound):
            await merging.unlink(database, actor, b)
    with pytest.raises(NotFound):
        await merging.unlink(database, citizen(a), person(99))
    assert await merging.members(a) == {a, b}


async def test_both_chains_tell_of_link_and_parting(database: Database) -> None:
    (a, _), (b, _) = [await account(database, f"o-{n}") for n in range(2)]
    await linked(database, b, a)
    await merging.unlink(database, citizen(a), b)
    for one in (a, b):
        entries = await AuditEntry.filter(case_id=one).order_by("position")
        assert [entry.action for entry in entries] == ["account.link", "account.unlink"]
    assert await AccountLink.filter(unlinked_at__isnull=False).count() == 1


async def test_a_shared_unionid_links_and_is_kept_as_an_index_only(database: Database) -> None:
    (chat, chat_identity) = await account(database, "o-chat")
    (mini, mini_identity) = await account(database, "o-mini", MINI)
    assert not await learned(database, chat_identity, "u-one")
    assert await learned(database, mini_identity, "u-one")
    assert await merging.members(chat) == {chat, mini}
    assert await merging.root(mini) == chat
    stored = await WechatIdentity.get(id=mini_identity)
    assert stored.unionid_index is not None
    assert "u-one" not in stored.unionid_index


async def test_accounts_taken_apart_are_not_joined_by_the_next_visit(database: Database) -> None:
    (chat, chat_identity) = await account(database, "o-chat")
    (mini, mini_identity) = await account(database, "o-mini", MINI)
    await learned(database, chat_identity, "u-one")
    await learned(database, mini_identity, "u-one")
    await merging.unlink(database, citizen(chat), mini)
    assert not await learned(database, mini_identity, "u-one")
    (third, third_identity) = await account(database, "o-third", "wx-third")
    assert not await learned(database, third_identity, "u-one")
    assert await merging.members(chat) == {chat}
    assert await merging.members(third) == {third}
    entry = await AuditEntry.filter(case_id=third).order_by("-position").first()
    assert entry is not None
    assert entry.action == "account.not_linked"
    # What no machine may, an administrator may.
    assert await linked(database, mini, chat, Basis.STAFF)


async def test_two_who_learn_the_same_unionid_at_once_are_linked(database: Database) -> None:
    made = [await account(database, f"o-{n}", f"wx-{n}") for n in range(4)]
    await asyncio.gather(*(learned(database, identity, "u-one") for _, identity in made))
    assert await merging.members(made[0][0]) == {id for id, _ in made}
    assert await Account.filter(merged_into_id=None).count() == 1


async def test_links_made_and_ended_at_once_leave_a_forest(database: Database) -> None:
    ids = [(await account(database, f"o-{n}"))[0] for n in range(6)]
    work = [linked(database, ids[n], ids[(n + 1) % 6]) for n in range(6)]
    work += [linked(database, ids[(n + 3) % 6], ids[n]) for n in range(6)]
    await asyncio.gather(*work, *(merging.unlink(database, system(), id) for id in ids[:3]))
    links = await AccountLink.filter(unlinked_at=None)
    pointers = {row.id: row.merged_into_id for row in await Account.all()}
    roots = [id for id, into in pointers.items() if into is None]
    assert len(roots) + len(links) == 6
    for id, into in pointers.items():
        assert into is None or pointers[into] is None
        assert await merging.members(id) == {
            other for other, above in pointers.items() if (above or other) == (into or id)
        }


async def test_a_person_is_reached_by_any_account_that_still_follows(database: Database) -> None:
    (a, a_identity) = await account(database, "o-a")
    (b, _) = await account(database, "o-b")
    await linked(database, b, a)
    found = await identities.recipient(SEALER, CHAT, a)
    assert found is not None
    assert (found.account_id, found.openid) == (a, "o-a")

    async def unfollow(change: Change) -> None:
        await identities.note_follow(change, a_identity, follows=False)

    await database.change(unfollow)
    found = await identities.recipient(SEALER, CHAT, a)
    assert found is not None
    assert (found.account_id, found.openid) == (b, "o-b")
