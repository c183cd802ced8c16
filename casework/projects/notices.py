"""Notices on a project's page: put up for a time, taken down with a reason."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.actors import Actor
from casework.complaints.wording import REASON_AT_MOST, required
from casework.permissions import Operation, require
from casework.projects.actions import locked
from casework.projects.desk import ProjectDesk
from casework.projects.lifecycle import PROJECT
from casework.projects.models import ProjectNotice
from kit.db import Change
from kit.problems import Invalid, NotFound

WORDS_AT_MOST = 1_000


async def put_notice(
    desk: ProjectDesk,
    actor: Actor,
    project_id: UUID,
    *,
    title: str,
    words: str,
    until_at: datetime | None = None,
) -> UUID:
    """Put one up, from now until `until_at` (None: until it is taken down). Raises Invalid, NotFound, Conflict."""
    require(actor, Operation.KEEP_PROJECTS)
    title = required(title, field="title", at_most=100)
    words = required(words, field="words", at_most=WORDS_AT_MOST)

    async def work(change: Change) -> UUID:
        row = await locked(change, project_id)
        PROJECT.check("put_notice", row.state, actor.roles, {"title": title, "words": words})
        if until_at is not None and until_at <= change.now:
            raise Invalid("problem.project.notice_over", field="until_on")
        notice = ProjectNotice(
            id=change.ids.new(),
            project_id=row.id,
            title=title,
            words=words,
            shown_from_at=change.now,
            shown_until_at=until_at,
            by_id=actor.id,
        )
        await notice.save(force_create=True)
        await change.audit(row.id, actor, "project.put_notice", {"notice": str(notice.id), "title": title})
        return notice.id

    return await desk.db.change(work)


async def take_down(desk: ProjectDesk, actor: Actor, project_id: UUID, notice_id: UUID, reason: str) -> None:
    """Take one down; when and why is kept. One taken down before stays as it is."""
    require(actor, Operation.KEEP_PROJECTS)
    reason = required(reason, field="reason", at_most=REASON_AT_MOST)

    async def work(change: Change) -> None:
        row = await locked(change, project_id)
        PROJECT.check("take_down_notice", row.state, actor.roles, {"reason": reason})
        notice = await change.lock(ProjectNotice, notice_id)
        if notice is None or notice.project_id != row.id:
            raise NotFound("problem.project.no_notice")
        if notice.taken_down_at is not None:
            return
        notice.taken_down_at, notice.take_down_reason = change.now, reason
        await notice.save(update_fields=["taken_down_at", "take_down_reason"])
        facts = {"notice": str(notice.id), "reason": reason}
        await change.audit(row.id, actor, "project.take_down_notice", facts)

    await desk.db.change(work)
