"""The rules of routing: the list in its order, one rule with its form, and what a change would do to past cases."""

from __future__ import annotations

from typing import Any

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.areas.models import Area
from casework.permissions import Operation
from casework.routing.profile import RESTING, WORKING, RoutingRule
from casework.routing.router import unreachable
from content import amendments
from content.amending import PROFILE
from content.profile_store import current_profile
from kit.problems import Conflict, Invalid, NotFound
from web.console.door import ConsoleDoor
from web.console.frame import ROUTING, frame_for, shown
from web.console.routing_book import ORDER, RULES, Book, book_in_force, book_with
from web.console.routing_forms import TypedRule, asks_of, place_of, rule_value, typed_of, typed_rule
from web.console.routing_offers import handler_options
from web.console.routing_screens import RoutingPage, RoutingRulePage, RuleLine, TrialTable
from web.console.routing_table import trial_table
from web.console.routing_words import (
    conditions,
    known_days,
    names_of_officers,
    recipient_words,
    routing_tabs,
    rule_address,
)
from web.console.screens import Chip, Note
from web.console.settings_pages import amend
from web.console.settings_parts import ask_reason, seen_of, shipped_value
from web.console.submission import value_of
from web.console.visitor import Visitor

DONE = frozenset({"saved", "added", "restored", "removed"})
NEW = f"{ROUTING}/new"
OWN = "own_"
"""What codes of rules begin with that were made here."""


async def show_routing(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/routing: every rule, in the order in which they are tried."""
    book, done = await book_in_force(door), request.args.get("done", "")
    text, rules = door.words.text, book.section.in_order
    amended = {one.path for one in await amendments.in_force(PROFILE)}
    behind, names = frozenset(unreachable(rules)), await names_of_officers(rules)

    def chips(rule: RoutingRule) -> tuple[Chip, ...]:
        found = []
        if not rule.enabled:
            found.append(Chip(words=text("console_routing.is_off"), tone="plain"))
        if rule.code in behind:
            found.append(Chip(words=text("console_routing.unreachable"), tone="soon"))
        if f"{RULES}.{rule.code}" in amended:
            found.append(Chip(words=text("console_routing.changed"), tone="brand"))
        return tuple(found)

    page = RoutingPage(
        tabs=routing_tabs(door, "rules"),
        notes=(Note(words=text(f"console_routing.done.{done}")),) if done in DONE else (),
        rows=tuple(
            RuleLine(
                place=place,
                href=rule_address(rule.code),
                name=rule.name,
                when=tuple(conditions(door, rule, book.policy)) or (text("console_routing.when.any"),),
                to=recipient_words(door, rule, book.policy, names),
                note=rule.note,
                chips=chips(rule),
            )
            for place, rule in enumerate(rules, 1)
        ),
        last=text("console_routing.last"),
        add=NEW if visitor.may(Operation.AMEND_SETTINGS) else "",
    )
    return shown(door, "routing.html", await frame_for(door, visitor, ROUTING), page)


async def show_new_rule(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/routing/new."""
    return await _render(door, visitor, await book_in_force(door), None)


async def add_rule(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/routing/new: added, or the form again; with `act=try` only tried."""
    book = await book_in_force(door)
    return await _save(request, door, visitor, book, None)


async def show_rule(request: Request, door: ConsoleDoor, visitor: Visitor, code: str) -> HTTPResponse:
    """GET /console/routing/rules/{code}."""
    book = await book_in_force(door)
    rule, done = _find(book, code), request.args.get("done", "")
    notes = (Note(words=door.words.text(f"console_routing.done.{done}")),) if done in DONE else ()
    return await _render(door, visitor, book, rule, notes=notes)


async def save_rule(request: Request, door: ConsoleDoor, visitor: Visitor, code: str) -> HTTPResponse:
    """POST /console/routing/rules/{code}: changed, or the form again; with `act=try` only tried."""
    book = await book_in_force(door)
    return await _save(request, door, visitor, book, _find(book, code))


async def restore_rule(request: Request, door: ConsoleDoor, visitor: Visitor, code: str) -> HTTPResponse:
    """POST /console/routing/rules/{code}/restore: as it was shipped; one that was made here is gone."""
    book = await book_in_force(door)
    rule, reason = _find(book, code), value_of(request, "reason")[:400]
    is_own = not await _is_shipped(code)
    try:
        await amend(door, visitor, {}, reason, seen=seen_of(request), restored=[f"{RULES}.{code}"])
    except (Invalid, Conflict) as problem:
        typed = typed_of(rule, book.section.in_order.index(rule) + 1)
        again = TypedRule(typed.ticked, {**typed.words, "reason": reason})
        return await _render(door, visitor, book, rule, typed=again, problem=problem)
    place = f"{ROUTING}?done=removed" if is_own else f"{rule_address(code)}?done=restored"
    return redirect(place, status=303)


async def _save(
    request: Request, door: ConsoleDoor, visitor: Visitor, book: Book, rule: RoutingRule | None
) -> HTTPResponse:
    typed = typed_rule(request)
    code = rule.code if rule is not None else _free_code(book)
    try:
        values = await _values(door, book, code, typed)
        if value_of(request, "act") == "try":
            table = await trial_table(door, visitor, book, book_with(door, book, values))
            return await _render(door, visitor, book, rule, typed=typed, trial=table)
        await amend(door, visitor, values, typed.of("reason"), seen=seen_of(request))
    except (Invalid, Conflict) as problem:
        return await _render(door, visitor, book, rule, typed=typed, problem=problem)
    done = "saved" if rule is not None else "added"
    return redirect(f"{rule_address(code)}?done={done}", status=303)


async def _values(door: ConsoleDoor, book: Book, code: str, typed: TypedRule) -> dict[str, Any]:
    """What is to be amended: the rule, and the order where its place is another."""
    value = rule_value(code, typed)
    await _check_areas(value["when"].get("areas", ()))
    _check_days(door, book, value["when"].get("days", ()))
    values: dict[str, Any] = {f"{RULES}.{code}": value}
    codes = [rule.code for rule in book.section.in_order]
    others = [one for one in codes if one != code]
    place = place_of(typed, len(others) + 1)
    wanted = [*others[: place - 1], code, *others[place - 1 :]]
    if wanted != codes and wanted != [*codes, code]:
        values[ORDER] = wanted
    return values


async def _check_areas(areas: list[str]) -> None:
    """A name that no polygon has, while there are polygons, is a slip of the pen."""
    if not areas:
        return
    rows: Any = await Area.all().values_list("code", "name")
    known = {one for row in rows for one in row}
    lost = [area for area in areas if known and area not in known]
    if lost:
        raise Invalid("problem.routing.area", field="areas", area=lost[0][:40])


def _check_days(door: ConsoleDoor, book: Book, days: list[str]) -> None:
    known = known_days(door.desk.calendar.days, book.section.dates)
    lost = [day for day in days if day not in (WORKING, RESTING, *known)]
    if lost:
        raise Invalid("problem.routing.day", field="dates", day=lost[0][:40], known="、".join(known))


async def _render(
    door: ConsoleDoor,
    visitor: Visitor,
    book: Book,
    rule: RoutingRule | None,
    *,
    notes: tuple[Note, ...] = (),
    typed: TypedRule | None = None,
    problem: Invalid | Conflict | None = None,
    trial: TrialTable | None = None,
) -> HTTPResponse:
    text, rules, wrong = door.words.text, book.section.in_order, dict[str, str]()
    place = rules.index(rule) + 1 if rule is not None else len(rules) + 1
    typed = typed or (typed_of(rule, place) if rule is not None else _blank(place))
    may_amend = visitor.may(Operation.AMEND_SETTINGS)
    asks = (
        asks_of(typed, wrong, door.words, book.policy, await handler_options(door), place)
        if may_amend
        else ()
    )
    if problem is not None:
        field, sentence = str(problem.params.get("field", "")), text(problem.key, **problem.params)
        if field in ("reason", *(ask.name for ask in asks)):
            wrong[field] = sentence
            asks = asks_of(typed, wrong, door.words, book.policy, await handler_options(door), place)
            notes = (*notes, Note(words=text("console_settings.not_saved"), tone="late"))
        else:
            notes = (*notes, Note(words=sentence, tone="late"))
    address = rule_address(rule.code) if rule is not None else NEW
    path = f"{RULES}.{rule.code}" if rule is not None else RULES
    undo = rule is not None and may_amend and path in {one.path for one in await amendments.in_force(PROFILE)}
    is_shipped = rule is not None and await _is_shipped(rule.code)
    names = await names_of_officers((rule,) if rule is not None else ())
    page = RoutingRulePage(
        tabs=routing_tabs(door, "rules"),
        title=rule.name if rule is not None else text("console_routing.new"),
        notes=notes,
        when=(tuple(conditions(door, rule, book.policy)) or (text("console_routing.when.any"),))
        if rule is not None
        else (),
        to=recipient_words(door, rule, book.policy, names) if rule is not None else "",
        note=rule.note if rule is not None else "",
        place=text("console_routing.place", place=place, count=len(rules)) if rule is not None else "",
        action=address if may_amend else "",
        asks=asks,
        reason=ask_reason(door, typed.words.get("reason", ""), wrong.get("reason", "")),
        # The order is a value of its own, and so is everything else in the section.
        seen=await amendments.last_number(PROFILE, "routing"),
        is_new=rule is None,
        restore=f"{address}/restore" if undo and is_shipped else "",
        remove=f"{address}/restore" if undo and not is_shipped else "",
        trial=trial,
    )
    status = problem.status if problem is not None else 200
    return shown(door, "routing_rule.html", await frame_for(door, visitor, ROUTING), page, status)


def _find(book: Book, code: str) -> RoutingRule:
    rule = next((one for one in book.section.rules if one.code == code), None)
    if rule is None:
        raise NotFound()
    return rule


def _blank(place: int) -> TypedRule:
    return TypedRule({}, {"enabled": "1", "place": str(place)})


def _free_code(book: Book) -> str:
    taken = {rule.code for rule in book.section.rules}
    return next(code for number in range(1, 10_000) if (code := f"{OWN}{number}") not in taken)


async def _is_shipped(code: str) -> bool:
    return shipped_value(await current_profile() or {}, f"{RULES}.{code}") is not None
