"""A party finds its own cases without their papers: by the number under which the unified login vouches for it.

One that is in somebody's account already (who held its paper) stays theirs; the code of its paper opens it all the same.
"""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.penalties.case_moving import note
from casework.penalties.case_queries import lines_of
from casework.penalties.case_views import CaseLine
from casework.penalties.desk import PenaltyDesk
from casework.penalties.earlier import party_index
from casework.penalties.models import PenaltyCase
from casework.people.vouching import identities_of
from kit.db import Change
from kit.problems import Forbidden

SHOWN_MOST = 50


async def claimable_cases(desk: PenaltyDesk, account_id: UUID) -> tuple[CaseLine, ...]:
    """Nobody's cases of whom the login vouches for on this person's accounts, the newest first; none before their notice
    was delivered.
    """
    return await lines_of(desk, await _rows(desk, account_id))


async def claim_cases(desk: PenaltyDesk, actor: Actor) -> int:
    """Take them into the account; how many. Raises Forbidden for whoever is not signed in."""
    account_id = actor.id
    if actor.kind != "citizen" or account_id is None:
        raise Forbidden("problem.penalty.sign_in_first")

    async def work(change: Change) -> int:
        taken = 0
        for one in await _rows(desk, account_id):
            row = await change.lock(PenaltyCase, one.id)
            if row is None or row.account_id is not None or row.anonymised_at is not None:
                continue
            row.account_id, row.updated_at = account_id, change.now
            await row.save(update_fields=["account_id", "updated_at"])
            await note(change, actor, row, "claim", {"by": "unified_login"})
            taken += 1
        return taken

    return await desk.db.change(work)


async def _rows(desk: PenaltyDesk, account_id: UUID) -> list[PenaltyCase]:
    known = await identities_of(desk.sealer, account_id)
    indexes = {party_index(desk.sealer, one.number) for one in known if one.number}
    if not indexes:
        return []
    rows = PenaltyCase.filter(
        party_index__in=sorted(indexes),
        account_id=None,
        anonymised_at=None,
        advance_delivered_at__isnull=False,
    )
    return await rows.order_by("-issued_at", "-id").limit(SHOWN_MOST)
