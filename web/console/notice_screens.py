"""What the pages about notices show, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.console.screens import Ask, Chip, Fact, Link, Note, Option, StepLine


@dataclass(frozen=True, kw_only=True)
class NoticeLine:
    """One notice to the reader. `href` is the page of what it is about, `read` when it was read, "" while it waits."""

    title: str
    words: str
    reference: str
    href: str
    at: str
    read: str
    read_action: str
    urgent: bool
    why: str


@dataclass(frozen=True, kw_only=True)
class NoticesPage:
    """One's own notices. `asks` are the choices how to be told, `bound` says what is missing for calls by WeChat."""

    notes: tuple[Note, ...]
    rows: tuple[NoticeLine, ...]
    unread: int
    asks: tuple[Ask, ...]
    bound: str = ""
    more: str = ""
    first: str = ""


@dataclass(frozen=True, kw_only=True)
class DeliveryLine:
    """One message: whether it arrived, and why not. Recipients are masked."""

    href: str
    state: Chip
    what: str
    why: str
    whom: str
    tries: str
    reference: str
    at: str


@dataclass(frozen=True, kw_only=True)
class RuleLine:
    """How one rule fares. `console` is how many only the console showed, `repeated` how many were tried after one
    that may have been shown."""

    name: str
    href: str
    share: str
    is_low: bool
    sent: int
    uncertain: int
    failed: int
    waiting: int
    console: int
    repeated: int


@dataclass(frozen=True, kw_only=True)
class DeliveriesPage:
    """The list of messages. `retry`: all that failed for `reason` may be tried again from here."""

    notes: tuple[Note, ...]
    facts: tuple[str, ...]
    tabs: tuple[Link, ...]
    state: str
    rules: tuple[Option, ...]
    people: tuple[Option, ...]
    reasons: tuple[Option, ...]
    rows: tuple[DeliveryLine, ...]
    fares: tuple[RuleLine, ...]
    heads: tuple[str, ...]
    retry: bool
    rule: str
    whom: str
    reason: str
    more: str = ""
    first: str = ""


@dataclass(frozen=True, kw_only=True)
class DeliveryPage:
    """One message. `retry` and `replay` are where their forms go, "" where they are not offered."""

    notes: tuple[Note, ...]
    title: str
    words: str
    state: Chip
    why: str
    facts: tuple[Fact, ...]
    steps: tuple[StepLine, ...]
    reference: str
    case: str
    retry: str
    replay: str
    ask: Ask
    links: tuple[Link, ...]


@dataclass(frozen=True, kw_only=True)
class RuleRow:
    """One rule in the table; `manner` is what is special about it."""

    href: str
    title: str
    manner: tuple[str, ...]
    is_on: bool
    is_changed: bool


@dataclass(frozen=True, kw_only=True)
class RulesPage:
    """All rules: what citizens are told, what staff are told."""

    tabs: tuple[Link, ...]
    citizens: tuple[RuleRow, ...]
    staff: tuple[RuleRow, ...]


@dataclass(frozen=True, kw_only=True)
class PreviewLine:
    """One way's message; `fields` are (name, value), the name "" for whole texts."""

    way: str
    name: str
    fields: tuple[tuple[str, str], ...]
    note: str


@dataclass(frozen=True, kw_only=True)
class RulePage:
    """One rule. Without `asks` it is only read. `samples` are real events, `sample` the one that is previewed."""

    tabs: tuple[Link, ...]
    code: str
    title: str
    notes: tuple[Note, ...]
    manner: tuple[str, ...]
    event: str
    asks: tuple[Ask, ...]
    reason: Ask
    seen: int
    is_changed: bool
    samples: tuple[Link, ...]
    sample: str
    previews: tuple[PreviewLine, ...]
    texts: str


@dataclass(frozen=True, kw_only=True)
class TemplateRow:
    """One message template. `wrong` says what is the matter with it."""

    href: str
    title: str
    id: str
    kind: str
    wrong: str


@dataclass(frozen=True, kw_only=True)
class TemplatesPage:
    """Templates in use, and those of the account that are not."""

    tabs: tuple[Link, ...]
    notes: tuple[Note, ...]
    registered: tuple[TemplateRow, ...]
    offered: tuple[TemplateRow, ...]


@dataclass(frozen=True, kw_only=True)
class TemplateFormPage:
    """One template. `cut` are texts that will be shortened, `unknown` says that the platform was not asked."""

    id: str
    title: str
    notes: tuple[Note, ...]
    example: str
    cut: tuple[str, ...]
    asks: tuple[Ask, ...]
    reason: Ask
    seen: int
    removable: bool
    unknown: str
