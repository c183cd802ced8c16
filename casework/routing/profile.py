"""The bureau profile's section `routing`: rules, tried in order, that say who a complaint goes to.

What one rule can be wrong about is refused by its struct; what it says of categories and units that the profile does
not have is refused by `check`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from typing import Annotated, Literal

import msgspec

from casework.complaints.filing import Source
from casework.complaints.profile import ComplaintPolicy
from casework.complaints.scheme import Code, Name
from casework.complaints.urgency import Urgency

Login = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9._-]{1,39}$")]
Words = Annotated[str, msgspec.Meta(max_length=200)]
RULES_AT_MOST = 1_000
WORKING, RESTING = "working", "resting"


class RoutingError(ValueError):
    """Rules that cannot hold; the text has one Chinese sentence for each fault."""


class When(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a rule asks of a case. Every field that is written must fit; within a field any one entry is enough.

    `areas` are codes or names of the bureau's polygons: a street takes its grids in. `hours` is "18:00-08:00", local
    time; past midnight it is still the day on which the hours began. `days` are "working", "resting", the name of a
    holiday as the calendar has it, or a name of `RoutingSection.dates`.
    """

    categories: tuple[Code, ...] = ()
    groups: tuple[Code, ...] = ()
    majors: tuple[str, ...] = ()
    kinds: tuple[Literal["part", "event"], ...] = ()
    areas: tuple[Name, ...] = ()
    urgency: tuple[Urgency, ...] = ()
    sources: tuple[Source, ...] = ()
    hours: str | None = None
    days: tuple[Name, ...] = ()

    def __post_init__(self) -> None:
        if self.hours is not None:
            begins, ends = span_of(self.hours)
            if begins == ends:
                raise ValueError(f"hours {self.hours} 的起止相同：全天不用写 hours")
        if WORKING in self.days and RESTING in self.days:
            raise ValueError("days 里同时写了 working 和 resting，等于没有写，请去掉")

    @property
    def is_empty(self) -> bool:
        """Whether every case fits."""
        return self == When()


class To(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """To whom a rule sends: a unit, or one person. With a person, `unit` is that person's unit in this work."""

    unit: Code | None = None
    street_chief: bool = False
    grid_officer: bool = False
    on_duty: Code | None = None
    officer: Login | None = None

    def __post_init__(self) -> None:
        people = sum(
            (self.street_chief, self.grid_officer, self.on_duty is not None, self.officer is not None)
        )
        if people > 1:
            raise ValueError("to 里 street_chief、grid_officer、on_duty、officer 只能写一个")
        if not people and self.unit is None:
            raise ValueError("to 里要写明派给谁：unit、street_chief、grid_officer、on_duty 或 officer")
        if self.on_duty is not None and self.unit not in (None, self.on_duty):
            raise ValueError(f"to 里 on_duty 是 {self.on_duty}，unit 却是 {self.unit}，请只写 on_duty")

    @property
    def names_person(self) -> bool:
        """Whether it depends on who holds a post at that moment."""
        return self.street_chief or self.grid_officer or self.on_duty is not None or self.officer is not None


class RoutingRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One rule. A rule that is not `enabled` is passed over, and said so."""

    code: Code
    name: Name
    when: When = When()
    to: To
    note: Words = ""
    enabled: bool = True


class NamedDates(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"first_on": "from", "last_on": "to"}):  # fmt: skip
    """Days with a name of the bureau's own, both included: a fair, an inspection."""

    name: Name
    first_on: date
    last_on: date

    def __post_init__(self) -> None:
        if self.last_on < self.first_on:
            raise ValueError(f"routing.dates 里“{self.name}”的结束早于开始")
        if self.name in (WORKING, RESTING):
            raise ValueError(f"routing.dates 里的名称 {self.name} 系统自己在用，请换一个")


class RoutingSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `routing`. Rules named in `order` come first and in that order, the others as they are written."""

    rules: Annotated[tuple[RoutingRule, ...], msgspec.Meta(max_length=RULES_AT_MOST)] = ()
    order: Annotated[tuple[Code, ...], msgspec.Meta(max_length=RULES_AT_MOST)] = ()
    dates: Annotated[tuple[NamedDates, ...], msgspec.Meta(max_length=200)] = ()

    def __post_init__(self) -> None:
        for where, codes in (("rules", [rule.code for rule in self.rules]), ("order", list(self.order))):
            for code in sorted(
                {code for code in codes if codes.count(code) > 1} if len(set(codes)) < len(codes) else ()
            ):
                raise ValueError(f"routing.{where} 里的代码 {code} 写了两次")

    @property
    def in_order(self) -> tuple[RoutingRule, ...]:
        """The rules as they are tried. A code of `order` that no rule has any more is passed over."""
        by_code = {rule.code: rule for rule in self.rules}
        first = [by_code.pop(code) for code in self.order if code in by_code]
        return (*first, *by_code.values())


def span_of(hours: str) -> tuple[int, int]:
    """Beginning and end of "18:00-08:00" in minutes since midnight. Raises ValueError with a Chinese sentence."""
    begins, _, ends = hours.partition("-")
    try:
        if len(hours) != 11:
            raise ValueError
        return _minutes(time.fromisoformat(begins)), _minutes(time.fromisoformat(ends))
    except ValueError:
        raise ValueError(f"hours 要写成 18:00-08:00 这样的起止时刻，现在是“{hours[:20]}”") from None


def categories_of(when: When, policy: ComplaintPolicy) -> frozenset[str] | None:
    """The codes of all categories that fit; None where the rule asks nothing of the category."""
    if not (when.categories or when.groups or when.majors or when.kinds):
        return None
    return frozenset(
        category.code
        for category in policy.categories.values()
        if (not when.categories or category.code in when.categories)
        and (not when.groups or category.group in when.groups)
        and (not when.majors or category.major in when.majors)
        and (not when.kinds or category.kind in when.kinds)
    )


def check(section: RoutingSection, policy: ComplaintPolicy) -> None:
    """Raise RoutingError with everything in the rules that the rest of the profile contradicts."""
    faults = [fault for rule in section.rules for fault in _faults(rule, policy)]
    if faults:
        raise RoutingError("\n".join(faults))


def _faults(rule: RoutingRule, policy: ComplaintPolicy) -> Iterator[str]:
    when, to = rule.when, rule.to
    for what, given, known in (
        ("分类", when.categories, policy.categories),
        ("对外分类", when.groups, policy.groups),
        ("大类", when.majors, {one.major for one in policy.categories.values()}),
        ("单位", tuple(unit for unit in (to.unit, to.on_duty) if unit is not None), policy.units),
    ):
        for code in given:
            if code not in known:
                yield f"派单规则 {rule.code}（{rule.name}）：没有代码是 {code} 的{what}。"
                return
    if categories_of(when, policy) == frozenset():
        yield f"派单规则 {rule.code}（{rule.name}）：没有一个分类同时符合 categories、groups、majors、kinds，这条规则永远用不上。"


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
