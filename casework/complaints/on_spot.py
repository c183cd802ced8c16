"""What a patrol finds and mends at once: filed, done, shown by a photo, closed."""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.complaints.actions import ANSWER_AT_MOST
from casework.complaints.answering import check_after_photos, put_answer
from casework.complaints.desk import Desk
from casework.complaints.events import ComplaintClosed
from casework.complaints.models import Complaint
from casework.complaints.moving import Step, take
from casework.complaints.sending import send_by_rules
from casework.complaints.telling import common
from casework.complaints.views import ComplaintView
from casework.complaints.wording import optional
from kit.db import Change
from kit.problems import Conflict, Invalid


async def close_on_spot(
    desk: Desk,
    actor: Actor,
    complaint_id: UUID,
    *,
    text: str,
    after_photos: tuple[UUID, ...],
    expected_revision: int | None = None,
) -> ComplaintView:
    """Close what one has just filed oneself: `text` says what was done, a photo shows it.

    Raises Conflict for somebody else's case, Invalid without a photo or a category.
    """
    words = optional(text, field="answer", at_most=ANSWER_AT_MOST)
    check_after_photos(after_photos)
    if not after_photos:
        raise Invalid("problem.complaint.after_photo", field="after_photos")

    def fill(row: Complaint) -> None:
        if row.filed_by_id != actor.id:
            raise Conflict("problem.complaint.not_on_spot")
        row.category = row.category or row.suggested_category
        if row.category not in desk.policy.categories:
            raise Invalid("problem.complaint.no_category", field="category")
        put_answer(row, words)

    async def settle(change: Change, row: Complaint) -> None:
        await send_by_rules(desk, change, row)

    step = Step(
        move="close_on_spot",
        given={"answer": words},
        content={"answer": words, "photos": len(after_photos)},
        fill=fill,
        settle=settle,
        tell=lambda row: ComplaintClosed(**common(desk, row), by_clock=False),
        photos=after_photos,
    )
    return await take(desk, actor, complaint_id, step, expected_revision)
