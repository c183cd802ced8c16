"""People who never had anything done are forgotten: at once when they ask, or when they do not come any more.

Their identities are deleted. What stays is an account that is a number and nothing else, with its audit chain. A
person is all linked accounts together: a case, a message thread, a danger alert, an application for a permit, a sign,
a project, a notice to put something right, a penalty case, a consent to electronic delivery or staff's own phone of one
keeps them all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from tortoise.expressions import Q

from casework.actors import Actor, system
from casework.complaints.models import Complaint
from casework.dangers.models import DangerAlert
from casework.inquiries.models import Inquiry
from casework.notifications.models import Delivery
from casework.penalties.models import DeliveryConsent, PenaltyCase, RectificationNotice
from casework.people import merging, phones, vouching
from casework.people.models import Account, PersonalConsent, StaffBinding, StaffBindingCode, WechatIdentity
from casework.permits.models import Permit, PermitApplication
from casework.permits.own_data import forget_drafts_of
from casework.projects.models import Project
from casework.sign_filings.models import Sign
from kit.db import Change, Database
from kit.http.models import HttpSession
from kit.problems import NotFound

UNSEEN_FOR: Final = timedelta(days=365)
CODES_FOR: Final = timedelta(days=1)
"""After a binding code has ended."""
_LOOKED_AT: Final = 500
_MATTERS: Final = (
    Complaint,
    Inquiry,
    DangerAlert,
    PermitApplication,
    Permit,
    Sign,
    Project,
    RectificationNotice,
    PenaltyCase,
    DeliveryConsent,
)
"""What the bureau keeps a record of."""

Seen = Callable[[list[UUID], datetime], Awaitable[frozenset[UUID]]]
"""Which of these accounts another part has heard from since."""
Also = Callable[[Change, list[UUID]], Awaitable[None]]
"""Deletes what another part keeps of these accounts, inside the same change."""


async def forget_unseen(db: Database, seen: Seen, also: Also, at_most: int = 50) -> int:
    """Forget some people nobody has seen for a year. Returns how many; call again until it is 0."""
    before = db.clock.now() - UNSEEN_FOR
    gone, after = 0, None
    while gone < at_most:
        query = WechatIdentity.filter(_not_heard_since(before))
        if after is not None:
            query = query.filter(id__gt=after)
        rows = await query.order_by("id").limit(_LOOKED_AT).only("id", "account_id")
        if not rows:
            break
        after = rows[-1].id
        people = await _people(row.account_id for row in rows)
        kept = await _kept(before, frozenset().union(*people), seen)
        for person in people:
            if gone < at_most and kept.isdisjoint(person):
                gone += await _forget(db, before, min(person), seen, also)
    return gone


async def has_matters(account_ids: Collection[UUID]) -> bool:
    """Whether anything was ever done for these accounts, or is to be: a record of the bureau's then names them."""
    ids = list(account_ids)
    for model in _MATTERS:
        if await model.filter(account_id__in=ids).exists():
            return True
    return await StaffBinding.filter(account_id__in=ids, unbound_at=None).exists()


async def forget_at_once(db: Database, actor: Actor, account_id: UUID, also: Also) -> bool:
    """Forget a person who asks for it. False, and nothing happens, where the bureau keeps a record of theirs.

    The person may (from any account of theirs) and the command line; for anybody else there is no such account.
    """

    async def work(change: Change) -> bool:
        tree = (await merging.lock_trees(change, (account_id,)))[account_id]
        if actor.kind != "system" and actor.id not in tree.member_ids:
            raise NotFound("problem.people.no_such_account")
        if await has_matters(tree.member_ids):
            return False
        await _delete(change, actor, tree.member_ids, also, "asked")
        return True

    return await db.change(work)


async def forget_codes(db: Database, at_most: int = 1_000) -> int:
    """Delete binding codes that ended a day ago. Returns how many."""
    ended = StaffBindingCode.filter(expires_at__lt=db.clock.now() - CODES_FOR)
    ids = list(await ended.limit(at_most).values_list("id", flat=True))
    if not ids:
        return 0

    async def work(_: Change) -> int:
        return await StaffBindingCode.filter(id__in=ids).delete()

    return await db.change(work)


def _not_heard_since(before: datetime) -> Q:
    silent = Q(last_message_at__isnull=True) | Q(last_message_at__lt=before)
    stays = Q(followed_at__isnull=True) | Q(followed_at__lt=before)
    return silent & stays & Q(created_at__lt=before)


async def _people(account_ids: Iterable[UUID]) -> list[frozenset[UUID]]:
    """The accounts of each person who has one of these."""
    rows = await Account.filter(id__in=list(set(account_ids))).only("id", "merged_into_id")
    roots = list({row.merged_into_id or row.id for row in rows})
    people: dict[UUID, set[UUID]] = {top: {top} for top in roots}
    for row in await Account.filter(merged_into_id__in=roots).only("id", "merged_into_id"):
        if row.merged_into_id is not None:
            people[row.merged_into_id].add(row.id)
    return [frozenset(one) for _, one in sorted(people.items())]


async def _kept(before: datetime, account_ids: frozenset[UUID], seen: Seen) -> frozenset[UUID]:
    """Which of these accounts have something done for them, or were seen."""
    ids = list(account_ids)
    found: set[UUID] = set(await seen(ids, before))
    for model in _MATTERS:
        rows = await model.filter(account_id__in=ids).only("id", "account_id")
        found |= {row.account_id for row in rows if row.account_id is not None}
    found |= {row.account_id for row in await StaffBinding.filter(account_id__in=ids, unbound_at=None)}
    visits = HttpSession.filter(subject_kind="citizen", subject_id__in=ids, last_seen_at__gte=before)
    found |= {row.subject_id for row in await visits}
    identities = WechatIdentity.filter(account_id__in=ids)
    silent = {row.id for row in await identities.filter(_not_heard_since(before)).only("id")}
    found |= {row.account_id for row in await identities if row.id not in silent}
    found |= {row.id for row in await Account.filter(id__in=ids, created_at__gte=before).only("id")}
    return frozenset(found)


async def _forget(db: Database, before: datetime, account_id: UUID, seen: Seen, also: Also) -> int:
    async def work(change: Change) -> int:
        tree = (await merging.lock_trees(change, (account_id,)))[account_id]
        # Looked at again: the person may have come back meanwhile.
        if await _kept(before, tree.member_ids, seen):
            return 0
        await _delete(change, system(), tree.member_ids, also, "unseen")
        return 1

    return await db.change(work)


async def _delete(change: Change, actor: Actor, member_ids: frozenset[UUID], also: Also, reason: str) -> None:
    ids = sorted(member_ids)
    await phones.forget(change, actor, member_ids, reason)
    await vouching.forget_identities(change, actor, member_ids, reason)
    guardians = PersonalConsent.filter(account_id__in=ids, details_sealed__isnull=False)
    await guardians.update(details_sealed=None, revoked_at=change.now)
    await Delivery.filter(recipient_id__in=ids).delete()
    await HttpSession.filter(subject_kind="citizen", subject_id__in=ids).delete()
    await forget_drafts_of(ids)
    await also(change, ids)
    await WechatIdentity.filter(account_id__in=ids).delete()
    for id in ids:
        await change.lock(Account, id)
        await change.audit(id, actor, "account.forget", {"reason": reason})
