"""The history of a case as people read it: facts from the audit chain, words made when read.

Citizens see what concerns them; who did it, what was sent back and who looked at the telephone is for staff.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from casework.complaints.desk import Desk
from casework.complaints.lifecycle import State
from casework.complaints.models import Complaint, ComplaintAddition
from casework.complaints.moving import ACTION
from casework.complaints.views import TimelineEntry
from casework.complaints.wording import moment_params
from kit.audit.models import AuditEntry

ALARM = "deadline.alarm"
EXCHANGE = frozenset({"exchange.refer_out", "exchange.step"})
FOR_CITIZENS = frozenset(
    {
        "submit",
        "accept",
        "refuse",
        "assign",
        "answer",
        "rate",
        "rate_unsatisfied",
        "dispute",
        "add_material",
        "update",
        "close",
        "withdraw",
        "correct_person",
        "restrict",
        "lift_restriction",
        "refer",
        "ask",
        "resume",
        "extend",
        "remind",
        "report_handled",
        "verify",
        "close_on_spot",
        "redo",
        "merge",
        "unmerge",
        "answer_with_lead",
        "split",
        "split_off",
        "close_with_parts",
        "reckon",
    }
)
FOR_STAFF = FOR_CITIZENS | {
    "visit_record",
    "visit_miss",
    "visit_give_up",
    "order_issue",
    "order_accept",
    "order_report",
    "order_decline",
    "order_verify",
    "order_send_back",
    "order_cancel",
    "reclassify",
    "supervise",
    "send_back",
    "archive",
    "lead",
    "other_lead",
    "hand_back",
    "hand_over",
    "note",
    "reveal_phone",
    "reveal_name",
    "reveal_story",
    "delete_recording",
    "open_restricted",
    "forget",
    "anonymise",
    "open_recording",
    "release",
    "withdraw_release",
    "import",
    *EXCHANGE,
    ALARM,
}


class _Content(msgspec.Struct, omit_defaults=True):
    reason: str = ""
    basis: str = ""
    responsible_body: str = ""
    ground: str = ""
    answer: str = ""
    score: int = 0
    addition: int = 0
    media: int = 0
    note: int = 0
    colleague: str = ""
    mark: str = ""
    question: str = ""
    instruction: str = ""
    lead: str = ""
    merged: str = ""
    whole: str = ""
    peer: str = ""
    status: str = ""
    order: str = ""
    category: str | None = None
    urgency: str | None = None


class _Case(msgspec.Struct, omit_defaults=True):
    category: str | None = None
    unit: str | None = None


class _Facts(msgspec.Struct, omit_defaults=True):
    to: State | None = None
    content: _Content = msgspec.field(default_factory=_Content)
    case: _Case = msgspec.field(default_factory=_Case)
    due_at: datetime | None = None
    deputy_for: UUID | None = None


@dataclass(frozen=True)
class _Said:
    """Words that are on the case and not in the chain, by position."""

    additions: Mapping[int, str]
    updates: Mapping[int, str]


NOTHING: Mapping[int, str] = {}
OWNERS = "complaint.timeline"
STAFFS_OWN_WORDS = frozenset(
    {"refer", "resume", "report_handled", "redo", "unmerge", "close", "withdraw", "extend"}
)
"""Of these the citizen reads the sentence alone: what came with it was written for colleagues, or is in the sentence."""
BY_OTHERS = {
    "withdraw": {"staff": "withdraw_for_citizen"},
    "remind": {"staff": "remind_by_staff"},
    "unmerge": {"clock": "unmerge_by_clock"},
    "order_decline": {"clock": "order_decline_by_clock"},
    "order_cancel": {"clock": "order_cancel_by_clock"},
}
"""Sentences of moves that are told otherwise when somebody else made them."""


def principals(entries: Iterable[AuditEntry]) -> set[UUID]:
    """The members of staff on whose behalf somebody acted as a deputy."""
    found = (msgspec.json.decode(entry.detail, type=_Facts).deputy_for for entry in entries)
    return {id for id in found if id is not None}


def timeline_for_owner(
    desk: Desk,
    row: Complaint,
    entries: Iterable[AuditEntry],
    additions: Iterable[ComplaintAddition] = (),
    updates: Mapping[int, str] = NOTHING,
) -> tuple[TimelineEntry, ...]:
    """What the owner may read, oldest first. `updates` are the words told to the owner, by position."""
    said = _Said({one.position: one.text for one in additions}, updates)
    return tuple(
        _entry(desk, row, entry, action, OWNERS, said, {})
        for entry in entries
        if (action := entry.action.removeprefix(ACTION)) in FOR_CITIZENS
    )


def timeline_for_staff(
    desk: Desk,
    row: Complaint,
    entries: Iterable[AuditEntry],
    names: Mapping[UUID, str],
    additions: Iterable[ComplaintAddition] = (),
    updates: Mapping[int, str] = NOTHING,
) -> tuple[TimelineEntry, ...]:
    """Everything, with the names of the staff who did it (`names` by staff id). An internal note is only mentioned:
    its words stand apart from what citizens read.
    """
    said = _Said({one.position: one.text for one in additions}, updates)
    return tuple(
        _entry(
            desk,
            row,
            entry,
            action if action in FOR_STAFF else "other",
            "complaint.timeline_staff",
            said,
            names,
        )
        for entry in entries
        if (action := entry.action.removeprefix(ACTION))
    )


def _entry(
    desk: Desk,
    row: Complaint,
    entry: AuditEntry,
    action: str,
    prefix: str,
    said: _Said,
    names: Mapping[UUID, str],
) -> TimelineEntry:
    facts = msgspec.json.decode(entry.detail, type=_Facts)
    content = facts.content
    actor_name = names.get(entry.actor_id, "") if entry.actor_id is not None else ""
    params: dict[str, str] = {
        "actor": actor_name,
        "category": desk.policy.category_name(facts.case.category),
        "unit": desk.policy.unit_name(facts.case.unit),
        "reason": content.reason,
        "basis": content.basis,
        "responsible_body": content.responsible_body,
        "media": str(content.media),
        "colleague": content.colleague,
        "lead": content.lead,
        "merged": content.merged,
        "whole": content.whole,
        "peer": content.peer,
        "status": content.status,
        "order": content.order,
        **moment_params("due", facts.due_at),
    }
    return TimelineEntry(
        at=entry.at,
        action=action,
        state=facts.to,
        actor_kind=entry.actor_kind,
        actor_name=actor_name,
        principal_name=names.get(facts.deputy_for, "") if facts.deputy_for is not None else "",
        note="" if prefix == OWNERS and action in STAFFS_OWN_WORDS else _note(row, action, content, said),
        key=f"{prefix}.{_sentence(action, entry, content, prefix)}",
        params=params,
    )


def _sentence(action: str, entry: AuditEntry, content: _Content, prefix: str) -> str:
    if prefix != OWNERS and action in BY_OTHERS and entry.actor_kind in BY_OTHERS[action]:
        return BY_OTHERS[action][entry.actor_kind]
    if action in ("rate", "rate_unsatisfied"):
        return f"rate_{content.score}"
    if action == "add_material":
        return "add_material" if content.media == 0 else "add_media"
    if action in EXCHANGE:
        return action.replace(".", "_")
    if action == ALARM:
        return f"deadline_{content.mark}"
    if action == "reclassify" and content.category is None and content.urgency is None:
        return "reclassify_place"
    if action == "hand_over" and not content.colleague:
        return "hand_over_to_unit"
    if action == "close" and entry.actor_kind == "clock":
        return "close_by_clock"
    return action


def _note(row: Complaint, action: str, content: _Content, said: _Said) -> str:
    """The words that came with it. A citizen's own are on the case, not in the chain. Of a case that names nobody any
    more not even staff's are shown: they may name somebody, and the chain that holds them is never changed.
    """
    if row.anonymised_at is not None:
        return ""
    if action == "add_material":
        return said.additions.get(content.addition, "")
    if action == "update":
        return said.updates.get(content.note, "")
    if action == "dispute":
        return row.dispute_reason or ""
    if action in ("rate", "rate_unsatisfied"):
        return row.rating_comment or "" if row.rating == content.score else ""
    return content.answer or content.ground or content.reason or content.question or content.instruction
