"""The form of one rule: what it asks, and what was typed as a setting of the profile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from casework.notifications.rule_book import LANES
from casework.notifications.shape import Audience, Bundle, Doubt, Rule, Way
from kit.problems import Invalid
from web.console.screens import Ask, Option, OptionGroup
from web.console.words import Words

ESCALATE_TO = (Audience.HEADS, Audience.DISPATCHERS)
WAY_PLACES = tuple(f"way_{number}" for number in range(1, len(Way) + 1))
TICKS = ("enabled", "hold_at_night", "page")
MINUTES_AT_MOST = 100_000
NAMES = (*TICKS, *WAY_PLACES, "bundle", "lane", "on_doubt", "fresh_for", "escalate_after", "escalate_to")


def typed_of(rule: Rule) -> dict[str, str]:
    """The rule as the form shows it."""
    ways = [way.value for way in rule.ways] + [""] * len(WAY_PLACES)
    return {
        **{name: "1" if getattr(rule, name) else "0" for name in TICKS},
        **dict(zip(WAY_PLACES, ways, strict=False)),
        "bundle": rule.bundle.value,
        "lane": rule.lane.name.lower(),
        "on_doubt": rule.on_doubt.value,
        "fresh_for": _minutes(rule.fresh_for),
        "escalate_after": _minutes(rule.escalate_after),
        "escalate_to": rule.escalate_to.value if rule.escalate_to is not None else "",
    }


def asks_of(rule: Rule, typed: Mapping[str, str], wrong: Mapping[str, str], words: Words) -> tuple[Ask, ...]:
    """The fields that make sense for this rule; danger leaves little to choose."""
    text = words.text

    def choice(name: str, values: Iterable[str], *, optional: bool = False) -> Ask:
        mark = "t" if name in TICKS else ""  # a key of the catalogue is no number
        options = [
            Option(value=value, words=text(f"console_rules.{_group(name)}.{mark}{value}")) for value in values
        ]
        if optional:
            options.insert(0, Option(value="", words=text(f"console_rules.{_group(name)}.none")))
        return Ask(
            name=name,
            kind="choice",
            label=text(f"console_rules.field.{name}"),
            help=_help(words, name),
            typed=typed.get(name, ""),
            wrong=wrong.get(name, ""),
            optional=optional,
            groups=(OptionGroup(name="", options=tuple(options)),),
        )

    def short(name: str) -> Ask:
        return Ask(
            name=name,
            kind="short",
            label=text(f"console_rules.field.{name}"),
            help=_help(words, name),
            typed=typed.get(name, ""),
            wrong=wrong.get(name, ""),
            optional=name != "fresh_for",
            at_most=6,
        )

    for_staff = rule.audience is not Audience.OWNER
    names = ["enabled", *(["page"] if for_staff else []), "hold_at_night"]
    asks = [choice(name, ("1", "0")) for name in names]
    asks += [choice(name, [way.value for way in Way], optional=True) for name in WAY_PLACES]
    asks += [
        choice("bundle", [one.value for one in Bundle]),
        choice("lane", list(LANES)),
        choice("on_doubt", [one.value for one in Doubt]),
        short("fresh_for"),
    ]
    if for_staff:
        asks += [
            short("escalate_after"),
            choice("escalate_to", [one.value for one in ESCALATE_TO], optional=True),
        ]
    return tuple(asks)


def setting_of(rule: Rule, typed: Mapping[str, str]) -> dict[str, Any]:
    """The whole setting for the profile, whoever wrote what was there before. Raises Invalid naming the field."""
    ways = [typed[name].strip() for name in WAY_PLACES if typed.get(name, "").strip()]
    setting: dict[str, Any] = {
        "code": rule.code,
        **{name: typed.get(name, typed_of(rule)[name]).strip() == "1" for name in TICKS},
        "ways": ways,
        "bundle": typed.get("bundle", "").strip(),
        "lane": typed.get("lane", "").strip(),
        "on_doubt": typed.get("on_doubt", "").strip(),
        "fresh_for_minutes": _number(typed, "fresh_for"),
        # What a rule needs that the bureau made itself; of a shipped one it is as it was.
        "event": rule.event.name,
        "audience": rule.audience.value,
        "template": rule.template,
        "topic": rule.topic.value,
        "when": rule.when,
        "must": rule.must,
    }
    if typed.get("escalate_after", "").strip() or typed.get("escalate_to", "").strip():
        setting["escalate_after_minutes"] = _number(typed, "escalate_after")
        setting["escalate_to"] = typed.get("escalate_to", "").strip() or None
    else:
        setting["escalate_after_minutes"] = 0
    return setting


def _number(typed: Mapping[str, str], name: str) -> int:
    words = typed.get(name, "").strip()
    if not words.isascii() or not words.isdigit() or not 1 <= int(words) <= MINUTES_AT_MOST:
        raise Invalid("problem.rules.minutes", field=name)
    return int(words)


def _minutes(span: timedelta | None) -> str:
    return "" if span is None else str(int(span.total_seconds() // 60))


def _group(name: str) -> str:
    if name in TICKS:
        return "tick"
    return "way" if name in WAY_PLACES else name


def _help(words: Words, name: str) -> str:
    key = f"console_rules.help.{name}"
    return words.text(key) if words.catalogue.has(key) else ""
