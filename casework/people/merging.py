"""One person, one account: several accounts found to be one person's, and taken apart again.

A link points from the root of one tree to the root of another, so the links in force form a forest and never a
circle. `Account.merged_into_id` is that forest flattened: every member names its root. Nothing else is rewritten:
cases, consents and conversations stay with the account they came by, and whoever asks what a person may see asks
for `members`. To end a link is therefore exact: what stood behind it goes back to where it was.

The row of a root is the lock of its tree. Each link and each ending is audited in the chains of both accounts.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

import msgspec
from tortoise.expressions import Q

from casework.actors import Actor
from casework.people.models import Account, AccountLink
from casework.people.views import LinkView
from casework.roles import Role
from kit.db import Change, Database
from kit.db.raw import Statement, as_uuid
from kit.problems import NotFound


class Basis(StrEnum):
    """Why two accounts are held to be one person's."""

    UNIONID = "unionid"
    PHONE = "phone"
    STAFF = "staff"
    RECEIPT = "receipt"


LINKED = Statement(
    "SELECT id, merged_into_id FROM account "
    "WHERE UNLIKELY(merged_into_id = COALESCE((SELECT merged_into_id FROM account WHERE id = $1), $1))"
)


class Tree(msgspec.Struct, frozen=True):
    """One person's accounts, locked until the transaction ends."""

    root_id: UUID
    member_ids: frozenset[UUID]


async def root(account_id: UUID) -> UUID:
    """The account that speaks for this one; itself where it is linked into none."""
    row = await Account.filter(id=account_id).only("id", "merged_into_id").first()
    return row.merged_into_id if row is not None and row.merged_into_id is not None else account_id


async def members(account_id: UUID) -> frozenset[UUID]:
    """All accounts of the person behind this one, itself included; equal for each of them."""
    # Asked several times for every page of theirs, so by hand. Whoever is linked names the root, who is linked into none.
    linked = await LINKED.rows(Account._meta.db, account_id)
    return frozenset({account_id, *(as_uuid(id) for row in linked for id in row.values())})


async def links_of(account_id: UUID) -> tuple[LinkView, ...]:
    """The links in force among a person's accounts, oldest first."""
    ids = list(await members(account_id))
    rows = await AccountLink.filter(account_id__in=ids, unlinked_at=None).order_by("linked_at", "id")
    return tuple(_view(row) for row in rows)


async def history_of(account_id: UUID) -> tuple[LinkView, ...]:
    """Every link a person's accounts ever had, those that ended included, oldest first: for an administrator."""
    ids = list(await members(account_id))
    touching = Q(account_id__in=ids) | Q(into_id__in=ids)
    rows = await AccountLink.filter(touching).order_by("linked_at", "id")
    return tuple(_view(row) for row in rows)


async def one_at_a_time(change: Change, index: str) -> None:
    """Hold everybody else who learns this unionid or number (hexadecimal index) until the transaction ends.

    Otherwise two who come by it in the same moment would not see each other. SQLite has one writer anyway.
    """
    if change.is_postgres:
        number = int.from_bytes(bytes.fromhex(index)[:8], "big", signed=True)
        await change.connection.execute_query("SELECT pg_advisory_xact_lock($1)", [number])


async def lock_trees(change: Change, account_ids: Iterable[UUID]) -> dict[UUID, Tree]:
    """Hold the trees of these accounts against other changes; by account.

    Roots are locked in the order of their ids. Where a tree was joined or parted while we waited for it, its new
    root is locked too: what that may block PostgreSQL finds, and `Database.change` begins again.
    Raises NotFound for an account that does not exist.
    """
    wanted = tuple(dict.fromkeys(account_ids))
    roots = {id: await root(id) for id in wanted}
    while True:
        for top in sorted(set(roots.values())):
            if await change.lock(Account, top) is None:
                raise NotFound("problem.people.no_such_account")
        now = {id: await root(id) for id in wanted}
        if now == roots:
            return {id: Tree(top, await members(top)) for id, top in roots.items()}
        roots = now


async def link(change: Change, account_id: UUID, into_id: UUID, basis: Basis, actor: Actor) -> bool:
    """Make the person of `account_id` the same as that of `into_id`; False if they are already."""
    trees = await lock_trees(change, (account_id, into_id))
    child, parent = trees[account_id], trees[into_id]
    if child.root_id == parent.root_id:
        return False
    row = AccountLink(
        id=change.ids.new(),
        account_id=child.root_id,
        into_id=parent.root_id,
        basis=basis.value,
        linked_at=change.now,
    )
    await row.save(force_create=True)
    await Account.filter(id__in=list(child.member_ids)).update(merged_into_id=parent.root_id)
    await _note(change, actor, "account.link", row)
    return True


async def were_taken_apart(one: Tree, other: Tree) -> bool:
    """Whether somebody once ended a link between these two: no machine joins them again."""
    a, b = list(one.member_ids), list(other.member_ids)
    between = Q(account_id__in=a, into_id__in=b) | Q(account_id__in=b, into_id__in=a)
    return await AccountLink.filter(between, unlinked_at__isnull=False).exists()


async def unlink(db: Database, actor: Actor, account_id: UUID) -> tuple[LinkView, ...]:
    """Take an account out of the tree it was linked into; what was linked into it before stays with it.

    For a root, every link made into it ends. The person may (from any account of theirs), an administrator and
    the command line; anybody else is told that there is no such account. Doing it twice is doing it once.
    """

    async def work(change: Change) -> tuple[LinkView, ...]:
        tree = (await lock_trees(change, (account_id,)))[account_id]
        if not _may_unlink(actor, tree):
            raise NotFound("problem.people.no_such_account")
        in_force = await AccountLink.filter(account_id__in=list(tree.member_ids), unlinked_at=None)
        is_root = account_id == tree.root_id
        ending = [row for row in in_force if (row.into_id if is_root else row.account_id) == account_id]
        for row in sorted(ending, key=lambda row: row.id):
            await change.lock(Account, row.account_id)
            gone = _behind(row.account_id, in_force)
            await Account.filter(id__in=list(gone)).update(merged_into_id=row.account_id)
            await Account.filter(id=row.account_id).update(merged_into_id=None)
            row.unlinked_at = change.now
            await row.save(update_fields=["unlinked_at"])
            await _note(change, actor, "account.unlink", row)
        return tuple(_view(row) for row in ending)

    return await db.change(work)


def _may_unlink(actor: Actor, tree: Tree) -> bool:
    if actor.kind == "citizen":
        return actor.id in tree.member_ids
    return actor.kind == "system" or Role.ADMINISTRATOR in actor.roles


def _behind(account_id: UUID, in_force: Iterable[AccountLink]) -> frozenset[UUID]:
    """The account and everything linked into it, directly or not."""
    into: dict[UUID, list[UUID]] = {}
    for row in in_force:
        into.setdefault(row.into_id, []).append(row.account_id)
    found, waiting = {account_id}, [account_id]
    while waiting:
        for id in into.get(waiting.pop(), ()):
            if id not in found:
                found.add(id)
                waiting.append(id)
    return frozenset(found)


async def _note(change: Change, actor: Actor, action: str, row: AccountLink) -> None:
    """Into both chains; `row.into_id` may be a member below the root by now, so it is locked here."""
    facts = {
        "link": str(row.id),
        "account": str(row.account_id),
        "into": str(row.into_id),
        "basis": row.basis,
    }
    for id in (row.account_id, row.into_id):
        await change.lock(Account, id)
        await change.audit(id, actor, action, facts)


def _view(row: AccountLink) -> LinkView:
    return LinkView(
        id=row.id,
        account_id=row.account_id,
        into_id=row.into_id,
        basis=row.basis,
        linked_at=row.linked_at,
        unlinked_at=row.unlinked_at,
    )
