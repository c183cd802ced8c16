"""What the pages of notices to put something right show, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.console.case_screens import Photo
from web.console.screens import Ask, Chip, Countdown, Fact, Link, Note


@dataclass(frozen=True, kw_only=True)
class NoticeRow:
    """A notice in the list; `first` says that it may be let go."""

    href: str
    reference: str
    ground: str
    party: str
    place: str
    at: str
    state: Chip
    due: Countdown | None
    first: str = ""


@dataclass(frozen=True, kw_only=True)
class NoticesPage:
    """The list. `new` is where one is issued, "" for whoever may not."""

    tabs: tuple[Link, ...]
    rows: tuple[NoticeRow, ...]
    nothing: str
    note: str
    new: str
    more: str = ""
    first: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NoticeAct:
    """One move with its form."""

    move: str
    words: str
    button: str
    hint: str
    action: str
    asks: tuple[Ask, ...] = ()
    open: bool = False
    grave: bool = False
    kept: str = ""
    kept_words: str = ""


@dataclass(frozen=True, kw_only=True)
class PhotoGroup:
    """Photos of one stage: what was found, what the party sent, what was seen afterwards."""

    title: str
    photos: tuple[Photo, ...]


@dataclass(frozen=True, kw_only=True)
class PaperRow:
    """A paper about the notice or case. `void` says that it is and why, `void_href` is where it is declared so."""

    href: str
    name: str
    number: str
    at: str
    void: str = ""
    void_href: str = ""


@dataclass(frozen=True, kw_only=True)
class EarlierRow:
    """An earlier record of the same party and ground."""

    href: str
    reference: str
    at: str
    state: str
    first: str


@dataclass(frozen=True, kw_only=True)
class NoticeDetail:
    """One notice."""

    reference: str
    revision: str
    title: str
    state: Chip
    due: Countdown | None
    due_words: str
    facts: tuple[Fact, ...]
    found: str
    demand: str
    report: str
    reported: str
    checked: str
    photos: tuple[PhotoGroup, ...]
    papers: tuple[PaperRow, ...]
    reckoning: tuple[str, ...]
    basis: str
    judgement: str
    judged_by: str
    earlier: tuple[EarlierRow, ...]
    is_first_violation: bool
    acts: tuple[NoticeAct, ...]
    code: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NewNoticePage:
    """Issuing one: whom and what it is about; then, `looked`, what is found and the rest of the form."""

    who: tuple[Ask, ...]
    what: tuple[Ask, ...]
    looked: bool
    seen: str
    key: str
    found: str
    earlier: tuple[EarlierRow, ...]
    conditions: tuple[str, ...]
    is_first: bool
    judgement: Ask
    first_wrong: str
    due: str
    photos: Ask
    kept: str = ""
    kept_words: str = ""
    notes: tuple[Note, ...] = ()
