"""What the pages about projects, visits to enterprises and certificates show, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.console.people_screens import Box
from web.console.screens import Ask, Chip, Fact, Link, Note


@dataclass(frozen=True, kw_only=True)
class SideForm:
    """A form beside the page. A `folded` one is opened first; a `grave` one says so by its colour.

    One that `locates` asks the phone where it is: latitude, longitude and accuracy as they were sent before.
    """

    name: str
    title: str
    action: str
    button: str
    asks: tuple[Ask | Box, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    locates: tuple[str, str, str] | None = None
    is_folded: bool = False
    is_grave: bool = False


@dataclass(frozen=True, kw_only=True)
class ThingLine:
    """One thing in a list, with what stands about it; `form` is what can be done with it right there."""

    title: str
    href: str = ""
    soft: tuple[str, ...] = ()
    chips: tuple[Chip, ...] = ()
    form: SideForm | None = None


@dataclass(frozen=True, kw_only=True)
class ThingList:
    """One part of a page: facts, words, a code to scan, and lines; `nothing` is said where there are none."""

    name: str
    title: str
    facts: tuple[Fact, ...] = ()
    words: str = ""
    drawing: str = ""
    drawing_words: str = ""
    links: tuple[Link, ...] = ()
    lines: tuple[ThingLine, ...] = ()
    nothing: str = ""


@dataclass(frozen=True, kw_only=True)
class ThingsPage:
    """A page of lists with forms beside them. `find` is what was looked for, None where nothing can be."""

    title: str
    lists: tuple[ThingList, ...]
    tabs: tuple[Link, ...] = ()
    back: Link | None = None
    notes: tuple[Note, ...] = ()
    forms: tuple[SideForm, ...] = ()
    find: str | None = None
    find_action: str = ""
    locates: bool = False
    more: str = ""
    first: str = ""
