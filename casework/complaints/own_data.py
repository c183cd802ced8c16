"""What the bureau holds of one person, for whoever handles that person's request to correct or to delete it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.assembly import masked_opening, opened_name, opened_phone
from casework.complaints.correcting import may_everywhere
from casework.complaints.desk import Desk
from casework.complaints.lifecycle import OPEN_STATES, State
from casework.complaints.models import Complaint
from casework.complaints.sight import sight_of
from casework.inquiries.models import Inquiry
from casework.people.merging import members
from casework.permissions import Operation, require
from casework.retention.profile import ArchiveDuty
from kit.references import parse_reference
from kit.sealing import mask_phone
from nlp.personal import mask_name

CASES_AT_MOST, THREADS_AT_MOST = 50, 30
OPENING_CHARACTERS = 60
BEFORE_ALL = datetime(2000, 1, 1, tzinfo=UTC)


class HeldCase(msgspec.Struct, frozen=True, kw_only=True):
    """One case of the person, masked. `kept_on` is the ground on which it may not be deleted, "" where it may."""

    id: UUID
    reference: str
    state: State
    category_name: str
    opening: str
    place_text: str
    masked_name: str
    masked_phone: str
    submitted_at: datetime
    is_open: bool
    kept_on: str
    restricted_on: str
    anonymised_at: datetime | None


class HeldThread(msgspec.Struct, frozen=True, kw_only=True):
    """One message thread of the person."""

    reference: str
    is_over: bool
    submitted_at: datetime


class Holdings(msgspec.Struct, frozen=True, kw_only=True):
    """`elsewhere` counts cases that are outside the viewer's sight. `known_names` are there to be masked in what is
    shown, and never shown themselves.
    """

    cases: tuple[HeldCase, ...]
    threads: tuple[HeldThread, ...]
    elsewhere: int
    known_names: tuple[str, ...] = ()


async def held_of(desk: Desk, viewer: Actor, account_id: UUID, duty: ArchiveDuty | None) -> Holdings:
    """The cases and threads of the person behind an account, newest first. Raises Forbidden."""
    require(viewer, Operation.SEE_OWN_DATA_REQUESTS)
    own = list(await members(account_id))
    rows = await Complaint.filter(account_id__in=own).order_by("-submitted_at").limit(CASES_AT_MOST)
    seen = [row for row in rows if _is_seen(viewer, row)]
    threads = Inquiry.filter(account_id__in=own).order_by("-submitted_at", "-id").limit(THREADS_AT_MOST)
    now = desk.db.clock.now()
    return Holdings(
        cases=tuple(_held(desk, row, duty, now) for row in seen),
        threads=tuple(
            HeldThread(
                reference=one.reference, is_over=one.closed_at is not None, submitted_at=one.submitted_at
            )
            for one in await threads
        ),
        elsewhere=len(rows) - len(seen),
        known_names=tuple(dict.fromkeys(opened_name(desk, row) for row in rows if row.name_sealed)),
    )


async def held_case(desk: Desk, viewer: Actor, reference: str, duty: ArchiveDuty | None) -> HeldCase | None:
    """One case by its reference, for whoever may correct it. None for anything else, whatever the reason."""
    require(viewer, Operation.CORRECT_PERSONAL_DATA)
    parsed = parse_reference(reference)
    row = await Complaint.get_or_none(reference=str(parsed)) if parsed is not None else None
    if row is None or not _is_seen(viewer, row):
        return None
    return _held(desk, row, duty, desk.db.clock.now())


async def restricted_cases(desk: Desk, viewer: Actor, limit: int = 100) -> tuple[HeldCase, ...]:
    """What is kept by law though its owners want it deleted, the latest first. Raises Forbidden."""
    require(viewer, Operation.SEE_RESTRICTED)
    # Said as a comparison, by which both engines see that their index of restricted cases holds all of them.
    kept = Complaint.filter(restricted_at__gt=BEFORE_ALL, anonymised_at__isnull=True)
    rows = await kept.order_by("-restricted_at", "-id").limit(limit)
    now = desk.db.clock.now()
    return tuple(_held(desk, row, None, now) for row in rows)


def _is_seen(viewer: Actor, row: Complaint) -> bool:
    if may_everywhere(viewer):
        return True
    return row.restricted_at is None and sight_of(viewer).covers(row.unit, row.assignee_id)


def _held(desk: Desk, row: Complaint, duty: ArchiveDuty | None, now: datetime) -> HeldCase:
    must_be_kept = duty is not None and duty.covers(row.state, row.category, row.closed_at, now)
    name = opened_name(desk, row) if row.name_sealed else ""
    return HeldCase(
        id=row.id,
        reference=row.reference,
        state=State(row.state),
        category_name=desk.policy.category_name(row.category or row.suggested_category),
        opening=masked_opening(desk, row, OPENING_CHARACTERS),
        place_text=row.place_text,
        masked_name=mask_name(name),
        masked_phone=mask_phone(opened_phone(desk, row)) if row.phone_sealed else "",
        submitted_at=row.submitted_at,
        is_open=row.state in OPEN_STATES,
        kept_on=duty.basis if must_be_kept and duty is not None else "",
        restricted_on=row.restriction_basis or "" if row.restricted_at is not None else "",
        anonymised_at=row.anonymised_at,
    )
