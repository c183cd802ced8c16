"""What the pages about other platforms show, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.console.screens import Ask, Chip, Fact, Link, Note, Option, StepLine


@dataclass(frozen=True, kw_only=True)
class MessageLine:
    """One message: what it tells whom, whether it arrived, why not."""

    href: str
    state: Chip
    what: str
    why: str
    peer: str
    tries: str
    reference: str
    at: str


@dataclass(frozen=True, kw_only=True)
class FailedLine:
    """How many messages to one platform failed; `code` is what its form sends."""

    code: str
    words: str


@dataclass(frozen=True, kw_only=True)
class ExchangePage:
    """The list of messages. `failed` may be tried again from here, platform by platform."""

    notes: tuple[Note, ...]
    facts: tuple[str, ...]
    tabs: tuple[Link, ...]
    state: str
    peer: str
    case: str
    peers: tuple[Option, ...]
    failed: tuple[FailedLine, ...]
    rows: tuple[MessageLine, ...]
    more: str = ""
    first: str = ""


@dataclass(frozen=True, kw_only=True)
class MessagePage:
    """One message. `retry` and `replay` are where their forms go, "" where they are not offered; `body` what is told."""

    notes: tuple[Note, ...]
    title: str
    state: Chip
    why: str
    facts: tuple[Fact, ...]
    steps: tuple[StepLine, ...]
    body: str
    hint: str
    reference: str
    case: str
    retry: str
    replay: str
    ask: Ask
    links: tuple[Link, ...]


@dataclass(frozen=True, kw_only=True)
class ReferPage:
    """Referring a case to a platform. `told` says what the platform gets to see."""

    notes: tuple[Note, ...]
    reference: str
    case: str
    action: str
    asks: tuple[Ask, ...]
    told: tuple[Fact, ...]


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a platform told."""

    at: str
    what: str
    words: str


@dataclass(frozen=True, kw_only=True)
class OrderPanel:
    """One order of a case."""

    title: str
    facts: tuple[Fact, ...]
    said: tuple[Said, ...]


@dataclass(frozen=True, kw_only=True)
class ExchangePanel:
    """A case and other platforms. `messages` is where what was sent about it stands, `refer` the page to refer it."""

    orders: tuple[OrderPanel, ...]
    messages: str
    refer: str
