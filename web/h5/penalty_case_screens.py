"""What the pages of penalty cases show their party, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.h5.penalty_screens import NoticeRow
from web.h5.screens import Fact, Link, Picture


@dataclass(frozen=True, kw_only=True)
class CasesPage:
    """One's own. `found` are those that a verified identity leads to, `claim` takes them into the account; `verify` is where it is verified."""

    rows: tuple[NoticeRow, ...]
    found: tuple[NoticeRow, ...] = ()
    claim: str = ""
    verify: str = ""
    done: str = ""


@dataclass(frozen=True, kw_only=True)
class SaidCard:
    """What one said or asked, with the answer. `withdraw` is where it is taken back, "" where it cannot be."""

    id: str
    title: str
    state: str
    tone: str
    at: str
    words: str
    plan: tuple[str, ...]
    photos: tuple[Picture, ...]
    papers: tuple[Link, ...]
    answer: str
    withdraw: str = ""


@dataclass(frozen=True, kw_only=True)
class AskForm:
    """One thing the party may say or ask. `plan` and `until` are what its fields hold, None where it has none."""

    kind: str
    title: str
    words: str
    label: str
    hint: str
    button: str
    typed: str = ""
    wrong: str = ""
    wrong_plan: str = ""
    plan: str | None = None
    until: str | None = None
    takes_files: bool = False
    open: bool = False


@dataclass(frozen=True, kw_only=True)
class CaseDetail:
    """One case. `limits` say until when what may be done; `reckoning` how the limit that runs is counted."""

    title: str
    reference: str
    revision: str
    key: str
    state: str
    tone: str
    plain: str
    limits: tuple[Fact, ...]
    reckoning: tuple[str, ...]
    facts: tuple[Fact, ...]
    told: tuple[Fact, ...]
    hearing: tuple[Fact, ...]
    decision: tuple[Fact, ...]
    money: tuple[Fact, ...]
    how_to_pay: str
    remedies: tuple[Fact, ...]
    remedies_words: str
    said: tuple[SaidCard, ...]
    forms: tuple[AskForm, ...]
    papers: tuple[Link, ...]
    action: str
    back: Link | None = None
    done: str = ""
    wrong: str = ""
    consent: str = ""
    consent_name: str = ""
    consent_wrong: str = ""
    may_link: bool = False
    sign_in: str = ""
    leave: str = ""
