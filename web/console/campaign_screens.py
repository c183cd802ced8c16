"""What the pages about campaigns show, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from content.campaigns.wording import Piece
from web.console.screens import Chip, Fact, Note, Option


@dataclass(frozen=True, kw_only=True)
class QuotaLine:
    """How many mass-sends are left; `tone` says whether that is none."""

    words: str
    help: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class CampaignLine:
    """One campaign in the list."""

    href: str
    title: str
    audience: str
    state: Chip
    when: str
    result: str


@dataclass(frozen=True, kw_only=True)
class CampaignsPage:
    """The list of campaigns; `new` leads to the form, empty for who drafts none."""

    quota: QuotaLine
    rows: tuple[CampaignLine, ...]
    new: str = ""
    more: str = ""
    first: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The message as followers see it: a text with what can be tapped, or the titles of articles."""

    pieces: tuple[Piece, ...]
    titles: tuple[str, ...]
    links: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class BatchLine:
    """One mass-send and its numbers, "—" where there are none yet."""

    audience: str
    state: Chip
    reason: str
    total: str
    filtered: str
    sent: str
    errors: str


@dataclass(frozen=True, kw_only=True)
class MoveButton:
    """One move to take from here. `grave` ones ask once more."""

    name: str
    action: str
    words: str
    hint: str
    grave: bool


@dataclass(frozen=True, kw_only=True)
class CampaignPage:
    """One campaign. `edit` and `release` lead to their pages, `preview` is where its form goes; empty if not offered."""

    title: str
    state: Chip
    revision: str
    quota: QuotaLine
    content: Shown
    facts: tuple[Fact, ...]
    batches: tuple[BatchLine, ...]
    sums: str
    missing: str
    moves: tuple[MoveButton, ...]
    edit: str = ""
    release: str = ""
    release_note: str = ""
    preview: str = ""
    preview_note: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Tick:
    """One group to choose."""

    name: str
    value: str
    words: str
    on: bool


@dataclass(frozen=True, kw_only=True)
class CampaignForm:
    """A draft being written. `typed` holds what was typed by field, `wrong` a sentence for each faulty field."""

    action: str
    back: str
    heading: str
    act: str
    revision: str
    typed: dict[str, str]
    wrong: dict[str, str]
    groups: tuple[Tick, ...]
    groups_note: str
    drafts: tuple[Option, ...]
    texts: dict[str, str]
    title_at_most: int
    text_at_most: int
    saved: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReleasePage:
    """The last look before it goes out to everybody."""

    title: str
    action: str
    back: str
    revision: str
    content: Shown
    facts: tuple[Fact, ...]
    warning: str
    notes: tuple[Note, ...] = ()
    may: bool = True
