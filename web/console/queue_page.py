"""The list of cases."""

from __future__ import annotations

from urllib.parse import urlencode

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.complaints.queries import detail_by_reference
from casework.permissions import Operation, may
from casework.queues.finding import Sought
from casework.queues.reading import counts, queue
from casework.queues.saved import saved_filters
from casework.queues.tabs import UNCOUNTED, Tab, does_cases, tab_filter, tabs_of
from casework.queues.views import QueuePage as FoundCases
from kit.clock import local
from kit.problems import Invalid
from web.console.addresses import case_address
from web.console.door import ConsoleDoor
from web.console.filters import Filters, filters_of, searching
from web.console.frame import CASES, FIND, asked_for, frame_for, shown
from web.console.queue_lines import line_of, narrowings_of, several_for, tabs_shown
from web.console.queue_screens import QueuePage
from web.console.screens import Link, Note
from web.console.visitor import Visitor

ROWS = 30
NOTHING = FoundCases(rows=(), after=None)


async def show_queue(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/cases."""
    filters, understood = filters_of(request.query_string, frozenset(door.desk.policy.units))
    text = door.words.text
    wrong: Note | None = None
    status = 200
    if not understood:
        wrong, status = Note(words=text("console.queue.bad_filter"), tone="soon"), 400
    found = NOTHING
    if filters.find:
        meant = filters.meant(door.desk, door.clock.now())
        if meant.meant == "reference":
            case = await detail_by_reference(door.desk, meant.references[0], visitor.actor)
            if case is not None and visitor.sees(case):
                return redirect(case_address(meant.references[0]), status=303)
        found, wrong, status = await _searched(door, visitor, filters, meant)
    else:
        try:
            found = await _read(door, visitor, filters)
        except Invalid as problem:
            # A place in the list that somebody cut off or made up: from the beginning, and say so.
            wrong, status = Note(words=text(problem.key, **problem.params), tone="soon"), 400
            filters = filters.at("")
            found = await _read(door, visitor, filters)
    if filters.find and filters.meant(door.desk, door.clock.now()).meant == "phone":
        filters = filters.without("find")
    page = await _page(door, visitor, filters, found, wrong)
    template = "_cases_again.html" if asked_for(request, "cases") else "queue.html"
    return shown(door, template, await frame_for(door, visitor, CASES), page, status)


async def _read(door: ConsoleDoor, visitor: Visitor, filters: Filters) -> FoundCases:
    return await queue(
        door.desk, filters.wanted(visitor.actor, door.clock.now()), filters.after or None, ROWS
    )


async def _searched(
    door: ConsoleDoor, visitor: Visitor, filters: Filters, meant: Sought
) -> tuple[FoundCases, Note | None, int]:
    """What a search finds, and what is to be said about it."""
    text = door.words.text
    if meant.meant == "phone":
        # A caller's number belongs neither into an address nor into a log.
        may_find = visitor.may(Operation.FIND_BY_PHONE)
        links = (Link(href=FIND, words=text("privacy.find_page.title")),) if may_find else ()
        return NOTHING, Note(words=text("console_queue.found_phone"), tone="soon", links=links), 200
    if meant.meant == "wrong":
        return NOTHING, Note(words=text("console.queue.bad_reference"), tone="late"), 422
    wanted = searching(filters.base(visitor.actor, door.clock.now()), meant)
    found = await queue(door.desk, wanted, filters.after or None, ROWS)
    if found.rows:
        return found, None, 200
    key = "console_queue.found_none" if meant.meant in ("words", "day") else "console.queue.no_such_reference"
    return found, Note(words=text(key, find=filters.find, reference=filters.find), tone="soon"), 200


async def _page(
    door: ConsoleDoor, visitor: Visitor, filters: Filters, found: FoundCases, wrong: Note | None
) -> QueuePage:
    now, actor = door.clock.now(), visitor.actor
    tabs = tabs_of(actor)
    numbers = await counts(
        door.desk, {tab.value: tab_filter(tab, actor, now) for tab in tabs if tab not in UNCOUNTED}
    )
    several = several_for(door, actor)
    kept = await saved_filters(visitor.staff.id)
    on_the_street = does_cases(actor) and filters.tab is Tab.MINE
    may_call = may(actor, Operation.SEE_PHONE)
    back = f"?{urlencode({'back': filters.query})}" if filters.query else ""
    return QueuePage(
        here=filters.address,
        query=filters.query,
        tabs=tabs_shown(door, actor, filters, numbers),
        narrowings=narrowings_of(door, visitor, filters),
        kept=(("tab", filters.tab.value),) if filters.tab is not Tab.OPEN else (),
        find=filters.find,
        rows=tuple(
            line_of(
                door,
                row,
                now,
                back=back,
                several=bool(several),
                street=on_the_street,
                may_call=may_call,
            )
            for row in found.rows
        ),
        several=several,
        saved=tuple(
            Link(
                href=f"{CASES}?{one.query}" if one.query else CASES,
                words=one.name,
                here=one.query == filters.query,
            )
            for one in kept
        ),
        may_save=bool(filters.narrowed) and not filters.find and not filters.after,
        as_of=f"{local(now):%H:%M}",
        narrowed=bool(filters.narrowed),
        plain=filters.plain().address,
        more=filters.at(found.after).address if found.after else "",
        first=filters.at("").address if filters.after else "",
        on_the_street=on_the_street,
        wrong=wrong,
    )
