"""What the pages about papers show, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.console.screens import Ask, Chip, Fact, Link, Note, Option


@dataclass(frozen=True, kw_only=True)
class TemplateLine:
    """One template of the list."""

    href: str
    name: str
    purpose: str
    version: str
    state: Chip


@dataclass(frozen=True, kw_only=True)
class TemplatesPage:
    """Every template."""

    tabs: tuple[Link, ...]
    rows: tuple[TemplateLine, ...]


@dataclass(frozen=True, kw_only=True)
class VersionLine:
    """A version that was kept; `restore` is its number where it can be had again."""

    title: str
    said: str
    reason: str
    source: str
    is_in_force: bool
    restore: str


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Pages as data addresses of pictures, or what is wrong and the line it is in."""

    pages: tuple[Fact, ...] = ()
    wrong: str = ""
    line: str = ""
    line_words: str = ""


@dataclass(frozen=True, kw_only=True)
class TemplatePage:
    """A template with its form. `action` is "" for whoever may only read; `seen` the version it began from."""

    title: str
    notes: tuple[Note, ...]
    action: str
    seen: int
    source: str
    source_wrong: str
    at_most: int
    reason: Ask
    preview: Preview
    fields: tuple[Fact, ...]
    writing: tuple[Fact, ...]
    versions: tuple[VersionLine, ...]
    can_restore_shipped: bool
    restore_reason: Ask


@dataclass(frozen=True, kw_only=True)
class PaperLine:
    """A paper that was issued. `href` opens its PDF, "" for whoever may not."""

    name: str
    number: str
    at: str
    href: str
    seal: str
    void: str = ""
    delivered: str = ""
    void_href: str = ""
    original_href: str = ""


@dataclass(frozen=True, kw_only=True)
class PapersPanel:
    """The papers of one matter on its page."""

    rows: tuple[PaperLine, ...]


@dataclass(frozen=True, kw_only=True)
class IssuedPage:
    """The book of numbers: a year, a series, and whether it is whole."""

    tabs: tuple[Link, ...]
    years: tuple[Option, ...]
    year: str
    series: tuple[Option, ...]
    chosen: str
    whole: Note | None
    rows: tuple[PaperLine, ...]
    more: str
    first: str


@dataclass(frozen=True, kw_only=True)
class VoidingPage:
    """A paper to be declared void. `action` is "" once it is; `must_replace` where that is not for the clerk to choose."""

    title: str
    number: str
    notes: tuple[Note, ...]
    facts: tuple[Fact, ...]
    links: tuple[Link, ...]
    lead: str
    action: str
    reason: Ask
    replace: Ask | None
    recipient: Ask | None
    must_replace: str
