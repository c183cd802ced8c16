"""What the API tells a party of its penalty cases: without what is drafted, reviewed or for staff. Amounts are in fen."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

import msgspec

from miniapp_api.moments import Moment

RequestKind = Literal["statement", "hearing", "waiver", "instalment", "delay"]
PartyMove = Literal["state", "ask_hearing", "waive", "ask_terms"]


class PenaltyCaseLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line. `owed_fen` is what is still to be paid, 0 before the decision was received."""

    reference: str
    ground_name: str
    state: str
    state_name: str
    issued_at: Moment
    hearing_at: Moment | None
    owed_fen: int


class PenaltyCaseRows(msgspec.Struct, frozen=True):
    """One's own, the newest first. `claimable`: nobody's yet, of whom the unified login vouches for."""

    rows: tuple[PenaltyCaseLine, ...]
    claimable: tuple[PenaltyCaseLine, ...]


class PlanPart(msgspec.Struct, frozen=True):
    """A part of a fine, and the day by which it is to be paid."""

    on: date
    fen: int


class PartyFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a request. `is_ready`: it is decoded, or a PDF."""

    file_id: UUID
    is_ready: bool
    is_pdf: bool


class PartyRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What the party said or asked, and the answer. `entered`: an officer noted what came on paper or by mouth."""

    id: UUID
    kind: RequestKind
    kind_name: str
    state: str
    state_name: str
    words: str
    plan: tuple[PlanPart, ...]
    files: tuple[PartyFile, ...]
    sent_at: Moment
    due_at: Moment | None
    is_in_time: bool
    entered: bool
    outcome: str
    answer: str
    answered_at: Moment | None
    may_withdraw: bool


class PenaltyPayment(msgspec.Struct, frozen=True, kw_only=True):
    """A payment, as its receipt says."""

    fen: int
    paid_on: date
    receipt: str


class PenaltyPaper(msgspec.Struct, frozen=True, kw_only=True):
    """A paper that was delivered; a void one stays in the list."""

    document_id: UUID
    name: str
    number: str | None
    issued_at: Moment
    voided_at: Moment | None


class PenaltyCaseShown(msgspec.Struct, frozen=True, kw_only=True):
    """One case. `statement_due_at` and `hearing_due_at` end the party's time, `payment_due_on` is the last day to pay (natural
    days); `reckoning` explains the party's limit that runs. `decision` is empty until it was delivered. `revision` goes back with a
    request; `moves` are what may be said now.
    """

    line: PenaltyCaseLine
    revision: int
    party: str
    party_number: str
    place_text: str
    facts: str
    evidence: str
    basis: str
    officers: tuple[str, ...]
    intended: str
    amount_fen: int | None
    allows_hearing: bool
    statement_due_at: Moment | None
    hearing_due_at: Moment | None
    waived_at: Moment | None
    hearing_at: Moment | None
    hearing_place: str
    hearing_host: str
    hearing_record: str
    decision: str
    decision_fen: int | None
    decided_at: Moment | None
    decision_delivered_at: Moment | None
    payment_due_on: date | None
    how_to_pay: str
    terms: tuple[PlanPart, ...]
    next_instalment: PlanPart | None
    late_fen: int
    paid_fen: int
    payments: tuple[PenaltyPayment, ...]
    demanded_at: Moment | None
    demand_until_at: Moment | None
    reconsideration_until: date | None
    lawsuit_until: date | None
    remedies: str
    ended_at: Moment | None
    ended_words: str
    requests: tuple[PartyRequest, ...]
    papers: tuple[PenaltyPaper, ...]
    reckoning: tuple[str, ...]
    moves: tuple[PartyMove, ...]
