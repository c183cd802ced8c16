"""Acts by person, for the discipline inspector and the auditor: counts that lead to the entries of the audit."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

from sanic import HTTPResponse, Request

from casework.figures.inspection import KINDS, Act, PersonActs, acts_by_person, acts_of
from casework.figures.wording import month_in, month_text, months_before, months_between, percent
from casework.people.staff import staff_by_login
from kit.clock import SHANGHAI, local
from kit.problems import Invalid, NotFound
from web.console.door import ConsoleDoor
from web.console.figures_screens import ActLine, ActsCell, InspectionPage, PersonLine
from web.console.frame import frame_for, shown
from web.console.screens import Note
from web.console.visitor import Visitor

INSPECTION = "/console/inspection"
SHOWN = tuple(kind for kind in KINDS if kind != "accepted")
MONTHS_AT_MOST = 12


async def show_inspection(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/inspection?from=2026-10&to=2026-11&person=…&kind=…"""
    text = door.words.text
    notes: list[Note] = []
    status = 200
    try:
        first, last = _months(request, door)
    except Invalid:
        first = last = _this_month(door)
        status = 400
        notes.append(Note(words=text("problem.inspection.months", at_most=MONTHS_AT_MOST), tone="soon"))
    begin, end = _begin(first), _begin(months_before(last, -1))
    login, kind = str(request.args.get("person", ""))[:60], str(request.args.get("kind", ""))
    acts: tuple[ActLine, ...] = ()
    title, more = "", False
    if login or kind:
        person = await staff_by_login(door.db, login)
        if person is None or kind not in SHOWN:
            raise NotFound
        found, more = await acts_of(visitor.actor, person.id, kind, begin, end)
        acts = tuple(_act(door, one, login) for one in found)
        title = text("console_figures.inspection.acts_title", name=person.name, kind=text(_head(kind)))
    people = [] if title else await acts_by_person(visitor.actor, begin, end)
    page = InspectionPage(
        first=month_text(first),
        last=month_text(last),
        heads=tuple(text(_head(kind)) for kind in SHOWN),
        people=tuple(_person(one, first, last) for one in people),
        acts=acts,
        acts_title=title,
        back=_address(first, last),
        more=more,
        notes=tuple(notes),
    )
    return shown(door, "inspection.html", await frame_for(door, visitor, INSPECTION), page, status)


def _months(request: Request, door: ConsoleDoor) -> tuple[int, int]:
    given = [str(request.args.get(name, "")) for name in ("from", "to")]
    first, last = (month_in(one) if one else _this_month(door) for one in given)
    if first is None or last is None or not 1 <= months_between(first, last) <= MONTHS_AT_MOST:
        raise Invalid("problem.inspection.months", field="from", at_most=MONTHS_AT_MOST)
    return first, last


def _this_month(door: ConsoleDoor) -> int:
    today = local(door.clock.now()).date()
    return today.year * 100 + today.month


def _begin(month: int) -> datetime:
    return datetime(month // 100, month % 100, 1, tzinfo=SHANGHAI).astimezone(UTC)


def _head(kind: str) -> str:
    return f"console_figures.inspection.kind.{kind}"


def _address(first: int, last: int, **more: str) -> str:
    return f"{INSPECTION}?{urlencode({'from': month_text(first), 'to': month_text(last), **more})}"


def _person(one: PersonActs, first: int, last: int) -> PersonLine:
    return PersonLine(
        name=one.name,
        login=one.login,
        cells=tuple(
            ActsCell(
                count=one.counts[kind],
                href=_address(first, last, person=one.login, kind=kind) if one.counts[kind] else "",
            )
            for kind in SHOWN
        ),
        share=percent(one.refused_share),
        returned=str(one.returned),
    )


def _act(door: ConsoleDoor, one: Act, login: str) -> ActLine:
    text, catalogue = door.words.text, door.words.catalogue
    key = f"console_people.audit.action.{one.action}"
    return ActLine(
        at=f"{local(one.at):%Y-%m-%d %H:%M}",
        what=text(key) if catalogue.has(key) else one.action,
        case=one.reference or login,
        href=f"/console/audit?{urlencode({'find': one.reference or login})}",
        why=one.reason,
    )
