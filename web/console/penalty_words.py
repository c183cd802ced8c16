"""Notices in a clerk's words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from casework.penalties.desk import PenaltyDesk
from casework.penalties.earlier import EarlierRecord
from casework.penalties.lifecycle import State
from casework.penalties.views import NoticeLine
from kit.problems import NotFound
from web.console.door import ConsoleDoor
from web.console.frame import PENALTIES
from web.console.penalty_case_words import case_address
from web.console.penalty_screens import EarlierRow, NoticeRow
from web.console.screens import Ask, Chip, Option, OptionGroup, Tone

TONES: dict[str, Tone] = {
    State.ISSUED: "soon",
    State.REPORTED: "brand",
    State.PUT_RIGHT: "good",
    State.EXEMPTED: "good",
    State.NOT_DONE: "late",
}
LONG = frozenset({"facts", "demand", "judgement", "words"})
AT_MOST = {"facts": 2_000, "demand": 500, "judgement": 1_000, "words": 1_000, "party": 120, "place_text": 300}


def desk_of(door: ConsoleDoor) -> PenaltyDesk:
    """The desk of notices. Raises NotFound where none is set up."""
    if door.penalties is None:
        raise NotFound()
    return door.penalties


def notice_address(reference: str) -> str:
    """The page of a notice."""
    return f"{PENALTIES}/{reference}"


def row_of(door: ConsoleDoor, line: NoticeLine, now: datetime) -> NoticeRow:
    """A line of the list."""
    return NoticeRow(
        href=notice_address(line.reference),
        reference=line.reference,
        ground=line.ground_name,
        party=line.party,
        place=line.place_text,
        at=door.words.moment(line.issued_at, now),
        state=state_chip(line),
        due=door.words.time_left(line.due_at, now) if line.due_at is not None else None,
        first=door.words.text("console_penalties.first") if line.is_first_violation else "",
    )


def state_chip(line: NoticeLine) -> Chip:
    """Where it stands."""
    return Chip(words=line.state_name, tone=TONES.get(line.state, "plain"))


def earlier_rows(
    door: ConsoleDoor, records: Iterable[EarlierRecord], now: datetime
) -> tuple[EarlierRow, ...]:
    """What was found of the same party and ground."""
    text = door.words.text
    return tuple(
        EarlierRow(
            href=_address_of(one),
            reference=one.reference,
            at=door.words.moment(one.issued_at, now),
            state=text(f"{one.kind}.state.{one.state}"),
            first=text("console_penalties.first") if one.is_first_violation else "",
        )
        for one in records
    )


def _address_of(one: EarlierRecord) -> str:
    return case_address(one.reference) if one.kind == "penalty_case" else notice_address(one.reference)


def ask(
    door: ConsoleDoor,
    name: str,
    *,
    typed: str = "",
    wrong: str = "",
    optional: bool = False,
    options: tuple[Option, ...] | None = None,
) -> Ask:
    """A field by its name: label and help stand in the catalogue."""
    help_key = f"console_penalties.help.{name}"
    return Ask(
        name=name,
        kind="choice" if options is not None else "long" if name in LONG else "short",
        label=door.words.text(f"console_penalties.field.{name}"),
        optional=optional,
        help=door.words.text(help_key) if door.words.catalogue.has(help_key) else "",
        typed=typed,
        wrong=wrong,
        at_most=AT_MOST.get(name, 200),
        groups=(OptionGroup(name="", options=options),) if options is not None else (),
    )
