"""Rules and decisions of routing in a clerk's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from uuid import UUID

from casework.complaints.profile import ComplaintPolicy
from casework.people.models import Staff
from casework.routing.explained import Explained, Tried, Why
from casework.routing.profile import RESTING, WORKING, NamedDates, RoutingRule, span_of
from casework.routing.roster import Post
from kit.calendar import HolidayTable
from kit.clock import local
from web.console.door import ConsoleDoor
from web.console.frame import ROUTING
from web.console.routing_screens import Decision, TriedLine
from web.console.screens import Chip, Link, Tone

ROUTING_TRIAL, POSTINGS = f"{ROUTING}/trial", "/console/postings"
TONES: Mapping[Why, Tone] = {
    Why.TAKEN: "good",
    Why.NOBODY: "soon",
    Why.NOWHERE: "soon",
    Why.GONE: "soon",
}


def routing_tabs(door: ConsoleDoor, here: str) -> tuple[Link, ...]:
    """The tabs of the pages about routing."""
    return tuple(
        Link(href=href, words=door.words.text(f"console_routing.tab.{name}"), here=name == here)
        for name, href in (("rules", ROUTING), ("trial", ROUTING_TRIAL), ("postings", POSTINGS))
    )


def rule_address(code: str) -> str:
    return f"{ROUTING}/rules/{code}"


def conditions(door: ConsoleDoor, rule: RoutingRule, policy: ComplaintPolicy) -> Iterator[str]:
    """What a rule asks, one thing after the other."""
    text, when = door.words.text, rule.when

    def line(name: str, values: Iterable[str]) -> str:
        return text(f"console_routing.when.{name}", values=text("console_routing.or").join(values))

    if when.groups:
        yield line("groups", (policy.groups[code].name for code in when.groups if code in policy.groups))
    if when.categories:
        yield line("categories", map(policy.category_name, when.categories))
    if when.majors:
        yield line("majors", when.majors)
    if when.kinds:
        yield line("kinds", (text(f"console_routing.kind.{one}") for one in when.kinds))
    if when.areas:
        yield line("areas", when.areas)
    if when.urgency:
        yield line("urgency", (text(f"console_routing.urgency.{one}") for one in when.urgency))
    if when.sources:
        yield line("sources", (text(f"complaint.source.{one}") for one in when.sources))
    if when.hours is not None:
        begins, ends = span_of(when.hours)
        key = "hours" if begins < ends else "hours_overnight"
        yield text(f"console_routing.when.{key}", begins=when.hours[:5], ends=when.hours[6:])
    if when.days:
        yield line("days", (day_words(door, one) for one in when.days))


def day_words(door: ConsoleDoor, day: str) -> str:
    """A name that rules know a day by."""
    return door.words.text(f"console_routing.day.{day}") if day in (WORKING, RESTING) else day


def known_days(holidays: HolidayTable, dates: Iterable[NamedDates]) -> tuple[str, ...]:
    """The names by which rules may call days, besides working and resting ones."""
    return (*holidays.holiday_names, *(one.name for one in dates))


def recipient_words(
    door: ConsoleDoor, rule: RoutingRule, policy: ComplaintPolicy, names: Mapping[str, str]
) -> str:
    """To whom a rule sends. `names` are those of staff by login."""
    text, to = door.words.text, rule.to
    if to.on_duty is not None:
        return text("console_routing.to.on_duty", unit=policy.unit_name(to.on_duty))
    if not to.names_person:
        return text("console_routing.to.unit", unit=policy.unit_name(to.unit))
    if to.officer is not None:
        whom = text("console_routing.to.officer", name=names.get(to.officer, to.officer))
    else:
        whom = text(f"console_routing.to.{'street_chief' if to.street_chief else 'grid_officer'}")
    if to.unit is None:
        return whom
    return text("console_routing.to.in_unit", whom=whom, unit=policy.unit_name(to.unit))


async def names_of_officers(rules: Iterable[RoutingRule]) -> dict[str, str]:
    """Names by login of everybody whom a rule names."""
    logins = sorted({rule.to.officer for rule in rules if rule.to.officer is not None})
    if not logins:
        return {}
    rows = await Staff.filter(login__in=logins).values_list("login", "name")
    return {str(login): str(name) for login, name in rows}


async def names_of(*ids: UUID | None) -> dict[UUID, str]:
    """Names by id."""
    wanted = [id for id in ids if id is not None]
    rows = await Staff.filter(id__in=wanted).values_list("id", "name") if wanted else []
    return {UUID(str(id)): str(name) for id, name in rows}


def goes_to(door: ConsoleDoor, decided: Explained, policy: ComplaintPolicy, names: Mapping[UUID, str]) -> str:
    """Where a decision leads: the unit, and the person in what capacity."""
    text = door.words.text
    unit = policy.unit_name(decided.unit) or text("console_routing.decided.dispatch")
    if decided.assignee_id is None:
        return unit
    name = names.get(decided.assignee_id) or text("console_routing.decided.somebody")
    capacity = text(f"console_routing.decided.{decided.to}")
    if decided.for_id is not None:
        capacity = text(
            "console_routing.decided.for",
            capacity=capacity,
            name=names.get(decided.for_id) or text("console_routing.decided.somebody"),
        )
    return text("console_routing.decided.person", unit=unit, name=name, capacity=capacity)


async def decision_words(
    door: ConsoleDoor,
    decided: Explained,
    policy: ComplaintPolicy,
    rules: Iterable[RoutingRule],
    *,
    now: datetime,
    linked: bool,
) -> Decision:
    """A decision, explained. Rules are called what they are called now, or by their code when they are gone."""
    text = door.words.text
    by_code = {rule.code: rule for rule in rules}
    names = await names_of(decided.assignee_id, decided.for_id)
    tried = decided.rules
    rest = len(by_code) - len(tried) if decided.rule is not None else 0
    if decided.rule is not None:
        because = text("console_routing.decided.by_rule", place=len(tried), name=decided.name)
    else:
        because = text(f"console_routing.decided.by_{decided.to}", count=len(tried))
    return Decision(
        words=text("console_routing.decided.to", to=goes_to(door, decided, policy, names)),
        because=because,
        facts=tuple(_facts(door, decided, policy, now)),
        tried=tuple(_tried(door, one, by_code, linked) for one in tried),
        rest=text("console_routing.decided.rest", count=rest) if rest > 0 else "",
    )


def _facts(door: ConsoleDoor, decided: Explained, policy: ComplaintPolicy, now: datetime) -> Iterator[str]:
    """What was looked at."""
    text = door.words.text
    category = policy.category_name(decided.category) or text("console_routing.facts.no_category")
    yield text("console_routing.facts.category", category=category)
    # Codes are for who keeps the polygons; a place that has no name is called by its code all the same.
    named = [one for one in decided.places if not one.isascii()] or decided.places
    place = text("console_routing.or").join(named)
    yield text("console_routing.facts.place", place=place or text("console_routing.facts.no_place"))
    yield text("console_routing.facts.urgency", urgency=text(f"console_routing.urgency.{decided.urgency}"))
    yield text("console_routing.facts.source", source=text(f"complaint.source.{decided.source}"))
    at, day = local(decided.at), door.desk.calendar.days.day(local(decided.at).date())
    kind = day.name if day.kind == "holiday" else day_words(door, WORKING if day.is_working else RESTING)
    yield text("console_routing.facts.at", at=door.words.moment(at, now), day=kind)


def _tried(door: ConsoleDoor, one: Tried, by_code: Mapping[str, RoutingRule], linked: bool) -> TriedLine:
    rule = by_code.get(one.code)
    return TriedLine(
        name=rule.name if rule is not None else one.code,
        href=rule_address(one.code) if linked and rule is not None else "",
        why=Chip(
            words=door.words.text(f"console_routing.why.{one.why.name.lower()}"),
            tone=TONES.get(one.why, "plain"),
        ),
    )


def post_words(door: ConsoleDoor, post: Post) -> str:
    return door.words.text(f"console_routing.post.{post.value}")
