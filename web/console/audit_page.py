"""The audit page: what was done to a case or an account, by whom, and whether the record is whole."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from sanic import HTTPResponse, Request

from casework.audit_trail import CHECKED_AT_MOST, Trail, TrailEntry, find_trail
from casework.people.staff import list_staff
from kit.clock import local
from web.console.door import ConsoleDoor
from web.console.frame import frame_for, shown
from web.console.people_screens import AuditLine, AuditPage
from web.console.people_words import unit_name
from web.console.screens import Link, Note
from web.console.visitor import Visitor

AUDIT = "/console/audit"
FIND_AT_MOST = 60


async def show_audit(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/audit?find=…&before=…"""
    find = request.args.get("find", "").strip()[:FIND_AT_MOST]
    sent = request.args.get("before", "")
    before = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else None
    trail = await find_trail(door.db, visitor.actor, find, before=before) if find else None
    frame = await frame_for(door, visitor, AUDIT)
    if trail is None:
        text = door.words.text
        notes = (Note(words=text("console_people.audit.nothing", find=find), tone="soon"),) if find else ()
        page = AuditPage(find=find, people=await _people(door), notes=notes)
        return shown(door, "audit_trail.html", frame, page, 404 if find else 200)
    page = AuditPage(
        find=find,
        title=trail.title,
        verdict=_verdict(door, trail),
        rows=tuple(_line(door, one) for one in trail.entries),
        more=f"{AUDIT}?{urlencode({'find': find, 'before': trail.older})}" if trail.older else "",
        first=f"{AUDIT}?{urlencode({'find': find})}" if before is not None else "",
    )
    return shown(door, "audit_trail.html", frame, page)


async def _people(door: ConsoleDoor) -> tuple[Link, ...]:
    return tuple(
        Link(href=f"{AUDIT}?{urlencode({'find': one.login})}", words=f"{one.name} {one.login}")
        for one in await list_staff(door.db)
    )


def _verdict(door: ConsoleDoor, trail: Trail) -> Note:
    text = door.words.text
    if trail.findings:
        return Note(words=text("console_people.audit.broken", count=len(trail.findings)), tone="late")
    if trail.count > trail.checked:
        return Note(words=text("console_people.audit.partly", count=CHECKED_AT_MOST), tone="soon")
    return Note(words=text("console_people.audit.whole", count=trail.count))


def _line(door: ConsoleDoor, one: TrailEntry) -> AuditLine:
    catalogue, text = door.words.catalogue, door.words.text
    row = one.entry
    at = local(row.at)
    thing, _, act = row.action.partition(".")
    action = f"console_people.audit.action.{thing}.{act}"
    kind = f"console_people.audit.actor.{row.actor_kind}"
    finding = one.finding
    return AuditLine(
        position=row.position,
        at=f"{at:%Y-%m-%d %H:%M:%S}",
        iso=at.isoformat(),
        who=one.actor_name or (text(kind) if catalogue.has(kind) else row.actor_kind),
        what=text(action) if catalogue.has(action) else row.action,
        # What a move brought and what the case has afterwards is often the same.
        facts=tuple(dict.fromkeys(_fact(door, name, value) for name, value in one.facts.items())),
        wrong=text(finding.key, **finding.params) if finding is not None else "",
    )


def _fact(door: ConsoleDoor, name: str, value: str) -> tuple[str, str]:
    """One fact as people read it; what we have no word for stands as it is stored."""
    catalogue, text, policy = door.words.catalogue, door.words.text, door.desk.policy
    last = name.rpartition(".")[2]
    key = f"console_people.audit.fact.{last}"
    if value in ("true", "false"):
        value = text(f"console_people.audit.{value}")
    elif last in ("from", "to") and catalogue.has(f"console.state.{value}"):
        value = text(f"console.state.{value}")
    elif last == "category" and value in policy.categories:
        value = policy.category_name(value)
    elif last == "unit" and value in policy.units:
        value = policy.unit_name(value)
    elif last == "clock" and catalogue.has(f"deadline.what.{value}"):
        value = text(f"deadline.what.{value}")
    elif last == "mark" and catalogue.has(f"deadline.mark.{value}"):
        value = text(f"deadline.mark.{value}")
    elif last == "by" and catalogue.has(f"console_people.audit.way.{value}"):
        value = text(f"console_people.audit.way.{value}")
    elif last == "source" and catalogue.has(f"complaint.source.{value}"):
        value = text(f"complaint.source.{value}")
    elif last in ("role", "grants"):
        value = "、".join(_role(door, part) for part in value.split("、"))
    elif last.endswith("_at"):
        value = _moment(value)
    return text(key) if catalogue.has(key) else name, value


def _role(door: ConsoleDoor, stored: str) -> str:
    """A role, perhaps with its unit behind it."""
    role, _, unit = stored.partition(" ")
    key = f"console.role.{role}"
    words = door.words.text(key) if door.words.catalogue.has(key) else role
    return f"{words} {unit_name(door, unit)}" if unit else words


def _moment(stored: str) -> str:
    try:
        return f"{local(datetime.fromisoformat(stored)):%Y-%m-%d %H:%M}"
    except ValueError:
        return stored
