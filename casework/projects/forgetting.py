"""What goes of projects and visits when its time is over: who answered for a board, and what enterprises wrote."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.actors import Actor
from casework.projects.models import EnterpriseVisit, Project
from casework.scene_codes.models import SceneCode
from kit.db import Change


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
    """Visits ended before then about which somebody wrote something, oldest first."""
    query = EnterpriseVisit.filter(ended_at__lt=before, rating_words__isnull=False).order_by("ended_at", "id")
    return [row.id for row in await query.limit(at_most).only("id")]


async def forget_visit_words(
    change: Change, actor: Actor, visit_id: UUID, *, instead: str, content: dict[str, object]
) -> tuple[UUID, ...] | None:
    """Delete what was written about a visit, and where the officer stood. Scores stay: they count in sums alone."""
    row = await change.lock(EnterpriseVisit, visit_id)
    if row is None or row.rating_words is None:
        return None
    row.rating_words = row.latitude = row.longitude = None
    row.updated_at = change.now
    await row.save()
    await change.audit(row.id, actor, "enterprise_visit.forget_words", content)
    return ()
