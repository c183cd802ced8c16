"""What people (and the clock) do with a complaint. Filing one is in `filing.py`, adding to one in `adding.py`.

Every action takes the desk, who acts and which case; moves what the lifecycle table allows; returns the case
as the actor may see it, without photos' contents and timeline. Texts are kept without control characters.
`expected_revision` is the revision the actor was looking at: if the case has moved on since, the action is
refused with `problem.complaint.moved_on` and nothing changes.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.actors import Actor, clock
from casework.closing import close_each
from casework.complaints.adding import add_material as add_material
from casework.complaints.answering import (
    answered,
    answered_by,
    check_after_photos,
    left_out,
    put_answer,
    require_after_photos,
    require_every_request,
)
from casework.complaints.assembly import needs_verifying
from casework.complaints.desk import Desk
from casework.complaints.events import (
    ComplaintAccepted,
    ComplaintAssigned,
    ComplaintClosed,
    ComplaintDisputed,
    ComplaintHandedBack,
    ComplaintRated,
    ComplaintRefused,
    ComplaintWithdrawn,
)
from casework.complaints.followers import answer_followers, let_go
from casework.complaints.lifecycle import State
from casework.complaints.limits import urgency_of
from casework.complaints.models import Complaint
from casework.complaints.moving import Step, take
from casework.complaints.past_limit import past_limit
from casework.complaints.revealing import reveal_phone as reveal_phone
from casework.complaints.sending import hold_officer, require_officer, send_by_rules
from casework.complaints.telling import common
from casework.complaints.urgency import Urgency
from casework.complaints.views import ComplaintView
from casework.complaints.wording import ANSWER_AT_MOST as ANSWER_AT_MOST
from casework.complaints.wording import REASON_AT_MOST as REASON_AT_MOST
from casework.complaints.wording import digest, optional
from casework.roles import Role
from kit.db import Change
from kit.problems import Conflict, Invalid

NAME_AT_MOST = 100
SATISFIED, ON_THE_WHOLE, UNSATISFIED = 3, 2, 1


async def accept(
    desk: Desk,
    actor: Actor,
    complaint_id: UUID,
    *,
    category: str | None = None,
    urgency: Urgency | None = None,
    expected_revision: int | None = None,
) -> ComplaintView:
    """Take the case on, under `category` or, without one, the citizen's choice or the suggestion.

    The unit is the one the rules send it to; without a rule that says anything, the category's.
    """
    if category is not None and category not in desk.policy.categories:
        raise Invalid("problem.complaint.category", field="category")

    def fill(row: Complaint) -> None:
        row.category = category or row.category or row.suggested_category
        if row.category not in desk.policy.categories:
            raise Invalid("problem.complaint.no_category", field="category")
        row.urgency = (urgency or urgency_of(row, desk.policy)).value

    async def settle(change: Change, row: Complaint) -> None:
        await send_by_rules(desk, change, row)

    step = Step(
        move="accept",
        given={},
        content={"category": category, **({"urgency": urgency.value} if urgency is not None else {})},
        fill=fill,
        settle=settle,
        tell=lambda row: ComplaintAccepted(**common(desk, row), answer_by_at=row.due_at),
    )
    return await take(desk, actor, complaint_id, step, expected_revision)


async def refuse(
    desk: Desk,
    actor: Actor,
    complaint_id: UUID,
    *,
    reason: str,
    responsible_body: str,
    expected_revision: int | None = None,
) -> ComplaintView:
    """Do not take it on: why, and which body to turn to. Both are told to the citizen word for word."""
    why = optional(reason, field="reason", at_most=REASON_AT_MOST)
    body = optional(responsible_body, field="responsible_body", at_most=NAME_AT_MOST)

    def fill(row: Complaint) -> None:
        row.refusal_reason, row.responsible_body = why, body

    step = Step(
        move="refuse",
        given={"reason": why, "responsible_body": body},
        content={"reason": why, "responsible_body": body},
        fill=fill,
        tell=lambda row: ComplaintRefused(
            **common(desk, row), reason=row.refusal_reason or "", responsible_body=row.responsible_body or ""
        ),
    )
    return await take(desk, actor, complaint_id, step, expected_revision)


async def assign(
    desk: Desk,
    actor: Actor,
    complaint_id: UUID,
    *,
    unit: str | None = None,
    assignee_id: UUID | None = None,
    expected_revision: int | None = None,
) -> ComplaintView:
    """Give it to a unit (without one, the category's) and, if wanted, to one of its officers."""
    if unit is not None and unit not in desk.policy.units:
        raise Invalid("problem.complaint.unit", field="unit")
    await require_officer(desk, assignee_id, Role.HANDLER)

    def fill(row: Complaint) -> None:
        row.unit = unit or row.unit
        row.assignee_id = assignee_id
        if row.unit is None and assignee_id is None:
            raise Invalid("problem.complaint.unit", field="unit")

    step = Step(
        move="assign",
        given={},
        content={"unit": unit, "assignee_id": str(assignee_id) if assignee_id is not None else None},
        fill=fill,
        settle=lambda change, row: hold_officer(change, assignee_id),
        tell=lambda row: ComplaintAssigned(
            **common(desk, row), unit_name=desk.policy.unit_name(row.unit), answer_by_at=row.due_at
        ),
    )
    return await take(desk, actor, complaint_id, step, expected_revision)


async def hand_back(
    desk: Desk, actor: Actor, complaint_id: UUID, *, ground: str, expected_revision: int | None = None
) -> ComplaintView:
    """Send it back to be assigned elsewhere. The limit for an answer goes on running."""
    why = optional(ground, field="ground", at_most=REASON_AT_MOST)
    unit_name = ""

    def fill(row: Complaint) -> None:
        nonlocal unit_name
        unit_name = desk.policy.unit_name(row.unit)
        row.assignee_id = None

    step = Step(
        move="hand_back",
        given={"ground": why},
        content={"ground": why},
        fill=fill,
        tell=lambda row: ComplaintHandedBack(**common(desk, row), ground=why or "", unit_name=unit_name),
    )
    return await take(desk, actor, complaint_id, step, expected_revision)


async def answer(
    desk: Desk,
    actor: Actor,
    complaint_id: UUID,
    *,
    text: str,
    after_photos: tuple[UUID, ...] = (),
    left_out_ground: str | None = None,
    expected_revision: int | None = None,
) -> ComplaintView:
    """Say what was done. The citizen is told word for word, and so is everybody whose case was merged into this one.

    An answer that does not touch all the citizen asked for (`nlp.requests`) is refused unless `left_out_ground` says
    why; that goes into the audit chain. A category that is verified first is answered by `handling.report_handled`.
    """
    words = optional(text, field="answer", at_most=ANSWER_AT_MOST)
    why = optional(left_out_ground, field="left_out_ground", at_most=REASON_AT_MOST)
    check_after_photos(after_photos)

    def fill(row: Complaint) -> None:
        if needs_verifying(desk, row):
            raise Conflict("problem.complaint.verify_first")
        put_answer(row, words)

    async def settle(_: Change, row: Complaint) -> None:
        await require_after_photos(desk, row, after_photos)
        await require_every_request(row, words, why)

    step = Step(
        move="answer",
        given={"answer": words},
        content={"answer": words, "photos": len(after_photos), **left_out(why)},
        fill=fill,
        settle=settle,
        tell=lambda row: answered(desk, row),
        photos=after_photos,
        follow=lambda change, row: answer_followers(desk, change, row),
    )
    return await take(desk, actor, complaint_id, step, expected_revision)


async def rate(
    desk: Desk,
    actor: Actor,
    complaint_id: UUID,
    *,
    score: int,
    comment: str | None = None,
    solved: int | None = None,
    manner: int | None = None,
    speed: int | None = None,
    expected_revision: int | None = None,
) -> ComplaintView:
    """Say how it went: 3 satisfied, 2 on the whole, 1 not; if wanted also of whether it was solved, the manner, the speed.

    The first two close the case. A 1 is noted and leaves it open, so that the citizen can still dispute the
    answer; without a word from the citizen the clock closes it.
    """
    scores = (SATISFIED, ON_THE_WHOLE, UNSATISFIED)
    parts = {"solved": solved, "manner": manner, "speed": speed}
    for field, given in {"score": score, **parts}.items():
        if given not in scores and (given is not None or field == "score"):
            raise Invalid("problem.complaint.score", field=field)
    words = optional(comment, field="comment", at_most=REASON_AT_MOST)

    def fill(row: Complaint) -> None:
        row.rating, row.rating_comment = score, words
        row.rating_solved, row.rating_manner, row.rating_speed = solved, manner, speed

    step = Step(
        move="rate_unsatisfied" if score == UNSATISFIED else "rate",
        given={"score": score},
        content={
            "score": score,
            "comment_digest": digest(desk.sealer, words),
            **{name: given for name, given in parts.items() if given is not None},
        },
        fill=fill,
        tell=lambda row: ComplaintRated(
            **common(desk, row), score=score, closed=row.state == State.CLOSED.value
        ),
    )
    return await take(desk, actor, complaint_id, step, expected_revision)


async def dispute(
    desk: Desk, actor: Actor, complaint_id: UUID, *, reason: str, expected_revision: int | None = None
) -> ComplaintView:
    """Do not accept the answer: the case is handled once more. Once only."""
    why = optional(reason, field="reason", at_most=REASON_AT_MOST)

    def fill(row: Complaint) -> None:
        row.dispute_reason = why
        row.times_disputed += 1

    step = Step(
        move="dispute",
        given={"reason": why},
        content={"reason_digest": digest(desk.sealer, why)},
        fill=fill,
        tell=lambda row: ComplaintDisputed(**common(desk, row), answer_by_at=row.due_at),
    )
    return await take(desk, actor, complaint_id, step, expected_revision)


async def close(
    desk: Desk,
    actor: Actor,
    complaint_id: UUID,
    *,
    ground: str | None = None,
    expected_revision: int | None = None,
) -> ComplaintView:
    """Close an answered case: the clock only after the citizen's time to object has passed, a member of staff with a
    ground, such as that the citizen said so on the telephone. Nobody closes what they answered themselves.
    """
    why = optional(ground, field="ground", at_most=REASON_AT_MOST)
    if actor.kind != "clock" and why is None:
        raise Invalid("problem.complaint.empty", field="ground")

    async def settle(_: Change, row: Complaint) -> None:
        if actor.kind == "staff" and await answered_by(row) == actor.id:
            raise Conflict("problem.complaint.own_answer")

    step = Step(
        move="close",
        given={},
        content={"ground": why} if why is not None else {},
        settle=settle,
        tell=lambda row: ComplaintClosed(**common(desk, row), by_clock=actor.kind == "clock"),
    )
    return await take(desk, actor, complaint_id, step, expected_revision)


async def withdraw(
    desk: Desk,
    actor: Actor,
    complaint_id: UUID,
    *,
    ground: str | None = None,
    expected_revision: int | None = None,
) -> ComplaintView:
    """The citizen takes it back before it is answered; a clerk does so for a caller and says why.

    What was merged into it goes on under the first of those cases, what was split from it is taken back with it.
    """
    why = optional(ground, field="ground", at_most=REASON_AT_MOST)
    if actor.kind != "citizen" and why is None:
        raise Invalid("problem.complaint.empty", field="ground")
    step = Step(
        move="withdraw",
        given={},
        content={"ground": why} if why is not None else {},
        tell=lambda row: ComplaintWithdrawn(**common(desk, row)),
        follow=lambda change, row: let_go(desk, change, actor, row),
    )
    return await take(desk, actor, complaint_id, step, expected_revision)


async def close_answered_past_limit(desk: Desk, now: datetime, limit: int = 100) -> int:
    """The clock closes answered cases whose time to object has passed. Returns how many it closed.

    Each in a transaction of its own, oldest first; safe to run in several workers and to repeat.
    """
    due = await past_limit(State.ANSWERED, now)
    return await close_each(due, lambda id: close(desk, clock(), id), at_most=limit)
