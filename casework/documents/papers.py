"""What stands on a paper, and which papers there are. Pure data: no Chinese, no layout; templates give both.

Moments are aware datetimes, days are dates; templates write them in local time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

import msgspec


class Paper(StrEnum):
    """The kinds of papers. Each has a shipped template of its name in `content/documents/`."""

    ACCEPTANCE = "acceptance"
    REFUSAL = "refusal"
    CORRECTION = "correction"
    SURVEY = "survey"
    PAUSE = "pause"
    GRANT = "grant"
    DENIAL = "denial"
    FILING = "filing"
    REFUND = "refund"
    CHANGE = "change"
    RENEWAL = "renewal"
    WITHDRAWAL = "withdrawal"
    REVOCATION = "revocation"
    CANCELLATION = "cancellation"
    ENDING_NOTICE = "ending_notice"
    DELIVERY = "delivery"
    CARD = "card"
    PARTY_NOTICE = "party_notice"
    HEARING_NOTICE = "hearing_notice"
    HEARING_RECORD = "hearing_record"
    EXTENSION = "extension"
    RECTIFICATION = "rectification"
    FIRST_VIOLATION_EXEMPTION = "first_violation_exemption"
    PENALTY_NOTICE = "penalty_notice"
    PENALTY_HEARING = "penalty_hearing"
    PENALTY_DECISION = "penalty_decision"
    NO_PENALTY = "no_penalty"
    PAYMENT_TERMS = "payment_terms"
    PENALTY_DEMAND = "penalty_demand"


UNNUMBERED = frozenset({Paper.SURVEY, Paper.DELIVERY, Paper.CARD, Paper.HEARING_RECORD})
"""These have no number of their own; each of the others has, in the series of its mark."""


class PaperForms(Protocol):
    """How a kind wants its papers: `casework.permits.kinds.Papers` is one. Keys of both mappings are values of Paper;
    what they leave out takes the shipped template, and the mark of the catalogue (`document.mark.*`).
    """

    @property
    def numbering(self) -> str: ...
    @property
    def marks(self) -> Mapping[str, str]: ...
    @property
    def templates(self) -> Mapping[str, str]: ...
    @property
    def remedies(self) -> str: ...


class CorrectionItem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to put right: which field or material, what is wrong with it, what is wanted instead."""

    name: str
    wrong: str
    wanted: str = ""


class Officer(msgspec.Struct, frozen=True, kw_only=True):
    """`certificate` is the number of the law-enforcement certificate."""

    name: str
    certificate: str = ""


class SurveyPhoto(msgspec.Struct, frozen=True, kw_only=True):
    """`taken_at` is None where the photo was not taken on the survey's page: the paper says that its time is unknown.
    `picture` is the id of its file: the paper shows the small copy.
    """

    taken_at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None
    picture: str = ""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A further line of the paper's table, such as a public field of the kind."""

    name: str
    value: str


class Particulars(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything a template may print; a paper takes what it needs, and leaves out lines that are empty.

    `addressee` is whom it is addressed to (the holder, or their agent's principal); `reference` the application's number;
    `item` the kind's name; `flow` "permit", "filing" or "refund", `act` "new", "change", "renew" or "cancel"; `basis` laws with their articles; `reasons` why (of a
    denial, refusal, withdrawal, pause); `remedies` where empty are the kind's; `fee_fen` None prints no fee at all.
    `concerns` is the number of the permit or paper it is about (a changed, revoked permit; what was delivered), `granted_at` when that permit was granted.
    `compensation` is what is done about a loss, `is_silent` that nobody decided in time. `heard` says what became of each statement, and
    `hearing` names the record of the hearing; `may_ask_hearing`, `meeting_at`, `venue` and `presider` are for those who are asked to one.
    `qr` is an SVG image. Words of people may hold anything: templates print them as text.
    """

    addressee: str
    item: str
    flow: str = "permit"
    reference: str = ""
    act: str = "new"
    holder: str = ""
    holder_number: str = ""
    agent: str = ""
    place: str = ""
    surface: str = ""
    area_m2: float | None = None
    from_at: datetime | None = None
    until_at: datetime | None = None
    submitted_at: datetime | None = None
    accepted_at: datetime | None = None
    granted_at: datetime | None = None
    is_deemed: bool = False
    due_at: datetime | None = None
    promised: str = ""
    basis: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    responsible_body: str = ""
    items: tuple[CorrectionItem, ...] = ()
    head_reason: str = ""
    materials: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    remedies: str = ""
    fee_fen: int | None = None
    fee_basis: str = ""
    fee_note: str = ""
    amount_fen: int | None = None
    paid_on: date | None = None
    concerns: str = ""
    restore_by_at: datetime | None = None
    arrived_at: datetime | None = None
    recorded_at: datetime | None = None
    measured_area_m2: float | None = None
    findings: str = ""
    outcome: str = ""
    officers: tuple[Officer, ...] = ()
    photos: tuple[SurveyPhoto, ...] = ()
    expected_days: int | None = None
    delivered_papers: tuple[str, ...] = ()
    delivered_at: datetime | None = None
    delivery: str = ""
    recipient: str = ""
    code: str = ""
    verify_url: str = ""
    qr: str = ""
    rows: tuple[Row, ...] = ()
    compensation: str = ""
    is_silent: bool = False
    heard: tuple[str, ...] = ()
    hearing: str = ""
    may_ask_hearing: bool = False
    meeting_at: datetime | None = None
    venue: str = ""
    presider: str = ""
