"""Work orders as lines: in lists, and on the page of their case."""

from __future__ import annotations

from dataclasses import dataclass

from web.console.screens import Chip, Countdown


@dataclass(frozen=True, kw_only=True)
class OrderRow:
    """One order of a list. `who` has it; "" on a contractor's own list."""

    reference: str
    href: str
    state: Chip
    due: Countdown | None
    category: str
    words: str
    place: str
    who: str = ""


@dataclass(frozen=True, kw_only=True)
class OrderPanel:
    """The orders of a case on its page; `issue` leads to the form for another, "" where there is none."""

    rows: tuple[OrderRow, ...]
    issue: str = ""
