"""What an answer needs, whoever gives it and however it gets to the citizen."""

from __future__ import annotations

from uuid import UUID

from casework.complaints.desk import Desk
from casework.complaints.events import ComplaintAnswered
from casework.complaints.filing import PHOTOS_AT_MOST
from casework.complaints.models import Complaint, ComplaintAddition, ComplaintPhoto
from casework.complaints.moving import ACTION
from casework.complaints.telling import common
from kit.audit.models import AuditEntry
from kit.problems import Invalid
from nlp.requests import untouched

AFTER = "after"


def check_after_photos(photos: tuple[UUID, ...]) -> None:
    """Raise Invalid for more photos than a case takes at once."""
    if len(photos) > PHOTOS_AT_MOST:
        raise Invalid("problem.complaint.too_many_photos", field="after_photos", at_most=PHOTOS_AT_MOST)


async def require_after_photos(desk: Desk, row: Complaint, given: tuple[UUID, ...]) -> None:
    """Raise Invalid where the category wants to see the work done and there is no photo of it yet."""
    found = desk.policy.categories.get(row.category or "")
    if found is None or not found.after_photos or given:
        return
    if not await ComplaintPhoto.filter(complaint_id=row.id, stage=AFTER).exists():
        raise Invalid("problem.complaint.after_photo", field="after_photos")


def put_answer(row: Complaint, words: str | None) -> None:
    """Write the answer. A rating belongs to the answer it was given for."""
    row.answer = words
    row.rating = row.rating_comment = None
    row.rating_solved = row.rating_manner = row.rating_speed = None


def answered(desk: Desk, row: Complaint) -> ComplaintAnswered:
    """What the citizen is told."""
    return ComplaintAnswered(
        **common(desk, row),
        answer=row.answer or "",
        unit_name=desk.policy.unit_name(row.unit),
        may_dispute=row.times_disputed == 0,
        close_by_at=row.due_at,
    )


async def require_every_request(row: Complaint, answer: str | None, ground: str | None) -> None:
    """Raise Invalid (field `left_out_ground`) where the answer does not touch what the citizen asked for and no ground
    is given why not. The sentence names the requests in the citizen's own words.
    """
    if ground is not None or answer is None:
        return
    added = (
        await ComplaintAddition.filter(complaint_id=row.id)
        .order_by("position")
        .values_list("text", flat=True)
    )
    left = untouched("\n".join((row.story, *added)), answer)  # type: ignore[arg-type]
    if left:
        named = "\uff1b".join(f"\u201c{one.words}\u201d" for one in left)
        raise Invalid("problem.complaint.requests_left", field="left_out_ground", requests=named)


def left_out(ground: str | None) -> dict[str, object]:
    """For the audit chain: why requests stay without an answer."""
    return {"left_out_ground": ground} if ground is not None else {}


async def answered_by(row: Complaint) -> UUID | None:
    """Who of the staff wrote the answer that stands."""
    actions = [ACTION + move for move in ("answer", "report_handled", "close_on_spot")]
    entry = await AuditEntry.filter(case_id=row.id, action__in=actions).order_by("-position").first()
    return entry.actor_id if entry is not None and entry.actor_kind == "staff" else None
