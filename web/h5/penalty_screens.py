"""What the pages of notices to put something right show, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.h5.screens import Fact, Link, Picture


@dataclass(frozen=True, kw_only=True)
class NoticeRow:
    """One notice in the list."""

    href: str
    title: str
    state: str
    tone: str
    note: str
    at: str


@dataclass(frozen=True, kw_only=True)
class NoticesPage:
    """One's own. `has_consented`: papers come electronically until that is revoked."""

    rows: tuple[NoticeRow, ...]
    has_consented: bool
    done: str = ""


@dataclass(frozen=True, kw_only=True)
class OpenPage:
    """Number and code, as they stand on the paper."""

    reference: str = ""
    wrong: str = ""
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class NoticeDetail:
    """One notice. `may_report`: the form for telling that it is done; `consent` is what would be signed, "" where that cannot be."""

    title: str
    reference: str
    revision: str
    state: str
    tone: str
    plain: str
    facts: tuple[Fact, ...]
    found: str
    demand: str
    due: str
    is_late: bool
    reckoning: tuple[str, ...]
    basis: str
    report: str
    checked: str
    found_photos: tuple[Picture, ...]
    photos: tuple[Picture, ...]
    seen_photos: tuple[Picture, ...]
    papers: tuple[Link, ...]
    remedies: str
    action: str
    may_report: bool
    typed: str = ""
    wrong: str = ""
    back: Link | None = None
    done: str = ""
    consent: str = ""
    consent_name: str = ""
    consent_wrong: str = ""
    sign_in: str = ""
    leave: str = ""
