"""What a clerk does with a follow-up visit. What is said on the telephone goes to the case it is about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from casework.actors import Actor
from casework.complaints import handling
from casework.complaints.lifecycle import State as CaseState
from casework.complaints.models import Complaint
from casework.complaints.moving import ACTION
from casework.complaints.sight import acts_on
from casework.complaints.wording import digest, optional
from casework.follow_up_visits.desk import VisitDesk
from casework.follow_up_visits.lifecycle import FOLLOW_UP_VISIT, State
from casework.follow_up_visits.models import FollowUpVisit
from kit.db import Change
from kit.problems import Conflict, Forbidden, Invalid, NotFound

SCORES = (3, 2, 1)
WORDS_AT_MOST = 1_000


async def record(
    desk: VisitDesk,
    actor: Actor,
    visit_id: UUID,
    *,
    solved: int,
    manner: int | None = None,
    speed: int | None = None,
    words: str | None = None,
    redo: bool = False,
    expected_revision: int | None = None,
) -> None:
    """What the person said: 3 good, 2 on the whole, 1 not, of whether it was solved, the manner, the speed.

    With `redo` the case is handled once more, in a change of its own after this one: should it be over by then, what
    was said is kept all the same. Raises Invalid, Conflict, NotFound, Forbidden.
    """
    for field, given in (("solved", solved), ("manner", manner), ("speed", speed)):
        if given not in SCORES and (given is not None or field == "solved"):
            raise Invalid("problem.complaint.score", field=field)
    said = optional(words, field="words", at_most=WORDS_AT_MOST)
    if redo and said is None:
        raise Invalid("problem.follow_up_visit.why_redo", field="words")

    async def fill(change: Change, visit: FollowUpVisit) -> dict[str, object]:
        visit.solved, visit.manner, visit.speed, visit.words = solved, manner, speed, said
        await _rate(change, visit)
        found = {"solved": solved, "manner": manner, "speed": speed, "redo": redo or None}
        facts: dict[str, object] = {name: value for name, value in found.items() if value is not None}
        return {**facts, "words_digest": digest(desk.complaints.sealer, said)}

    complaint_id = await _move(desk, actor, visit_id, "record", {"solved": solved}, fill, expected_revision)
    if redo:
        await handling.redo(desk.complaints, actor, complaint_id, reason=said or "")


async def miss(
    desk: VisitDesk, actor: Actor, visit_id: UUID, *, expected_revision: int | None = None
) -> None:
    """Nobody answered. After as many tries as the profile says the visit ends as unreached."""

    async def fill(change: Change, visit: FollowUpVisit) -> dict[str, object]:
        visit.tries += 1
        if visit.tries >= desk.section.tries:
            visit.state, visit.ended_at = State.UNREACHED.value, change.now
            visit.state_since_at, visit.due_at = change.now, None
        return {"tries": visit.tries}

    await _move(desk, actor, visit_id, "miss", {}, fill, expected_revision)


async def give_up(
    desk: VisitDesk, actor: Actor, visit_id: UUID, *, expected_revision: int | None = None
) -> None:
    """The number is wrong, or the person does not want to be asked."""

    async def fill(change: Change, visit: FollowUpVisit) -> dict[str, object]:
        return {}

    await _move(desk, actor, visit_id, "give_up", {}, fill, expected_revision)


Fill = Callable[[Change, FollowUpVisit], Awaitable[dict[str, object]]]


async def _move(
    desk: VisitDesk,
    actor: Actor,
    visit_id: UUID,
    name: str,
    given: dict[str, object],
    fill: Fill,
    expected_revision: int | None,
) -> UUID:
    async def work(change: Change) -> UUID:
        known = await FollowUpVisit.get_or_none(id=visit_id)
        # The case first, as whoever touches one does: it is its chain that is written.
        if known is None or await change.lock(Complaint, known.complaint_id) is None:
            raise NotFound("problem.follow_up_visit.not_found")
        visit = await change.lock(FollowUpVisit, visit_id)
        if visit is None:
            raise NotFound("problem.follow_up_visit.not_found")
        found = FOLLOW_UP_VISIT.find(name)
        if not acts_on(actor, found.by, visit.unit, None):
            raise Forbidden("problem.complaint.not_your_case")
        if expected_revision is not None and visit.revision != expected_revision:
            raise Conflict("problem.follow_up_visit.moved_on")
        FOLLOW_UP_VISIT.check(name, visit.state, actor.roles, given)
        before = visit.state
        visit.state = found.leads_to(before)
        visit.revision += 1
        visit.updated_at = change.now
        content = await fill(change, visit)
        if visit.state in FOLLOW_UP_VISIT.final:
            visit.ended_at, visit.due_at = change.now, None
        if visit.state != before:
            visit.state_since_at = change.now
        await visit.save()
        facts: dict[str, object] = {"content": {**content, "visit": visit.state}}
        await change.audit(visit.complaint_id, actor, f"{ACTION}visit_{name}", facts)
        return visit.complaint_id

    return await desk.complaints.db.change(work)


async def _rate(change: Change, visit: FollowUpVisit) -> None:
    """Whoever did not rate the case itself has rated it now."""
    row = await change.lock(Complaint, visit.complaint_id)
    if row is None or row.rating is not None or row.state != CaseState.CLOSED:
        return
    row.rating = row.rating_solved = visit.solved
    row.rating_manner, row.rating_speed = visit.manner, visit.speed
    row.updated_at = change.now
    await row.save(update_fields=["rating", "rating_solved", "rating_manner", "rating_speed", "updated_at"])
