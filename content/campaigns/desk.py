"""What every move of a campaign works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from content.campaigns.lifecycle import CAMPAIGN
from content.campaigns.models import Campaign
from content.campaigns.quota import MassQuota
from content.moves import Moves
from kit.db import Change, Database
from kit.problems import NotFound
from kit.quiet_hours import NIGHT, QuietHours

MOVES = Moves(CAMPAIGN, "problem.campaign.moved_on")
_LOCK = 0x63616D706169676E


@dataclass(frozen=True)
class CampaignDesk:
    """`quota` says what the account may send today, None where it has no mass-send."""

    db: Database
    quota: Callable[[], MassQuota | None]
    quiet: QuietHours = NIGHT


async def locked(change: Change, campaign_id: UUID) -> Campaign:
    """The campaign, held against other writers: before any of its batches. Raises NotFound."""
    row = await change.lock(Campaign, campaign_id)
    if row is None:
        raise NotFound("problem.campaign.not_found")
    return row


async def one_at_a_time(change: Change) -> None:
    """Whoever counts the quota waits here, so that two do not spend the same. SQLite has one writer anyway."""
    if change.is_postgres:
        await change.connection.execute_query("SELECT pg_advisory_xact_lock($1)", [_LOCK])
