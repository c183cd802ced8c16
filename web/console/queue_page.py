"""The list of cases."""

from __future__ import annotations

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.complaints.lifecycle import OPEN_STATES, State
from casework.complaints.queries import detail_by_reference, queue
from casework.complaints.views import QueuePage as FoundCases
from casework.complaints.views import QueueRow
from casework.permissions import Operation
from kit.clock import local
from kit.problems import Invalid
from kit.references import parse_reference
from nlp.redact import redact
from web.console.addresses import case_address
from web.console.door import ConsoleDoor
from web.console.filters import ALL, SWITCHES, Filters, cannot_be_a_reference, filters_of
from web.console.frame import CASES, asked_for, frame_for, shown
from web.console.screens import Link, Note, Option, QueueLine, QueuePage
from web.console.visitor import Visitor

ROWS = 30
FOR_OFFICERS = ("tasks", "overdue", "today", "mine", "free")
FOR_DISPATCHERS = ("overdue", "today", "free", "mine")
# What is open first, in the order of a case's life; then how cases end.
TABS = ("", *sorted(State, key=lambda state: state not in OPEN_STATES), ALL)


async def show_queue(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/cases."""
    filters, understood = filters_of(request.query_string, frozenset(door.desk.policy.units))
    text, now = door.words.text, door.clock.now()
    wrong: Note | None = None
    status = 200
    found = FoundCases(rows=(), after=None)
    if not understood:
        wrong, status = Note(words=text("console.queue.bad_filter"), tone="soon"), 400
    if filters.find and cannot_be_a_reference(filters.find):
        wrong, status = Note(words=text("console.queue.bad_reference"), tone="late"), 422
    else:
        exact = parse_reference(filters.find) if filters.find else None
        if exact is not None:
            case = await detail_by_reference(door.desk, str(exact), visitor.actor)
            if case is not None and visitor.sees(case):
                return redirect(case_address(str(exact)), status=303)
        try:
            found = await queue(door.desk, filters.wanted(visitor, now), filters.after or None, ROWS)
        except Invalid as problem:
            # A place in the list that somebody cut off or made up: from the beginning, and say so.
            wrong, status = Note(words=text(problem.key, **problem.params), tone="soon"), 400
            filters = filters.at("")
            found = await queue(door.desk, filters.wanted(visitor, now), None, ROWS)
        if filters.find and not found.rows:
            wrong = Note(words=text("console.queue.no_such_reference", reference=filters.find), tone="soon")
    page = _page(door, visitor, filters, found, wrong)
    template = "_cases.html" if asked_for(request, "cases") else "queue.html"
    return shown(door, template, await frame_for(door, visitor, CASES), page, status)


def _page(
    door: ConsoleDoor, visitor: Visitor, filters: Filters, found: FoundCases, wrong: Note | None
) -> QueuePage:
    now = door.clock.now()
    return QueuePage(
        here=filters.address,
        tabs=tuple(
            Link(
                href=filters.with_state(tab).address,
                words=_tab_words(door, tab),
                here=not filters.find and filters.state == tab,
            )
            for tab in TABS
        ),
        presets=tuple(
            Link(
                href=filters.turned(name).address,
                words=door.words.text(f"console.queue.preset.{name}"),
                here=getattr(filters, name),
            )
            for name in (FOR_OFFICERS if visitor.does_cases else FOR_DISPATCHERS)
        ),
        units=_units(door, visitor),
        kept=tuple(
            (name, value)
            for name, value in (
                ("state", filters.state),
                *((one, "1") for one in SWITCHES if getattr(filters, one)),
            )
            if value
        ),
        unit=filters.unit,
        find=filters.find,
        rows=tuple(
            _line(door, row, filters, knows_citizen=visitor.may(Operation.SEE_CITIZEN)) for row in found.rows
        ),
        as_of=f"{local(now):%H:%M}",
        filtered=filters.narrowed,
        more=filters.at(found.after).address if found.after else "",
        first=filters.at("").address if filters.after else "",
        wrong=wrong,
    )


def _units(door: ConsoleDoor, visitor: Visitor) -> tuple[Option, ...]:
    """The units to choose from; none where the visitor sees no more than one."""
    seen = visitor.sight.units
    units = [unit for unit in door.desk.policy.units.values() if seen is None or unit.code in seen]
    return tuple(Option(value=unit.code, words=unit.name) for unit in units) if len(units) > 1 else ()


def _tab_words(door: ConsoleDoor, tab: str) -> str:
    group = "queue.tab" if tab in ("", ALL) else "state"
    return door.words.text(f"console.{group}.{tab or 'open'}")


def _line(door: ConsoleDoor, row: QueueRow, filters: Filters, *, knows_citizen: bool) -> QueueLine:
    now = door.clock.now()
    return QueueLine(
        reference=row.reference,
        href=case_address(row.reference, filters.query),
        due=door.words.countdown(row.state, row.due_at, now),
        brief=row.opening if knows_citizen else redact(row.opening),
        where=row.place_text,
        category=_category_words(door, row),
        state=door.words.state(row.state),
        handler=" · ".join(name for name in (row.unit_name, row.assignee_name) if name) or "—",
        submitted=door.words.moment(row.submitted_at, now),
    )


def _category_words(door: ConsoleDoor, row: QueueRow) -> str:
    if row.category is None and row.category_name:
        return door.words.text("console.queue.suggested", category=row.category_name)
    return row.category_name or "—"
