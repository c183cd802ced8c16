"""What staff do with a case between taking it on and closing it. The rest is in `actions.py`; the same rules hold here."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.answering import (
    answered,
    answered_by,
    check_after_photos,
    left_out,
    put_answer,
    require_after_photos,
    require_every_request,
)
from casework.complaints.desk import Desk
from casework.complaints.events import (
    ComplaintAsked,
    ComplaintExtended,
    ComplaintHandled,
    ComplaintReclassified,
    ComplaintRedone,
    ComplaintReferred,
    ComplaintReminded,
    ComplaintResumed,
    ComplaintSentBack,
    ComplaintSupervised,
)
from casework.complaints.filing import PLACE_AT_MOST as PLACE_AT_MOST
from casework.complaints.followers import answer_followers
from casework.complaints.lifecycle import State
from casework.complaints.limits import extension, limit_of
from casework.complaints.models import Complaint
from casework.complaints.moving import Step, take
from casework.complaints.place import Position, checked
from casework.complaints.reminding import remind_from
from casework.complaints.sending import hold_officer, require_officer, send_by_rules
from casework.complaints.telling import common
from casework.complaints.urgency import Urgency
from casework.complaints.views import ComplaintView
from casework.complaints.whereabouts import put_place
from casework.complaints.wording import ANSWER_AT_MOST, REASON_AT_MOST, digest, optional
from casework.roles import Role
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Invalid

QUESTION_AT_MOST = 500
"""Characters: a customer-service message holds 2,048 bytes, and the whole question is to arrive."""


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """What staff correct about a case; what is None stays as it is."""

    category: str | None = None
    urgency: Urgency | None = None
    place_text: str | None = None
    position: Position | None = None


async def reclassify(
    desk: Desk,
    actor: Actor,
    complaint_id: UUID,
    *,
    correction: Correction,
    expected_revision: int | None = None,
) -> ComplaintView:
    """Correct what it is about, how urgent it is or where. The limit is reckoned anew from when it began, and where the
    case goes is asked of the rules again. A unit that was given it keeps it, and the page says where the rules would send
    it now; one it was only meant for does not.
    """
    if correction == Correction():
        raise Invalid("problem.complaint.nothing_corrected", field="category")
    if correction.category is not None and correction.category not in desk.policy.categories:
        raise Invalid("problem.complaint.category", field="category")
    place_text = optional(correction.place_text, field="place", at_most=PLACE_AT_MOST)
    position = checked(correction.position) if correction.position is not None else None

    def fill(row: Complaint) -> None:
        row.category = correction.category or row.category
        if correction.urgency is not None:
            row.urgency = correction.urgency.value
        if place_text is not None:
            row.place_text = place_text
        if position is not None:
            put_place(desk, row, position)

    async def settle(change: Change, row: Complaint) -> None:
        unit = row.unit
        await send_by_rules(desk, change, row)
        if row.state == State.ASSIGNED:
            row.unit = unit

    step = Step(
        move="reclassify",
        given={},
        content={
            "category": correction.category,
            "urgency": correction.urgency.value if correction.urgency is not None else None,
            "place_digest": digest(desk.sealer, place_text),
            "moved_on_map": position is not None,
        },
        fill=fill,
        settle=settle,
        tell=lambda row: ComplaintReclassified(**common(desk, row), answer_by_at=row.due_at),
    )
    return await take(desk, actor, complaint_id, step, expected_revision)


async def refer(
    desk: Desk,
    actor: Actor,
    complaint_id: UUID,
    *,
    reason: str,
    unit: str,
    assignee_id: UUID | None = None,
    expected_revision: int | None = None,
) -> ComplaintView:
    """Give an assigned case to another unit (or officer) and say why. The limit for an answer goes on running."""
    why = optional(reason, field="reason", at_most=REASON_AT_MOST)
    if unit not in desk.policy.units:
        raise Invalid("problem.complaint.unit", field="unit")
    await require_officer(desk, assignee_id, Role.HANDLER)
    from_unit = ""

    def fill(row: Complaint) -> None:
        nonlocal from_unit
        if (row.unit, row.assignee_id) == (unit, assignee_id):
            raise Conflict("problem.complaint.there_already")
        from_unit = desk.policy.unit_name(row.unit)
        row.unit, row.assignee_id = unit, assignee_id

    step = Step(
        move="refer",
        given={"reason": why},
        content={
            "reason": why,
            "unit": unit,
            "assignee_id": str(assignee_id) if assignee_id is not None else None,
        },
        fill=fill,
        settle=lambda change, row: hold_officer(change, assignee_id),
        tell=lambda row: ComplaintReferred(
            **common(desk, row),
            reason=why or "",
            unit_name=desk.policy.unit_name(row.unit),
            from_unit_name=from_unit,
            answer_by_at=row.due_at,
        ),
    )
    return await take(desk, actor, complaint_id, step, expected_revision)


async def ask(
    desk: Desk, actor: Actor, complaint_id: UUID, *, question: str, expected_revision: int | None = None
) -> ComplaintView:
    """Ask the citizen what is needed to go on. The limit stands still until the citizen replies, `wait` at the longest."""
    words = optional(question, field="question", at_most=QUESTION_AT_MOST)

    def fill(row: Complaint) -> None:
        if row.account_id is None and row.phone_sealed is None:
            raise Conflict("problem.complaint.nobody_to_ask")
        row.question = words

    step = Step(
        move="ask",
        given={"question": words},
        content={"question": words},
        fill=fill,
        tell=lambda row: ComplaintAsked(
            **common(desk, row), question=row.question or "", reply_by_at=row.due_at
        ),
    )
    return await take(desk, actor, complaint_id, step, expected_revision)


def resume_step(desk: Desk, actor: Actor, ground: str | None = None) -> Step:
    """The limit runs on: the citizen replied, somebody asked them on the telephone, or the time to reply is over."""
    return Step(
        move="resume",
        given={},
        content={"ground": ground} if ground is not None else {},
        tell=lambda row: ComplaintResumed(
            **common(desk, row), replied=actor.kind == "citizen", answer_by_at=row.due_at
        ),
    )


async def resume(
    desk: Desk,
    actor: Actor,
    complaint_id: UUID,
    *,
    ground: str | None = None,
    expected_revision: int | None = None,
) -> ComplaintView:
    """Go on without waiting any longer. Whoever of the staff does so says what the citizen said, or why it is enough."""
    why = optional(ground, field="ground", at_most=REASON_AT_MOST)
    if actor.kind == "staff" and why is None:
        raise Invalid("problem.complaint.empty", field="ground")
    step = resume_step(desk, actor, why)
    return await take(desk, actor, complaint_id, step, expected_revision)


async def extend(
    desk: Desk,
    actor: Actor,
    complaint_id: UUID,
    *,
    reason: str,
    amount: int,
    expected_revision: int | None = None,
) -> ComplaintView:
    """Put the answer off, once, and tell the citizen why. `amount` counts days of the limit's kind, or hours for a limit
    in minutes; at most as many as the profile allows (`complaints.extend_at_most`).
    """
    why = optional(reason, field="reason", at_most=REASON_AT_MOST)

    def fill(row: Complaint) -> None:
        limit = limit_of(row, desk.policy)
        most = desk.policy.extend_at_most
        if limit is None or not 1 <= amount <= most:
            raise Invalid("problem.complaint.extension", field="amount", at_most=most)
        row.extended_by = extension(limit, amount)

    step = Step(
        move="extend",
        given={"reason": why},
        content={"reason": why, "amount": amount},
        fill=fill,
        tell=lambda row: ComplaintExtended(**common(desk, row), reason=why or "", answer_by_at=row.due_at),
    )
    return await take(desk, actor, complaint_id, step, expected_revision)


async def supervise(
    desk: Desk, actor: Actor, complaint_id: UUID, *, instruction: str, expected_revision: int | None = None
) -> ComplaintView:
    """A head takes an eye on the case and says what is to be done."""
    words = optional(instruction, field="instruction", at_most=REASON_AT_MOST)

    def fill(row: Complaint) -> None:
        row.supervised_at = desk.db.clock.now()

    step = Step(
        move="supervise",
        given={"instruction": words},
        content={"instruction": words},
        fill=fill,
        tell=lambda row: ComplaintSupervised(
            **common(desk, row), instruction=words or "", answer_by_at=row.due_at
        ),
    )
    return await take(desk, actor, complaint_id, step, expected_revision)


async def remind(
    desk: Desk, actor: Actor, complaint_id: UUID, *, expected_revision: int | None = None
) -> ComplaintView:
    """Ask where it stands. Once a day is enough: whoever has the case was told the first time.

    For its citizen the time comes later, see `reminding`. Raises Conflict that says from when.
    """
    now = desk.db.clock.now()

    def fill(row: Complaint) -> None:
        if actor.kind == "citizen":
            _check_time_has_come(desk, row, now)
        if row.reminded_at is not None and local(row.reminded_at).date() == local(now).date():
            raise Conflict("problem.complaint.reminded_today")
        row.times_reminded = (row.times_reminded or 0) + 1
        row.reminded_at = now

    step = Step(
        move="remind",
        given={},
        content={"on": local(now).date().isoformat()},
        fill=fill,
        tell=lambda row: ComplaintReminded(
            **common(desk, row),
            by_citizen=actor.kind == "citizen",
            times=row.times_reminded or 1,
            answer_by_at=row.due_at,
        ),
    )
    return await take(desk, actor, complaint_id, step, expected_revision)


def _check_time_has_come(desk: Desk, row: Complaint, now: datetime) -> None:
    from_at = remind_from(row, desk.policy, desk.calendar)
    if from_at is None:
        raise Conflict("problem.complaint.remind_waits_for_you")
    if now < from_at:
        on = local(from_at)
        raise Conflict("problem.complaint.remind_too_early", moment=f"{on:%Y-%m-%d %H:%M}")


async def report_handled(
    desk: Desk,
    actor: Actor,
    complaint_id: UUID,
    *,
    text: str,
    after_photos: tuple[UUID, ...] = (),
    left_out_ground: str | None = None,
    expected_revision: int | None = None,
) -> ComplaintView:
    """Say that it is done and what the citizen is to be told; somebody else looks first. Arguments as `actions.answer`."""
    words = optional(text, field="answer", at_most=ANSWER_AT_MOST)
    why = optional(left_out_ground, field="left_out_ground", at_most=REASON_AT_MOST)
    check_after_photos(after_photos)

    async def settle(_: Change, row: Complaint) -> None:
        await require_after_photos(desk, row, after_photos)
        await require_every_request(row, words, why)

    step = Step(
        move="report_handled",
        given={"answer": words},
        content={"answer": words, "photos": len(after_photos), **left_out(why)},
        fill=lambda row: put_answer(row, words),
        settle=settle,
        tell=lambda row: ComplaintHandled(
            **common(desk, row), unit_name=desk.policy.unit_name(row.unit), answer_by_at=row.due_at
        ),
        photos=after_photos,
    )
    return await take(desk, actor, complaint_id, step, expected_revision)


async def verify(
    desk: Desk, actor: Actor, complaint_id: UUID, *, expected_revision: int | None = None
) -> ComplaintView:
    """It is done indeed: the citizen gets the answer. Nobody verifies their own work."""

    async def settle(_: Change, row: Complaint) -> None:
        if await answered_by(row) == actor.id:
            raise Conflict("problem.complaint.own_answer")

    step = Step(
        move="verify",
        given={},
        content={},
        settle=settle,
        tell=lambda row: answered(desk, row),
        follow=lambda change, row: answer_followers(desk, change, row),
    )
    return await take(desk, actor, complaint_id, step, expected_revision)


async def send_back(
    desk: Desk, actor: Actor, complaint_id: UUID, *, ground: str, expected_revision: int | None = None
) -> ComplaintView:
    """It is not done: whoever had it goes on. The limit never stopped."""
    why = optional(ground, field="ground", at_most=REASON_AT_MOST)
    step = Step(
        move="send_back",
        given={"ground": why},
        content={"ground": why},
        tell=lambda row: ComplaintSentBack(**common(desk, row), ground=why or "", answer_by_at=row.due_at),
    )
    return await take(desk, actor, complaint_id, step, expected_revision)


async def redo(
    desk: Desk, actor: Actor, complaint_id: UUID, *, reason: str, expected_revision: int | None = None
) -> ComplaintView:
    """Handle a closed case once more, because its citizen is not satisfied. Once in all, disputes counted."""
    why = optional(reason, field="reason", at_most=REASON_AT_MOST)

    def fill(row: Complaint) -> None:
        row.times_disputed += 1

    step = Step(
        move="redo",
        given={"reason": why},
        content={"reason": why},
        fill=fill,
        tell=lambda row: ComplaintRedone(**common(desk, row), answer_by_at=row.due_at),
    )
    return await take(desk, actor, complaint_id, step, expected_revision)
