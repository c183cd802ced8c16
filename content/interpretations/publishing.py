"""Publishing drafts and rolling back: one transaction writes entries, their history, the release and the new version.

Nothing is ever deleted: an entry that is withdrawn stays as a row, each publication of it as a revision, and rolling
back is a release of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.permissions import Operation, require
from content.interpretations import release_plan
from content.interpretations.draft_views import needs_law
from content.interpretations.drafts import MOVES, check_base, let_go, locked
from content.interpretations.evaluation import Question
from content.interpretations.keeping import as_json, from_json, given_reason, noted, one_at_a_time, staff_id
from content.interpretations.laws import LawIndex
from content.interpretations.lifecycle import MissState, State
from content.interpretations.load import bump_version, columns
from content.interpretations.models import (
    KnowledgeDraft,
    KnowledgeEntry,
    KnowledgeRelease,
    KnowledgeRevision,
)
from content.interpretations.previewing import Preview, previewed
from content.interpretations.queries import current_version
from content.interpretations.release_plan import Target, stamp
from content.interpretations.releases import ReleaseView, release_view, releases
from content.interpretations.trials import Trials
from kit.clock import local
from kit.db import Change, Database
from kit.problems import Conflict, Forbidden, Invalid, NotFound

__all__ = ["ReleaseView", "preview", "preview_roll_back", "publish", "release_view", "releases", "roll_back"]

DRAFTS_AT_MOST = 50


async def preview(
    db: Database,
    draft_ids: Sequence[UUID],
    *,
    laws: LawIndex | None = None,
    questions: Sequence[Question] | None = None,
    trials: Trials | None = None,
) -> Preview:
    """What publishing these drafts together would do. Raises Invalid, NotFound, Conflict.

    `trials` remembers what came of the questions: publishing what was looked at then takes no time.
    """
    ids = set(draft_ids)
    if not 1 <= len(ids) <= DRAFTS_AT_MOST:
        raise Invalid("problem.knowledge.how_many", field="drafts", at_most=DRAFTS_AT_MOST)
    rows = await KnowledgeDraft.filter(id__in=list(ids))
    if len(rows) != len(ids):
        raise NotFound("problem.knowledge.no_draft")
    return await previewed(db, await release_plan.of_drafts(rows), laws, questions, trials)


async def preview_roll_back(
    db: Database,
    number: int,
    *,
    laws: LawIndex | None = None,
    questions: Sequence[Question] | None = None,
    trials: Trials | None = None,
) -> Preview:
    """What going back to a release would do; 0 is before the first. Raises NotFound, Conflict."""
    return await previewed(db, await release_plan.back_to(number), laws, questions, trials)


async def publish(
    db: Database,
    actor: Actor,
    draft_ids: Sequence[UUID],
    reason: str,
    seen: str | None = None,
    *,
    laws: LawIndex | None = None,
    questions: Sequence[Question] | None = None,
    trials: Trials | None = None,
) -> int:
    """Publish drafts that everybody approved. `seen` is that of the preview. Returns the number of the release.

    Raises Conflict when anything has moved since the preview, a draft lacks an approval or the check forbids it.
    """
    require(actor, Operation.PUBLISH_KNOWLEDGE)
    reason = given_reason(reason)
    plan = await preview(db, draft_ids, laws=laws, questions=questions, trials=trials)
    _check_seen(plan, seen)

    async def work(change: Change) -> int:
        await one_at_a_time(change)
        rows = [await locked(change, one) for one in sorted(set(draft_ids))]
        for row in rows:
            MOVES.check(row, actor, "publish", None)
            check_approved(row)
            await check_base(row)
        targets = await release_plan.of_drafts(rows)
        await _check_same(change, plan, targets)
        release = await _released(change, actor, "publish", plan, targets, reason)
        for row in rows:
            row.release_id = release.id
            await let_go(row, MissState.SETTLED)
            await MOVES.write(change, row, actor, "publish", {"release": release.number})
        return release.number

    return await db.change(work)


async def roll_back(
    db: Database,
    actor: Actor,
    number: int,
    reason: str,
    seen: str | None = None,
    *,
    laws: LawIndex | None = None,
    questions: Sequence[Question] | None = None,
    trials: Trials | None = None,
) -> int:
    """Put back what releases after `number` changed, as a release of its own. Returns its number.

    Raises Conflict where an entry would come back that cites a law which is no longer in force.
    """
    require(actor, Operation.PUBLISH_KNOWLEDGE)
    reason = given_reason(reason)
    plan = await preview_roll_back(db, number, laws=laws, questions=questions, trials=trials)
    _check_seen(plan, seen)

    async def work(change: Change) -> int:
        await one_at_a_time(change)
        targets = await release_plan.back_to(number)
        await _check_same(change, plan, targets)
        release = await _released(change, actor, "rollback", plan, targets, reason, restores=number)
        return release.number

    return await db.change(work)


def check_approved(row: KnowledgeDraft) -> None:
    """Raises unless an editor has approved it, and where it cites law a legal reviewer who is another person."""
    law = needs_law(row.kind, from_json(row.content))
    if row.edited_by_id is None or row.state != (State.REVIEWED if law else State.EDITED):
        raise Conflict("problem.knowledge.not_approved")
    second = row.reviewed_by_id if law else row.edited_by_id
    firsts = {row.worded_by_id, row.edited_by_id} if law else {row.worded_by_id}
    if second is None or second in firsts:
        raise Forbidden("problem.knowledge.own")


def _check_seen(plan: Preview, seen: str | None) -> None:
    if seen is not None and seen != plan.seen:
        raise Conflict("problem.knowledge.preview_old")
    if plan.faults:
        raise Conflict("problem.knowledge.faulty", faults="；".join(one.text for one in plan.faults[:5]))


async def _check_same(change: Change, plan: Preview, targets: Sequence[Target]) -> None:
    """What was compared outside the transaction is what is written inside it."""
    if stamp(await current_version(), local(change.now).date(), targets) != plan.seen:
        raise Conflict("problem.knowledge.preview_old")


async def _released(
    change: Change,
    actor: Actor,
    kind: str,
    plan: Preview,
    targets: Sequence[Target],
    reason: str,
    *,
    restores: int | None = None,
) -> KnowledgeRelease:
    release = KnowledgeRelease(
        id=change.ids.new(),
        number=await bump_version(change.now),
        kind=kind,
        reason=reason,
        made_by_id=staff_id(actor),
        made_at=change.now,
        restores=restores,
        before=msgspec.to_builtins(plan.before),
        after=msgspec.to_builtins(plan.after),
    )
    await release.save(force_create=True)
    for target in targets:
        await _write(change, release, target)
    facts: dict[str, object] = {
        "number": release.number,
        "reason": reason,
        "entries": [one.slug for one in targets],
    }
    if restores is None:
        await noted(change, actor, "knowledge.publish", facts)
    else:
        await noted(change, actor, "knowledge.roll_back", {**facts, "restores": restores})
    return release


async def _write(change: Change, release: KnowledgeRelease, target: Target) -> None:
    version = (target.version or 0) + 1
    common: dict[str, Any] = {
        "version": version,
        "published": target.after is not None,
        "source": "bureau",
        "updated_at": change.now,
    }
    said = columns(target.after) if target.after is not None else {}
    people: dict[str, Any] = {"author_id": target.author_id, "legal_reviewer_id": target.legal_reviewer_id}
    if target.version is None:
        await KnowledgeEntry.create(id=change.ids.new(), slug=target.slug, **common, **said, **people)
    else:
        row = await KnowledgeEntry.get(slug=target.slug)
        row.update_from_dict({**common, **said, **(people if said else {})})
        await row.save()
    await KnowledgeRevision.create(
        id=change.ids.new(),
        release_id=release.id,
        slug=target.slug,
        version=version,
        content=as_json(target.after) if target.after is not None else None,
        previous=as_json(target.before) if target.before is not None else None,
        made_at=change.now,
        **people,
    )
