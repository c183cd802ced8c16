"""What the pages of figures show, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.console.screens import Fact, Note, Option


@dataclass(frozen=True, kw_only=True)
class Number:
    """One cell of a table: as it is read, and as a number for the drawing beside it ("" for none)."""

    words: str
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class FigureLine:
    """One row of a table; `href` narrows the page to it, "" where that makes no sense."""

    name: str
    href: str
    cells: tuple[Number, ...]


@dataclass(frozen=True, kw_only=True)
class FigureTable:
    """One table with its drawings. `columns` are names and words of the cells' heads."""

    name: str
    title: str
    rows: tuple[FigureLine, ...]
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One list to choose from; `plain` says what choosing nothing means."""

    name: str
    label: str
    plain: str
    options: tuple[Option, ...]
    chosen: str


@dataclass(frozen=True, kw_only=True)
class Published:
    """A month that is open to everybody."""

    month: str
    href: str
    words: str


@dataclass(frozen=True, kw_only=True)
class FiguresPage:
    """The page of figures. `fields` are what a form must carry to ask for the same; `month` is proposed for publishing."""

    first: str
    last: str
    choices: tuple[Choice, ...]
    fields: tuple[tuple[str, str], ...]
    whole: tuple[Fact, ...]
    beside: str
    how: tuple[str, ...]
    as_of: str
    tables: tuple[FigureTable, ...]
    may_export: bool
    may_publish: bool
    month: str
    published: tuple[Published, ...]
    notes: tuple[Note, ...] = ()
    typed_month: str = ""
    typed_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ActsCell:
    """A count of somebody's acts and where they are listed; "" where there are none."""

    count: int
    href: str


@dataclass(frozen=True, kw_only=True)
class PersonLine:
    """One person's acts in the time asked for."""

    name: str
    login: str
    cells: tuple[ActsCell, ...]
    share: str
    returned: str


@dataclass(frozen=True, kw_only=True)
class ActLine:
    """One act: when, what, on which case; `href` leads to its chain in the audit."""

    at: str
    what: str
    case: str
    href: str
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class InspectionPage:
    """Acts by person; `acts` are the list of one person's of one kind."""

    first: str
    last: str
    heads: tuple[str, ...]
    people: tuple[PersonLine, ...]
    acts: tuple[ActLine, ...] = ()
    acts_title: str = ""
    back: str = ""
    more: bool = False
    notes: tuple[Note, ...] = ()
