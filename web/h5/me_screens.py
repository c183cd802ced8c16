"""What the pages about oneself show, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.h5.case_screens import CaseRow, Choice, TextField
from web.h5.permit_screens import ApplicationRow
from web.h5.screens import Fact, Link, Telling


@dataclass(frozen=True, kw_only=True)
class MePage:
    """Who one is here, the latest matters, and what may be wished.

    `may_agree`: there are messages that one can agree to.
    """

    facts: tuple[Fact, ...]
    cases: tuple[CaseRow, ...]
    permits: tuple[ApplicationRow, ...]
    notices: str
    notices_button: str
    notices_wanted: str
    may_agree: bool = False
    telling: Telling | None = None
    done: str = ""


@dataclass(frozen=True, kw_only=True)
class LoginLine:
    """One place where one is logged in."""

    words: str
    seen: str
    is_this: bool
    action: str


@dataclass(frozen=True, kw_only=True)
class LoginsPage:
    """All of them."""

    lines: tuple[LoginLine, ...]
    done: str = ""


@dataclass(frozen=True, kw_only=True)
class IdentityPage:
    """Who the unified login says I am, and the way there."""

    is_connected: bool
    known: tuple[tuple[Fact, ...], ...]
    action: str
    next: str
    forget: str
    done: str = ""
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class ReceiptPage:
    """The form for a case number and its secret. `reference` and `secret` as typed before, `wrong` why not."""

    reference: str = ""
    secret: str = ""
    wrong: str = ""
    said: str = ""
    wechat: Link | None = None


@dataclass(frozen=True, kw_only=True)
class OwnDataPage:
    """Asking for a correction or a deletion of one's own data."""

    title: str
    words: str
    promise: str
    basis: str
    action: str
    act: str
    button: str
    text: TextField | None = None
    cases: tuple[Choice, ...] = ()
    case: str = ""
    problem: str = ""
    kept: str = ""
    is_grave: bool = False
    points: tuple[str, ...] = ()
    agree: str = ""
    agree_wrong: str = ""
