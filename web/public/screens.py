"""What each public page shows, already in words: templates choose nothing and compute nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What surrounds every page. `print_href` is the same page in the other size of print."""

    bureau_name: str
    mark: str
    phone: str
    hotline: str
    is_large: bool
    print_href: str
    print_words: str


@dataclass(frozen=True, kw_only=True)
class Link:
    """A place to go; `here` marks the one the reader is at."""

    href: str
    words: str
    here: bool = False


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A name and what stands there."""

    name: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a table: its cells, each with the words for it. `bar` is the length of its bar in hundredths, "" without one."""

    name: str
    cells: tuple[tuple[str, str], ...]
    bar: str = ""
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table."""

    name: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class FiguresPage:
    """A month as it was published; without `month` nothing was published yet."""

    title: str
    month: str = ""
    published: str = ""
    edition: str = ""
    whole: tuple[Fact, ...] = ()
    beside: str = ""
    how: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    file: str = ""
    digest: str = ""
    size: str = ""


@dataclass(frozen=True, kw_only=True)
class MessagePage:
    """One thing to say."""

    title: str
    words: str
    number: str = ""
