"""Applications as doors show them: plain data, made by `assembly` and `queries`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from casework.documents.opening import DocumentView
from casework.permits.kinds import Act, FieldType, Flow
from casework.permits.materials import AttachedFile
from kit.workflow import LimitUnit


class ClockView(msgspec.Struct, frozen=True, kw_only=True):
    """One limit and how it was reckoned. `name`: "accept", "correct", "survey", "promise", "decide" or "deliver".

    `amount` and `stood_still` are in `unit`; `basis` is the law or the document it was promised in. `due_at` is null while
    it stands still. `met_at` is when what it is about happened. `lines` tell the arithmetic day by day, in Chinese.
    """

    name: str
    unit: LimitUnit
    amount: int
    basis: str
    started_at: datetime
    due_at: datetime | None
    stood_still: int = 0
    is_paused: bool = False
    met_at: datetime | None = None
    is_missed: bool = False
    lines: tuple[str, ...] = ()


class FieldView(msgspec.Struct, frozen=True, kw_only=True):
    """What was filled in. "yes" and "no" stay as they are; `is_masked`: staff see it in full once they ask."""

    code: str
    name: str
    type: FieldType
    value: str
    step: str
    is_masked: bool = False


class MaterialView(msgspec.Struct, frozen=True, kw_only=True):
    """A material of the kind with what was handed in under it."""

    code: str
    name: str
    files: tuple[AttachedFile, ...]
    original_at_window: bool = False


class CorrectionItemView(msgspec.Struct, frozen=True, kw_only=True):
    """`item` as in `correcting.Item`, `name` as the applicant knows it."""

    item: str
    name: str
    wrong: str
    wanted: str = ""


class CorrectionView(msgspec.Struct, frozen=True, kw_only=True):
    """A request to put things right. `head_reason` where it was not the first."""

    round: int
    items: tuple[CorrectionItemView, ...]
    words: str
    head_reason: str
    asked_at: datetime
    due_at: datetime | None
    answered_at: datetime | None


class PauseView(msgspec.Struct, frozen=True, kw_only=True):
    """A time that was kept out of the limits, and until when it was said to take."""

    kind: str
    reason: str
    basis: str
    started_at: datetime
    ended_at: datetime | None
    expected_until_at: datetime


class OrganView(msgspec.Struct, frozen=True, kw_only=True):
    """What another organ was asked. Whose answer is late is public; the words are for staff."""

    organ: str
    name: str
    state: str
    opinion: str
    asked_at: datetime
    due_at: datetime | None
    answered_at: datetime | None
    is_late: bool
    id: UUID | None = None
    words: str = ""


class SurveyView(msgspec.Struct, frozen=True, kw_only=True):
    """A look at the place: who comes and when, and what was found. Ids for staff alone."""

    officers: tuple[str, ...]
    scheduled_at: datetime
    meeting_at: datetime | None
    due_at: datetime | None
    arrived_at: datetime | None
    recorded_at: datetime | None
    measured_area_m2: float | None
    findings: str
    outcome: str
    cancelled_at: datetime | None
    id: UUID | None = None


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the history. `act` is a move or "submit", `name` what it is called; `by_name` for staff alone."""

    at: datetime
    act: str
    name: str
    by: Literal["applicant", "bureau", "clock"]
    by_name: str = ""


class ApplicationLine(msgspec.Struct, frozen=True, kw_only=True):
    """An application in a list. `clock` is the limit that ends at `due_at`. `holder` is empty for whom it is not to see."""

    id: UUID
    reference: str
    kind: str
    kind_name: str
    flow: Flow
    act: Act
    state: str
    state_name: str
    revision: int
    holder: str
    place_text: str
    submitted_at: datetime
    due_at: datetime | None
    clock: str | None
    is_late: bool
    is_paused: bool
    source: str
    unit: str | None = None
    assignee_name: str = ""
    needs_late_reason: bool = False


class ApplicationPage(msgspec.Struct, frozen=True, kw_only=True):
    """`after` leads to the next page; None on the last."""

    rows: tuple[ApplicationLine, ...]
    after: str | None = None


class ApplicationView(msgspec.Struct, frozen=True, kw_only=True):
    """One application as its viewer may see it, with the moves that are theirs."""

    line: ApplicationLine
    concerns_id: UUID | None
    state_since_at: datetime
    received_at: datetime | None
    accepted_at: datetime | None
    is_deemed: bool
    decided_at: datetime | None
    ended_at: datetime | None
    fields: tuple[FieldView, ...]
    materials: tuple[MaterialView, ...]
    latitude: float | None
    longitude: float | None
    outline: str | None
    area_m2: float | None
    surface: str | None
    wanted_from_at: datetime | None
    wanted_until_at: datetime | None
    clocks: tuple[ClockView, ...]
    pauses: tuple[PauseView, ...]
    corrections: tuple[CorrectionView, ...]
    organs: tuple[OrganView, ...]
    surveys: tuple[SurveyView, ...]
    documents: tuple[DocumentView, ...]
    history: tuple[Happening, ...]
    moves: dict[str, str]
    """What they are called, by name, in the order of the table."""
    ground: str
    late_reason: str
    fee_fen: int
    rating: int | None
    delivery: str = ""
    """How the applicant wants the decision, "" where they did not say: "online" is their consent to electronic delivery."""
    identity: str = ""
    """How it is known who applies: "unified_login", "window", or "" while it is not."""
    identity_at: datetime | None = None
    identity_document: str = ""
    identity_number: str = ""
    """Of that document, masked."""
    identity_by: Literal["never", "decision", "delivery"] = "never"
    has_receipt: bool = False
    """It opens by reference and secret: whoever applied has no account."""
    is_own: bool = False
    """The viewer is staff and this is their own: they see it, and may do nothing with it."""
    is_erased: bool = False
    refund_fen: int | None = None
    """How much of a deposit is to be paid back, once that was approved; it was on `paid_on`."""
    paid_on: date | None = None
