"""The first violations that may be let go: grounds, conditions, what is to be done, and the list they stand on."""

from __future__ import annotations

from dataclasses import dataclass

from sanic import HTTPResponse, Request

from casework.penalties.kinds import written_basis
from web.public.door import door_of
from web.public.frame import shown


@dataclass(frozen=True, kw_only=True)
class GroundRow:
    """One ground of the list."""

    name: str
    conditions: tuple[str, ...]
    demand: str
    basis: str


@dataclass(frozen=True, kw_only=True)
class FirstViolationsPage:
    """The list as the profile has it now."""

    title: str
    rows: tuple[GroundRow, ...]


async def show_first_violations(request: Request) -> HTTPResponse:
    """GET /public/first-violations."""
    door = door_of(request)
    join = door.catalogue.text("console_penalties.join")
    page = FirstViolationsPage(
        title=door.catalogue.text("first_violations.title"),
        rows=tuple(
            GroundRow(
                name=one.name,
                conditions=one.first_violation.conditions,
                demand=one.demand,
                basis=join.join(written_basis((*one.first_violation.basis, *one.basis))),
            )
            for one in door.penalties.grounds
            if one.first_violation is not None
        ),
    )
    return shown(request, door, "first_violations.html", page)
