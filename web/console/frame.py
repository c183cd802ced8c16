"""The frame of a page, and the answer that carries it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from sanic import HTTPResponse, Request
from sanic.response import html

from casework.dangers.queries import untaken
from casework.notifications.queries import unread_count
from casework.permissions import Operation, may
from web.console.door import ConsoleDoor
from web.console.screens import Frame, Place
from web.console.visitor import Visitor

FILE = "/console/cases/new"
CASES, INQUIRIES, DANGERS = "/console/cases", "/console/inquiries", "/console/dangers"
CODES, DELIVERIES, MINE = "/console/codes", "/console/deliveries", "/console/me"
EXCHANGE, MAP = "/console/exchange", "/console/map"
FIGURES, INSPECTION = "/console/figures", "/console/inspection"
SETTINGS, CAMPAIGNS = "/console/settings", "/console/campaigns"
KNOWLEDGE = "/console/knowledge"
NOTICES, VISITS, ORDERS = "/console/notices", "/console/visits", "/console/orders"
PRIVACY, FIND = "/console/privacy", "/console/find"
RULES, TEMPLATES = "/console/rules", "/console/templates"
ROUTING = "/console/routing"
PAPERS, SIGNS = "/console/papers", "/console/signs"
PERMITS, HELD = "/console/permits", "/console/held-permits"
PENALTIES, PENALTY_CASES = "/console/penalties", "/console/penalty-cases"
PROJECTS = "/console/projects"
SURVEYS, CO_SIGNING = "/console/surveys", "/console/co-signing"
PEOPLE, DEPUTIES, AUDIT = "/console/people", "/console/deputies", "/console/audit"
PLACES = {
    SURVEYS: ("surveys", Operation.SURVEY_PERMITS),
    CO_SIGNING: ("co_signing", Operation.CO_SIGN_PERMITS),
    CASES: ("cases", Operation.SEE_CASES),
    FILE: ("file", Operation.FILE_CASE),
    MAP: ("map", Operation.SEE_CASES),
    INQUIRIES: ("inquiries", Operation.SEE_INQUIRIES),
    DANGERS: ("dangers", Operation.SEE_DANGERS),
    PERMITS: ("permits", Operation.SEE_PERMITS),
    VISITS: ("visits", Operation.SEE_VISITS),
    ORDERS: ("orders", Operation.SEE_ORDERS),
    PENALTIES: ("penalties", Operation.SEE_PENALTIES),
    PENALTY_CASES: ("penalty_cases", Operation.SEE_PENALTIES),
    PROJECTS: ("projects", Operation.SEE_PROJECTS),
    SIGNS: ("signs", Operation.SEE_SIGNS),
    CODES: ("codes", Operation.KEEP_CODES),
    ROUTING: ("routing", Operation.SEE_ROUTING),
    DELIVERIES: ("deliveries", Operation.SEE_DELIVERIES),
    EXCHANGE: ("exchange", Operation.SEE_EXCHANGE),
    FIGURES: ("figures", Operation.SEE_FIGURES),
    PRIVACY: ("privacy", Operation.SEE_OWN_DATA_REQUESTS),
    KNOWLEDGE: ("knowledge", Operation.SEE_KNOWLEDGE),
    CAMPAIGNS: ("campaigns", Operation.SEE_CAMPAIGNS),
    PAPERS: ("papers", Operation.SEE_PAPERS),
    SETTINGS: ("settings", Operation.SEE_SETTINGS),
    PEOPLE: ("people", Operation.SEE_PEOPLE),
    DEPUTIES: ("deputies", Operation.NAME_DEPUTY),
    AUDIT: ("audit", Operation.SEE_AUDIT),
    INSPECTION: ("inspection", Operation.SEE_AUDIT),
}
"""The main navigation: the text's name, and who may go there."""

UNREAD_AT_MOST = 99
IN_SIGHT = 6
"""So many places stand in the masthead at 1280 px beside the bureau's name; the others are in a drawer."""
PHONE_ROW, DRAWER, PADDING, CHARACTER = 344, 70, 22, 16
"""In px: a row of the masthead on a narrow phone, the drawer's handle in it, round each place and for each character."""


def first_place(visitor: Visitor) -> str:
    """Where somebody begins: the first place of the navigation they may go to, else their own page."""
    if visitor.does_cases:
        return f"{CASES}?tab=mine"
    if visitor.is_on_rounds:
        return FILE
    return next((href for href, (_, operation) in PLACES.items() if may(visitor.actor, operation)), MINE)


async def frame_for(door: ConsoleDoor, visitor: Visitor, here: str = "") -> Frame:
    """The masthead for somebody signed in, with the alarm that stands until a person takes it."""
    is_spared = visitor.is_on_rounds or visitor.is_contractor
    frame = quiet_frame(door, visitor, here, alarm="" if is_spared else await alarm_of(door))
    return replace(frame, unread=await unread_count(visitor.staff.id, UNREAD_AT_MOST))


async def alarm_of(door: ConsoleDoor) -> str:
    """The sentence about danger alerts nobody has taken yet; empty when there is none."""
    count, matched = await untaken()
    return door.words.text("console.dangers.banner", count=count, matched=matched) if count else ""


def quiet_frame(door: ConsoleDoor, visitor: Visitor, here: str = "", alarm: str = "") -> Frame:
    """The masthead without asking the database, for the page that says no."""
    places = [
        Place(href=href, key=f"console.nav.{name}", here=here == href)
        for href, (name, operation) in PLACES.items()
        if may(visitor.actor, operation)
    ]
    in_sight = places[:IN_SIGHT] if len(places) > IN_SIGHT + 1 else places
    roles = sorted(role.value for role in visitor.staff.roles)
    return Frame(
        bureau_name=door.bureau_name,
        mark=door.mark,
        csrf_token=visitor.session.csrf,
        person=visitor.staff.name,
        roles=" · ".join(door.words.text(f"console.role.{role}") for role in roles),
        places=_folded(door, in_sight, has_drawer=len(in_sight) < len(places)),
        more=tuple(places[len(in_sight) :]),
        alarm=alarm,
        now_ms=int(door.clock.now().timestamp() * 1000),
    )


def _folded(door: ConsoleDoor, places: Sequence[Place], *, has_drawer: bool) -> tuple[Place, ...]:
    """The places, those marked that do not fit into one row of a phone."""
    ends = list(accumulate(PADDING + CHARACTER * len(door.words.text(one.key)) for one in places))
    room = PHONE_ROW - DRAWER if has_drawer or (ends and ends[-1] > PHONE_ROW) else PHONE_ROW
    return tuple(replace(one, folds=end > room) for one, end in zip(places, ends, strict=True))


def bare_frame(door: ConsoleDoor, csrf_token: str = "") -> Frame:
    """The masthead for nobody in particular."""
    return Frame(bureau_name=door.bureau_name, mark=door.mark, csrf_token=csrf_token)


def shown(door: ConsoleDoor, template: str, frame: Frame, page: object, status: int = 200) -> HTTPResponse:
    """A whole page, or the part a refresh asked for."""
    return html(door.pages.render(f"console/{template}", {"frame": frame, "page": page}), status=status)


def asked_for(request: Request, target: str) -> bool:
    """Whether htmx asks for just this part of the page."""
    return request.headers.get("hx-target") == target and "hx-request" in request.headers
