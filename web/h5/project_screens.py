"""What the pages about projects and visits show, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.h5.screens import Fact, Link, Option


@dataclass(frozen=True, kw_only=True)
class ShownNotice:
    """A notice in force."""

    title: str
    words: str
    when: str


@dataclass(frozen=True, kw_only=True)
class BoardPage:
    """A project's board. `own` are facts for its own people only, `rateable` the visits they may rate; `officers` is where officers check in."""

    title: str
    facts: tuple[Fact, ...]
    own: tuple[Fact, ...]
    notices: tuple[ShownNotice, ...]
    visits: str
    file: str
    words: str
    code: str
    rateable: tuple[Link, ...] = ()
    officers: str = ""


@dataclass(frozen=True, kw_only=True)
class CodePage:
    """Where the code of a visit is typed."""

    title: str
    action: str
    typed: str = ""
    wrong: str = ""


@dataclass(frozen=True, kw_only=True)
class VisitRatingPage:
    """Saying how a visit was. Without `action` it has been said."""

    title: str
    words: str
    facts: tuple[Fact, ...]
    action: str = ""
    scores: tuple[Option, ...] = ()
    score: str = ""
    typed: str = ""
    wrong: str = ""
    role: str = ""


@dataclass(frozen=True, kw_only=True)
class ClaimPage:
    """Binding one's account to a project."""

    title: str
    words: str
    action: str
    wrong: str = ""
