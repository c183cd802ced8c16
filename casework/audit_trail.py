"""Reading a chain of the audit: of a person, a case, a message; for whoever watches over the bureau's work.

A chain is read as it stands, and checked while it is read: each entry against its own `mac` and the one before it.
The daily seals, which also show a chain cut short, are checked by `chengguan audit verify`. Who watches is watched:
that a chain was read stands in the reader's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.models import Complaint
from casework.inquiries.models import Inquiry
from casework.people.models import Staff
from casework.people.staff import staff_by_login
from casework.people.staff_rows import locked_here
from casework.permissions import Operation, require
from casework.permits.models import PermitApplication
from kit.audit.models import AuditEntry
from kit.audit.verify import Finding, check_chain
from kit.db import Change, Database
from kit.problems import Forbidden
from kit.references import parse_reference

CHECKED_AT_MOST = 2_000
NOTED_AGAIN_AFTER = timedelta(minutes=10)
"""Who turns the pages of a chain reads it once."""


class TrailEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry as stored: `facts` by dotted name, `actor_name` where staff did it, `finding` where it is not sound."""

    entry: AuditEntry
    actor_name: str
    facts: Mapping[str, str]
    finding: Finding | None


class Trail(msgspec.Struct, frozen=True, kw_only=True):
    """Some entries of a chain, newest first. `older` leads on, None at the beginning of the chain.

    `count` is the length of the chain; `findings` what is wrong with it, as far as it was checked.
    """

    case_id: UUID
    title: str
    is_person: bool
    entries: tuple[TrailEntry, ...]
    older: int | None
    count: int
    checked: int
    findings: tuple[Finding, ...]


async def find_trail(
    db: Database, actor: Actor, find: str, *, before: int | None = None, limit: int = 50
) -> Trail | None:
    """The chain of a login, a case's or a message's number, or an id. None if there is none. Raises Forbidden.

    That it was read is audited first, in the reader's own chain.
    """
    require(actor, Operation.SEE_AUDIT)
    found = await _whose(db, find.strip())
    if found is None:
        return None
    case_id, title, is_person = found
    if not await AuditEntry.filter(case_id=case_id).exists():
        return None
    await _note_read(db, actor, find.strip().lower() if is_person else title)
    chain = await AuditEntry.filter(case_id=case_id).order_by("position").limit(CHECKED_AT_MOST)
    count = await AuditEntry.filter(case_id=case_id).count()
    findings = tuple(check_chain(db.audit_key, chain, {}))
    wanted = AuditEntry.filter(case_id=case_id)
    if before is not None:
        wanted = wanted.filter(position__lt=before)
    rows = await wanted.order_by("-position").limit(limit + 1)
    names = await _names(rows)
    by_position = {one.position: one for one in findings}
    return Trail(
        case_id=case_id,
        title=title,
        is_person=is_person,
        entries=tuple(_entry(row, names, by_position) for row in rows[:limit]),
        older=rows[limit - 1].position if len(rows) > limit else None,
        count=count,
        checked=len(chain),
        findings=findings,
    )


async def _note_read(db: Database, actor: Actor, of: str) -> None:
    async def work(change: Change) -> None:
        if actor.id is None:
            raise Forbidden()
        reader = await locked_here(change, actor.id)
        since = change.now - NOTED_AGAIN_AFTER
        lately = AuditEntry.filter(case_id=reader.id, action="staff.read_trail", at__gt=since)
        if of not in {_decoded(row).get("of") for row in await lately}:
            await change.audit(reader.id, actor, "staff.read_trail", {"of": of})

    await db.change(work)


async def _whose(db: Database, find: str) -> tuple[UUID, str, bool] | None:
    person = await staff_by_login(db, find)
    if person is not None:
        return person.id, f"{person.name} {person.login}", True
    reference = parse_reference(find)
    if reference is not None:
        for kind in (Complaint, Inquiry, PermitApplication):
            row = await kind.get_or_none(reference=str(reference))
            if row is not None:
                return row.id, row.reference, False
        return None
    try:
        return UUID(find), find, False
    except ValueError:
        return None


async def _names(rows: list[AuditEntry]) -> dict[str, str]:
    """The names of everybody of the staff whom these entries mention, by id as text."""
    ids = {row.actor_id for row in rows if row.actor_id is not None and row.actor_kind == "staff"}
    for row in rows:
        for value in _flat(_decoded(row)).values():
            try:
                ids.add(UUID(value))
            except ValueError:
                continue
    if not ids:
        return {}
    named = await Staff.filter(id__in=list(ids)).values_list("id", "name")
    return {str(id): str(name) for id, name in named}


def _entry(row: AuditEntry, names: Mapping[str, str], findings: Mapping[int | None, Finding]) -> TrailEntry:
    facts = {key: names.get(value, value) for key, value in _flat(_decoded(row)).items()}
    return TrailEntry(
        entry=row,
        actor_name=names.get(str(row.actor_id), "") if row.actor_id is not None else "",
        facts=facts,
        finding=findings.get(row.position),
    )


def _decoded(row: AuditEntry) -> dict[str, object]:
    try:
        return msgspec.json.decode(row.detail, type=dict[str, object])
    except msgspec.DecodeError:
        # What was altered by hand is shown as it is, not hidden behind an error.
        return {"detail": row.detail}


def _flat(facts: Mapping[str, object], above: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in facts.items():
        name = f"{above}{key}"
        if isinstance(value, dict):
            flat |= _flat(value, f"{name}.")
        elif isinstance(value, list):
            flat[name] = "、".join(_plain(one) for one in value)
        elif value is not None:
            flat[name] = _plain(value)
    return flat


def _plain(value: object) -> str:
    if isinstance(value, list):
        return " ".join(_plain(one) for one in value if one is not None)
    return str(value).lower() if isinstance(value, bool) else str(value)
