"""What the pages about routing show, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.console.screens import Ask, Chip, Link, Note


@dataclass(frozen=True, kw_only=True)
class RuleLine:
    """One rule in its place: what it asks, to whom it sends."""

    place: int
    href: str
    name: str
    when: tuple[str, ...]
    to: str
    note: str
    chips: tuple[Chip, ...]


@dataclass(frozen=True, kw_only=True)
class RoutingPage:
    """All rules in the order in which they are tried. `add` is where a new one is made, for who may."""

    tabs: tuple[Link, ...]
    notes: tuple[Note, ...]
    rows: tuple[RuleLine, ...]
    last: str
    add: str = ""


@dataclass(frozen=True, kw_only=True)
class TickOption:
    """One box to tick."""

    value: str
    words: str
    is_on: bool


@dataclass(frozen=True, kw_only=True)
class TickGroup:
    """Boxes under one heading; an empty name means none."""

    name: str
    options: tuple[TickOption, ...]


@dataclass(frozen=True, kw_only=True)
class Ticks:
    """A field of which any number can be chosen. `count` is how many are; many groups are folded."""

    name: str
    label: str
    help: str
    wrong: str
    groups: tuple[TickGroup, ...]
    count: int
    is_folded: bool = False


@dataclass(frozen=True, kw_only=True)
class ShareRow:
    """How many cases a unit gets now and would get; `more` is the difference with its sign."""

    unit: str
    now: int
    then: int
    more: str


@dataclass(frozen=True, kw_only=True)
class MovedRow:
    """One case that would go elsewhere. Without `href` the reader may not see it."""

    reference: str
    href: str
    now: str
    then: str


@dataclass(frozen=True, kw_only=True)
class TrialTable:
    """Changed rules on the last cases."""

    words: str
    shares: tuple[ShareRow, ...]
    moved: tuple[MovedRow, ...]
    more: str


@dataclass(frozen=True, kw_only=True)
class RoutingRulePage:
    """One rule. Without `action` it is only read. `asks` are fields and boxes in their order."""

    tabs: tuple[Link, ...]
    title: str
    notes: tuple[Note, ...]
    when: tuple[str, ...]
    to: str
    note: str
    place: str
    action: str
    asks: tuple[Ask | Ticks, ...]
    reason: Ask
    seen: int
    is_new: bool
    restore: str = ""
    remove: str = ""
    trial: TrialTable | None = None


@dataclass(frozen=True, kw_only=True)
class TriedLine:
    """One rule that was tried: what became of it."""

    name: str
    href: str
    why: Chip


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A decision in words. `facts` is what was looked at, `rest` says how many rules were not tried any more."""

    words: str
    because: str
    facts: tuple[str, ...]
    tried: tuple[TriedLine, ...]
    rest: str = ""


@dataclass(frozen=True, kw_only=True)
class WhyHere:
    """The decision of the rules. `person` is whom they suggest, `by_hand` says that somebody decided otherwise since."""

    decision: Decision
    person: str = ""
    by_hand: str = ""


@dataclass(frozen=True, kw_only=True)
class TrialPage:
    """Trying the rules on one case, made up or real."""

    tabs: tuple[Link, ...]
    notes: tuple[Note, ...]
    asks: tuple[Ask, ...]
    on: str
    at: str
    decision: Decision | None
