"""Officers' law-enforcement certificates: the list, entering one, revoking one."""

from __future__ import annotations

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.permissions import Operation
from casework.projects import certificates, queries
from casework.projects.views import CertificateView
from kit.clock import local
from kit.problems import NotFound, Problem
from web.console.door import ConsoleDoor
from web.console.frame import PROJECTS, frame_for, shown
from web.console.project_screens import SideForm, ThingLine, ThingList, ThingsPage
from web.console.project_words import (
    CERTIFICATES,
    Tried,
    ask,
    ask_day,
    done_note,
    id_of,
    refused,
    required_day,
    staff_id,
    staff_options,
    tabs,
    typed_in,
)
from web.console.screens import Chip
from web.console.visitor import Visitor

FIELDS = ("staff_id", "number", "valid_from_on", "valid_until_on")
DONE = frozenset({"entered", "revoked"})


async def show_certificates(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/certificates."""
    return await _render(door, visitor, Tried(notes=done_note(door, request, DONE)))


async def add_certificate(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/certificates: entered, or the form again."""
    typed = typed_in(request, FIELDS)
    try:
        await certificates.add_certificate(
            door.projects,
            visitor.actor,
            staff_id(typed, "staff_id", "problem.certificate.staff"),
            typed["number"],
            required_day(typed, "valid_from_on"),
            required_day(typed, "valid_until_on"),
        )
    except Problem as problem:
        return await _render(door, visitor, refused(door, "certificate", typed, problem))
    return redirect(f"{CERTIFICATES}?done=entered", status=303)


async def revoke_certificate(
    request: Request, door: ConsoleDoor, visitor: Visitor, certificate_id: str
) -> HTTPResponse:
    """POST /console/certificates/{id}/revoke."""
    found, typed = id_of(certificate_id, "problem.certificate.not_found"), typed_in(request, ("reason",))
    try:
        await certificates.revoke_certificate(door.projects, visitor.actor, found, typed["reason"])
    except NotFound:
        raise
    except Problem as problem:
        return await _render(door, visitor, refused(door, "revoke", {}, problem))
    return redirect(f"{CERTIFICATES}?done=revoked", status=303)


async def _render(door: ConsoleDoor, visitor: Visitor, tried: Tried) -> HTTPResponse:
    text, on = door.words.text, local(door.clock.now()).date()
    keeps = visitor.may(Operation.KEEP_CERTIFICATES)
    rows = await queries.certificates(visitor.actor, on)
    form = SideForm(
        name="certificate",
        title=text("console_projects.new_certificate"),
        action=CERTIFICATES,
        button=text("console_projects.enter"),
        asks=(
            ask(door, tried, "staff_id", "choice", options=await staff_options(door, inspectors=True)),
            ask(door, tried, "number", at_most=40),
            ask_day(door, tried, "valid_from_on", optional=False),
            ask_day(door, tried, "valid_until_on", optional=False),
        ),
    )
    page = ThingsPage(
        title=text("console_projects.tab.certificates"),
        tabs=tabs(door, visitor, "certificates"),
        notes=tried.notes,
        lists=(
            ThingList(
                name="certificates",
                title=text("console_projects.tab.certificates"),
                lines=tuple(_line(door, one, keeps) for one in rows),
                nothing=text("console_projects.no_certificates"),
            ),
        ),
        forms=(form,) if keeps else (),
    )
    return shown(door, "things.html", await frame_for(door, visitor, PROJECTS), page, tried.status)


def _line(door: ConsoleDoor, one: CertificateView, keeps: bool) -> ThingLine:
    text = door.words.text
    state = one.fault.rpartition(".")[2] or "certificate_valid"
    revoke = SideForm(
        name=f"revoke-{one.id}",
        title=text("console_projects.revoke"),
        action=f"{CERTIFICATES}/{one.id}/revoke",
        button=text("console_projects.revoke"),
        asks=(ask(door, Tried(), "reason", at_most=400),),
        is_grave=True,
    )
    return ThingLine(
        title=one.staff,
        soft=(one.number, f"{one.valid_from_on.isoformat()} — {one.valid_until_on.isoformat()}"),
        chips=(
            Chip(words=text(f"console_projects.state.{state}"), tone="good" if not one.fault else "plain"),
        ),
        form=revoke if keeps and one.revoked_at is None else None,
    )
