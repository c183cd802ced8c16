"""What is due to go, and what will be: read from the indexes that hold only what still names somebody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import msgspec
from tortoise.models import Model
from tortoise.queryset import QuerySet

from casework.complaints.lifecycle import ENDED_STATES
from casework.complaints.models import Complaint, ComplaintPhoto
from casework.dangers.models import DangerAlert
from casework.inquiries.models import Inquiry
from casework.notifications.models import Delivery
from casework.notifications.states import FINAL_STATES
from casework.permits.forgetting import applications_due, papers_due
from casework.retention.parties import count_due
from casework.retention.profile import NEVER_TAKEN_ON, RetentionSection
from kit.ids import first_id

M = TypeVar("M", bound=Model)
COUNTED_TO = 9_999
"""Nobody acts on whether it is more."""
LOOKED_AT = 200
RECORDED = ("voice", "video")
SOON = timedelta(days=30)


class KeptLine(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of thing: for how long, by what rule, how many are past their time, and how many will be within `SOON`.

    `kind` names the field of the profile's section. Counts stop at `COUNTED_TO`.
    """

    kind: str
    years: int
    basis: str
    due: int
    soon: int


class NextCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case that will be anonymised at `goes_at`."""

    reference: str
    category: str | None
    state: str
    closed_at: datetime
    goes_at: datetime
    is_restricted: bool


async def cases_due(retention: RetentionSection, now: datetime, at_most: int) -> list[UUID]:
    """Cases whose time is over, oldest first within each state."""
    found: list[UUID] = []
    for state in sorted(one.value for one in ENDED_STATES):
        if len(found) >= at_most:
            break
        query = _named(state, retention.of_case(state).before(now)).order_by("closed_at", "id")
        rows = await query.limit(at_most - len(found)).only("id", "closed_at")
        ids = [row.id for row in rows]
        # Not while somebody may still be hurt, however old it is.
        burning = DangerAlert.filter(complaint_id__in=ids, ended_at=None).values_list(
            "complaint_id", flat=True
        )
        held = set(await burning) if ids else set()
        found += [id for id in ids if id not in held]
    return found


async def recordings_due(retention: RetentionSection, now: datetime, at_most: int) -> list[UUID]:
    """Ids of rows of voice messages and films whose case ended long ago."""
    before = retention.recordings.before(now)
    # Sent before its case ended: younger ones need not be looked at. Of the old ones few stay, those of cases that
    # took so long.
    sent = _recordings(before).order_by("id")
    found: list[UUID] = []
    after: UUID | None = None
    while len(found) < at_most:
        query = sent.filter(id__gt=after) if after is not None else sent
        rows = await query.limit(LOOKED_AT).only("id", "complaint_id")
        if not rows:
            break
        after = rows[-1].id
        cases = Complaint.filter(id__in=list({row.complaint_id for row in rows}), closed_at__lt=before)
        over = set(await cases.values_list("id", flat=True))
        found += [row.id for row in rows if row.complaint_id in over]
    return found[:at_most]


async def threads_due(retention: RetentionSection, now: datetime, at_most: int) -> list[UUID]:
    """Message threads that ended long ago."""
    before = retention.inquiries.before(now)
    query = Inquiry.filter(state="closed", submitted_at__lt=before, closed_at__lt=before)
    return [row.id for row in await query.order_by("submitted_at", "id").limit(at_most).only("id")]


async def report(retention: RetentionSection, now: datetime) -> tuple[KeptLine, ...]:
    """Every kind of thing that is kept for a time, in the order of the profile."""
    soon = now + SOON
    lines = []
    for kind, kept in retention.by_kind().items():
        due = await _count(kind, kept.before(now))
        lines.append(
            KeptLine(
                kind=kind,
                years=kept.years,
                basis=kept.basis,
                due=due,
                soon=max(0, await _count(kind, kept.before(soon)) - due),
            )
        )
    return tuple(lines)


async def next_cases(retention: RetentionSection, limit: int = 30) -> tuple[NextCase, ...]:
    """The cases that go first, whenever that is."""
    found: list[NextCase] = []
    for state in sorted(one.value for one in ENDED_STATES):
        time = retention.of_case(state).time
        rows = Complaint.filter(state=state, closed_at__isnull=False, anonymised_at__isnull=True)
        for row in await rows.order_by("closed_at", "id").limit(limit):
            if row.closed_at is not None:
                found.append(
                    NextCase(
                        reference=row.reference,
                        category=row.category or row.suggested_category,
                        state=row.state,
                        closed_at=row.closed_at,
                        goes_at=row.closed_at + time,
                        is_restricted=row.restricted_at is not None,
                    )
                )
    return tuple(sorted(found, key=lambda one: (one.goes_at, one.reference))[:limit])


def _named(state: str, before: datetime) -> QuerySet[Complaint]:
    """Cases that ended in a state before then and still name whose they were, in the words of the index."""
    return Complaint.filter(
        state=state, closed_at__isnull=False, anonymised_at__isnull=True, closed_at__lt=before
    )


def _recordings(before: datetime) -> QuerySet[ComplaintPhoto]:
    """Voice messages and films sent before then; said so that SQLite sees that the index of recordings holds them."""
    return ComplaintPhoto.filter(medium__in=RECORDED, id__lt=first_id(before))


async def _count(kind: str, before: datetime) -> int:
    match kind:
        case "complaints":
            states = sorted(one.value for one in ENDED_STATES if one not in NEVER_TAKEN_ON)
            return await _counted(*(_named(state, before) for state in states))
        case "not_taken_on":
            return await _counted(*(_named(state, before) for state in sorted(NEVER_TAKEN_ON)))
        case "permits":
            old = await applications_due(before, before, COUNTED_TO)
            papers = await papers_due(before, before, COUNTED_TO)
            return min(len(old) + len(papers), COUNTED_TO)
        case "penalties" | "signs" | "boards" | "visit_words":
            return await count_due(kind, before, COUNTED_TO)
        case "recordings":
            return await _counted(_recordings(before))
        case "inquiries":
            return await _counted(
                Inquiry.filter(state="closed", submitted_at__lt=before, closed_at__lt=before)
            )
        case "danger_words":
            return await _counted(DangerAlert.filter(state="ended", ended_at__lt=before).exclude(words=""))
        case _:
            sent = Delivery.filter(id__lt=first_id(before), state__in=list(FINAL_STATES))
            return await _counted(sent)


async def _counted(*queries: QuerySet[M]) -> int:
    total = 0
    for query in queries:
        total += len(await query.limit(COUNTED_TO).values_list("id", flat=True))
    return min(total, COUNTED_TO)
