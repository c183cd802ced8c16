"""Citizens' accounts and the WeChat identities that lead to them.

An openid is kept sealed and found by a keyed index, so that a dump of the database names nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from casework.actors import Actor, system
from casework.people import merging
from casework.people.models import Account, WechatIdentity
from casework.people.views import AccountView, Recipient
from kit.db import Change, Database, Intake
from kit.problems import Busy
from kit.sealing import FieldSealer


class _Stored(Protocol):
    """An identity as it is stored: a row, or what was read of one."""

    @property
    def id(self) -> UUID: ...
    @property
    def account_id(self) -> UUID: ...
    @property
    def openid_sealed(self) -> bytes: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def last_message_at(self) -> datetime | None: ...
    @property
    def unfollowed_at(self) -> datetime | None: ...


S = TypeVar("S", bound=_Stored)
_TABLE, _COLUMN = "wechat_identity", "openid"


def openid_index(sealer: FieldSealer, appid: str, openid: str) -> str:
    """The look-up value of an openid under one appid, hexadecimal. Also fit for keys and logs."""
    return sealer.blind_index(f"{appid}:{openid}", purpose="openid").hex()


def unionid_index(sealer: FieldSealer, unionid: str) -> str:
    """The look-up value of a unionid, which is the same for one person in all applications of one owner."""
    return sealer.blind_index(unionid, purpose="unionid").hex()


def identity_key(sealer: FieldSealer, appid: str, openid: str) -> str:
    """The guard key under which an identity may be made once; goes into the `Intake` with its rows."""
    return f"identity:{openid_index(sealer, appid, openid)}"


def new_account_rows(
    db: Database, sealer: FieldSealer, appid: str, openid: str, *, followed: bool = False
) -> tuple[Account, WechatIdentity]:
    """The unsaved rows of a person who writes for the first time."""
    now = db.clock.now()
    account = Account(id=db.ids.new(), created_at=now)
    id = db.ids.new()
    identity = WechatIdentity(
        id=id,
        appid=appid,
        openid_index=openid_index(sealer, appid, openid),
        openid_sealed=sealer.seal(openid, table=_TABLE, column=_COLUMN, row_id=id),
        account_id=account.id,
        created_at=now,
        last_message_at=now,
        followed_at=now if followed else None,
    )
    return account, identity


async def found_or_made(
    db: Database, sealer: FieldSealer, appid: str, openid: str, *, follows: bool | None = None
) -> AccountView:
    """The account behind an openid that came by a page or the mini-program; a new one where there is none.

    Unlike a message, a visit opens no window for customer-service messages. `follows` is what the platform said
    of this person, None where it said nothing.
    """
    known = await account_by_openid(sealer, appid, openid)
    if known is None:
        account, identity = new_account_rows(db, sealer, appid, openid, followed=follows is True)
        identity.last_message_at = None
        identity.unfollowed_at = identity.created_at if follows is False else None
        key = identity_key(sealer, appid, openid)
        # Whoever comes by the same openid meanwhile wins; then it is found.
        await db.write(Intake((key,), b"", (account, identity), b""))
        known = await account_by_openid(sealer, appid, openid)
    if known is None:
        raise Busy
    return known


async def account_by_openid(sealer: FieldSealer, appid: str, openid: str) -> AccountView | None:
    """The account behind an openid, if there is one."""
    row = await WechatIdentity.get_or_none(appid=appid, openid_index=openid_index(sealer, appid, openid))
    if row is None:
        return None
    return AccountView(
        id=row.account_id,
        root_id=await merging.root(row.account_id),
        identity_id=row.id,
        last_message_at=row.last_message_at,
        follows=row.unfollowed_at is None,
    )


async def openids(sealer: FieldSealer, account_ids: frozenset[UUID]) -> list[str]:
    """The openids of these accounts, in clear: to find what is kept under a name made of them."""
    rows = await WechatIdentity.filter(account_id__in=list(account_ids)).order_by("id")
    return [
        sealer.open(bytes(row.openid_sealed), table=_TABLE, column=_COLUMN, row_id=row.id) for row in rows
    ]


async def recipient(sealer: FieldSealer, appid: str, account_id: UUID) -> Recipient | None:
    """Where to send a person's messages under one appid; None if no account of theirs has an identity there.

    Of several identities the account's own goes first, then one that follows, then the one heard from last.
    """
    ids = list(await merging.members(account_id))
    rows = await WechatIdentity.filter(appid=appid, account_id__in=ids)
    return opened(sealer, best(rows, account_id)) if rows else None


def best(rows: Sequence[S], account_id: UUID) -> S:
    """Which of a person's identities to write to, when it is about this account of theirs."""
    row = max(rows, key=lambda row: (row.account_id == account_id, *_liveliness(row)))
    # The account's own identity may hear nothing any more; then another of the same person does, perhaps.
    return row if row.unfollowed_at is None else max(rows, key=_liveliness)


def opened(sealer: FieldSealer, row: _Stored) -> Recipient:
    """The identity with its openid in clear. Raises SealError."""
    return Recipient(
        account_id=row.account_id,
        openid=sealer.open(bytes(row.openid_sealed), table=_TABLE, column=_COLUMN, row_id=row.id),
        last_message_at=row.last_message_at,
        follows=row.unfollowed_at is None,
    )


async def follows(appid: str, account_id: UUID) -> bool:
    """Whether a person can be sent anything under one appid at all."""
    ids = list(await merging.members(account_id))
    return await WechatIdentity.filter(appid=appid, account_id__in=ids, unfollowed_at=None).exists()


def _liveliness(row: _Stored) -> tuple[bool, datetime, datetime]:
    heard_at = row.last_message_at if row.last_message_at is not None else row.created_at
    return row.unfollowed_at is None, heard_at, row.created_at


async def without_unionid(sealer: FieldSealer, appid: str, after: UUID | None, limit: int) -> dict[UUID, str]:
    """The openids, by identity, of followers whose unionid is not known, in the order they came."""
    query = WechatIdentity.filter(appid=appid, unionid_index=None, unfollowed_at=None)
    if after is not None:
        query = query.filter(id__gt=after)
    return {
        row.id: sealer.open(bytes(row.openid_sealed), table=_TABLE, column=_COLUMN, row_id=row.id)
        for row in await query.order_by("id").limit(limit)
    }


async def learn_unionid(
    change: Change, sealer: FieldSealer, identity_id: UUID, unionid: str, actor: Actor | None = None
) -> bool:
    """Note which WeChat user an identity is of, and link the accounts that share it; whether one was linked.

    To learn it again does nothing, so a person who took accounts apart keeps them apart. Where those who share it
    already stand apart, somebody parted them: then nothing is guessed, and it is noted. A unionid that changed (the
    application moved to another owner) replaces the old one.
    """
    index = unionid_index(sealer, unionid)
    identity = await WechatIdentity.get_or_none(id=identity_id)
    if identity is None or identity.unionid_index == index:
        return False
    await merging.one_at_a_time(change, index)
    identity.unionid_index = index
    await identity.save(update_fields=["unionid_index"])
    by = actor if actor is not None else system()
    others = await WechatIdentity.filter(unionid_index=index).exclude(id=identity_id).order_by("id")
    if not others:
        return False
    trees = await merging.lock_trees(change, (identity.account_id, *(row.account_id for row in others)))
    own = trees[identity.account_id]
    apart = {tree.root_id: tree for tree in trees.values() if tree.root_id != own.root_id}
    if not apart:
        return False
    (other, *more) = apart.values()
    if more or await merging.were_taken_apart(own, other):
        await change.lock(Account, identity.account_id)
        await change.audit(
            identity.account_id, by, "account.not_linked", {"basis": "unionid", "reason": "taken_apart"}
        )
        return False
    older, younger = sorted((own.root_id, other.root_id))
    return await merging.link(change, younger, older, merging.Basis.UNIONID, by)


async def note_messages(change: Change, heard_at: dict[UUID, datetime]) -> None:
    """Note when identities (by id) were last heard from; a later note is never overwritten by an earlier one."""
    for identity_id, at in sorted(heard_at.items()):
        query = WechatIdentity.filter(id=identity_id)
        if await query.filter(last_message_at__isnull=True).update(last_message_at=at) == 0:
            await query.filter(last_message_at__lt=at).update(last_message_at=at)


async def note_follow(change: Change, identity_id: UUID, *, follows: bool) -> None:
    """Note that an identity follows the official account again, or no longer does."""
    row = await change.lock(WechatIdentity, identity_id)
    if row is None:
        return
    if follows:
        row.followed_at, row.unfollowed_at = change.now, None
    else:
        row.unfollowed_at = change.now
    await row.save(update_fields=["followed_at", "unfollowed_at"])
