"""What every move of a campaign works with, and how it is made: one transaction that checks, changes and audits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from casework.actors import Actor
from content.campaigns.lifecycle import CAMPAIGN, State
from content.campaigns.models import Campaign
from content.campaigns.quota import MassQuota
from kit.db import Change, Database
from kit.problems import Conflict, NotFound
from kit.quiet_hours import NIGHT, QuietHours

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


def check_move(row: Campaign, actor: Actor, move: str, seen: int | None) -> None:
    """Raises the problem that says why the move may not be taken now. `seen` is the revision its sender saw."""
    found = CAMPAIGN.find(move)
    may = not set(found.by).isdisjoint(actor.roles)
    if may and seen is not None and seen != row.revision:
        raise Conflict("problem.campaign.moved_on")
    CAMPAIGN.check(move, row.state, actor.roles, {})


async def moved(
    change: Change, row: Campaign, actor: Actor, move: str, content: Mapping[str, object] | None = None
) -> None:
    """Write the move and its audit entry. The caller has checked it and set whatever else it changes."""
    found = CAMPAIGN.find(move)
    before, row.state = row.state, State(found.leads_to(row.state)).value
    row.revision += 1
    row.updated_at = change.now
    await row.save()
    facts: dict[str, object] = {
        "from": before,
        "to": row.state,
        "revision": row.revision,
        "content": dict(content or {}),
    }
    principal = actor.principal_for(found.by, None)
    if principal is not None:
        facts["deputy_for"] = principal
    await change.audit(row.id, actor, f"campaign.{move}", facts)
