"""What the pages about the knowledge base show, already in words: entries, questions asked in vain, words."""

from __future__ import annotations

from dataclasses import dataclass

from web.console.knowledge_changes import LineChange, Piece
from web.console.screens import Ask, Chip, Fact, Link, Note, Option


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What a question would be answered with, and why. `text` is what the citizen reads."""

    question: str
    band: Chip
    said: str
    text: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, kw_only=True)
class EntryLine:
    """One entry in the list. `troubles` are what somebody should look at."""

    href: str
    question: str
    brief: str
    votes: str
    version: str
    who: str
    troubles: tuple[Chip, ...] = ()
    near: str = ""


@dataclass(frozen=True, kw_only=True)
class EntryGroup:
    """Entries of one category; without a name where they stand by nearness."""

    name: str
    rows: tuple[EntryLine, ...]


@dataclass(frozen=True, kw_only=True)
class KnowledgePage:
    """The list of entries, and what the question that was typed would get."""

    tabs: tuple[Link, ...]
    asked: str
    tried: Tried | None
    groups: tuple[EntryGroup, ...]
    count: str
    filters: tuple[Option, ...]
    filter: str
    categories: tuple[Option, ...]
    category: str
    bands: tuple[Fact, ...]
    new: str = ""
    more: str = ""
    first: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CitationLine:
    """An article and how it stands today; `text` is its official text, "" where that was not imported."""

    label: str
    gist: str
    state: Chip
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """One field of an entry, before and after. Texts have pieces, lists have lines.

    `forbids` and `warns` are sentences of the check about this field.
    """

    label: str
    before: tuple[Piece, ...] = ()
    after: tuple[Piece, ...] = ()
    lines: tuple[LineChange, ...] = ()
    changed: bool = False
    forbids: tuple[str, ...] = ()
    warns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RevisionLine:
    """One publication of an entry."""

    title: str
    href: str
    who: str
    reason: str
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, kw_only=True)
class MissLine:
    """A question asked in vain."""

    id: str
    words: str
    count: str
    kind: str = ""
    chosen: bool = True


@dataclass(frozen=True, kw_only=True)
class EntryPage:
    """One entry. `edit` leads to its form, `withdraw` is where that form goes; empty if not offered."""

    tabs: tuple[Link, ...]
    title: str
    text: str
    facts: tuple[Fact, ...]
    phrasings: tuple[str, ...]
    citations: tuple[CitationLine, ...]
    local: tuple[Fact, ...]
    troubles: tuple[str, ...]
    revisions: tuple[RevisionLine, ...]
    misses: tuple[MissLine, ...]
    drafts: tuple[Link, ...]
    edit: str = ""
    withdraw: str = ""
    note: Ask | None = None
    seen: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ClusterCard:
    """Questions that seem to mean the same. `nearest` is the entry they come nearest to, None without one."""

    key: str
    title: str
    count: str
    kinds: str
    misses: tuple[MissLine, ...]
    nearest: Link | None
    slug: str
    proposal: str
    href: str


@dataclass(frozen=True, kw_only=True)
class MissesPage:
    """The questions that were not answered, those asked most first."""

    tabs: tuple[Link, ...]
    clusters: tuple[ClusterCard, ...]
    count: str
    may: bool
    more: str = ""
    first: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An entry that the questions might belong to."""

    slug: str
    question: str
    brief: str
    near: str
    chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class ClusterPage:
    """One cluster, and the entries it might belong to."""

    tabs: tuple[Link, ...]
    title: str
    count: str
    misses: tuple[MissLine, ...]
    candidates: tuple[Candidate, ...]
    find: str
    here: str
    key: str
    may: bool
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TermLine:
    """A word of the bureau's own."""

    id: str
    term: str
    same_as: str
    who: str


@dataclass(frozen=True, kw_only=True)
class TermGroup:
    """Words of one kind."""

    name: str
    rows: tuple[TermLine, ...]


@dataclass(frozen=True, kw_only=True)
class Cut:
    """How a sentence is cut."""

    label: str
    words: tuple[Piece, ...]


@dataclass(frozen=True, kw_only=True)
class TermsPage:
    """The bureau's words, and a box to try a sentence."""

    tabs: tuple[Link, ...]
    groups: tuple[TermGroup, ...]
    count: str
    asks: tuple[Ask, ...]
    say: Ask
    cuts: tuple[Cut, ...]
    verdict: str
    may: bool
    notes: tuple[Note, ...] = ()
