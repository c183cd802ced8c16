"""Grants, sessions, arrangements and second factors in words, for all pages about people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from casework.people.views import DeputyView, GrantView, StaffView
from casework.roles import STAFF_ROLES, Role
from web.console.door import STAFF, ConsoleDoor
from web.console.people_screens import DeputyRow, GrantRow, SessionRow
from web.console.screens import Chip, Option

IN_ORDER = tuple(role for role in Role if role in STAFF_ROLES)


def role_in_unit(door: ConsoleDoor, grant: GrantView) -> str:
    """A role with where it is held."""
    role = door.words.text(f"console.role.{grant.role.value}")
    if grant.unit is None:
        return role
    return door.words.text("console_people.role_in_unit", role=role, unit=unit_name(door, grant.unit))


def roles_words(door: ConsoleDoor, grants: Iterable[GrantView]) -> str:
    return " · ".join(dict.fromkeys(role_in_unit(door, one) for one in grants))


def unit_name(door: ConsoleDoor, code: str) -> str:
    found = door.desk.policy.units.get(code)
    return found.name if found is not None else code


def days_words(door: ConsoleDoor, first: date, last: date | None) -> str:
    if last is None:
        return door.words.text("console_people.days_on", first=first.isoformat())
    return door.words.text("console_people.days", first=first.isoformat(), last=last.isoformat())


def grant_row(door: ConsoleDoor, grant: GrantView, today: date, *, may_keep: bool) -> GrantRow:
    """A grant with its days and whether it holds; what is over cannot be taken away any more."""
    text = door.words.text
    over = grant.until_on is not None and grant.until_on < today
    name = "over" if over else "coming" if grant.from_on > today else "holds"
    return GrantRow(
        words=role_in_unit(door, grant),
        days=days_words(door, grant.from_on, grant.until_on),
        state=Chip(
            words=text(f"console_people.grant.state.{name}"), tone="good" if name == "holds" else "plain"
        ),
        role=grant.role.value if may_keep and not over else "",
        unit=grant.unit or "",
    )


def deputy_row(door: ConsoleDoor, one: DeputyView, today: date, *, end: str) -> DeputyRow:
    """An arrangement; `end` only while there is something to end."""
    text = door.words.text
    if one.ended_at is not None:
        name = "ended"
    elif one.until_on < today:
        name = "over"
    else:
        name = "coming" if one.from_on > today else "holds"
    return DeputyRow(
        principal=one.principal_name,
        deputy=one.deputy_name,
        days=days_words(door, one.from_on, one.until_on),
        state=Chip(
            words=text(f"console_people.deputy.state.{name}"), tone="good" if name == "holds" else "plain"
        ),
        made_by=text("console_people.deputy.made_by", name=one.made_by_name) if one.made_by_name else "",
        end=end if name in ("coming", "holds") else "",
    )


def factor_words(door: ConsoleDoor, staff: StaffView) -> str:
    """Whether one-time codes are on, and whether they have to be."""
    text = door.words.text
    if staff.second_factor_since is not None:
        since = door.words.moment(staff.second_factor_since, door.clock.now())
        return text("console_people.factor.since", since=since)
    asked = door.staff_rules.asks_second_factor(staff)
    return text("console_people.factor.asked" if asked else "console_people.factor.off")


async def session_rows(
    door: ConsoleDoor, staff_id: UUID, *, here: UUID | None = None, may_end: bool = True
) -> tuple[SessionRow, ...]:
    """Where somebody is logged in, the place seen last first."""
    now, text = door.clock.now(), door.words.text
    return tuple(
        SessionRow(
            words=text(
                "console_people.session.line",
                begun=door.words.moment(line.created_at, now),
                seen=door.words.moment(line.last_seen_at, now),
            ),
            here=line.id == here,
            end=f"/console/me/sessions/{line.id}/end" if may_end and line.id != here else "",
        )
        for line in await door.sessions.in_force(STAFF, [staff_id])
    )


def role_options(door: ConsoleDoor) -> tuple[Option, ...]:
    return tuple(
        Option(value=role.value, words=door.words.text(f"console.role.{role.value}")) for role in IN_ORDER
    )


def unit_options(door: ConsoleDoor) -> tuple[Option, ...]:
    """Every unit, with the whole bureau first."""
    whole = Option(value="", words=door.words.text("console_people.whole_bureau"))
    return (whole, *(Option(value=one.code, words=one.name) for one in door.desk.policy.units.values()))
