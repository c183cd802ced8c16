"""Issuing a notice: what is known of the party is shown first, and a person judges it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.penalties.earlier import EarlierRecord, earlier_records, seen_mark
from casework.penalties.issuing import NewNotice, due_of, issue_notice
from casework.people.staff import staff_with_role
from casework.roles import Role
from kit.problems import Problem
from web.console.door import ConsoleDoor
from web.console.frame import PENALTIES, frame_for, shown
from web.console.penalty_photos import ask_photos, ids_of, kept_words, photos_so_far, require_photos
from web.console.penalty_screens import NewNoticePage
from web.console.penalty_words import ask, desk_of, earlier_rows, notice_address
from web.console.screens import Note, Option
from web.console.submission import value_of
from web.console.visitor import Visitor

WHO = ("party_kind", "party_number", "ground")
WHAT = ("party", "place_text", "facts", "demand", "second_officer", "delivery")
TEXTS = (*WHO, *WHAT, "is_first_violation", "judgement", "seen", "key")
KEPT_AT_MOST = 4_000


async def show_new_notice(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/penalties/new."""
    return await _render(door, visitor, {}, None)


async def take_new_notice(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/penalties/new: `step` "look" shows what is found, anything else issues. Numbers never stand in an address."""
    typed = {name: value_of(request, name)[:KEPT_AT_MOST] for name in TEXTS}
    desk, records = desk_of(door), None
    typed["photos"] = await photos_so_far(request, door)
    try:
        records = await earlier_records(
            desk, visitor.actor, typed["party_kind"], typed["party_number"], typed["ground"]
        )
        if value_of(request, "step") == "look":
            if typed["demand"] in {one.demand for one in desk.section.grounds}:
                # What stood there for another ground is nobody's words.
                typed["demand"] = ""
            return await _render(door, visitor, typed, records)
        require_photos(request, door)
        reference = await issue_notice(desk, visitor.actor, _new(typed))
    except Problem as problem:
        return await _render(door, visitor, typed, records, problem)
    return redirect(f"{notice_address(reference)}?done=issue", status=303)


def _new(typed: Mapping[str, str]) -> NewNotice:
    return NewNotice(
        party_kind=typed["party_kind"],
        party=typed["party"],
        party_number=typed["party_number"],
        ground=typed["ground"],
        facts=typed["facts"],
        demand=typed["demand"],
        place_text=typed["place_text"],
        second_officer_id=_id(typed["second_officer"]),
        is_first_violation=bool(typed["is_first_violation"]),
        judgement=typed["judgement"],
        seen=typed["seen"],
        delivery=typed["delivery"],
        photos=ids_of(typed["photos"]),
        act=_id(typed["key"]),
    )


async def _render(
    door: ConsoleDoor,
    visitor: Visitor,
    typed: Mapping[str, str],
    records: tuple[EarlierRecord, ...] | None,
    problem: Problem | None = None,
) -> HTTPResponse:
    desk, text, now = desk_of(door), door.words.text, door.clock.now()
    sentence = text(problem.key, **problem.params) if problem is not None else ""
    field = str(getattr(problem, "field", None) or "") if problem is not None else ""
    is_known = field in (*WHO, *WHAT, "judgement", "is_first_violation", "photos")
    ground = desk.section.ground(typed.get("ground", ""))
    options = {
        "party_kind": tuple(
            Option(value=one, words=text(f"console_penalties.party_kind.{one}"))
            for one in ("organisation", "person")
        ),
        "ground": tuple(Option(value=one.code, words=one.name) for one in desk.section.grounds),
        "second_officer": await _officers(door, visitor),
        "delivery": tuple(
            Option(value=one, words=text(f"console_penalties.delivery.{one}"))
            for one in ("window", "post", "online")
        ),
    }
    preset = {"demand": ground.demand if ground is not None else ""}

    def asked(name: str) -> object:
        return ask(
            door,
            name,
            typed=typed.get(name) or preset.get(name, ""),
            wrong=sentence if field == name else "",
            optional=name in ("place_text", "judgement"),
            options=options.get(name),
        )

    first = ground.first_violation if ground is not None else None
    looked = records is not None and ground is not None
    page = NewNoticePage(
        who=tuple(asked(one) for one in WHO),  # type: ignore[misc]
        what=tuple(asked(one) for one in WHAT),  # type: ignore[misc]
        looked=looked,
        photos=ask_photos(door, sentence if field == "photos" else ""),
        kept=typed.get("photos", ""),
        kept_words=kept_words(door, typed.get("photos", "")),
        seen=seen_mark(records) if records is not None else "",
        key=typed.get("key") or door.db.ids.new().hex,
        found=_found(door, records) if records is not None else "",
        earlier=earlier_rows(door, records or (), now),
        conditions=first.conditions if first is not None else (),
        is_first=bool(typed.get("is_first_violation")),
        judgement=asked("judgement"),  # type: ignore[arg-type]
        first_wrong=sentence if field == "is_first_violation" else "",
        due=text("console_penalties.due_if_now", at=door.words.end(due_of(desk, ground, now), now))
        if ground is not None
        else "",
        notes=(Note(words=sentence, tone="late"),) if sentence and not is_known else (),
    )
    frame = await frame_for(door, visitor, PENALTIES)
    return shown(door, "penalty_new.html", frame, page, problem.status if problem is not None else 200)


def _found(door: ConsoleDoor, records: tuple[EarlierRecord, ...]) -> str:
    key = "console_penalties.found_some" if records else "console_penalties.found_none"
    return door.words.text(key, count=len(records))


async def _officers(door: ConsoleDoor, visitor: Visitor) -> tuple[Option, ...]:
    """Everybody who may be the second officer."""
    found = {}
    for role in (Role.HANDLER, Role.HEAD):
        found.update({one.id: one for one in await staff_with_role(door.db, role)})
    return tuple(
        Option(value=str(one.id), words=one.name)
        for one in sorted(found.values(), key=lambda one: one.name)
        if one.id != visitor.staff.id
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
