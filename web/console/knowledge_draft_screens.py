"""What the pages about drafts and releases of knowledge show, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.console.knowledge_screens import CitationLine, FieldChange, MissLine
from web.console.screens import Ask, Chip, Fact, Link, Note, Option


@dataclass(frozen=True, kw_only=True)
class DraftLine:
    """One draft in a list; `id` where it can be ticked. `text` is what would be said."""

    href: str
    question: str
    what: str
    who: str
    state: Chip
    id: str = ""
    text: str = ""
    basis: str = ""
    changes: tuple[FieldChange, ...] = ()
    is_new: bool = False
    troubles: tuple[Chip, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DraftsPage:
    """The drafts that stand where a tab says. With `approve` those ticked are approved at once."""

    tabs: tuple[Link, ...]
    turns: tuple[Link, ...]
    rows: tuple[DraftLine, ...]
    lead: str
    approve: str = ""
    button: str = ""
    new: str = ""
    publish: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DraftButton:
    """One move to take from here; those with a `reason` ask for it."""

    name: str
    action: str
    words: str
    hint: str
    kind: str = ""
    reason: Ask | None = None


@dataclass(frozen=True, kw_only=True)
class DraftPage:
    """One draft beside what is published."""

    tabs: tuple[Link, ...]
    title: str
    state: Chip
    turn: str
    revision: str
    text: str
    changes: tuple[FieldChange, ...]
    same: tuple[FieldChange, ...]
    is_new: bool
    forbids: tuple[str, ...]
    warns: tuple[str, ...]
    citations: tuple[CitationLine, ...]
    facts: tuple[Fact, ...]
    misses: tuple[MissLine, ...]
    buttons: tuple[DraftButton, ...]
    edit: str = ""
    publish: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CiteRow:
    """One article to cite, as typed, and what it is about; `wrong` where it cannot be cited."""

    number: int
    law: str
    article: str
    gist: str = ""
    wrong: str = ""


@dataclass(frozen=True, kw_only=True)
class DraftForm:
    """An entry being written. `typed` holds what was typed by field, `wrong` a sentence for each faulty field.

    `warns` are sentences by field that keep nobody from saving, `lengths` how long the texts are by field.
    """

    tabs: tuple[Link, ...]
    action: str
    back: Link
    heading: str
    hidden: tuple[tuple[str, str], ...]
    typed: dict[str, str]
    wrong: dict[str, tuple[str, ...]]
    warns: dict[str, tuple[str, ...]]
    lengths: dict[str, str]
    at_most: dict[str, int]
    cites: tuple[CiteRow, ...]
    laws: tuple[str, ...]
    categories: tuple[str, ...]
    topics: tuple[str, ...]
    links: tuple[Option, ...]
    preview: str = ""
    theirs: tuple[FieldChange, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FigureLine:
    """One figure of the evaluation, before and after."""

    name: str
    help: str
    before: str
    after: str
    change: Chip | None


@dataclass(frozen=True, kw_only=True)
class MovedLine:
    """A question of the evaluation whose outcome changes."""

    question: str
    before: str
    after: str
    verdict: Chip


@dataclass(frozen=True, kw_only=True)
class ChangedEntry:
    """An entry that a release changes."""

    question: str
    href: str
    what: str
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What publishing would do, or did."""

    figures: tuple[FigureLine, ...]
    moved: tuple[MovedLine, ...]
    verdict: str
    tone: str
    more: str = ""


@dataclass(frozen=True, kw_only=True)
class PublishPage:
    """Drafts to tick, or those ticked with what publishing them would do."""

    tabs: tuple[Link, ...]
    rows: tuple[DraftLine, ...]
    chosen: tuple[str, ...]
    entries: tuple[ChangedEntry, ...]
    outlook: Outlook | None
    faults: tuple[str, ...]
    warns: tuple[str, ...]
    seen: str
    reason: Ask
    may: bool
    waiting: str
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReleaseLine:
    """One release in the list."""

    href: str
    title: str
    reason: str
    who: str
    what: str
    kind: Chip


@dataclass(frozen=True, kw_only=True)
class ReleasesPage:
    """All releases, newest first."""

    tabs: tuple[Link, ...]
    rows: tuple[ReleaseLine, ...]
    more: str = ""
    first: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Whether a release has come into force everywhere; `poll` is where to ask again, "" once it has."""

    words: str
    poll: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class ReleasePage:
    """One release; with `is_back` what going back to before it would do. `roll_back` is empty if not offered."""

    tabs: tuple[Link, ...]
    title: str
    here: str
    facts: tuple[Fact, ...]
    entries: tuple[ChangedEntry, ...]
    outlook: Outlook | None
    is_back: bool
    faults: tuple[str, ...]
    seen: str
    roll_back: str
    reach: Reach | None
    reason: Ask
    notes: tuple[Note, ...] = ()
