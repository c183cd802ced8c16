"""What the pages about personal data show, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.console.screens import Chip, Countdown, Link, Note


@dataclass(frozen=True, kw_only=True)
class RequestLine:
    """One request to correct or to delete, in the list."""

    href: str
    reference: str
    topic: str
    brief: str
    state: Chip
    due: Countdown | None
    at: str


@dataclass(frozen=True, kw_only=True)
class RequestsPage:
    """Requests about own data: `tabs` of the pages about personal data, `lists` of what waits and what is over."""

    tabs: tuple[Link, ...]
    lists: tuple[Link, ...]
    rows: tuple[RequestLine, ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Correcting:
    """The form that puts right what a case says of its owner: as typed, and what is wrong by field."""

    action: str
    back: str
    phone: str = ""
    name: str = ""
    place: str = ""
    wrong: tuple[tuple[str, str], ...] = ()
    is_open: bool = False

    def fault(self, field: str) -> str:
        return dict(self.wrong).get(field, "")


@dataclass(frozen=True, kw_only=True)
class HeldLine:
    """One case of the person. Actions are empty where there is nothing to do; `why_not` says why not to delete."""

    reference: str
    href: str
    state: Chip
    kind: str
    brief: str
    place: str
    name: str
    phone: str
    at: str
    marks: tuple[str, ...] = ()
    correcting: Correcting | None = None
    forget: str = ""
    restrict: str = ""
    lift: str = ""
    why_not: str = ""


@dataclass(frozen=True, kw_only=True)
class ThreadLine:
    """One message thread of the person; `forget` is where its deletion goes, empty while it is open."""

    reference: str
    at: str
    state: str
    forget: str = ""


@dataclass(frozen=True, kw_only=True)
class RequestPage:
    """One request with everything that is held of whoever made it. `words` are masked until `unmask` was pressed."""

    tabs: tuple[Link, ...]
    back: str
    reference: str
    topic: str
    state: Chip
    due: Countdown | None
    words: tuple[tuple[str, str], ...]
    unmask: str
    inquiry: str
    proposal: str
    cases: tuple[HeldLine, ...]
    threads: tuple[ThreadLine, ...]
    elsewhere: str
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CorrectPage:
    """One case whose owner asked, at the counter or on the telephone, to have it put right."""

    back: str
    case: HeldLine
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FoundLine:
    """One case filed with the number."""

    href: str
    reference: str
    state: Chip
    kind: str
    brief: str
    place: str
    unit: str
    at: str


@dataclass(frozen=True, kw_only=True)
class FindPage:
    """The search by telephone. `masked` is the number searched for, as lists show it, "" before the first search."""

    rows: tuple[FoundLine, ...] = ()
    masked: str = ""
    typed: str = ""
    wrong: str = ""
    more: bool = False


@dataclass(frozen=True, kw_only=True)
class KeptRow:
    """One kind of thing that is kept for a time."""

    what: str
    years: str
    due: str
    soon: str
    basis: str
    is_due: bool


@dataclass(frozen=True, kw_only=True)
class GoingRow:
    """One case and the day it becomes nobody's."""

    reference: str
    kind: str
    state: Chip
    closed: str
    goes: str
    mark: str


@dataclass(frozen=True, kw_only=True)
class RetentionPage:
    """How long what is kept, and which cases go next."""

    tabs: tuple[Link, ...]
    kept: tuple[KeptRow, ...]
    duty: str
    going: tuple[GoingRow, ...]


@dataclass(frozen=True, kw_only=True)
class RestrictedLine:
    """One restricted case; `open` is where a reason opens it."""

    reference: str
    kind: str
    basis: str
    at: str
    open: str


@dataclass(frozen=True, kw_only=True)
class RestrictedPage:
    """What is kept by law and used for nothing. `asked` is the case for which a reason is asked."""

    tabs: tuple[Link, ...]
    rows: tuple[RestrictedLine, ...]
    asked: str = ""
    typed: str = ""
    wrong: str = ""
    notes: tuple[Note, ...] = ()
