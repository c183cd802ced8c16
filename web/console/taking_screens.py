"""What the page for filing shows, and the pages around it, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from casework.complaints.filing import PARTICULAR_AT_MOST
from web.console.screens import Ask, Chip, Link, Note, Option


@dataclass(frozen=True, kw_only=True)
class AskedQuestion:
    """One question of the category; `choices` are empty where a few words are the answer."""

    name: str
    words: str
    choices: tuple[str, ...]
    answer: str
    at_most: int = PARTICULAR_AT_MOST


@dataclass(frozen=True, kw_only=True)
class NearLine:
    """A case that may be the same matter."""

    reference: str
    href: str
    state: Chip
    words: str
    why: str
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class HintsPart:
    """What to know while somebody is still there to be asked; everything may be empty."""

    danger: str = ""
    elsewhere: str = ""
    suggestion: str = ""
    suggested_code: str = ""
    suggested_by: tuple[str, ...] = ()
    questions: tuple[AskedQuestion, ...] = ()
    near: tuple[NearLine, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TakingPage:
    """The form as it was filled in. `source_words` where there is nothing to choose; `map` is the map's setup, "" without.

    `for_callers`: the caller comes first; otherwise it is what somebody sees on the round, and `closes` may be ticked.
    """

    act: str
    is_fresh: bool
    sources: tuple[Option, ...]
    source: str
    source_words: str
    for_callers: bool
    may_close: bool
    closes: bool
    story: Ask
    category: Ask
    urgency: Ask
    place: Ask
    latitude: str
    longitude: str
    map: str
    person_name: Ask
    phone: str
    phone_wrong: str
    photos: Ask
    answer: Ask
    after_photos: Ask
    hints: HintsPart
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FiledPage:
    """A case just filed. `secret` is what a caller follows it with, shown this once; "" where nobody needs one."""

    reference: str
    href: str
    secret: str
    follow: str
    address: str
    state: Chip
    facts: tuple[tuple[str, str], ...]
    danger: str = ""
    notes: tuple[Note, ...] = ()
    links: tuple[Link, ...] = ()
