"""Joins what the platform reports about a mass-send with the batch it is about.

The report is a row of its own, kept when it came; it may be there before our own note of its number. It is counted
once, because a batch takes numbers once. A batch nobody reported on within a day is asked for; that brings a word, no
numbers, and a later report still fills them in.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tortoise.expressions import Q

from content.campaigns.desk import CampaignDesk, locked
from content.campaigns.lifecycle import BatchState
from content.campaigns.models import CampaignBatch
from content.campaigns.platform import MassReport, MassSender
from content.campaigns.sending import CLOCK, halt, is_over
from kit.db import Change

AT_MOST = 100
NUMBERS_WITHIN = timedelta(days=7)
ASKED_AGAIN_AFTER = timedelta(hours=1)
_ENDINGS: Final = {"sent": "no_report", "deleted": "deleted"}
B = BatchState


class CampaignReports:
    """One at a time, by a lease on the duty."""

    def __init__(self, desk: CampaignDesk, platform: MassSender) -> None:
        self._db, self._platform = desk.db, platform

    async def step(self) -> int:
        """Take over the reports that have come; ask about batches long without one. Returns how many were settled."""
        now = await self._db.database_now()
        silent = Q(state=B.REPORTED.value, total__isnull=True, taken_at__gt=now - NUMBERS_WITHIN)
        waiting = (
            await CampaignBatch.filter(Q(state=B.TAKEN.value) | silent).order_by("taken_at").limit(AT_MOST)
        )
        if not waiting:
            return 0
        numbers = [one.platform_id for one in waiting if one.platform_id is not None]
        reports = await self._platform.reports(numbers)
        done = 0
        for batch in waiting:
            report = reports.get(batch.platform_id) if batch.platform_id is not None else None
            if report is not None:
                done += await self._note(batch, report)
            elif batch.state == B.TAKEN.value and batch.next_at <= now:
                done += await self._ask(batch)
        return done

    async def _note(self, batch: CampaignBatch, report: MassReport) -> int:
        counts = {
            "total": report.total,
            "filtered": report.filtered,
            "sent": report.sent,
            "errors": report.errors,
        }

        async def work(change: Change) -> int:
            campaign = await locked(change, batch.campaign_id)
            state = B.FAILED if report.failure else B.REPORTED
            mine = CampaignBatch.filter(
                id=batch.id, total__isnull=True, state__in=[B.TAKEN.value, B.REPORTED.value]
            )
            changed = await mine.update(
                state=state.value, reason=report.failure[:80] or None, reported_at=change.now, **counts
            )
            if not changed:
                return 0
            facts = {"batch": batch.id, "failure": report.failure, **counts}
            await change.audit(campaign.id, CLOCK, "campaign.batch_reported", facts)
            if report.failure and not await is_over(campaign.id):
                await halt(change, campaign, report.failure)
            return 1

        return await self._db.change(work)

    async def _ask(self, batch: CampaignBatch) -> int:
        word = "sent" if batch.platform_id is None else await self._platform.status(batch.platform_id)

        async def work(change: Change) -> int:
            campaign = await locked(change, batch.campaign_id)
            mine = CampaignBatch.filter(id=batch.id, state=B.TAKEN.value)
            if word not in ("sent", "deleted", "failed"):
                now = await change.database_now()
                await mine.update(next_at=now + ASKED_AGAIN_AFTER)
                return 0
            reason = "send_fail" if word == "failed" else _ENDINGS[word]
            state = B.FAILED if word == "failed" else B.REPORTED
            if await mine.update(state=state.value, reason=reason):
                facts = {"batch": batch.id, "failure": reason}
                await change.audit(campaign.id, CLOCK, "campaign.batch_reported", facts)
            return 1

        return await self._db.change(work)
