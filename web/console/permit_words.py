"""Permits in a clerk's words: addresses, states, limits, rows of lists, what stands beside a place."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.permissions import Operation
from casework.permits.capturing import SurveyPhotoView
from casework.permits.clashes import Clash
from casework.permits.clocks import CORRECT
from casework.permits.desk import PermitDesk
from casework.permits.lifecycle import PermitState, State
from casework.permits.views import ApplicationLine
from kit.files.models import FileState, StoredFile
from kit.problems import NotFound
from web.console.case_screens import Coordinates, Photo
from web.console.door import ConsoleDoor
from web.console.frame import CO_SIGNING, HELD, PERMITS, SURVEYS
from web.console.map_words import setup_of
from web.console.permit_screens import ClashRow, PermitRow, SurveyShot
from web.console.screens import Chip, Countdown, Link, Tone
from web.console.visitor import Visitor

NEW, DRAFTS, FILES = f"{PERMITS}/new", f"{PERMITS}/drafts", f"{PERMITS}/files"
CALLS = "/console/permits/calls"
SHOTS = f"{SURVEYS}/photos"
TONES: dict[str, Tone] = {
    State.SUBMITTED: "brand",
    State.CORRECTION_REQUESTED: "plain",
    State.ACCEPTED: "brand",
    State.SURVEY_SCHEDULED: "soon",
    State.SURVEYED: "soon",
    State.GRANTED: "good",
    State.DENIED: "plain",
    State.REGISTERED: "good",
    State.APPROVED: "good",
    State.PAID_OUT: "good",
    State.DELIVERED: "good",
    State.REFUSED: "plain",
    State.WITHDRAWN: "plain",
}
PERMIT_TONES: dict[str, Tone] = {
    PermitState.IN_FORCE: "good",
    PermitState.REVOKED: "late",
    PermitState.WITHDRAWN: "late",
    PermitState.RESTORED: "good",
}
ZOOM = 17


def permits_of(door: ConsoleDoor) -> PermitDesk:
    """The permit desk. Raises NotFound where none is set up."""
    if door.permits is None:
        raise NotFound()
    return door.permits


def id_of(text: str, key: str) -> UUID:
    """An id from an address. Raises NotFound with the sentence `key`."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(key) from None


def application_address(reference: str) -> str:
    """The page of an application."""
    return f"{PERMITS}/{reference}"


def held_address(permit_id: UUID) -> str:
    """The page of a granted permit."""
    return f"{HELD}/{permit_id}"


def survey_address(survey_id: UUID) -> str:
    """The page of a visit."""
    return f"{SURVEYS}/{survey_id}"


def asked_address(id: UUID) -> str:
    """The page of a question to another organ."""
    return f"{CO_SIGNING}/{id}"


def places_of(door: ConsoleDoor, visitor: Visitor, here: str) -> tuple[Link, ...]:
    """The lists side by side: applications, entry at the window, permits in force."""
    found = [("applications", PERMITS), ("held", HELD)]
    if visitor.may(Operation.ENTER_PERMITS):
        found[1:1] = [("entry", NEW), ("calls", CALLS)]
    return tuple(
        Link(href=href, words=door.words.text(f"console_permits.place.{name}"), here=name == here)
        for name, href in found
    )


def state_chip(state: str, name: str) -> Chip:
    """An application's state."""
    return Chip(words=name, tone=TONES.get(state, "plain"))


def permit_chip(state: str, name: str) -> Chip:
    """A permit's state."""
    return Chip(words=name, tone=PERMIT_TONES.get(state, "plain"))


def row_of(door: ConsoleDoor, line: ApplicationLine, now: datetime) -> PermitRow:
    """An application in a list."""
    text = door.words.text
    return PermitRow(
        href=application_address(line.reference),
        reference=line.reference,
        kind=line.kind_name,
        holder=line.holder,
        place=line.place_text,
        unit=unit_name(door, line.unit),
        who=line.assignee_name,
        state=state_chip(line.state, line.state_name),
        due=due_of(door, line, now),
        clock=text(f"console_permits.clock.{line.clock}") if line.clock else "",
        marks=marks_of(door, line),
    )


def marks_of(door: ConsoleDoor, line: ApplicationLine) -> tuple[Chip, ...]:
    """What makes an application stand out, beside its limit."""
    text, found = door.words.text, []
    if line.is_paused:
        found.append(Chip(words=text("console_permits.mark.paused"), tone="plain"))
    if line.needs_late_reason:
        found.append(Chip(words=text("console_permits.mark.late_reason"), tone="late"))
    if line.act != "new":
        found.append(Chip(words=text(f"console_permits.act_kind.{line.act}"), tone="brand"))
    if line.source == "window":
        found.append(Chip(words=text("console_permits.mark.window"), tone="plain"))
    return tuple(found)


def due_of(door: ConsoleDoor, line: ApplicationLine, now: datetime) -> Countdown | None:
    """The time left; the applicant's own time is nothing for the bureau to hurry about."""
    if line.due_at is None:
        return None
    left = door.words.time_left(line.due_at, now)
    if left is None or line.clock != CORRECT:
        return left
    words = door.words.text("console_permits.clock.theirs", left=left.words)
    return Countdown(words=words, at=left.at, tone="plain", glyph="…")


def unit_name(door: ConsoleDoor, code: str | None) -> str:
    """A unit's name; its code where the profile names it no more."""
    if code is None:
        return ""
    found = door.desk.policy.units.get(code)
    return found.name if found is not None else code


def coordinates_of(
    door: ConsoleDoor, visitor: Visitor, latitude: float | None, longitude: float | None
) -> Coordinates | None:
    """Where it is, with a small map, and the way to the large one for whoever may go there; None where nobody pointed."""
    if latitude is None or longitude is None:
        return None
    where, places = f"{latitude:.6f},{longitude:.6f}", door.map.places
    located = places.locate(latitude, longitude)
    named = [places.name_of(code) or code for code in (located.area, located.grid) if code]
    return Coordinates(
        href=f"geo:{where}",
        words=where.replace(",", ", "),
        area=" · ".join(named),
        is_outside=False,
        setup=setup_of(door, None, with_base=False, point=(latitude, longitude))
        if places.atlas.named
        else "",
        map=f"/console/map?state=all#{ZOOM}/{latitude:.5f}/{longitude:.5f}"
        if visitor.may(Operation.SEE_CASES)
        else "",
    )


def geo_of(latitude: float | None, longitude: float | None) -> str:
    """What the phone's own map application opens; "" for a place nobody pointed at."""
    if latitude is None or longitude is None:
        return ""
    return f"geo:{latitude:.6f},{longitude:.6f}"


def clash_row(door: ConsoleDoor, one: Clash, now: datetime, *, leads: bool = True) -> ClashRow:
    """What else is there at that time."""
    text = door.words.text
    metres = round(one.distance_m)
    said = text(f"console_permits.clash.{one.extent}", metres=metres) + (
        "" if one.is_drawn else text("console_permits.clash.guess")
    )
    href = held_address(one.id) if one.about == "permit" else application_address(one.reference)
    return ClashRow(
        words=text(
            f"console_permits.clash.{one.about}", kind=one.kind_name, place=one.place_text, extent=said
        ),
        reference=one.reference,
        href=href if leads else "",
        when=text(
            "console_permits.from_until",
            begin=door.words.moment(one.from_at, now),
            end=door.words.end(one.until_at, now),
        ),
        tone="late" if one.extent == "overlap" and one.about == "permit" else "soon",
    )


async def shots_of(door: ConsoleDoor, photos: tuple[SurveyPhotoView, ...]) -> tuple[SurveyShot, ...]:
    """The photos of a visit, each with when it was taken, as far as that is known."""
    text, now = door.words.text, door.clock.now()
    ids = [one.file_id for one in photos]
    states = {one.id: one.state for one in await StoredFile.filter(id__in=ids)} if ids else {}
    shots = []
    for one in photos:
        words = text("console_permits.survey.photo", number=one.position)
        photo = Photo(words=text("console_permits.survey.photo_waiting", number=one.position))
        if states.get(one.file_id) == FileState.READY.value:
            href = f"{SHOTS}/{one.id}"
            photo = Photo(words=words, href=href, small=f"{href}?size=small")
        when = (
            text("console_permits.survey.bound", at=door.words.moment(one.taken_at, now))
            if one.taken_at is not None
            else text("console_permits.survey.unbound")
        )
        shots.append(SurveyShot(photo=photo, when=when, is_bound=one.is_bound))
    return tuple(shots)
