"""What the platform no longer had, or what was no photo, voice or film: the citizen is asked to send it again.

Once in ten minutes an account, with a count, so that an album that got lost is one question. What is lost while
that time runs is asked for when it is over.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from bot.models import MediaFetch
from casework.complaints.models import Complaint, ComplaintPhoto
from casework.notifications.events import MediaNotReceived
from kit.db import Change, Database

WAITING, FETCHED, REFUSED, LOST = "waiting", "fetched", "refused", "lost"
ASK_EVERY = timedelta(minutes=10)
WORTH_ASKING_FOR = timedelta(days=4)
"""The platform's three days and a little; what is older was lost before anybody was asked."""
PHOTO = "photo"


async def ask_for_what_is_lost(db: Database, at_most: int = 20) -> int:
    """Ask those whom ten minutes kept from being asked at once. Returns how many were asked."""
    since = db.clock.now() - WORTH_ASKING_FOR
    waiting = MediaFetch.filter(state__in=[LOST, REFUSED], asked_again_at=None, created_at__gt=since)
    accounts = await waiting.distinct().limit(at_most).values_list("account_id", flat=True)
    if not accounts or not (due := await _not_asked_lately(db, accounts)):
        return 0

    async def work(change: Change) -> int:
        return sum([await ask_again(change, account_id) for account_id in due])

    return await db.change(work)


async def _not_asked_lately(db: Database, accounts: Iterable[object]) -> list[UUID]:
    since = db.clock.now() - ASK_EVERY
    ids = list(accounts)
    lately = await MediaFetch.filter(account_id__in=ids, asked_again_at__gt=since).values_list(
        "account_id", flat=True
    )
    return [id for id in ids if isinstance(id, UUID) and id not in set(lately)]


async def ask_again(change: Change, account_id: UUID) -> bool:
    """Inside the change that noted the loss: one question for everything not yet asked for, if it is time."""
    lost = MediaFetch.filter(
        account_id=account_id,
        state__in=[LOST, REFUSED],
        asked_again_at=None,
        created_at__gt=change.now - WORTH_ASKING_FOR,
    )
    rows = await (lost.select_for_update() if change.is_postgres else lost)
    asked_lately = MediaFetch.filter(account_id=account_id, asked_again_at__gt=change.now - ASK_EVERY)
    if not rows or await asked_lately.exists():
        return False
    await MediaFetch.filter(id__in=[row.id for row in rows]).update(asked_again_at=change.now)
    media = {row.medium or PHOTO for row in rows}
    case = await _case_of([row.file_id for row in rows])
    change.emit(
        MediaNotReceived(
            at=change.now,
            account_id=account_id,
            medium=media.pop() if len(media) == 1 else "",
            reference=case.reference if case is not None else "",
            count=len(rows),
        ),
        case.id if case is not None else None,
    )
    return True


async def _case_of(file_ids: list[UUID]) -> Complaint | None:
    """The one case they all belong to; a draft belongs to none yet."""
    found = await ComplaintPhoto.filter(file_id__in=file_ids).values_list("complaint_id", flat=True)
    cases = set(found)
    return await Complaint.get_or_none(id=cases.pop()) if len(cases) == 1 else None
