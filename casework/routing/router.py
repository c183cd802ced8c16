"""The rules, compiled: where a case goes and why. Pure: people and polygons are passed in.

Five hundred rules are tried within a millisecond, the explanation included.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from casework.complaints.ports import Routed, RoutingFacts
from casework.complaints.profile import ComplaintPolicy
from casework.routing.explained import Explained, Recipient, Why, joined
from casework.routing.profile import (
    RESTING,
    WORKING,
    RoutingRule,
    RoutingSection,
    To,
    categories_of,
    check,
    span_of,
)
from casework.routing.roster import NOBODY, Found, Post, Roster
from kit.calendar import WorkingCalendar
from kit.clock import local

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What has to be read before a case can be routed: who is chief or officer of a place, who is on duty, who is who."""

    posts: frozenset[Post]
    units: frozenset[str]
    logins: frozenset[str]

    @property
    def is_nothing(self) -> bool:
        return not (self.posts or self.logins)


@dataclass(frozen=True, slots=True)
class _Moment:
    """A moment as rules see it: minutes since local midnight, and the names of today and of yesterday."""

    minute: int
    today: frozenset[str]
    yesterday: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """One rule, ready to be tried. None: the rule asks nothing of it."""

    rule: RoutingRule
    categories: frozenset[str] | None
    areas: frozenset[str] | None
    urgency: frozenset[str] | None
    sources: frozenset[str] | None
    hours: tuple[int, int] | None
    days: frozenset[str] | None
    to_person: bool

    def fails(self, facts: RoutingFacts, places: tuple[str, ...], moment: _Moment) -> Why | None:
        """What does not fit; None if everything does."""
        if not self.rule.enabled:
            return Why.OFF
        if self.categories is not None and facts.category not in self.categories:
            return Why.CATEGORY
        if self.areas is not None and self.areas.isdisjoint(places):
            return Why.AREA
        if self.urgency is not None and facts.urgency not in self.urgency:
            return Why.URGENCY
        if self.sources is not None and facts.source not in self.sources:
            return Why.SOURCE
        on = moment.today
        if self.hours is not None:
            begins, ends = self.hours
            if begins < ends:
                if not begins <= moment.minute < ends:
                    return Why.HOURS
            elif moment.minute < ends:
                on = moment.yesterday
            elif moment.minute < begins:
                return Why.HOURS
        if self.days is not None and self.days.isdisjoint(on):
            return Why.DAYS
        return None


class _People:
    """Whom rules lead to in this one decision, each asked for once however many rules lead there."""

    def __init__(self, roster: Roster, places: tuple[str, ...], at: datetime) -> None:
        self._roster, self._places, self._at = roster, places, at
        self._known: dict[tuple[Post, str | None], Found | Why] = {}

    def find(self, to: To) -> Found | Why:
        """The person a rule leads to, or why there is none."""
        if to.officer is not None:
            return self._roster.officer(to.officer, self._at)
        key = (_post(to), to.on_duty)
        found = self._known.get(key)
        if found is None:
            places = (to.on_duty,) if to.on_duty is not None else self._places
            found = self._known[key] = self._roster.posted(_post(to), places, self._at)
        return found


class RuleRouter:
    """The rules of one profile. Without any, every case goes to its category's unit."""

    def __init__(self, section: RoutingSection, policy: ComplaintPolicy, calendar: WorkingCalendar) -> None:
        """Raises RoutingError where the rules contradict the policy."""
        check(section, policy)
        self.rules = section.in_order
        self._policy = policy
        self._calendar = calendar
        self._dates = section.dates
        self._compiled = tuple(_compiled(rule, policy) for rule in self.rules)
        self.needs_places = any(
            rule.enabled and (rule.when.areas or rule.to.street_chief or rule.to.grid_officer)
            for rule in self.rules
        )

    def wanted(self, facts: RoutingFacts, places: tuple[str, ...] = ()) -> Wanted:
        """What rules that fit ask for, up to the first that sends to a unit and so is sure to hold."""
        moment = self._moment(facts)
        posts, units, logins = set[Post](), set[str](), set[str]()
        for one in self._compiled:
            if one.fails(facts, places, moment) is not None:
                continue
            if not one.to_person:
                break
            to = one.rule.to
            if to.officer is not None:
                logins.add(to.officer)
            else:
                posts.add(_post(to))
                units.update((to.on_duty,) if to.on_duty is not None else ())
        return Wanted(frozenset(posts), frozenset(units), frozenset(logins))

    def route(self, facts: RoutingFacts, places: tuple[str, ...] = (), roster: Roster = NOBODY) -> Routed:
        """Where a case goes. `places` are codes and names of the polygons it lies in, the smallest first."""
        decided = self.decide(facts, places, roster)
        return Routed(
            unit=decided.unit,
            assignee_id=decided.assignee_id,
            rule=decided.rule,
            explanation=decided.as_json(),
        )

    def decide(self, facts: RoutingFacts, places: tuple[str, ...] = (), roster: Roster = NOBODY) -> Explained:
        """The same, explained. A rule that leads to nobody is passed over; in the end the category's unit has it,
        and what has no category stays with those who dispatch."""
        moment = self._moment(facts)
        people = _People(roster, places, facts.at)
        tried: list[tuple[str, Why]] = []
        for one in self._compiled:
            why = one.fails(facts, places, moment)
            if why is None:
                found = people.find(one.rule.to) if one.to_person else None
                if not isinstance(found, Why):
                    tried.append((one.rule.code, Why.TAKEN))
                    return self._taken(facts, places, tried, one.rule, found)
                why = found
            tried.append((one.rule.code, why))
        unit = self._unit(facts)
        return _explained(facts, places, tried, "category" if unit is not None else "dispatch", unit)

    def _taken(
        self,
        facts: RoutingFacts,
        places: tuple[str, ...],
        tried: list[tuple[str, Why]],
        rule: RoutingRule,
        found: Found | None,
    ) -> Explained:
        to = rule.to
        own = found.unit if found is not None and found.unit in self._policy.units else None
        unit = to.unit or to.on_duty or own or self._unit(facts)
        return _explained(facts, places, tried, _recipient(to), unit, rule, found)

    def _unit(self, facts: RoutingFacts) -> str | None:
        category = self._policy.categories.get(facts.category or "")
        return category.unit if category is not None else None

    def _moment(self, facts: RoutingFacts) -> _Moment:
        at = local(facts.at)
        return _Moment(at.hour * 60 + at.minute, self._names(at.date()), self._names(at.date() - DAY))

    def _names(self, on: date) -> frozenset[str]:
        """What rules may call a day."""
        day = self._calendar.days.day(on)
        own = (one.name for one in self._dates if one.first_on <= on <= one.last_on)
        holiday = (day.name,) if day.kind == "holiday" else ()
        return frozenset((WORKING if day.is_working else RESTING, *holiday, *own))


def _compiled(rule: RoutingRule, policy: ComplaintPolicy) -> _Compiled:
    when = rule.when
    return _Compiled(
        rule=rule,
        categories=categories_of(when, policy),
        areas=frozenset(when.areas) or None,
        urgency=frozenset(when.urgency) or None,
        sources=frozenset(when.sources) or None,
        hours=span_of(when.hours) if when.hours is not None else None,
        days=frozenset(when.days) or None,
        to_person=rule.to.names_person,
    )


def _post(to: To) -> Post:
    if to.on_duty is not None:
        return Post.ON_DUTY
    return Post.STREET_CHIEF if to.street_chief else Post.GRID_OFFICER


def _recipient(to: To) -> Recipient:
    if not to.names_person:
        return "unit"
    return "officer" if to.officer is not None else _post(to).value


def _explained(
    facts: RoutingFacts,
    places: tuple[str, ...],
    tried: list[tuple[str, Why]],
    to: Recipient,
    unit: str | None,
    rule: RoutingRule | None = None,
    found: Found | None = None,
) -> Explained:
    return Explained(
        at=facts.at,
        category=facts.category,
        urgency=facts.urgency,
        source=facts.source,
        places=places,
        tried=joined(tried),
        rule=rule.code if rule is not None else None,
        name=rule.name if rule is not None else "",
        to=to,
        unit=unit,
        assignee_id=found.person.id if found is not None else None,
        for_id=found.for_id if found is not None else None,
    )


def unreachable(rules: tuple[RoutingRule, ...]) -> Iterator[str]:
    """Codes of rules behind one that takes every case."""
    is_over = False
    for rule in rules:
        if is_over and rule.enabled:
            yield rule.code
        is_over = is_over or (rule.enabled and rule.when.is_empty and not rule.to.names_person)
