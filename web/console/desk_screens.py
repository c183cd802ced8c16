"""What the pages beside the cases show, already in words: messages, danger alerts, codes."""

from __future__ import annotations

from dataclasses import dataclass

from web.console.screens import Ask, Chip, Countdown, Link, Note


@dataclass(frozen=True, kw_only=True)
class InquiryLine:
    """One matter in the list: how it begins, and how long there is left to answer."""

    reference: str
    href: str
    brief: str
    state: Chip
    due: Countdown | None
    at: str
    topic: str = ""


@dataclass(frozen=True, kw_only=True)
class InquiriesPage:
    """The list of messages to a person."""

    tabs: tuple[Link, ...]
    rows: tuple[InquiryLine, ...]
    more: str = ""
    first: str = ""
    wrong: Note | None = None


@dataclass(frozen=True, kw_only=True)
class Said:
    """One side's words."""

    who: str
    ours: bool
    words: str
    at: str
    iso: str


@dataclass(frozen=True, kw_only=True)
class InquiryPage:
    """One matter from its first word to its last. `typed` is an answer that could not be sent.

    `topic` is set for a request about the citizen's own data, `topic_note` says what that asks of the clerk and
    `handling` where it is done. `unmask` is where the words are read with the numbers in them.
    """

    reference: str
    revision: str
    back: str
    state: Chip
    due: Countdown | None
    thread: tuple[Said, ...]
    may_answer: bool
    may_close: bool
    at_most: int
    typed: str = ""
    wrong: str = ""
    topic: str = ""
    topic_note: str = ""
    handling: str = ""
    unmask: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AlertLine:
    """One report of danger. `take` and `finish` are where its forms go, empty where there is nothing to do.

    `waiting` says for how long nobody has taken it, empty once somebody has.
    """

    id: str
    state: Chip
    words: str
    matched: str
    where: str
    phone: str
    since: str
    waiting: str
    pages: str
    by: str
    outcome: str
    case: str
    take: str
    finish: str
    typed: str = ""


@dataclass(frozen=True, kw_only=True)
class AlertsPage:
    """Danger alerts, the open ones first."""

    rows: tuple[AlertLine, ...]
    more: str = ""
    first: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CodeLine:
    """One code on a sign."""

    code: str
    kind: str
    title: str
    where: str
    unit: str
    state: Chip
    sheet: str
    retire: str
    at: str


@dataclass(frozen=True, kw_only=True)
class CodesPage:
    """The list of codes; `asks` is the form for another one, empty for who may not make any."""

    rows: tuple[CodeLine, ...]
    asks: tuple[Ask, ...]
    more: str = ""
    first: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SheetPage:
    """A code to be printed and put up: what it opens, and the drawing."""

    title: str
    kind: str
    where: str
    contact: str
    code: str
    drawing: str
    invitation: str
    note: str = ""
