"""Trying the rules in force on one case: made up by hand, or one that there is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

import msgspec
from sanic import HTTPResponse, Request
from tortoise.expressions import Q

from casework.areas.models import Area
from casework.complaints.filing import Source
from casework.complaints.models import Complaint
from casework.complaints.place import Position, checked
from casework.complaints.ports import RoutingFacts
from casework.complaints.urgency import Urgency
from casework.routing.desk import RoutingDesk
from casework.routing.duty_list import moment_of
from casework.routing.trial import facts_of
from kit.clock import local
from kit.problems import Invalid
from kit.references import parse_reference
from web.console.door import ConsoleDoor
from web.console.frame import ROUTING, frame_for, shown
from web.console.routing_book import Book, book_in_force
from web.console.routing_offers import area_options
from web.console.routing_screens import Decision, TrialPage
from web.console.routing_words import decision_words, routing_tabs
from web.console.screens import Ask, Note, Option, OptionGroup
from web.console.visitor import Visitor

FIELDS = ("reference", "category", "place", "urgency", "source", "on", "at")
TYPED_AT_MOST = 60
_COMMAS = re.compile(r"[,\uff0c]")


async def show_trial(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/routing/trial?reference=… or ?category=…&place=…&urgency=…&source=…&on=…&at=…"""
    book, now = await book_in_force(door), local(door.clock.now())
    typed = {name: str(request.args.get(name, "")).strip()[:TYPED_AT_MOST] for name in FIELDS}
    wrong, notes, status = dict[str, str](), tuple[Note, ...](), 200
    decision: Decision | None = None
    if request.args:
        try:
            facts = await _facts(door, visitor, book, typed)
            decided = await RoutingDesk(book.router).decide(facts)
            decision = await decision_words(
                door, decided, book.policy, book.section.in_order, now=now, linked=True
            )
        except Invalid as problem:
            sentence, status = door.words.text(problem.key, **problem.params), problem.status
            if problem.field in ("reference", "category", "place", "urgency", "source"):
                wrong[problem.field] = sentence
            else:
                notes = (Note(words=sentence, tone="late"),)
    page = TrialPage(
        tabs=routing_tabs(door, "trial"),
        notes=notes,
        asks=_asks(door, book, typed, wrong, await area_options()),
        on=typed["on"] or now.date().isoformat(),
        at=typed["at"] or f"{now:%H:%M}",
        decision=decision,
    )
    return shown(door, "routing_trial.html", await frame_for(door, visitor, ROUTING), page, status)


async def _facts(door: ConsoleDoor, visitor: Visitor, book: Book, typed: Mapping[str, str]) -> RoutingFacts:
    """What to route. Raises Invalid naming the field."""
    at = _moment(door, typed)
    if typed["reference"]:
        return facts_of(await _case(visitor, typed["reference"]), book.policy, at)
    if typed["category"] and typed["category"] not in book.policy.categories:
        raise Invalid("problem.routing.category", field="category")
    if typed["urgency"] not in ("", *Urgency):
        raise Invalid("problem.routing.urgency", field="urgency")
    if typed["source"] not in ("", *Source):
        raise Invalid("problem.routing.source", field="source")
    category = book.policy.categories.get(typed["category"])
    usual = category.urgency if category is not None else Urgency.ORDINARY
    facts = RoutingFacts(
        category=typed["category"] or None,
        area=None,
        grid=None,
        urgency=Urgency(typed["urgency"]) if typed["urgency"] else usual,
        source=typed["source"] or Source.WECHAT.value,
        at=at or door.clock.now(),
    )
    return await _placed(door, facts, typed["place"])


async def _placed(door: ConsoleDoor, facts: RoutingFacts, place: str) -> RoutingFacts:
    """With the polygon of a name, a code, or coordinates (latitude first)."""
    if not place:
        return facts
    parts = _COMMAS.split(place)
    if len(parts) == 2:
        try:
            position = checked(Position(float(parts[0]), float(parts[1]), "wgs84"))
        except ValueError:
            raise Invalid("problem.complaint.position", field="place") from None
        found = door.desk.places.locate(position.latitude, position.longitude)
        return msgspec.structs.replace(facts, area=found.area, grid=found.grid)
    row = await Area.filter(Q(code=place) | Q(name=place)).only("code", "kind").order_by("code").first()
    if row is None:
        raise Invalid("problem.routing.area", field="place", area=place[:40])
    is_grid = row.kind == "grid"
    return msgspec.structs.replace(
        facts, area=None if is_grid else row.code, grid=row.code if is_grid else None
    )


async def _case(visitor: Visitor, sent: str) -> Complaint:
    reference = parse_reference(sent)
    row = await Complaint.get_or_none(reference=str(reference)) if reference is not None else None
    if row is None or not visitor.sight.covers(row.unit, row.assignee_id):
        raise Invalid("problem.routing.no_such_case", field="reference")
    return row


def _moment(door: ConsoleDoor, typed: Mapping[str, str]) -> datetime | None:
    if not typed["on"] and not typed["at"]:
        return None
    on = typed["on"] or local(door.clock.now()).date().isoformat()
    at = moment_of(f"{on} {typed['at'] or '12:00'}")
    if at is None:
        raise Invalid("problem.routing.moment", field="on")
    return at


def _asks(
    door: ConsoleDoor,
    book: Book,
    typed: Mapping[str, str],
    wrong: Mapping[str, str],
    areas: tuple[Option, ...],
) -> tuple[Ask, ...]:
    text = door.words.text

    def ask(name: str, *groups: OptionGroup, usual: str = "") -> Ask:
        is_choice = name not in ("reference", "place")
        none = (OptionGroup(name="", options=(Option(value="", words=usual),)),) if usual else ()
        return Ask(
            name=name,
            kind="choice" if is_choice else "short",
            label=text(f"console_routing.trial.field.{name}"),
            help="" if is_choice else text(f"console_routing.trial.help.{name}"),
            typed=typed[name] or (Source.WECHAT.value if name == "source" else ""),
            wrong=wrong.get(name, ""),
            optional=True,
            at_most=TYPED_AT_MOST,
            groups=(*none, *groups),
        )

    categories = [
        OptionGroup(
            name=group.name,
            options=tuple(
                Option(value=one.code, words=one.name)
                for one in book.policy.categories.values()
                if one.group == group.code
            ),
        )
        for group in book.policy.groups.values()
    ]
    urgency = [Option(value=one.value, words=text(f"console_routing.urgency.{one}")) for one in Urgency]
    sources = [Option(value=one.value, words=text(f"complaint.source.{one.value}")) for one in Source]
    return (
        ask("reference"),
        ask("category", *categories, usual=text("console_routing.facts.no_category")),
        ask("place", *([OptionGroup(name="", options=areas)] if areas else [])),
        ask(
            "urgency",
            OptionGroup(name="", options=tuple(urgency)),
            usual=text("console_routing.trial.by_category"),
        ),
        ask("source", OptionGroup(name="", options=tuple(sources))),
    )
