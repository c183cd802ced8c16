"""What readers see of a penalty case: plain values, already narrowed to who reads."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from casework.documents.opening import DocumentView
from casework.penalties.case_money import Instalment


class CaseLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a list. `due_at` ends the limit of the state, `clock` names it; `waits_until` is until when the decision has to
    wait for the party; `open_requests` are those nobody has answered.
    """

    id: UUID
    reference: str
    ground_name: str
    party: str
    state: str
    state_name: str
    issued_at: datetime
    due_at: datetime | None
    clock: str
    is_late: bool
    waits_until: datetime | None
    hearing_at: datetime | None
    owed_fen: int
    revision: int
    open_requests: int = 0


class RequestFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a request. `is_ready`: it is decoded (or a PDF) and may be shown."""

    file_id: UUID
    is_ready: bool
    is_pdf: bool
    bytes_size: int


class RequestView(msgspec.Struct, frozen=True, kw_only=True):
    """What the party said or asked, and the answer. `entered`: an officer noted it."""

    id: UUID
    kind: str
    kind_name: str
    state: str
    state_name: str
    words: str
    plan: tuple[Instalment, ...]
    files: tuple[RequestFile, ...]
    sent_at: datetime
    due_at: datetime | None
    is_in_time: bool
    entered: bool
    outcome: str
    answer: str
    answered_at: datetime | None
    may_withdraw: bool


class PaymentView(msgspec.Struct, frozen=True, kw_only=True):
    """A payment, as its receipt says."""

    fen: int
    paid_on: date
    receipt: str
    recorded_at: datetime


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """A penalty case. What is drafted and reviewed, and `code`, are for staff alone; `decision` is empty until it is made.

    `late_fine_at_most` is what may be ordered on top today; `reckoning` explains the limit of the state, `party_reckoning` the
    party's own limit that runs. `demanded_at` is when a demand that runs was received, `enforce_until` the last day to ask the court.
    """

    line: CaseLine
    party_kind: str
    party_number: str
    address: str
    place_text: str
    facts: str
    evidence: str
    basis: str
    intended: str
    amount_fen: int | None
    allows_hearing: bool
    filed_on: date
    advance_delivery: str
    advance_delivered_at: datetime | None
    statement_due_at: datetime | None
    hearing_due_at: datetime | None
    waived_at: datetime | None
    hearing_at: datetime | None
    hearing_place: str
    hearing_host: str
    hearing_record: str
    hearing_recorded_at: datetime | None
    decision: str
    decision_fen: int | None
    decides_penalty: bool
    decided_at: datetime | None
    decision_delivery: str
    decision_delivered_at: datetime | None
    payment_due_on: date | None
    terms: tuple[Instalment, ...]
    next_instalment: Instalment | None
    late_fen: int
    late_ordered_at: datetime | None
    late_fine_at_most: int
    paid_fen: int
    payments: tuple[PaymentView, ...]
    demanded_at: datetime | None
    enforce_until: date | None
    reconsideration_until: date | None
    lawsuit_until: date | None
    ended_at: datetime | None
    ended_words: str
    requests: tuple[RequestView, ...]
    papers: tuple[DocumentView, ...]
    reckoning: tuple[str, ...]
    limit_basis: str
    party_reckoning: tuple[str, ...]
    moves: tuple[str, ...]
    officers: tuple[str, ...]
    proposed: str = ""
    proposed_fen: int | None = None
    proposed_by: str = ""
    proposed_at: datetime | None = None
    sent_back: str = ""
    review: str = ""
    reviewed_by: str = ""
    decided_by: str = ""
    code: str = ""
    is_linked: bool = False


class CasePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a list; `after` is where the next begins, "" at the end."""

    rows: tuple[CaseLine, ...]
    after: str = ""
