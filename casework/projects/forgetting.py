"""What goes of projects and visits when its time is over: who answered for a board, and what enterprises wrote."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q

from casework.actors import Actor
from casework.projects.lifecycle import VisitState
from casework.projects.models import EnterpriseVisit, Project
from casework.scene_codes.models import SceneCode
from kit.db import Change

_CAME_TO_NOTHING = (VisitState.CANCELLED.value, VisitState.REFUSED.value, VisitState.WAITING.value)
"""Who waits for a second officer does so for half an hour, though nobody comes by to say that it lapsed."""


async def boards_due(before: datetime, at_most: int) -> list[UUID]:
    """Projects closed before then that still name their contact, oldest first."""
    query = Project.filter(closed_at__lt=before, anonymised_at=None).order_by("closed_at", "id")
    return [row.id for row in await query.limit(at_most).only("id")]


async def forget_board(
    change: Change, actor: Actor, project_id: UUID, *, instead: str, content: dict[str, object]
) -> tuple[UUID, ...] | None:
    """Take the contact off a closed project, and whose account was bound to it. The enterprise stays: it is no person."""
    row = await change.lock(Project, project_id)
    if row is None or row.closed_at is None or row.anonymised_at is not None:
        return None
    row.contact_name, row.contact_phone, row.account_id = instead[:40], "", None
    row.anonymised_at = row.updated_at = change.now
    await row.save()
    await SceneCode.filter(code=row.code).update(contact=None)
    await change.audit(row.id, actor, "project.forget_contact", content)
    return ()


async def visit_words_due(before: datetime, at_most: int) -> list[UUID]:
    """Visits over before then that still say where an officer stood, why not, or what somebody wrote; oldest first.

    A check-in that was turned away or came to nothing has no end: it is as old as its row.
    """
    over = Q(ended_at__lt=before) | Q(state__in=_CAME_TO_NOTHING, created_at__lt=before)
    left = Q(rating_words__isnull=False) | Q(latitude__isnull=False) | Q(place_reason__isnull=False)
    query = EnterpriseVisit.filter(over, left).order_by("created_at", "id")
    return [row.id for row in await query.limit(at_most).only("id")]


async def forget_visit_words(
    change: Change, actor: Actor, visit_id: UUID, *, instead: str, content: dict[str, object]
) -> tuple[UUID, ...] | None:
    """Delete what was written about a visit, and where the officer stood. Scores stay: they count in sums alone; so does how
    far from the site it was.
    """
    row = await change.lock(EnterpriseVisit, visit_id)
    if row is None or (row.rating_words, row.latitude, row.place_reason) == (None, None, None):
        return None
    row.rating_words = row.latitude = row.longitude = row.accuracy_m = row.place_reason = None
    row.updated_at = change.now
    await row.save()
    await change.audit(row.id, actor, "enterprise_visit.forget_words", content)
    return ()
