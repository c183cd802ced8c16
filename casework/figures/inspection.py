"""Acts that somebody who watches over the bureau's people looks at: counts by person and time, from the audit chains.

Figures, not verdicts: who often looks at telephones may simply take many calls. Each count leads to its entries.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from tortoise.functions import Count

from casework.actors import Actor
from casework.complaints.models import Complaint
from casework.people.models import Staff
from casework.permissions import Operation, require
from kit.audit.models import AuditEntry

KINDS: Mapping[str, tuple[str, ...]] = {
    "revealed": (
        "complaint.reveal_phone",
        "complaint.reveal_name",
        "complaint.reveal_story",
        "complaint.open_recording",
    ),
    "searched": ("staff.find_by_phone",),
    "put_off": ("complaint.extend",),
    "withdrew": ("complaint.withdraw",),
    "refused": ("complaint.refuse",),
    "accepted": ("complaint.accept",),
}
"""Each kind of act by the actions of its entries; done by staff."""
AGAIN_WITHIN = timedelta(days=30)
REFUSALS_AT_MOST = 20_000
_TOGETHER = 500


class PersonActs(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's acts by kind. `returned`: refused, and taken on when the same citizen came again within 30 days."""

    staff_id: UUID
    name: str
    login: str
    counts: Mapping[str, int]
    returned: int

    @property
    def refused_share(self) -> float | None:
        """Of the cases this person took on or refused those that were refused."""
        decided = self.counts["refused"] + self.counts["accepted"]
        return self.counts["refused"] / decided if decided else None


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One entry: the case's number ("" for what stands in the person's own chain), and the reason, if one was given."""

    at: datetime
    action: str
    reference: str
    reason: str


async def acts_by_person(actor: Actor, begin: datetime, end: datetime) -> list[PersonActs]:
    """Everybody who did any of these acts from `begin` until before `end`, by name. Raises Forbidden."""
    require(actor, Operation.SEE_AUDIT)
    found = AuditEntry.filter(action__in=_actions(KINDS), at__gte=begin, at__lt=end, actor_kind="staff")
    grouped = (
        await found.annotate(number=Count("id"))
        .group_by("actor_id", "action")
        .values("actor_id", "action", "number")
    )
    counts: dict[UUID, Counter[str]] = defaultdict(Counter)
    kinds = {action: kind for kind, actions in KINDS.items() for action in actions}
    for row in grouped:
        counts[UUID(str(row["actor_id"]))][kinds[row["action"]]] += row["number"]
    returned = await _returned(begin, end)
    people = await Staff.filter(id__in=list(counts)).order_by("name", "login")
    return [
        PersonActs(
            staff_id=one.id,
            name=one.name,
            login=one.login,
            counts={kind: counts[one.id][kind] for kind in KINDS},
            returned=returned[one.id],
        )
        for one in people
    ]


async def acts_of(
    actor: Actor, staff_id: UUID, kind: str, begin: datetime, end: datetime, limit: int = 200
) -> tuple[list[Act], bool]:
    """Somebody's acts of one kind, newest first, and whether there are more. Raises Forbidden."""
    require(actor, Operation.SEE_AUDIT)
    wanted = AuditEntry.filter(
        action__in=KINDS[kind], at__gte=begin, at__lt=end, actor_kind="staff", actor_id=staff_id
    )
    rows = await wanted.order_by("-at", "-id").limit(limit + 1)
    cases = await Complaint.filter(id__in=[row.case_id for row in rows]).values_list("id", "reference")
    references: dict[UUID, str] = dict(cases)
    acts = [
        Act(
            at=row.at,
            action=row.action,
            reference=references.get(row.case_id, ""),
            reason=_reason(row.detail),
        )
        for row in rows[:limit]
    ]
    return acts, len(rows) > limit


async def _returned(begin: datetime, end: datetime) -> Counter[UUID]:
    refusals = (
        await AuditEntry.filter(action__in=KINDS["refused"], at__gte=begin, at__lt=end, actor_kind="staff")
        .order_by("-at")
        .limit(REFUSALS_AT_MOST)
        .values_list("actor_id", "case_id", "at")
    )
    owners = await _owners([row[1] for row in refusals])
    later = await _taken_on(set(owners.values()), begin)
    found: Counter[UUID] = Counter()
    for actor_id, case_id, at in refusals:
        filed = later.get(owners.get(case_id), ())
        found[actor_id] += any(at < one <= at + AGAIN_WITHIN for one in filed)
    return found


async def _owners(case_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    owners: dict[UUID, UUID] = {}
    for some in _portions(case_ids):
        rows = await Complaint.filter(id__in=some, account_id__isnull=False).values_list("id", "account_id")
        owners.update(rows)
    return owners


async def _taken_on(account_ids: Collection[UUID], begin: datetime) -> dict[UUID | None, list[datetime]]:
    """When these accounts filed what the bureau took on."""
    filed: dict[UUID | None, list[datetime]] = defaultdict(list)
    for some in _portions(sorted(account_ids)):
        rows = Complaint.filter(account_id__in=some, submitted_at__gt=begin, accepted_at__isnull=False)
        async for row in rows.only("account_id", "submitted_at"):
            filed[row.account_id].append(row.submitted_at)
    return filed


def _portions(ids: Sequence[UUID]) -> Iterable[list[UUID]]:
    return (list(ids[first : first + _TOGETHER]) for first in range(0, len(ids), _TOGETHER))


def _actions(kinds: Mapping[str, tuple[str, ...]]) -> list[str]:
    return [action for actions in kinds.values() for action in actions]


def _reason(detail: str) -> str:
    try:
        content = msgspec.json.decode(detail, type=dict[str, object]).get("content")
    except msgspec.DecodeError:
        return ""
    reason = content.get("reason") if isinstance(content, dict) else None
    return reason if isinstance(reason, str) else ""
