"""What the pages about people show, already in words: logging in, one's own login, staff, deputies, audit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from web.console.screens import Chip, Link, Note, Option


@dataclass(frozen=True, kw_only=True)
class Box:
    """One field of a form about people."""

    name: str
    label: str
    kind: Literal["text", "password", "date", "code", "choice"] = "text"
    help: str = ""
    typed: str = ""
    wrong: str = ""
    optional: bool = False
    at_most: int = 100
    autocomplete: str = "off"
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CodePage:
    """The second step of a login. `ticket` stands for the password that was right."""

    ticket: str
    next: str
    wrong: str = ""
    kept: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class PasswordPage:
    """Choosing one's own password; `given` where somebody else chose the present one."""

    given: bool
    next: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, kw_only=True)
class FactorPage:
    """One-time codes: off, being set up (`secret`, `drawing`), or on. `codes` are shown for this once."""

    is_on: bool
    since: str = ""
    asked: bool = False
    next: str = ""
    secret: str = ""
    drawing: str = ""
    codes: tuple[str, ...] = ()
    codes_left: int = 0
    wrong: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SessionRow:
    """One place where somebody is logged in; `end` is where the form goes that ends it."""

    words: str
    here: bool
    end: str


@dataclass(frozen=True, kw_only=True)
class GrantRow:
    """One grant in words; `role` and `unit` go back with the form that takes it away."""

    words: str
    days: str
    state: Chip
    role: str = ""
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class DeputyRow:
    """One arrangement; `end` is where the form goes that ends it early, empty where there is nothing to end."""

    principal: str
    deputy: str
    days: str
    state: Chip
    made_by: str = ""
    end: str = ""


@dataclass(frozen=True, kw_only=True)
class PersonLine:
    """One person in the list."""

    href: str
    name: str
    login: str
    roles: str
    state: Chip
    factor: str
    stands_in: str = ""


@dataclass(frozen=True, kw_only=True)
class PeoplePage:
    """The list of staff; `boxes` is the form for another one, empty for who may not add any.

    `made` is a person just added, with the password that is shown for this once.
    """

    rows: tuple[PersonLine, ...]
    tabs: tuple[Link, ...]
    find: str
    gone: bool
    boxes: tuple[Box, ...] = ()
    made_login: str = ""
    made_password: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PersonPage:
    """One person: what they hold, where they are logged in, who stands in; and the forms of an administrator."""

    back: str
    name: str
    login: str
    state: Chip
    since: str
    factor: str
    wechat: str
    grants: tuple[GrantRow, ...]
    deputies: tuple[DeputyRow, ...]
    sessions: tuple[SessionRow, ...]
    open_cases: int
    orders: tuple[str, ...]
    may_keep: bool
    has_factor: bool
    is_bound: bool
    has_left: bool
    work: str = ""
    audit: str = ""
    grant_boxes: tuple[Box, ...] = ()
    rename_box: tuple[Box, ...] = ()
    leave_boxes: tuple[Box, ...] = ()
    numbers: str = ""
    number_boxes: tuple[Box, ...] = ()
    has_numbers: bool = False
    password: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WorkPage:
    """Somebody's open cases, and the form that hands them over."""

    back: str
    name: str
    action: str
    cases: tuple[tuple[str, str, str], ...]
    """Address, number, what it is about and where."""
    count: int
    boxes: tuple[Box, ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DeputiesPage:
    """Arrangements of today and to come, past ones, and the form for another."""

    rows: tuple[DeputyRow, ...]
    past: tuple[DeputyRow, ...]
    boxes: tuple[Box, ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AuditLine:
    """One entry of a chain."""

    position: int
    at: str
    iso: str
    who: str
    what: str
    facts: tuple[tuple[str, str], ...]
    wrong: str = ""


@dataclass(frozen=True, kw_only=True)
class AuditPage:
    """A chain, newest first, and whether it is whole; without one only the question whose it should be."""

    find: str
    title: str = ""
    verdict: Note | None = None
    rows: tuple[AuditLine, ...] = ()
    more: str = ""
    first: str = ""
    people: tuple[Link, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MinePage:
    """One's own page: WeChat, login, places one is logged in, deputies.

    `code` binds one's own WeChat; `drawing` is the code as an SVG address.
    """

    bound: bool
    bound_since: str = ""
    code: str = ""
    code_until: str = ""
    drawing: str = ""
    notes: tuple[Note, ...] = ()
    factor: str = ""
    sessions: tuple[SessionRow, ...] = ()
    deputies: tuple[DeputyRow, ...] = ()
