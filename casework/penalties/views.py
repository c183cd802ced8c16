"""What readers see of a notice: plain values, already narrowed to who reads."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from casework.documents.opening import DocumentView
from casework.penalties.earlier import EarlierRecord


class NoticeLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a list. `due_at` ends the limit that runs: the party's time, or in `reported` the bureau's."""

    id: UUID
    reference: str
    ground_name: str
    party: str
    state: str
    state_name: str
    issued_at: datetime
    due_at: datetime | None
    is_late: bool
    place_text: str
    is_first_violation: bool
    revision: int


class NoticePhoto(msgspec.Struct, frozen=True, kw_only=True):
    """A photo of the notice. `stage`: "found", "after" (the party's), "recheck"; `is_ready`: it is decoded and may be shown."""

    file_id: UUID
    is_ready: bool
    stage: str


class NoticeView(msgspec.Struct, frozen=True, kw_only=True):
    """A notice. `reckoning` explains the limit day by day; `code`, `earlier` and `judgement` are for staff alone."""

    line: NoticeLine
    party_kind: str
    party_number: str
    facts: str
    basis: str
    demand: str
    delivery: str
    delivered_at: datetime | None
    report: str
    reported_at: datetime | None
    checked_words: str
    exempted_at: datetime | None
    photos: tuple[NoticePhoto, ...]
    papers: tuple[DocumentView, ...]
    reckoning: tuple[str, ...]
    limit_basis: str
    moves: tuple[str, ...]
    officers: tuple[str, ...] = ()
    judged_by: str = ""
    judgement: str = ""
    earlier: tuple[EarlierRecord, ...] = ()
    code: str = ""


class NoticePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a list; `after` is where the next begins, "" at the end."""

    rows: tuple[NoticeLine, ...]
    after: str = ""
