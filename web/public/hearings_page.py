"""Hearings on permits that anybody may attend: what about, when and where."""

from __future__ import annotations

from dataclasses import dataclass

from sanic import HTTPResponse, Request

from casework.permits.announced import announced_hearings
from kit.clock import local
from web.public.door import door_of
from web.public.frame import shown
from web.public.screens import Fact


@dataclass(frozen=True, kw_only=True)
class HearingRow:
    """One hearing: `words` is the bureau's announcement."""

    title: str
    facts: tuple[Fact, ...]
    words: str


@dataclass(frozen=True, kw_only=True)
class HearingsPage:
    """Those to come, the next first."""

    title: str
    rows: tuple[HearingRow, ...]


async def show_hearings(request: Request) -> HTTPResponse:
    """GET /public/hearings."""
    door = door_of(request)
    text, rows = door.catalogue.text, []
    for one in await announced_hearings(door.permits, door.clock.now()):
        facts = {
            "at": f"{local(one.meeting_at):%Y-%m-%d %H:%M}",
            "place": one.place,
            "about": one.about_place,
            "basis": one.basis,
        }
        rows.append(
            HearingRow(
                title=one.kind_name,
                facts=tuple(
                    Fact(name=text(f"hearings.fact.{name}"), words=words)
                    for name, words in facts.items()
                    if words
                ),
                words=one.words,
            )
        )
    return shown(request, door, "hearings.html", HearingsPage(title=text("hearings.title"), rows=tuple(rows)))
