"""Drafting a campaign, releasing it, pausing it and going on. Everything raises Problem, and then nothing has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from tortoise.queryset import QuerySet

from casework.actors import Actor
from content.campaigns import queries
from content.campaigns.desk import MOVES, CampaignDesk, locked, one_at_a_time
from content.campaigns.hours import check_time
from content.campaigns.lifecycle import CAMPAIGN, BatchState, State
from content.campaigns.models import Campaign, CampaignBatch
from content.campaigns.platform import Group
from content.campaigns.quota import MassQuota, Used, fits, left, used_in
from content.campaigns.views import CampaignView
from content.campaigns.wording import Words, check_words
from kit.db import Change
from kit.problems import Conflict, Forbidden

B = BatchState


async def draft(
    desk: CampaignDesk, actor: Actor, words: Words, send_at: datetime | None, *, key: str
) -> CampaignView:
    """A new draft; the same `key` again gives the same draft."""
    CAMPAIGN.check("edit", State.DRAFT, actor.roles, {})
    check_words(words)
    check_time(send_at, desk.db.clock.now(), desk.quiet)
    if actor.id is None:
        raise Forbidden()
    author = actor.id

    async def work(change: Change) -> bytes:
        row = Campaign(
            id=change.ids.new(),
            state=State.DRAFT.value,
            revision=1,
            made_by_id=author,
            made_at=change.now,
            **_columns(words, send_at, author, change.now),
        )
        await row.save(force_create=True)
        await _plan(change, row.id, words.groups)
        facts = {"to": row.state, "revision": 1, "content": _facts(words, send_at)}
        await change.audit(row.id, actor, "campaign.draft", facts)
        return row.id.bytes

    once = await desk.db.once(f"campaign:{author}:{key}", _digest(words, send_at), work)
    return await queries.find(UUID(bytes=once.result))


async def edit(
    desk: CampaignDesk,
    actor: Actor,
    campaign_id: UUID,
    words: Words,
    send_at: datetime | None,
    *,
    seen: int | None = None,
) -> CampaignView:
    """Other words, another audience or another time for a draft."""

    async def work(change: Change) -> CampaignView:
        row = await locked(change, campaign_id)
        MOVES.check(row, actor, "edit", seen)
        check_words(words)
        check_time(send_at, change.now, desk.quiet)
        if actor.id is None:
            raise Forbidden()
        for name, value in _columns(words, send_at, actor.id, change.now).items():
            setattr(row, name, value)
        await CampaignBatch.filter(campaign_id=row.id, state=B.PLANNED.value).delete()
        await _plan(change, row.id, words.groups)
        await MOVES.write(change, row, actor, "edit", _facts(words, send_at))
        return await queries.view_of(row)

    return await desk.db.change(work)


async def release(
    desk: CampaignDesk, actor: Actor, campaign_id: UUID, *, seen: int | None = None
) -> CampaignView:
    """Let it go out. Never by whoever made it or last wrote its words, nor on their behalf."""

    async def work(change: Change) -> CampaignView:
        row = await locked(change, campaign_id)
        MOVES.check(row, actor, "release", seen)
        authors = {row.made_by_id, row.worded_by_id}
        if {actor.id, actor.principal_for(CAMPAIGN.find("release").by, None)} & authors:
            raise Forbidden("problem.campaign.own")
        check_time(row.send_at, change.now, desk.quiet)
        row.released_by_id, row.released_at = actor.id, change.now
        wanted = await _queue(desk, change, row, [B.PLANNED])
        await MOVES.write(change, row, actor, "release", {"batches": wanted})
        return await queries.view_of(row)

    return await desk.db.change(work)


async def pause(
    desk: CampaignDesk, actor: Actor, campaign_id: UUID, *, seen: int | None = None
) -> CampaignView:
    """Send no further batch. One that is on its way is not called back."""

    async def work(change: Change) -> CampaignView:
        row = await locked(change, campaign_id)
        MOVES.check(row, actor, "pause", seen)
        await hold_back(row.id)
        await MOVES.write(change, row, actor, "pause")
        return await queries.view_of(row)

    return await desk.db.change(work)


async def resume(
    desk: CampaignDesk, actor: Actor, campaign_id: UUID, *, again: bool = False, seen: int | None = None
) -> CampaignView:
    """Go on with the batches not sent yet; `again` takes those the platform refused along."""
    move = "retry" if again else "resume"

    async def work(change: Change) -> CampaignView:
        row = await locked(change, campaign_id)
        MOVES.check(row, actor, move, seen)
        if again and not await _refused(row.id).exists():
            raise Conflict("problem.campaign.nothing_failed")
        wanted = await _queue(desk, change, row, [B.PLANNED, B.FAILED] if again else [B.PLANNED])
        await MOVES.write(change, row, actor, move, {"batches": wanted})
        return await queries.view_of(row)

    return await desk.db.change(work)


async def call_off(
    desk: CampaignDesk, actor: Actor, campaign_id: UUID, move: str, *, seen: int | None = None
) -> CampaignView:
    """`discard` a draft, `cancel` before anything went out, or `stop` half-way: what is left is never sent."""

    async def work(change: Change) -> CampaignView:
        row = await locked(change, campaign_id)
        MOVES.check(row, actor, move, seen)
        mine = CampaignBatch.filter(campaign_id=row.id)
        asked = mine.filter(state__in=[B.PLANNED, B.QUEUED, B.SENDING], asked_at__isnull=False)
        gone = mine.filter(state__in=[B.TAKEN, B.REPORTED, B.UNCERTAIN])
        if move != "stop" and (await asked.exists() or await gone.exists()):
            raise Conflict("problem.campaign.already_out")
        # Asked for, and never answered: nobody will ask again, so nobody will know.
        await asked.update(state=B.UNCERTAIN.value, reason="answer_lost", lease_until=None)
        await mine.filter(state__in=[B.PLANNED, B.QUEUED]).update(state=B.CANCELLED.value, period=None)
        await MOVES.write(change, row, actor, move)
        return await queries.view_of(row)

    if move not in ("discard", "cancel", "stop"):
        raise ValueError(move)
    return await desk.db.change(work)


async def hold_back(campaign_id: UUID) -> None:
    """What is queued waits for a person. What it was promised of the quota it keeps."""
    queued = CampaignBatch.filter(campaign_id=campaign_id, state=B.QUEUED.value)
    await queued.update(state=B.PLANNED.value)


async def _queue(desk: CampaignDesk, change: Change, row: Campaign, states: Sequence[BatchState]) -> int:
    """Queue the batches in these states. Raises Conflict when the quota is not enough. Returns how many."""
    quota = desk.quota()
    if quota is None:
        raise Conflict("problem.campaign.no_right")
    await one_at_a_time(change)
    starts = desk.quiet.over(max(row.send_at or change.now, change.now))
    period = quota.period(starts)
    refused = _refused(row.id)
    batches = await CampaignBatch.filter(
        campaign_id=row.id, state__in=[one for one in states if one is not B.FAILED]
    )
    if B.FAILED in states:
        batches += await refused
    # What of this campaign has gone out counts as well, only what is to be queued now is wanted anew.
    ids = [one.id for one in batches]
    held = Used.of(one.tag_id for one in batches if one.period == period)
    used = await used_in(period)
    others = Used(used.everybody - held.everybody, used.groups - held.groups)
    if batches:
        check_quota(quota, others, Used.of(one.tag_id for one in batches))
    # By the database's clock where it is to go at once: that is what a claim compares with.
    due = starts if starts > change.now else await change.database_now()
    await CampaignBatch.filter(id__in=ids).update(
        state=B.QUEUED.value, period=period, next_at=due, reason=None
    )
    return len(ids)


def check_quota(quota: MassQuota, used: Used, wanted: Used) -> None:
    """Raises Conflict when `wanted` is more than what is left."""
    if not fits(quota, used, wanted):
        per_month, per_day = "problem.campaign.quota_month", "problem.campaign.quota_day"
        key = per_month if quota.per == "month" else per_day
        raise Conflict(key, left=left(quota, used), at_most=quota.at_most)


def _refused(campaign_id: UUID) -> QuerySet[CampaignBatch]:
    """Batches the platform refused outright: nothing of them went out, and their id is still unused there."""
    return CampaignBatch.filter(campaign_id=campaign_id, state=B.FAILED.value, platform_id__isnull=True)


async def _plan(change: Change, campaign_id: UUID, groups: Sequence[Group]) -> None:
    audience: list[tuple[int | None, str]] = [(one.tag_id, one.name[:60]) for one in groups] or [(None, "")]
    at = await change.database_now()
    await CampaignBatch.bulk_create(
        CampaignBatch(
            id=change.ids.new(),
            campaign_id=campaign_id,
            position=position,
            tag_id=tag_id,
            tag_name=name,
            state=B.PLANNED.value,
            attempts=0,
            fence=0,
            next_at=at,
        )
        for position, (tag_id, name) in enumerate(audience)
    )


def _columns(words: Words, send_at: datetime | None, author: UUID, now: datetime) -> dict[str, object]:
    is_text = words.kind == "text"
    return {
        "title": words.title.strip(),
        "kind": words.kind,
        "text": words.text if is_text else "\n".join(words.titles),
        "media_id": None if is_text else words.media_id,
        "send_at": send_at,
        "worded_by_id": author,
        "updated_at": now,
    }


def _facts(words: Words, send_at: datetime | None) -> dict[str, object]:
    text = words.text if words.kind == "text" else words.media_id
    return {
        "title": words.title.strip(),
        "kind": words.kind,
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "tags": [one.tag_id for one in words.groups],
        "send_at": send_at.isoformat() if send_at is not None else None,
    }


def _digest(words: Words, send_at: datetime | None) -> bytes:
    return hashlib.sha256(msgspec.json.encode(_facts(words, send_at))).digest()
