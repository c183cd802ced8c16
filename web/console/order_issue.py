"""The page on which a clerk issues a work order about a case."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.actors import EVERY_UNIT
from casework.complaints.filing import PLACE_AT_MOST
from casework.complaints.views import ComplaintDetail
from casework.people.staff import staff_with_role
from casework.people.views import StaffView
from casework.roles import Role
from casework.work_orders.issuing import WORDS_AT_MOST, NewOrder, issue
from casework.work_orders.queries import last_contractor
from kit.files.models import FileState, StoredFile
from kit.problems import Invalid, Problem
from nlp.personal import masked
from web.console.addresses import case_address, photo_address
from web.console.case_routes import find_case
from web.console.case_screens import Photo
from web.console.door import ConsoleDoor
from web.console.frame import CASES, frame_for, shown
from web.console.order_panel import may_order
from web.console.order_screens import IssuePage, PhotoChoice
from web.console.order_words import NEW, order_address
from web.console.screens import Ask, Note, Option, OptionGroup
from web.console.submission import key_of, value_of
from web.console.visitor import Visitor

ASKED = ("contractor", "order_words", "order_place", "working_hours")
TEXTS = (*ASKED, "with_position", "is_checked")
KEPT_AT_MOST = 4_000
CHECK = "problem.work_order.names_somebody"


async def show_issuing(request: Request, door: ConsoleDoor, visitor: Visitor, reference: str) -> HTTPResponse:
    """GET /console/orders/new/{reference}."""
    return await _render(door, visitor, await find_case(door, visitor, reference))


async def issue_order(request: Request, door: ConsoleDoor, visitor: Visitor, reference: str) -> HTTPResponse:
    """POST /console/orders/new/{reference}: the order's page, or the form again with what is wrong."""
    case = await find_case(door, visitor, reference)
    typed = {name: value_of(request, name)[:KEPT_AT_MOST] for name in TEXTS}
    chosen = tuple(str(one) for one in request.form.getlist("photos", []))[:40] if request.form else ()
    key = key_of(request)
    try:
        made = await issue(door.orders, visitor.actor, case.view.id, _new_order(typed, chosen, key))
    except Problem as problem:
        if problem.status == 404:
            raise
        sentence = door.words.text(problem.key, **problem.params)
        field = str(getattr(problem, "field", None) or problem.params.get("field", ""))
        is_known = field in ASKED
        return await _render(
            door,
            visitor,
            case,
            typed=typed,
            chosen=chosen,
            key=key,
            wrong={field: sentence} if is_known else {},
            notes=() if is_known else (Note(words=sentence, tone="late"),),
            asks_checked=problem.key == CHECK,
            status=problem.status,
        )
    return redirect(f"{order_address(made)}?done=issue", status=303)


def _new_order(typed: dict[str, str], chosen: tuple[str, ...], key: str) -> NewOrder:
    hours = typed["working_hours"]
    try:
        contractor = UUID(typed["contractor"])
    except ValueError:
        raise Invalid("problem.work_order.contractor", field="contractor") from None
    try:
        files = tuple(UUID(one) for one in chosen)
    except ValueError:
        raise Invalid("problem.work_order.photo", field="photos") from None
    return NewOrder(
        contractor_id=contractor,
        words=typed["order_words"],
        place_text=typed["order_place"],
        working_hours=int(hours) if hours.isascii() and hours.isdigit() and len(hours) < 5 else 0,
        file_ids=files,
        with_position=bool(typed["with_position"]),
        is_checked=bool(typed["is_checked"]),
        act=_act_id(key),
    )


def _act_id(key: str) -> UUID | None:
    try:
        return UUID(hex=key)
    except ValueError:
        return None


async def _render(
    door: ConsoleDoor,
    visitor: Visitor,
    case: ComplaintDetail,
    *,
    typed: dict[str, str] | None = None,
    chosen: tuple[str, ...] = (),
    key: str = "",
    wrong: dict[str, str] | None = None,
    notes: tuple[Note, ...] = (),
    asks_checked: bool = False,
    status: int = 200,
) -> HTTPResponse:
    text, view, is_first = door.words.text, case.view, typed is None
    people = await staff_with_role(door.db, Role.CONTRACTOR)
    may = may_order(visitor, case) and bool(people)
    if not people:
        notes = (*notes, Note(words=text("console.orders.new.nobody"), tone="soon"))
    elif not may and not notes:
        notes = (Note(words=text("problem.work_order.case_over"), tone="soon"),)
    last = await last_contractor(view.category, case.unit)
    given = typed or _prefilled(door, case, people, last)
    photos, is_waiting = await _photos(door, case, chosen)
    page = IssuePage(
        reference=view.reference,
        case=case_address(view.reference),
        action=f"{NEW}/{view.reference}" if may else "",
        key=key or door.db.ids.new().hex,
        story=masked(view.story, case.known_names),
        asks=_asks(door, people, last, given, wrong or {}, case),
        photos=photos,
        is_waiting_for_photos=is_waiting,
        has_position=case.position is not None,
        with_position=is_first or bool(given["with_position"]),
        asks_checked=asks_checked or bool(given["is_checked"]),
        notes=notes,
    )
    return shown(door, "order_issue.html", await frame_for(door, visitor, CASES), page, status)


def _prefilled(
    door: ConsoleDoor, case: ComplaintDetail, people: tuple[StaffView, ...], last: UUID | None
) -> dict[str, str]:
    """Where a clerk begins: from the category and the place, never from what the citizen wrote."""
    known = {one.id for one in people}
    suggested = last if last in known else people[0].id if len(people) == 1 else None
    return {
        "contractor": str(suggested or ""),
        "order_words": door.words.text("console.orders.new.words", category=case.view.category_name),
        "order_place": case.view.place_text,
        "working_hours": str(_usual_hours(door, case)),
        "with_position": "1",
        "is_checked": "",
    }


def _usual_hours(door: ConsoleDoor, case: ComplaintDetail) -> int:
    """The bureau's usual time, or as much of it as there is before the case itself is due."""
    section, now = door.orders.section, door.clock.now()
    usual = section.limits.order.working_hours
    if case.view.due_at is None:
        return usual
    fitting = [
        one
        for one in section.choices
        if one <= usual and door.desk.calendar.add_working_minutes(now, one * 60).at <= case.view.due_at
    ]
    return max(fitting, default=min(section.choices))


def _helps(door: ConsoleDoor, case: ComplaintDetail) -> dict[str, str]:
    text, due = door.words.text, case.view.due_at
    helps = {name: text(f"console.orders.help.{name}") for name in ("order_words", "order_place")}
    if due is not None:
        at = door.words.moment(due, door.clock.now())
        helps["working_hours"] = text("console.orders.help.working_hours", at=at)
    return helps


def _asks(
    door: ConsoleDoor,
    people: tuple[StaffView, ...],
    last: UUID | None,
    given: dict[str, str],
    wrong: dict[str, str],
    case: ComplaintDetail,
) -> tuple[Ask, ...]:
    text = door.words.text
    own = sorted(
        people, key=lambda one: (one.id != last, case.unit not in one.units, EVERY_UNIT in one.units)
    )
    contractors = tuple(
        Option(
            value=str(one.id),
            words=text("console.orders.new.last", name=one.name) if one.id == last else one.name,
        )
        for one in own
    )
    hours = tuple(
        Option(value=str(one), words=text("console.orders.hours", hours=one))
        for one in door.orders.section.choices
    )
    choices = {"contractor": contractors, "working_hours": hours}
    kinds: dict[str, Literal["long", "short"]] = {"order_words": "long", "order_place": "short"}
    helps = _helps(door, case)
    at_most = {"order_words": WORDS_AT_MOST, "order_place": PLACE_AT_MOST}
    return tuple(
        Ask(
            name=name,
            kind="choice" if name in choices else kinds[name],
            label=text(f"console.orders.field.{name}"),
            optional=name == "order_place",
            help=helps.get(name, ""),
            typed=given[name],
            wrong=wrong.get(name, ""),
            at_most=at_most.get(name, 40),
            groups=(OptionGroup(name="", options=choices[name]),) if name in choices else (),
        )
        for name in ASKED
    )


async def _photos(
    door: ConsoleDoor, case: ComplaintDetail, chosen: tuple[str, ...]
) -> tuple[tuple[PhotoChoice, ...], bool]:
    """The photos that can be chosen, and whether some are not ready yet."""
    own = [one for one in case.view.photos if one.medium == "photo" and one.stage != "after"]
    ready: set[object] = set()
    if own:
        stored = StoredFile.filter(id__in=[one.file_id for one in own], state=FileState.READY.value)
        ready = set(await stored.values_list("id", flat=True))
    choices = tuple(
        PhotoChoice(
            value=str(one.file_id),
            photo=Photo(
                words=door.words.text("console.case.photo", number=number),
                href=photo_address(one.file_id, case.view.reference),
                small=photo_address(one.file_id, case.view.reference, small=True),
            ),
            is_chosen=str(one.file_id) in chosen,
        )
        for number, one in enumerate(own, start=1)
        if one.file_id in ready
    )
    return choices, len(choices) < len(own)
