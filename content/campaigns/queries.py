"""Reads of campaigns: one, and all of them newest first, paged by key."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from tortoise.expressions import Q

from casework.keyset import page_key, page_token
from content.campaigns.models import Campaign, CampaignBatch
from content.campaigns.views import CampaignView, campaign_view
from kit.problems import NotFound


@dataclass(frozen=True)
class CampaignPage:
    """Some campaigns; `after` leads to the next ones, "" at the end."""

    rows: tuple[CampaignView, ...]
    after: str = ""


async def find(campaign_id: UUID) -> CampaignView:
    """The campaign. Raises NotFound."""
    row = await Campaign.get_or_none(id=campaign_id)
    if row is None:
        raise NotFound("problem.campaign.not_found")
    return await view_of(row)


async def view_of(row: Campaign) -> CampaignView:
    return campaign_view(row, await CampaignBatch.filter(campaign_id=row.id))


async def page(*, after: str | None = None, limit: int = 30) -> CampaignPage:
    """Newest first. Raises Invalid for a made-up `after`."""
    query = Campaign.all()
    if after:
        at, id = page_key(after)
        query = query.filter(Q(made_at__lt=at) | Q(made_at=at, id__lt=id))
    rows = await query.order_by("-made_at", "-id").limit(limit + 1)
    shown = rows[:limit]
    batches: dict[UUID, list[CampaignBatch]] = defaultdict(list)
    for batch in await CampaignBatch.filter(campaign_id__in=[row.id for row in shown]):
        batches[batch.campaign_id].append(batch)
    more = page_token(shown[-1].made_at, shown[-1].id) if len(rows) > limit else ""
    return CampaignPage(tuple(campaign_view(row, batches[row.id]) for row in shown), more)
