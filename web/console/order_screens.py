"""What the pages about work orders show, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.console.case_screens import Act, Photo
from web.console.order_panel_screens import OrderRow
from web.console.screens import Ask, Chip, Countdown, Fact, Link, Note


@dataclass(frozen=True, kw_only=True)
class OrdersPage:
    """The orders of one tab."""

    tabs: tuple[Link, ...]
    rows: tuple[OrderRow, ...]
    nothing: str
    note: str
    notes: tuple[Note, ...] = ()
    more: str = ""
    first: str = ""


@dataclass(frozen=True, kw_only=True)
class OrderPage:
    """One order. `case` leads to its case and `case_words` names it, "" for contractors; `map` opens a phone's map.

    `ground` is why it was sent back, declined or cancelled, under the heading `ground_title`. `takes_photos` offers to
    put the photos on the case.
    """

    reference: str
    revision: str
    state: Chip
    due: Countdown | None
    due_words: str
    category: str
    words: str
    place: str
    map: str
    facts: tuple[Fact, ...]
    before: tuple[Photo, ...]
    after: tuple[Photo, ...]
    report: str
    ground_title: str
    ground: str
    acts: tuple[Act, ...]
    notes: tuple[Note, ...] = ()
    case: str = ""
    case_words: str = ""
    takes_photos: bool = False
    back_query: str = ""


@dataclass(frozen=True, kw_only=True)
class PhotoChoice:
    """A photo of the case that may go with an order."""

    value: str
    photo: Photo
    is_chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class IssuePage:
    """The form that issues an order. `story` is there for the clerk and goes nowhere; `asks_checked`: the words may name
    somebody, so the clerk says that they were looked at.
    """

    reference: str
    case: str
    action: str
    key: str
    story: str
    asks: tuple[Ask, ...]
    photos: tuple[PhotoChoice, ...]
    is_waiting_for_photos: bool
    has_position: bool
    with_position: bool
    asks_checked: bool
    notes: tuple[Note, ...] = ()
