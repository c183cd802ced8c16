"""What the pages of signs show, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.console.case_screens import Photo
from web.console.screens import Ask, Chip, Fact, Link, Note


@dataclass(frozen=True, kw_only=True)
class SignRow:
    href: str
    words: str
    kind: str
    state: Chip
    check: Chip | None
    due: str
    holder: str
    place: str
    code: str


@dataclass(frozen=True, kw_only=True)
class SignsPage:
    tabs: tuple[Link, ...]
    rows: tuple[SignRow, ...]
    nothing: str
    note: str
    more: str
    first: str
    new: str


@dataclass(frozen=True, kw_only=True)
class SignAct:
    """A form of one act; `grave` cannot be undone."""

    name: str
    words: str
    action: str
    asks: tuple[Ask, ...]
    button: str
    hint: str = ""
    grave: bool = False
    open: bool = False


@dataclass(frozen=True, kw_only=True)
class LookRow:
    at: str
    state: Chip
    words: str
    photos: tuple[Photo, ...]


@dataclass(frozen=True, kw_only=True)
class OneSignPage:
    title: str
    code: str
    state: Chip
    check: Chip | None
    notes: tuple[Note, ...]
    facts: tuple[Fact, ...]
    links: tuple[Link, ...]
    removal_photos: tuple[Photo, ...]
    looks: tuple[LookRow, ...]
    hazards: tuple[Link, ...]
    acts: tuple[SignAct, ...]
    revision: int


@dataclass(frozen=True, kw_only=True)
class NewSignPage:
    notes: tuple[Note, ...]
    asks: tuple[Ask, ...]
