"""A person's own telephone number, once the platform vouches for it, and the accounts it joins.

Numbers change hands. So a number joins accounts only when the platform vouches for it now, when the other account's
vouching is younger than the pause operators keep before they give a number out again, when nothing says that two
different people are behind them, and when nobody has parted them before.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from tortoise.expressions import Q

from casework.actors import Actor
from casework.notifications.events import AccountLinked
from casework.people import merging
from casework.people.merging import Basis, Tree
from casework.people.models import Account, WechatIdentity
from casework.people.phone import normalised_phone
from casework.people.views import VerifiedPhone
from kit.db import Change, Database
from kit.problems import Invalid, NotFound
from kit.sealing import FieldSealer, mask_phone

LINKS_FOR = timedelta(days=90)
_TABLE, _COLUMN = "account", "phone"


async def verified(
    db: Database,
    sealer: FieldSealer,
    actor: Actor,
    account_id: UUID,
    number: str,
    *,
    links_for: timedelta = LINKS_FOR,
) -> VerifiedPhone:
    """Keep the number the platform has just vouched for, and link the accounts that share it.

    An account that shows another person by its unionid, or whose vouching is too old, is not linked and loses the
    number: it has changed hands. Both sides' chains say so. Raises Invalid for what is no number in China.
    """
    phone = normalised_phone(number)
    if phone is None:
        raise Invalid("problem.people.phone", field="phone")
    index = sealer.blind_index(phone).hex()

    async def work(change: Change) -> VerifiedPhone:
        await merging.one_at_a_time(change, index)
        others = await Account.filter(phone_index=index).exclude(id=account_id).order_by("id")
        await merging.lock_trees(change, (account_id, *(row.id for row in others)))
        await _keep(change, sealer, actor, account_id, phone, index)
        linked, refused = False, ""
        for other in others:
            trees = await merging.lock_trees(change, (account_id, other.id))
            own, theirs = trees[account_id], trees[other.id]
            if own.root_id == theirs.root_id:
                continue
            reason = await _against(change, own, theirs, index, links_for)
            if not reason:
                older, younger = sorted((own.root_id, theirs.root_id))
                if await merging.link(change, younger, older, Basis.PHONE, actor):
                    linked = True
                    # This side sees it now; the other one is told, and how to undo it.
                    change.emit(AccountLinked(account_id=other.id, at=change.now))
                continue
            refused = reason
            facts = {"basis": "phone", "reason": reason}
            await change.audit(account_id, actor, "account.not_linked", facts)
            if reason != "taken_apart":
                await forget(change, actor, frozenset({other.id}), reason)
        return VerifiedPhone(masked=mask_phone(phone), is_linked=linked, not_linked=refused)

    return await db.change(work)


async def own_phone(sealer: FieldSealer, account_id: UUID) -> str | None:
    """The person's verified number in clear, the one vouched for last: for their own page and export."""
    ids = list(await merging.members(account_id))
    row = (
        await Account.filter(id__in=ids, phone_sealed__isnull=False)
        .order_by("-phone_verified_at", "-id")
        .first()
    )
    if row is None:
        return None
    return sealer.open(bytes(row.phone_sealed or b""), table=_TABLE, column=_COLUMN, row_id=row.id)


async def forget(change: Change, actor: Actor, account_ids: frozenset[UUID], reason: str) -> bool:
    """Delete the numbers of these accounts; whether there were any."""
    found = False
    for id in sorted(account_ids):
        row = await change.lock(Account, id)
        if row is None or row.phone_index is None:
            continue
        row.phone_sealed, row.phone_index, row.phone_verified_at = None, None, None
        await row.save(update_fields=["phone_sealed", "phone_index", "phone_verified_at"])
        await change.audit(id, actor, "account.forget_phone", {"reason": reason})
        found = True
    return found


async def _keep(
    change: Change, sealer: FieldSealer, actor: Actor, account_id: UUID, phone: str, index: str
) -> None:
    row = await change.lock(Account, account_id)
    if row is None:
        raise NotFound("problem.people.no_such_account")
    if row.phone_index != index:
        row.phone_sealed = sealer.seal(phone, table=_TABLE, column=_COLUMN, row_id=row.id)
        row.phone_index = index
    row.phone_verified_at = change.now
    await row.save(update_fields=["phone_sealed", "phone_index", "phone_verified_at"])
    await change.audit(account_id, actor, "account.verify_phone", {})


async def _against(change: Change, own: Tree, theirs: Tree, index: str, links_for: timedelta) -> str:
    """Why two people who gave the same number are not held to be one; empty where nothing is against it."""
    vouched = Q(phone_verified_at__gt=change.now - links_for)
    if not await Account.filter(vouched, id__in=list(theirs.member_ids), phone_index=index).exists():
        return "too_old"
    ours, others = await _unionids(own), await _unionids(theirs)
    if ours and others and ours.isdisjoint(others):
        return "other_unionid"
    return "taken_apart" if await merging.were_taken_apart(own, theirs) else ""


async def _unionids(tree: Tree) -> frozenset[str]:
    rows = await WechatIdentity.filter(account_id__in=list(tree.member_ids), unionid_index__isnull=False)
    return frozenset(row.unionid_index for row in rows if row.unionid_index is not None)
