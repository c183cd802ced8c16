"""What the API tells a party of its rectification notices (责令改正) and of its consent to electronic delivery."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec

from miniapp_api.moments import Moment
from miniapp_api.penalty_shapes import PenaltyPaper


class RectificationLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line. `due_at` ends the limit that runs: the party's to put it right, in `reported` the bureau's to look again."""

    reference: str
    ground_name: str
    state: str
    state_name: str
    issued_at: Moment
    due_at: Moment | None
    is_late: bool
    place_text: str


class RectificationRows(msgspec.Struct, frozen=True):
    """One's own, the newest first."""

    rows: tuple[RectificationLine, ...]


class RectificationPicture(msgspec.Struct, frozen=True, kw_only=True):
    """A photo, to be had from /files/{file_id}: what officers found, what the party put right, what was seen again."""

    file_id: UUID
    is_ready: bool
    stage: Literal["found", "after", "recheck"]


class RectificationShown(msgspec.Struct, frozen=True, kw_only=True):
    """One notice. `revision` goes back with a report; `reckoning` explains the limit that runs, line by line."""

    line: RectificationLine
    revision: int
    party: str
    party_number: str
    facts: str
    basis: str
    demand: str
    officers: tuple[str, ...]
    delivered_at: Moment | None
    report: str
    reported_at: Moment | None
    checked_words: str
    exempted_at: Moment | None
    photos: tuple[RectificationPicture, ...]
    papers: tuple[PenaltyPaper, ...]
    reckoning: tuple[str, ...]
    limit_basis: str
    moves: tuple[Literal["report"], ...]


class DeliveryConsentShown(msgspec.Struct, frozen=True, kw_only=True):
    """Whether papers may come electronically, and what is agreed to by signing."""

    is_given: bool
    words: str
    version: str
