"""What the pages about category models show, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.console.screens import Ask, Chip, Fact, Link, Note
from web.console.settings_screens import ChangeLine


@dataclass(frozen=True, kw_only=True)
class CategoryFigures:
    """One category: how many cases it was measured on, and the figures in percent, in the order of the columns."""

    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ModelPage:
    """One model. `use` and `retire` are where their forms go, empty where there is nothing to do; `why_not` says why.

    `seen` is the model in force that the reader saw, `audit` its chain for whoever may read that.
    """

    tabs: tuple[Link, ...]
    title: str
    state: Chip
    facts: tuple[Fact, ...]
    rows: tuple[CategoryFigures, ...]
    left_out: str
    changes: tuple[ChangeLine, ...]
    reason: Ask
    seen: str
    use: str = ""
    retire: str = ""
    why_not: str = ""
    audit: str = ""
    notes: tuple[Note, ...] = ()
