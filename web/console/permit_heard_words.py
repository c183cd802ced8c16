"""Those who were heard about an application, what they said and the hearing, in words; and what may be chosen in its forms."""

from __future__ import annotations

import re

from casework.people.staff import staff_with_role
from casework.permissions import Operation
from casework.permits.heard_views import Heard, HearingView, PartyView, StatementView, heard_of
from casework.permits.hearing_calls import ordered_basis
from casework.permits.hearings import earliest_at
from casework.permits.models import PermitApplication
from casework.permits.parties import ANSWERS, WAYS_TOLD
from casework.permits.party_rows import ABOUT_PARTY
from casework.permits.presiding import PRESIDERS, examiners_of
from casework.permits.views import ApplicationView
from casework.permits.weighing import OUTCOMES
from kit.clock import local
from kit.sealing import mask_phone
from web.console.document_words import papers_panel
from web.console.door import ConsoleDoor
from web.console.permit_inputs import as_input
from web.console.permit_material_words import handed_in
from web.console.permit_screens import HeardPanel, StatementRow
from web.console.permit_words import application_address, permits_of
from web.console.screens import Fact, Option
from web.console.visitor import Visitor

EXCERPT = 24
NUMBER = re.compile(r"\d{7,}")
ABOUT_HEARING = frozenset({"arrange_hearing", "record_hearing", "decide_objection", "call_off_hearing"})


async def heard_on(door: ConsoleDoor, visitor: Visitor, view: ApplicationView) -> Heard:
    """All of it, for staff who may see whose application it is."""
    if not visitor.may(Operation.SEE_APPLICANT) or view.is_erased:
        return Heard()
    return await heard_of(permits_of(door), view.line.id)


def left_out(view: ApplicationView, heard: Heard) -> set[str]:
    """The moves that lead nowhere as it stands."""
    found, hearing = set(), heard.open_hearing
    if not heard.parties:
        found.add("record_statement")
    if not heard.statements:
        found.add("weigh_statement")
    if hearing is None:
        found |= ABOUT_HEARING
    else:
        found.add("call_hearing")
        if hearing.state != "arranged":
            found |= {"record_hearing", "decide_objection"}
    return found & set(view.moves)


async def choices_of(
    door: ConsoleDoor, view: ApplicationView, heard: Heard, names: list[str]
) -> dict[str, tuple[Option, ...]]:
    """What the forms offer."""
    text = door.words.text
    found = {
        "told_how": _coded(door, "told_how", WAYS_TOLD),
        "answer": _coded(door, "answer", ANSWERS),
        "statement_outcome": _coded(door, "statement_outcome", OUTCOMES),
        "party_id": tuple(
            Option(value=str(one.id), words=_name(door, one.name, is_applicant=one.is_applicant))
            for one in heard.parties
        ),
        "statement_id": tuple(
            Option(
                value=str(one.id),
                words=text(
                    "console_permits.heard.statement_of",
                    name=_name(door, one.name, is_applicant=one.is_applicant),
                    words=one.words[:EXCERPT],
                ),
            )
            for one in sorted(heard.statements, key=lambda one: bool(one.outcome))
        ),
    }
    if "arrange_hearing" in names:
        found["presider_id"] = await _presiders(door, view)
    return found


async def preset_of(door: ConsoleDoor, view: ApplicationView, heard: Heard) -> dict[str, str]:
    """What its forms begin from."""
    desk = permits_of(door)
    row, hearing = await PermitApplication.get_or_none(id=view.line.id), heard.open_hearing
    begins = hearing.meeting_at if hearing is not None and hearing.meeting_at is not None else None
    if begins is None:
        # In the morning of the first day on which everybody has had notice.
        after = desk.calendar.add_working_days(earliest_at(desk, door.clock.now()), 1).at
        begins = local(after).replace(hour=9, minute=30)
    return {
        "hearing_basis": ordered_basis(desk, row) if row is not None else "",
        "hearing_at": as_input(begins),
        "venue": hearing.place if hearing is not None else "",
        "announcement": hearing.announcement if hearing is not None else "",
    }


async def heard_panel(
    door: ConsoleDoor, visitor: Visitor, view: ApplicationView, heard: Heard, *, is_revealed: bool
) -> HeardPanel | None:
    """The panel; None where nobody was told and no hearing was called. Numbers are masked until the audited look."""
    if not heard.parties and not heard.hearings:
        return None
    may_upload = visitor.may(Operation.TAKE_IN_PERMITS) and "record_statement" in view.moves
    base = application_address(view.line.reference)
    return HeardPanel(
        parties=tuple(_party(door, one, is_revealed=is_revealed) for one in heard.parties),
        statements=tuple(
            StatementRow(
                title=_said_by(door, one),
                words=one.words,
                outcome=_weighed(door, one),
                files=tuple(
                    handed_in(door, each, _said_by(door, one), number, {"case": view.line.reference})
                    for number, each in enumerate(one.files, 1)
                ),
                upload=f"{base}/statements/{one.id}/files" if may_upload else "",
            )
            for one in heard.statements
        ),
        hearings=tuple(_hearing(door, one) for one in heard.hearings),
        papers=await papers_panel(door, visitor, ABOUT_PARTY, *(one.id for one in heard.parties)),
    )


async def _presiders(door: ConsoleDoor, view: ApplicationView) -> tuple[Option, ...]:
    row = await PermitApplication.get_or_none(id=view.line.id)
    examining = await examiners_of(row) if row is not None else frozenset()
    found = {one.id: one.name for role in PRESIDERS for one in await staff_with_role(door.db, role)}
    return tuple(
        Option(value=str(id), words=name)
        for id, name in sorted(found.items(), key=lambda one: one[1])
        if id not in examining
    )


def _coded(door: ConsoleDoor, name: str, codes: tuple[str, ...]) -> tuple[Option, ...]:
    return tuple(Option(value=one, words=door.words.text(f"console_permits.{name}.{one}")) for one in codes)


def _name(door: ConsoleDoor, name: str, *, is_applicant: bool) -> str:
    return door.words.text("console_permits.by.applicant") if is_applicant else name


def _party(door: ConsoleDoor, one: PartyView, *, is_revealed: bool) -> Fact:
    text, now = door.words.text, door.clock.now()
    lines = [
        text(
            "console_permits.heard.told",
            at=door.words.moment(one.told_at, now),
            how=text(f"console_permits.told_how.{one.told_how}"),
            due=door.words.moment(one.due_at, now),
        )
    ]
    if one.may_ask_hearing:
        lines.append(text("console_permits.heard.may_ask"))
    if not one.is_applicant:
        contact = one.contact if is_revealed else NUMBER.sub(lambda found: mask_phone(found[0]), one.contact)
        lines += [one.concern, " ".join(each for each in (contact, one.address) if each)]
    key = one.answer or ("waiting" if one.due_at > now else "silent")
    lines.append(text(f"console_permits.heard.{key}"))
    return Fact(
        name=_name(door, one.name, is_applicant=one.is_applicant),
        words="\n".join(each for each in lines if each),
    )


def _said_by(door: ConsoleDoor, one: StatementView) -> str:
    return door.words.text(
        "console_permits.heard.said_in_time" if one.is_in_time else "console_permits.heard.said_late",
        name=_name(door, one.name, is_applicant=one.is_applicant),
        at=door.words.moment(one.said_at, door.clock.now()),
    )


def _weighed(door: ConsoleDoor, one: StatementView) -> str:
    if not one.outcome:
        return door.words.text("console_permits.heard.unweighed")
    outcome = door.words.text(f"console_permits.statement_outcome.{one.outcome}")
    return door.words.text("console_permits.heard.weighed", outcome=outcome, why=one.why)


def _hearing(door: ConsoleDoor, one: HearingView) -> Fact:
    text, now = door.words.text, door.clock.now()
    lines = [text(f"permit_said.hearing.{one.cause}"), one.basis]
    if one.state in ("called", "arranged"):
        lines.append(text("console_permits.heard.hold_by", at=door.words.moment(one.due_at, now)))
    if one.meeting_at is not None:
        lines.append(
            text(
                "console_permits.heard.meeting",
                at=door.words.moment(one.meeting_at, now),
                place=one.place,
                presider=one.presider,
            )
        )
    lines += [one.announcement, one.record, one.end_reason]
    return Fact(
        name=text(f"permit_hearing.state.{one.state}"), words="\n".join(each for each in lines if each)
    )
