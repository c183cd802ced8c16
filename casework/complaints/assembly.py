"""Turns rows into views."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import msgspec

from casework.complaints.category import recognise_elsewhere
from casework.complaints.desk import Desk
from casework.complaints.lifecycle import CLOCKED_STATES, COMPLAINT, OPEN_STATES, State
from casework.complaints.limits import Pause, reckon, urgency_of
from casework.complaints.media import PHOTO
from casework.complaints.models import Complaint, ComplaintAddition, ComplaintPhoto
from casework.complaints.place import Position
from casework.complaints.ports import Suggested
from casework.complaints.reminding import remind_from
from casework.complaints.views import (
    AdditionView,
    ComplaintDetail,
    ComplaintLine,
    ComplaintView,
    Hanging,
    Particular,
    PhotoView,
    TimelineEntry,
)
from casework.roles import Role
from kit.sealing import mask_phone
from nlp.personal import mask_name, masked

OWNER = frozenset({Role.CITIZEN})
NOTHING_HANGS = Hanging()


def times_done(row: Complaint, move: str) -> int:
    """How often this case has taken a move that may be taken only so often."""
    if move in ("dispute", "redo"):
        return row.times_disputed
    return int(move == "extend" and row.extended_by is not None)


def moves_open_to(row: Complaint, roles: Collection[Role]) -> tuple[str, ...]:
    """The names of the moves that somebody with these roles may take now."""
    return tuple(
        move.name
        for move in COMPLAINT.allowed(row.state, roles)
        if move.at_most is None or times_done(row, move.name) < move.at_most
    )


def needs_verifying(desk: Desk, row: Complaint) -> bool:
    """Whether somebody else looks at the work before the citizen is told it is done."""
    found = desk.policy.categories.get(row.category or "")
    return found is not None and found.verify


def owner_view(
    desk: Desk,
    row: Complaint,
    photos: Iterable[ComplaintPhoto] = (),
    timeline: Sequence[TimelineEntry] = (),
    roles: Collection[Role] = OWNER,
    additions: Iterable[ComplaintAddition] = (),
    pauses: Iterable[Pause] = (),
    hanging: Hanging = NOTHING_HANGS,
) -> ComplaintView:
    """The case as its owner sees it, with the moves of `roles`."""
    still = tuple(pauses)
    # Nearly no case ever stood still, and reckoning costs more than all the rest of a view.
    found = reckon(row, still, desk.policy, desk.calendar) if still and row.state in OPEN_STATES else None
    moves, from_at = moves_open_to(row, roles), None
    if Role.CITIZEN in roles and "remind" in moves:
        from_at = remind_from(row, desk.policy, desk.calendar)
        if from_at is None or from_at > desk.db.clock.now():
            moves = tuple(move for move in moves if move != "remind")
    return ComplaintView(
        id=row.id,
        reference=row.reference,
        state=State(row.state),
        state_since_at=row.state_since_at,
        revision=row.revision,
        category=row.category,
        category_name=desk.policy.category_name(row.category),
        story=row.story,
        place_text=row.place_text,
        submitted_at=row.submitted_at,
        due_at=due_at_shown(row),
        unit_name=desk.policy.unit_name(row.unit),
        answer=row.answer,
        answered_at=row.answered_at,
        refusal_reason=row.refusal_reason,
        responsible_body=row.responsible_body,
        rating=row.rating,
        rating_comment=row.rating_comment,
        dispute_reason=row.dispute_reason,
        closed_at=row.closed_at,
        person_name=opened_name(desk, row) if row.name_sealed and Role.CITIZEN in roles else "",
        restricted_on=row.restriction_basis or "" if row.restricted_at is not None else "",
        limit_started_at=row.limit_started_at,
        photos=tuple(
            PhotoView(file_id=photo.file_id, stage=photo.stage, medium=photo.medium or PHOTO)
            for photo in photos
        ),
        particulars=msgspec.json.decode(row.particulars, type=tuple[Particular, ...])
        if row.particulars
        else (),
        additions=tuple(AdditionView(text=one.text, at=one.at) for one in additions),
        may_add=row.state in OPEN_STATES and Role.CITIZEN in roles,
        timeline=tuple(timeline),
        moves=moves,
        urgency=urgency_of(row, desk.policy),
        extended_by=row.extended_by or 0,
        paused_for=found.paused_for if found is not None else 0,
        external_due_at=row.external_due_at,
        question=(row.question or "") if row.state == State.WAITING else "",
        hanging=hanging,
        remind_from=from_at,
        said_same=row.said_same_as_id is not None,
    )


def owner_line(desk: Desk, row: Complaint) -> ComplaintLine:
    """The case in its owner's list."""
    return ComplaintLine(
        id=row.id,
        reference=row.reference,
        state=State(row.state),
        category_name=desk.policy.category_name(row.category),
        story=row.story,
        place_text=row.place_text,
        submitted_at=row.submitted_at,
        due_at=due_at_shown(row),
    )


def due_at_shown(row: Complaint) -> datetime | None:
    """Until when something is promised. That a closed case is archived one day is nobody's deadline."""
    return row.due_at if row.state in OPEN_STATES else None


def staff_detail(
    desk: Desk,
    row: Complaint,
    view: ComplaintView,
    suggestion: Suggested | None,
    assignee_name: str,
    now: datetime,
) -> ComplaintDetail:
    """The case as staff see it. Name and telephone are opened only to be masked."""
    name = opened_name(desk, row) if row.name_sealed else None
    position = None
    if row.latitude is not None and row.longitude is not None:
        position = Position(row.latitude, row.longitude, "wgs84")
    return ComplaintDetail(
        view=view,
        source=row.source,
        scene_code=row.scene_code,
        suggested_category=row.suggested_category,
        suggested_category_name=desk.policy.category_name(row.suggested_category),
        suggested_by=suggestion.words if suggestion is not None else (),
        suggestion=suggestion,
        elsewhere=recognise_elsewhere(row.story, desk.policy),
        position=position,
        position_original=msgspec.json.decode(row.place_original, type=Position)
        if row.place_original
        else None,
        masked_phone=mask_phone(opened_phone(desk, row)) if row.phone_sealed else None,
        masked_name=mask_name(name) if name is not None else None,
        known_names=(name,) if name is not None else (),
        restricted_at=row.restricted_at,
        anonymised_at=row.anonymised_at,
        place_area=row.place_area,
        place_grid=row.place_grid,
        is_outside=row.place_standing == "outside",
        unit=row.unit,
        assignee_id=row.assignee_id,
        assignee_name=assignee_name,
        filed_by_id=row.filed_by_id,
        overdue=is_overdue(row, now),
        times_disputed=row.times_disputed,
        verified_first=needs_verifying(desk, row),
        is_supervised=row.supervised_at is not None,
        times_reminded=row.times_reminded or 0,
    )


def opened_phone(desk: Desk, row: Complaint) -> str:
    """The telephone in clear. Whoever shows it unmasked has it audited: see `revealing`."""
    return desk.sealer.open(bytes(row.phone_sealed or b""), table="complaint", column="phone", row_id=row.id)


def masked_opening(desk: Desk, row: Complaint, at_most: int) -> str:
    """How the story begins, as lists show it: numbers and the owner's own name are masked before it is cut."""
    names = (opened_name(desk, row),) if row.name_sealed else ()
    opening = " ".join(masked(row.story[: 2 * at_most], names).split())
    return opening[:at_most] + ("\u2026" if len(opening) > at_most else "")


def opened_name(desk: Desk, row: Complaint) -> str:
    """The name in clear, under the same rule."""
    return desk.sealer.open(bytes(row.name_sealed or b""), table="complaint", column="name", row_id=row.id)


def is_overdue(row: Complaint, now: datetime) -> bool:
    """Whether the bureau's own limit has passed: where the citizen's time runs nothing is overdue."""
    return row.due_at is not None and row.due_at < now and row.state in CLOCKED_STATES
