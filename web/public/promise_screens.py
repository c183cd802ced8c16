"""What the page of the promise shows, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.public.screens import Fact, Link, Table


@dataclass(frozen=True, kw_only=True)
class Miss:
    """One promise that was not kept: what it was about, how late, whose lateness it was, why; and what became of the law's limit."""

    what: str
    late: str
    organ: str
    reason: str
    law: str = ""


@dataclass(frozen=True, kw_only=True)
class PromisePage:
    """A month of the promise; without `month` nothing was decided yet."""

    title: str
    month: str = ""
    live: str = ""
    months: tuple[Link, ...] = ()
    whole: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()
    misses: tuple[Miss, ...] = ()
    no_miss: str = ""
    organs: tuple[Fact, ...] = ()
    ratings: tuple[Fact, ...] = ()
    csv: str = ""
    json: str = ""
    digest: str = ""
    how: tuple[str, ...] = ()
