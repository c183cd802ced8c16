"""One application as a page: what was submitted, how its time is reckoned, what others said, what can be done next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from casework.complaints.place import Position
from casework.permissions import Operation
from casework.permits.capturing import photos_of
from casework.permits.clashes import Clash, clashes
from casework.permits.desk import PermitDesk
from casework.permits.held import permit_of
from casework.permits.kinds import USUAL_UNITS, PermitKind
from casework.permits.models import Permit
from casework.permits.papers import ABOUT_APPLICATION
from casework.permits.revealing import Applicant
from casework.permits.views import ApplicationView, ClockView, SurveyView
from kit.clock import local
from web.console.document_words import papers_panel
from web.console.door import ConsoleDoor
from web.console.frame import PERMITS
from web.console.permit_acts import Attempt, acts_of
from web.console.permit_heard_words import heard_on, heard_panel
from web.console.permit_identity_words import identity_panel
from web.console.permit_material_words import materials_of
from web.console.permit_organ_words import organs_of
from web.console.permit_screens import ClockRow, PermitPage, Revealing, ShownField, Step, SurveyRow
from web.console.permit_words import (
    application_address,
    clash_row,
    coordinates_of,
    due_of,
    held_address,
    marks_of,
    permits_of,
    shots_of,
    state_chip,
    survey_address,
    unit_name,
)
from web.console.screens import Chip, Fact, Link, Note
from web.console.visitor import Visitor


async def permit_page(
    door: ConsoleDoor,
    visitor: Visitor,
    view: ApplicationView,
    *,
    notes: tuple[Note, ...] = (),
    attempt: Attempt | None = None,
    revealed: Applicant | None = None,
    lost: tuple[Note, ...] = (),
    identity_wrong: Mapping[str, str] | None = None,
) -> PermitPage:
    """The page. `attempt` did not succeed; `revealed` is who applies, just looked at (audited); `lost` what was typed into a form
    that is gone.
    """
    desk, now, text = permits_of(door), door.clock.now(), door.words.text
    line = view.line
    near = await clashes_of(desk, view)
    permit = await permit_of(visitor.actor, line.id)
    heard = await heard_on(door, visitor, view)
    return PermitPage(
        reference=line.reference,
        revision=str(line.revision),
        back=PERMITS,
        title=line.kind_name,
        state=state_chip(line.state, line.state_name),
        marks=marks_of(door, line),
        due=due_of(door, line, now),
        due_words=text(f"console_permits.clock.{line.clock}") if line.clock else "",
        notes=(*_standing_notes(door, view), *notes),
        facts=facts_of(door, view, now),
        fields=fields_of(door, view),
        reveal=_revealing(door, visitor, view, revealed),
        identity=identity_panel(door, visitor, view, identity_wrong or {}),
        coordinates=coordinates_of(door, visitor, view.latitude, view.longitude),
        materials=await materials_of(door, visitor, view),
        clocks=tuple(_clock(door, one, now) for one in view.clocks),
        pauses=_pauses(door, view, now),
        corrections=_corrections(door, view, now),
        surveys=tuple([await survey_row(door, one, now) for one in view.surveys]),
        organs=organs_of(door, visitor, view, attempt),
        clashes=tuple(clash_row(door, one, now) for one in near),
        clashes_known=_can_clash(desk, view),
        papers=await papers_panel(door, visitor, ABOUT_APPLICATION, line.id),
        steps=_steps(door, view, now),
        acts=await acts_of(door, view, heard, near, attempt),
        heard=await heard_panel(door, visitor, view, heard, is_revealed=revealed is not None),
        permit=Link(href=held_address(permit.id), words=permit.number) if permit is not None else None,
        receipt=f"{application_address(line.reference)}/receipt"
        if line.source == "window" and view.has_receipt and visitor.may(Operation.ENTER_PERMITS)
        else "",
        correct=f"{application_address(line.reference)}/correct" if "correct" in view.moves else "",
        lost=lost,
    )


async def clashes_of(desk: PermitDesk, view: ApplicationView) -> tuple[Clash, ...]:
    """What else is permitted or asked for there at that time; nothing where no place or time is given."""
    if not _can_clash(desk, view) or view.wanted_from_at is None or view.wanted_until_at is None:
        return ()
    where = view.outline or Position(view.latitude or 0.0, view.longitude or 0.0, "wgs84")
    out = {view.line.id, *([view.concerns_id] if view.concerns_id is not None else [])}
    # The permit that came of it is no clash with itself.
    out |= set(await Permit.filter(application_id=view.line.id).values_list("id", flat=True))  # type: ignore[arg-type]
    return await clashes(
        desk, where, view.area_m2, view.wanted_from_at, view.wanted_until_at, leaving_out=out
    )


def _can_clash(desk: PermitDesk, view: ApplicationView) -> bool:
    kind = desk.section.kind(view.line.kind)
    return kind is not None and kind.clashes and view.latitude is not None and view.wanted_from_at is not None


def facts_of(door: ConsoleDoor, view: ApplicationView, now: datetime) -> tuple[Fact, ...]:
    """What stands in the row beside the form."""
    text, line = door.words.text, view.line

    def at(moment: datetime | None) -> str:
        return door.words.moment(moment, now) if moment is not None else ""

    accepted = at(view.accepted_at)
    if accepted and view.is_deemed:
        accepted = text("console_permits.deemed", at=accepted)
    found = (
        # With the form below they would stand there twice.
        ("holder", "" if view.fields else line.holder),
        ("place", "" if view.fields else line.place_text),
        ("act", text(f"console_permits.act_kind.{line.act}")),
        ("source", text(f"console_permits.source.{line.source}")),
        ("unit", unit_name(door, line.unit)),
        ("who", line.assignee_name or text("console_permits.nobody")),
        ("submitted", at(line.submitted_at)),
        ("received", at(view.received_at) if view.received_at != line.submitted_at else ""),
        ("accepted", accepted),
        ("decided", at(view.decided_at)),
        ("ended", at(view.ended_at)),
        ("fee", text("console_permits.fee", yuan=f"{view.fee_fen / 100:g}")),
        ("rating", text("console_permits.rating", score=view.rating) if view.rating else ""),
        ("ground_said", view.ground),
        ("late_reason_said", view.late_reason),
    )
    return tuple(
        Fact(name=text(f"console_permits.fact.{name}"), words=words) for name, words in found if words
    )


def fields_of(door: ConsoleDoor, view: ApplicationView) -> tuple[ShownField, ...]:
    """The form as it was submitted, masked where it is personal."""
    units = units_of(permits_of(door).section.kind(view.line.kind))
    return tuple(
        ShownField(
            name=one.name,
            words=said_value(door, one.type, one.value) + units.get(one.code, ""),
            is_masked=one.is_masked,
        )
        for one in view.fields
    )


def units_of(kind: PermitKind | None) -> dict[str, str]:
    """What stands behind a number, by field."""
    if kind is None:
        return {}
    found = {one.code: one.unit or USUAL_UNITS.get(one.type, "") for one in kind.fields}
    return {code: f" {unit}" for code, unit in found.items() if unit}


def said_value(door: ConsoleDoor, type: str, value: str) -> str:
    """A value of a form in words."""
    if type == "yes_no":
        return door.words.text(f"console_permits.{'yes' if value == 'yes' else 'no'}")
    if type == "time_span":
        begin, _, end = value.partition("/")
        return door.words.text(
            "console_permits.from_until", begin=begin.replace("T", " "), end=end.replace("T", " ")
        )
    return value


def _standing_notes(door: ConsoleDoor, view: ApplicationView) -> tuple[Note, ...]:
    text, found = door.words.text, []
    if view.is_own:
        found.append(Note(words=text("problem.permit.own_seen"), tone="late"))
    if view.is_erased:
        found.append(Note(words=text("console_permits.erased"), tone="plain"))
    if view.line.needs_late_reason:
        found.append(Note(words=text("console_permits.late_reason_needed"), tone="late"))
    return tuple(found)


def _revealing(
    door: ConsoleDoor, visitor: Visitor, view: ApplicationView, revealed: Applicant | None
) -> Revealing | None:
    if not visitor.may(Operation.SEE_APPLICANT_CLEARLY) or view.is_erased:
        return None
    names = ("holder", "holder_number", "phone", "agent")
    shown = tuple(
        Fact(name=door.words.text(f"console_permits.fact.{name}"), words=words)
        for name in names
        if revealed is not None and (words := getattr(revealed, name))
    )
    return Revealing(action=f"{application_address(view.line.reference)}/reveal", shown=shown)


def _clock(door: ConsoleDoor, one: ClockView, now: datetime) -> ClockRow:
    text = door.words.text
    if one.met_at is not None:
        key = "missed" if one.is_missed else "kept"
        words, due = text(f"console_permits.clock_said.{key}", at=door.words.moment(one.met_at, now)), None
    elif one.is_paused:
        words, due = text("console_permits.clock_said.paused"), None
    else:
        due = door.words.time_left(one.due_at, now)
        words = text("console_permits.clock_said.until", at=due.at) if due is not None else ""
    return ClockRow(
        name=text(f"console_permits.clock.{one.name}"),
        due=due,
        words=words,
        basis=one.basis,
        tone="late" if one.is_missed else "plain" if one.is_paused or one.met_at is None else "good",
        lines=one.lines,
    )


def _pauses(door: ConsoleDoor, view: ApplicationView, now: datetime) -> tuple[Fact, ...]:
    text, moment = door.words.text, door.words.moment
    return tuple(
        Fact(
            name=text(f"console_permits.pause_kind.{one.kind}"),
            words=text(
                "console_permits.paused_from" if one.ended_at is None else "console_permits.paused_over",
                begin=moment(one.started_at, now),
                end=door.words.end(one.ended_at or one.expected_until_at, now),
                reason=one.reason,
                basis=one.basis,
            ),
        )
        for one in view.pauses
    )


def _corrections(door: ConsoleDoor, view: ApplicationView, now: datetime) -> tuple[Fact, ...]:
    text, moment, found = door.words.text, door.words.moment, []
    for one in view.corrections:
        items = "\n".join(
            text("console_permits.item", name=item.name, wrong=item.wrong) for item in one.items
        )
        head = text("console_permits.head_said", reason=one.head_reason) if one.head_reason else ""
        back = text("console_permits.came_back", at=moment(one.answered_at, now)) if one.answered_at else ""
        found.append(
            Fact(
                name=text("console_permits.round", round=one.round, at=moment(one.asked_at, now)),
                words="\n".join(each for each in (items, one.words, head, back) if each),
            )
        )
    return tuple(found)


async def survey_row(door: ConsoleDoor, one: SurveyView, now: datetime) -> SurveyRow:
    """A visit with its photos."""
    text, moment = door.words.text, door.words.moment
    facts = (
        ("officers", text("console_permits.and", first=one.officers[0], second=one.officers[1])),
        ("meeting", moment(one.meeting_at, now) if one.meeting_at else ""),
        ("arrived", moment(one.arrived_at, now) if one.arrived_at else ""),
        ("recorded", moment(one.recorded_at, now) if one.recorded_at else ""),
        (
            "measured",
            text("console_permits.square", area=f"{one.measured_area_m2:g}") if one.measured_area_m2 else "",
        ),
    )
    return SurveyRow(
        title=text("console_permits.survey.of", at=moment(one.scheduled_at, now)),
        state=survey_chip(door, one.cancelled_at, one.recorded_at, one.outcome),
        facts=tuple(
            Fact(name=text(f"console_permits.survey.{name}"), words=words) for name, words in facts if words
        ),
        findings=one.findings,
        photos=await shots_of(door, await photos_of(one.id)) if one.id is not None else (),
        href=survey_address(one.id) if one.id is not None else "",
    )


def survey_chip(
    door: ConsoleDoor, cancelled_at: datetime | None, recorded_at: datetime | None, outcome: str
) -> Chip:
    """Where a visit stands, or what was found."""
    text = door.words.text
    if cancelled_at is not None:
        return Chip(words=text("console_permits.survey.cancelled"), tone="plain")
    if recorded_at is None:
        return Chip(words=text("console_permits.survey.waiting"), tone="soon")
    is_good = outcome in ("fits", "in_order")
    tone = "good" if is_good else "late" if outcome in ("unfit", "not") else "soon"
    return Chip(words=text(f"console_permits.outcome.{outcome}"), tone=tone)  # type: ignore[arg-type]


def _steps(door: ConsoleDoor, view: ApplicationView, now: datetime) -> tuple[Step, ...]:
    return tuple(
        Step(
            at=door.words.moment(one.at, now),
            iso=local(one.at).isoformat(timespec="seconds"),
            what=one.name,
            who=one.by_name or door.words.text(f"console_permits.by.{one.by}"),
        )
        for one in reversed(view.history)
    )
