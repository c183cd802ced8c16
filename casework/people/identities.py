"""Citizens' accounts and the WeChat identities that lead to them.

An openid is kept sealed and found by a keyed index, so that a dump of the database names nobody.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.people.models import Account, WechatIdentity
from casework.people.views import AccountView, Recipient
from kit.db import Change, Database
from kit.sealing import FieldSealer

OPENID_AT_MOST = 64
_TABLE, _COLUMN = "wechat_identity", "openid"


def openid_index(sealer: FieldSealer, appid: str, openid: str) -> str:
    """The look-up value of an openid under one appid, hexadecimal. Also fit for keys and logs."""
    return sealer.blind_index(f"{appid}:{openid}", purpose="openid").hex()


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


async def account_by_openid(sealer: FieldSealer, appid: str, openid: str) -> AccountView | None:
    """The account behind an openid, if there is one."""
    row = await WechatIdentity.get_or_none(appid=appid, openid_index=openid_index(sealer, appid, openid))
    if row is None:
        return None
    return AccountView(
        id=row.account_id,
        identity_id=row.id,
        last_message_at=row.last_message_at,
        follows=row.unfollowed_at is None,
    )


async def recipient(sealer: FieldSealer, appid: str, account_id: UUID) -> Recipient | None:
    """Where to send an account's messages under one appid; None if it has no identity there."""
    row = await WechatIdentity.filter(appid=appid, account_id=account_id).order_by("-created_at").first()
    if row is None:
        return None
    return Recipient(
        account_id=account_id,
        openid=sealer.open(bytes(row.openid_sealed), table=_TABLE, column=_COLUMN, row_id=row.id),
        last_message_at=row.last_message_at,
        follows=row.unfollowed_at is None,
    )


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
