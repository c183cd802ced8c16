"""What the list of cases shows, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.console.screens import Ask, Chip, Countdown, Link, Note, Option


@dataclass(frozen=True, kw_only=True)
class QueueTab:
    """A queue by its name; `count` is how many cases it has as far as anybody wants to know ("99+"), "" for none."""

    href: str
    words: str
    count: str = ""
    urgent: bool = False
    here: bool = False


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """One thing a queue can be narrowed by: a list to choose from, and what is chosen of it."""

    name: str
    label: str
    options: tuple[Option, ...]
    chosen: str = ""
    away: str = ""
    chosen_words: str = ""


@dataclass(frozen=True, kw_only=True)
class QueueLine:
    """One case in the list.

    `key` names it, and the revision that is shown, in a form for several; "" where nothing can be done with several.
    `marks` are said beside the state. `map` opens the phone's own map, `phone` leads to where the caller's number is
    shown (and that it was looked at is noted), `arrive` is where "I am here" is sent.
    """

    reference: str
    href: str
    key: str
    due: Countdown | None
    brief: str
    where: str
    category: str
    state: Chip
    marks: tuple[Chip, ...]
    handler: str
    submitted: str
    latitude: str = ""
    longitude: str = ""
    map: str = ""
    phone: str = ""
    answer: str = ""


@dataclass(frozen=True, kw_only=True)
class Several:
    """A move that several cases can take together; `key` is the letter on the keyboard."""

    move: str
    words: str
    key: str


@dataclass(frozen=True, kw_only=True)
class QueuePage:
    """The list of cases with its filters; every link carries them on, `kept` are those that a form must carry.

    `on_the_street`: the reader works through the list outside, so each line offers the way there and the next step.
    """

    here: str
    query: str
    tabs: tuple[QueueTab, ...]
    narrowings: tuple[Narrowing, ...]
    kept: tuple[tuple[str, str], ...]
    find: str
    rows: tuple[QueueLine, ...]
    several: tuple[Several, ...]
    saved: tuple[Link, ...]
    may_save: bool
    as_of: str
    narrowed: bool = False
    plain: str = ""
    more: str = ""
    first: str = ""
    on_the_street: bool = False
    wrong: Note | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SavedLine:
    """A queue somebody keeps: where it leads, where its forms go."""

    name: str
    href: str
    words: str
    rename: str
    delete: str
    up: str = ""


@dataclass(frozen=True, kw_only=True)
class SavedPage:
    """One's own queues, to be renamed, put in order and deleted."""

    lines: tuple[SavedLine, ...]
    notes: tuple[Note, ...] = ()
    wrong: Note | None = None


@dataclass(frozen=True, kw_only=True)
class SeveralLine:
    """One case of a form for several, with its key."""

    key: str
    reference: str
    brief: str
    where: str
    state: Chip


@dataclass(frozen=True, kw_only=True)
class SeveralPage:
    """A move that several cases are to take: what is asked once, and which cases."""

    title: str
    action: str
    back: str
    back_query: str
    lead: str
    asks: tuple[Ask, ...]
    lines: tuple[SeveralLine, ...]
    button: str
    grave: bool
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DoneLine:
    """What became of one case; `why` it was not done."""

    reference: str
    href: str
    outcome: Chip
    why: str


@dataclass(frozen=True, kw_only=True)
class DonePage:
    """What became of each of several cases, those that were not done first."""

    title: str
    note: Note
    back: str
    lines: tuple[DoneLine, ...]
