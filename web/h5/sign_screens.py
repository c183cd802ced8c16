"""What the pages of signs show, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.h5.permit_screens import ApplicationRow
from web.h5.screens import Fact, Option


@dataclass(frozen=True, kw_only=True)
class PublicSignPage:
    """Behind the code. `report` is the form of a complaint with the sign in it, `call` an office's number to tap."""

    title: str
    state: str
    tone: str
    facts: tuple[Fact, ...]
    warning: str
    call: str
    report: str
    code: str
    successor: str = ""


@dataclass(frozen=True, kw_only=True)
class OwnSignsPage:
    rows: tuple[ApplicationRow, ...]


@dataclass(frozen=True, kw_only=True)
class AskedLook:
    """One question of the yearly look, with what was answered and what is wrong."""

    name: str
    ask: str
    hint: str
    options: tuple[Option, ...]
    chosen: str
    wrong: str


@dataclass(frozen=True, kw_only=True)
class LookLine:
    """A look that was made; `words` says what was found."""

    at: str
    what: str
    tone: str
    words: str
    photos: tuple[tuple[str, str], ...]
    waiting: str = ""


@dataclass(frozen=True, kw_only=True)
class OwnSignPage:
    """One's own sign with the form of the yearly look. `questions` is empty where none is taken any more."""

    title: str
    state: str
    tone: str
    done: str
    problem: str
    due: str
    facts: tuple[Fact, ...]
    public: str
    action: str
    revision: int
    questions: tuple[AskedLook, ...]
    photos_hint: str
    photos_wrong: str
    words: str
    words_wrong: str
    looks: tuple[LookLine, ...]
    hazards: tuple[Fact, ...]
    may_end: bool = False
    removed_on: str = ""
    removed_on_wrong: str = ""
    removal_photos_wrong: str = ""
    is_removing: bool = False
    successors: tuple[Option, ...] = ()
    successor_wrong: str = ""
    replacing: str = ""
