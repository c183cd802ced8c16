"""What the pages of penalty cases show, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.console.penalty_screens import NoticeAct, PaperRow
from web.console.screens import Ask, Chip, Countdown, Fact, Link, Note


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """A case in the list. `waits`: until when the decision has to wait for the party; `asked`: requests without an answer."""

    href: str
    reference: str
    ground: str
    party: str
    state: Chip
    due: Countdown | None
    due_words: str
    note: str = ""
    asked: str = ""


@dataclass(frozen=True, kw_only=True)
class CasesPage:
    """The list. `new` is where a notice is issued, "" for whoever may not."""

    tabs: tuple[Link, ...]
    rows: tuple[CaseRow, ...]
    nothing: str
    note: str
    new: str
    more: str = ""
    first: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RequestCard:
    """What the party said or asked, with its answer."""

    title: str
    state: Chip
    at: str
    in_time: str
    words: str
    plan: tuple[str, ...]
    files: tuple[Link, ...]
    answer: str
    due: Countdown | None = None


@dataclass(frozen=True, kw_only=True)
class CaseDetail:
    """One case. `next` says in a sentence what is due, by whom."""

    reference: str
    revision: str
    key: str
    title: str
    state: Chip
    due: Countdown | None
    due_words: str
    next: str
    facts: tuple[Fact, ...]
    told: str
    told_facts: tuple[Fact, ...]
    requests: tuple[RequestCard, ...]
    hearing: tuple[Fact, ...]
    draft: tuple[Fact, ...]
    decision: tuple[Fact, ...]
    money: tuple[Fact, ...]
    papers: tuple[PaperRow, ...]
    reckoning: tuple[str, ...]
    basis: str
    acts: tuple[NoticeAct, ...]
    code: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NewCasePage:
    """Issuing the notice before a penalty."""

    who: tuple[Ask, ...]
    what: tuple[Ask, ...]
    intended: tuple[Ask, ...]
    hearing: str
    allows_hearing: bool
    key: str
    notes: tuple[Note, ...] = ()
