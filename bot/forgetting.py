"""What the official account need not remember any longer is removed, a portion at a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from bot.held_replies import FAILED, SENT, SILENT, UNCERTAIN
from bot.media import FETCHED, LOST, REFUSED
from bot.models import ConversationTurn, LateReply, MediaFetch, PlatformReport, PushConsent
from bot.turns import forget_old_drafts
from casework.notifications.models import NoticePreference
from casework.notifications.preferences import ACCOUNT
from kit.db import Change, Database

LATE_REPLIES_FOR = timedelta(days=14)
"""Their words are gone at the end of sending; the bare rows answer "was it sent?" for a while."""
FETCHES_FOR = timedelta(days=30)
REPORTS_FOR = timedelta(days=90)
AT_MOST = 1_000


async def forget_what_is_over(db: Database) -> int:
    """Empty old drafts, delete ended jobs. Returns how many rows; call again until it is 0."""
    now = db.clock.now()
    late = LateReply.filter(
        state__in=[SENT, UNCERTAIN, FAILED, SILENT], created_at__lt=now - LATE_REPLIES_FOR
    )
    fetches = MediaFetch.filter(state__in=[FETCHED, REFUSED, LOST], created_at__lt=now - FETCHES_FOR)
    late_ids = list(await late.limit(AT_MOST).values_list("id", flat=True))
    fetch_ids = list(await fetches.limit(AT_MOST).values_list("id", flat=True))
    reports = PlatformReport.filter(at__lt=now - REPORTS_FOR)
    report_ids = list(await reports.limit(AT_MOST).values_list("id", flat=True))

    async def work(_: Change) -> int:
        gone = 0
        if late_ids:
            gone += await LateReply.filter(id__in=late_ids).delete()
        if fetch_ids:
            gone += await MediaFetch.filter(id__in=fetch_ids).delete()
        if report_ids:
            gone += await PlatformReport.filter(id__in=report_ids).delete()
        return gone

    gone = await db.change(work) if late_ids or fetch_ids or report_ids else 0
    return gone + await forget_old_drafts(db)


async def accounts_heard(account_ids: list[UUID], since: datetime) -> frozenset[UUID]:
    """Which of these accounts took a step in a conversation, or said something about messages, since then."""
    turns = await ConversationTurn.filter(account_id__in=account_ids, at__gte=since).only("id", "account_id")
    pushes = await PushConsent.filter(account_id__in=account_ids, updated_at__gte=since)
    chosen = NoticePreference.filter(
        recipient_kind=ACCOUNT, recipient_id__in=account_ids, updated_at__gte=since
    )
    heard = {row.account_id for row in turns} | {row.account_id for row in pushes}
    return frozenset(heard | {row.recipient_id for row in await chosen})


async def forget_accounts(_: Change, account_ids: list[UUID]) -> None:
    """Inside a change: delete what the chat keeps of accounts that are forgotten altogether."""
    for model in (ConversationTurn, PushConsent, MediaFetch):
        await model.filter(account_id__in=account_ids).delete()
    await NoticePreference.filter(recipient_kind=ACCOUNT, recipient_id__in=account_ids).delete()
