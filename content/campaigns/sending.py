"""Sends the batches of released campaigns, each once.

A claim is a row held for a lease by the database's clock under a fence that rises with every claim. A lease that lapses
is asked for again under the same id: the platform takes an id once a day and says so. Past that day asking could send
it twice, so such a batch ends as *uncertain*. One batch of a campaign is on its way at a time, so that a pause always
finds a gap. What the platform refuses halts the campaign: a person decides how to go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.expressions import Q

from casework.actors import clock
from content.campaigns.actions import hold_back
from content.campaigns.desk import MOVES, CampaignDesk, locked, one_at_a_time
from content.campaigns.lifecycle import GOING, UNSETTLED, BatchState, State
from content.campaigns.models import Campaign, CampaignBatch
from content.campaigns.platform import Again, MassSend, MassSender, Outcome, Refused, Taken
from content.campaigns.quota import Used, fits, used_in
from kit.db import Change

ATTEMPTS_AT_MOST = 20
ID_LASTS = timedelta(hours=23)
"""The platform remembers an id for 24 hours."""
ASK_AFTER = timedelta(days=1)
"""When no report has come by then, the platform is asked."""
WAIT_S, WAIT_AT_MOST_S = 65.0, 1800.0
"""The platform takes no second try of an id within a minute."""
LOOKED_AT = 20
CLOCK = clock()
B = BatchState


@dataclass(frozen=True)
class _Claim:
    batch_id: UUID
    campaign_id: UUID
    fence: int
    attempts: int
    asked_before: datetime | None
    message: MassSend


class CampaignSending:
    """Any number may run, in any number of processes."""

    def __init__(
        self,
        desk: CampaignDesk,
        platform: MassSender,
        *,
        lease_s: float = 75.0,
        wait_s: float = WAIT_S,
        report: Callable[..., object] = lambda event, **facts: None,
    ) -> None:
        """`lease_s` must outlast any one call; `wait_s` is the first pause before another try."""
        self._desk, self._db, self._platform = desk, desk.db, platform
        self._lease, self._wait_s, self._report = timedelta(seconds=lease_s), wait_s, report

    async def step(self) -> int:
        """Settle what needs no sending, then send one batch. Returns how much was done."""
        done = await self._tidy()
        for batch_id, campaign_id in await self._candidates():
            claim = await self._claim(batch_id, campaign_id)
            if claim is None:
                continue
            (outcome,) = await asyncio.gather(self._platform.send(claim.message), return_exceptions=True)
            if isinstance(outcome, asyncio.CancelledError):
                raise outcome
            if isinstance(outcome, BaseException):
                # Nobody knows how far it got.
                self._report("campaign_failed", batch=str(batch_id), error=type(outcome).__name__)
                outcome = Again("channel_error", 0.0, lost=True)
            await self._settle(claim, outcome)
            return done + 1
        return done

    async def _candidates(self) -> list[tuple[UUID, UUID]]:
        if self._desk.quiet.covers(self._db.clock.now()):
            return []
        now = await self._db.database_now()
        due = Q(state=B.QUEUED.value, next_at__lte=now) | Q(state=B.SENDING.value, lease_until__lt=now)
        rows = CampaignBatch.filter(due).order_by("next_at", "position").limit(LOOKED_AT)
        return [(one.id, one.campaign_id) for one in await rows]

    async def _claim(self, batch_id: UUID, campaign_id: UUID) -> _Claim | None:
        quota = self._desk.quota()

        async def work(change: Change) -> _Claim | None:
            await one_at_a_time(change)
            campaign = await locked(change, campaign_id)
            now = await change.database_now()
            batch = await CampaignBatch.get(id=batch_id)
            if campaign.state not in GOING or not await _is_due(batch, now):
                return None
            if campaign.state == State.RELEASED.value:
                await MOVES.write(change, campaign, CLOCK, "start")
            period = quota.period(change.now) if quota is not None else None
            # What may have gone out already has its place in the quota.
            if batch.asked_at is None and (quota is None or period is None):
                await self._fail(change, campaign, batch, "no_permission")
                return None
            if batch.asked_at is None and quota is not None and period is not None:
                used = await _used_without(period, batch)
                if not fits(quota, used, Used.of([batch.tag_id])):
                    await self._fail(change, campaign, batch, "mass_quota")
                    return None
                batch.period = period
            asked_before, batch.asked_at = batch.asked_at, batch.asked_at or now
            batch.state, batch.lease_until = B.SENDING.value, now + self._lease
            batch.fence += 1
            batch.attempts += 1
            await batch.save()
            message = MassSend(batch.id.hex, campaign.text, campaign.media_id, batch.tag_id)
            return _Claim(batch.id, campaign.id, batch.fence, batch.attempts, asked_before, message)

        return await self._db.change(work)

    async def _settle(self, claim: _Claim, outcome: Outcome) -> None:
        async def work(change: Change) -> None:
            campaign = await locked(change, claim.campaign_id)
            batch = await CampaignBatch.get(id=claim.batch_id)
            # Uncertain only because a person stopped the campaign meanwhile: what is known now counts more.
            if batch.fence != claim.fence or batch.state not in (B.SENDING, B.UNCERTAIN):
                return
            now = await change.database_now()
            batch.lease_until = None
            match outcome:
                case Taken(platform_id):
                    batch.state, batch.reason = B.TAKEN.value, None
                    batch.platform_id, batch.taken_at = platform_id, now
                    batch.next_at = now + ASK_AFTER
                    await batch.save()
                    facts = {"batch": batch.id, "platform_id": platform_id}
                    await change.audit(campaign.id, CLOCK, "campaign.batch_taken", facts)
                case Refused(reason):
                    # After a lost try even a refusal leaves open what became of that one.
                    batch.asked_at = claim.asked_before
                    await self._fail(change, campaign, batch, reason)
                case Again(reason, _, lost) if not lost and claim.attempts >= ATTEMPTS_AT_MOST:
                    if claim.asked_before is None:
                        batch.asked_at = None
                    await self._fail(change, campaign, batch, reason)
                case Again(reason, after_s, lost):
                    wait = max(after_s, self._wait_s * 2.0 ** (claim.attempts - 1))
                    batch.next_at = now + timedelta(seconds=min(wait, max(after_s, WAIT_AT_MOST_S)))
                    batch.reason = reason
                    batch.asked_at = batch.asked_at if lost else claim.asked_before
                    _put_back(campaign, batch)
                    await batch.save()

        await self._db.change(work)

    async def _fail(self, change: Change, campaign: Campaign, batch: CampaignBatch, reason: str) -> None:
        """The platform does not take it: the batch ends, and the campaign waits for a person."""
        batch.state, batch.reason, batch.lease_until = B.FAILED.value, reason[:80], None
        if batch.asked_at is None:
            batch.period = None
        else:
            # An earlier try may have been taken; only this one was not.
            batch.state = B.UNCERTAIN.value
        await batch.save()
        await change.audit(campaign.id, CLOCK, "campaign.batch_failed", {"batch": batch.id, "reason": reason})
        await halt(change, campaign, reason)
        self._report("campaign_halted", campaign=str(campaign.id), reason=reason)

    async def _tidy(self) -> int:
        """Give up batches whose id the platform has forgotten, and end campaigns of which nothing is left."""
        now = await self._db.database_now()
        lost = Q(state__in=[B.PLANNED.value, B.QUEUED.value]) | Q(state=B.SENDING.value, lease_until__lt=now)
        old = await CampaignBatch.filter(lost, asked_at__lt=now - ID_LASTS).limit(LOOKED_AT)
        for batch in old:
            await self._db.change(lambda change, batch=batch: _give_up(change, batch, now))  # type: ignore[misc]
        done = len(old)
        for row in await Campaign.filter(state__in=[one.value for one in GOING]).limit(LOOKED_AT):
            if await is_over(row.id):
                done += await self._db.change(lambda change, id=row.id: _finish(change, id))  # type: ignore[misc]
        return done


async def halt(change: Change, campaign: Campaign, reason: str) -> None:
    """Pause a campaign that is under way; one that a person paused or stopped stays as it is."""
    if campaign.state in GOING:
        await hold_back(campaign.id)
        await MOVES.write(change, campaign, CLOCK, "halt", {"reason": reason})


async def is_over(campaign_id: UUID) -> bool:
    """Whether no batch of it is still to be sent or reported on."""
    open_ones = CampaignBatch.filter(campaign_id=campaign_id, state__in=[one.value for one in UNSETTLED])
    return not await open_ones.exists()


async def _is_due(batch: CampaignBatch, now: datetime) -> bool:
    if batch.state == B.QUEUED.value:
        others = CampaignBatch.filter(campaign_id=batch.campaign_id, state=B.SENDING.value)
        return batch.next_at <= now and not await others.exists()
    return batch.state == B.SENDING.value and batch.lease_until is not None and batch.lease_until < now


def _put_back(campaign: Campaign, batch: CampaignBatch) -> None:
    """Where a batch waits that is to be asked for again, by what has become of its campaign meanwhile."""
    if campaign.state in GOING:
        batch.state = B.QUEUED.value
    elif campaign.state == State.PAUSED.value:
        batch.state = B.PLANNED.value
    elif batch.asked_at is None:
        batch.state, batch.period = B.CANCELLED.value, None
    else:
        batch.state = B.UNCERTAIN.value


async def _used_without(period: str, batch: CampaignBatch) -> Used:
    used = await used_in(period)
    own = Used.of([batch.tag_id] if batch.period == period else [])
    return Used(used.everybody - own.everybody, used.groups - own.groups)


async def _give_up(change: Change, batch: CampaignBatch, now: datetime) -> None:
    campaign = await locked(change, batch.campaign_id)
    mine = CampaignBatch.filter(id=batch.id, fence=batch.fence, state=batch.state)
    if await mine.update(state=B.UNCERTAIN.value, reason="answer_lost", lease_until=None):
        facts = {"batch": batch.id, "reason": "answer_lost"}
        await change.audit(campaign.id, CLOCK, "campaign.batch_failed", facts)


async def _finish(change: Change, campaign_id: UUID) -> int:
    campaign = await locked(change, campaign_id)
    if campaign.state not in GOING or not await is_over(campaign_id):
        return 0
    await MOVES.write(change, campaign, CLOCK, "finish")
    return 1
