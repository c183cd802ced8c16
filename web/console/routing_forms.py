"""The form of one routing rule: what it asks, and what was typed as a value of the profile."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sanic import Request

from casework.complaints.filing import Source
from casework.complaints.profile import ComplaintPolicy
from casework.complaints.urgency import Urgency
from casework.routing.profile import RESTING, WORKING, RoutingRule
from kit.problems import Invalid
from web.console.routing_screens import TickGroup, TickOption, Ticks
from web.console.screens import Ask, Option, OptionGroup
from web.console.submission import value_of
from web.console.words import Words

TICKS = ("groups", "categories", "majors", "kinds", "urgency", "sources", "days")
TEXTS = ("name", "areas", "hours", "dates", "to", "unit", "officer", "note", "enabled", "place")
TO = ("unit", "street_chief", "grid_officer", "on_duty", "officer")
CHOSEN_AT_MOST, TYPED_AT_MOST = 200, 2_000
_SEPARATORS = re.compile(r"[、，,;；\n]")
_HOURS = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-—–~至到]+\s*(?:次日)?(\d{1,2})[:：](\d{2})", re.ASCII)


@dataclass(frozen=True)
class TypedRule:
    """What a form said: boxes ticked, and words by field."""

    ticked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    def of(self, name: str) -> str:
        return self.words.get(name, "").strip()


def typed_rule(request: Request) -> TypedRule:
    """The form as it was sent."""
    form = request.form
    return TypedRule(
        {name: tuple(map(str, form.getlist(name, [])))[:CHOSEN_AT_MOST] for name in TICKS} if form else {},
        {name: value_of(request, name)[:TYPED_AT_MOST] for name in (*TEXTS, "reason")},
    )


def typed_of(rule: RoutingRule, place: int) -> TypedRule:
    """The rule as the form shows it. `place` counts from 1."""
    when, to = rule.when, rule.to
    kind = next(name for name in (*TO[1:], TO[0]) if getattr(to, name))
    return TypedRule(
        {
            "groups": when.groups,
            "categories": when.categories,
            "majors": when.majors,
            "kinds": when.kinds,
            "urgency": tuple(when.urgency),
            "sources": tuple(when.sources),
            "days": tuple(day for day in when.days if day in (WORKING, RESTING)),
        },
        {
            "name": rule.name,
            "areas": "、".join(when.areas),
            "hours": when.hours or "",
            "dates": "、".join(day for day in when.days if day not in (WORKING, RESTING)),
            "to": kind,
            "unit": to.on_duty or to.unit or "",
            "officer": to.officer or "",
            "note": rule.note,
            "enabled": "1" if rule.enabled else "0",
            "place": str(place),
        },
    )


def rule_value(code: str, typed: TypedRule) -> dict[str, Any]:
    """The rule as the profile writes it. Raises Invalid naming the field; the profile itself checks the rest."""
    if not typed.of("name"):
        raise Invalid("problem.routing.name", field="name")
    when: dict[str, Any] = {name: list(typed.ticked.get(name, ())) for name in TICKS if name != "days"}
    when["areas"] = _listed(typed.of("areas"))
    when["days"] = [*typed.ticked.get("days", ()), *_listed(typed.of("dates"))]
    if {WORKING, RESTING} <= set(when["days"]):
        # Both are every day.
        when["days"] = [day for day in when["days"] if day not in (WORKING, RESTING)]
    if typed.of("hours"):
        when["hours"] = _hours(typed.of("hours"))
    value: dict[str, Any] = {
        "code": code,
        "name": typed.of("name"),
        "when": {name: given for name, given in when.items() if given},
        "to": _to(typed),
    }
    if typed.of("note"):
        value["note"] = typed.of("note")
    if typed.of("enabled") == "0":
        value["enabled"] = False
    return value


def place_of(typed: TypedRule, rules: int) -> int:
    """Where the rule is to stand, from 1. Raises Invalid."""
    words = typed.of("place")
    if not words:
        return rules
    if not words.isascii() or not words.isdigit() or not 1 <= int(words) <= 10_000:
        raise Invalid("problem.routing.place", field="place")
    return min(int(words), rules)


def asks_of(
    typed: TypedRule,
    wrong: Mapping[str, str],
    words: Words,
    policy: ComplaintPolicy,
    staff: Sequence[Option],
    rules: int,
) -> tuple[Ask | Ticks, ...]:
    """The form, from what a case must be to whom it goes. `staff` are those who can be named."""
    text = words.text

    def ticks(
        name: str, groups: Iterable[tuple[str, Iterable[tuple[str, str]]]], *, folded: bool = False
    ) -> Ticks:
        on = frozenset(typed.ticked.get(name, ()))
        made = tuple(
            TickGroup(
                name=heading,
                options=tuple(
                    TickOption(value=value, words=shown, is_on=value in on) for value, shown in options
                ),
            )
            for heading, options in groups
        )
        return Ticks(
            name=name,
            label=text(f"console_routing.field.{name}"),
            help=_help(words, name),
            wrong=wrong.get(name, ""),
            groups=made,
            count=len(on),
            is_folded=folded,
        )

    def short(name: str, *, at_most: int = 60, optional: bool = True, long: bool = False) -> Ask:
        return Ask(
            name=name,
            kind="long" if long else "short",
            label=text(f"console_routing.field.{name}"),
            help=_help(words, name, rules=rules),
            typed=typed.words.get(name, ""),
            wrong=wrong.get(name, ""),
            optional=optional,
            at_most=at_most,
        )

    def choice(name: str, options: Sequence[Option], *, optional: bool = False) -> Ask:
        none = (Option(value="", words=text("console_routing.none")),) if optional else ()
        return Ask(
            name=name,
            kind="choice",
            label=text(f"console_routing.field.{name}"),
            help=_help(words, name),
            typed=typed.of(name),
            wrong=wrong.get(name, ""),
            optional=optional,
            groups=(OptionGroup(name="", options=(*none, *options)),),
        )

    units = [Option(value=unit.code, words=unit.name) for unit in policy.units.values()]
    return (
        short("name", optional=False),
        short("place", at_most=5, optional=False),
        ticks("groups", [("", ((one.code, one.name) for one in policy.groups.values()))]),
        ticks("categories", _by_group(policy), folded=True),
        *([ticks("majors", _majors(policy), folded=True)] if policy.majors else []),
        ticks("kinds", [("", ((one, text(f"console_routing.kind.{one}")) for one in ("part", "event")))]),
        short("areas", at_most=1_000, long=True),
        ticks("urgency", [("", ((one.value, text(f"console_routing.urgency.{one}")) for one in Urgency))]),
        ticks(
            "sources",
            [("", ((one.value, text(f"complaint.source.{one.value}")) for one in Source))],
            folded=True,
        ),
        ticks("days", [("", ((one, text(f"console_routing.day.{one}")) for one in (WORKING, RESTING)))]),
        short("dates", at_most=300),
        short("hours"),
        choice("to", [Option(value=one, words=text(f"console_routing.choose_to.{one}")) for one in TO]),
        choice("unit", units, optional=True),
        choice("officer", staff, optional=True),
        choice(
            "enabled",
            [
                Option(value=one, words=text(f"console_routing.enabled.{name}"))
                for one, name in (("1", "used"), ("0", "left_out"))
            ],
        ),
        short("note", at_most=200, long=True),
    )


def _to(typed: TypedRule) -> dict[str, Any]:
    kind, unit, officer = typed.of("to"), typed.of("unit"), typed.of("officer")
    if kind not in TO:
        raise Invalid("problem.routing.to", field="to")
    if kind in ("unit", "on_duty"):
        if not unit:
            raise Invalid("problem.routing.unit", field="unit")
        return {kind: unit}
    to: dict[str, Any] = {"unit": unit} if unit else {}
    if kind != "officer":
        return {**to, kind: True}
    if not officer:
        raise Invalid("problem.routing.officer", field="officer")
    return {**to, "officer": officer}


def _hours(words: str) -> str:
    found = _HOURS.fullmatch(words)
    if found is None or int(found[1]) > 23 or int(found[3]) > 24 or int(found[2]) > 59 or int(found[4]) > 59:
        raise Invalid("problem.routing.hours", field="hours")
    begins, ends = f"{int(found[1]):02}:{found[2]}", f"{int(found[3]) % 24:02}:{found[4]}"
    if begins == ends:
        raise Invalid("problem.routing.all_day", field="hours")
    return f"{begins}-{ends}"


def _by_group(policy: ComplaintPolicy) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (
            group.name,
            [(one.code, one.name) for one in policy.categories.values() if one.group == group.code],
        )
        for group in policy.groups.values()
    ]


def _majors(policy: ComplaintPolicy) -> list[tuple[str, list[tuple[str, str]]]]:
    """Main classes by code; parts and events are numbered apart, so a code may have two names."""
    names: dict[str, list[str]] = {}
    majors: Any = policy.majors.values() if isinstance(policy.majors, Mapping) else policy.majors
    for one in majors:
        names.setdefault(one.code, []).append(one.name)
    return [("", [(code, f"{code} {' / '.join(known)}") for code, known in sorted(names.items())])]


def _listed(words: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in _SEPARATORS.split(words) if part.strip()))


def _help(words: Words, name: str, **params: object) -> str:
    key = f"console_routing.help.{name}"
    return words.text(key, **params) if words.catalogue.has(key) else ""
