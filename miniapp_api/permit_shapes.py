"""What the API tells of applications and permits to whoever they are: nothing of it is for staff alone."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

import msgspec

from casework.permits.kinds import Act, FieldType, Flow
from casework.permits.lifecycle import HearingState, PermitState, State
from kit.workflow import LimitUnit
from miniapp_api.moments import Moment

PermitMove = Literal["correct", "withdraw", "rate", "state"]
MOVES: tuple[PermitMove, ...] = ("correct", "withdraw", "rate", "state")
ClockName = Literal["accept", "correct", "survey", "promise", "decide", "deliver"]


class PermitLine(msgspec.Struct, frozen=True, kw_only=True):
    """An application in a list. `due_at` is the end of the limit that runs (`clock`), null while none does."""

    reference: str
    kind: str
    kind_name: str
    flow: Flow
    act: Act
    state: State
    state_name: str
    place_text: str
    submitted_at: Moment
    due_at: Moment | None
    clock: ClockName | None
    is_late: bool
    is_paused: bool


class PermitPage(msgspec.Struct, frozen=True):
    """Newest first. `after` leads to the next page, null at the end."""

    rows: tuple[PermitLine, ...]
    after: str | None


class PermitClock(msgspec.Struct, frozen=True, kw_only=True):
    """A limit and how it was reckoned, line by line. `due_at` is null while it stands still; `met_at`: it was kept then."""

    name: ClockName
    amount: int
    counted_in: LimitUnit
    basis: str
    started_at: Moment
    due_at: Moment | None
    met_at: Moment | None
    is_paused: bool
    is_missed: bool
    reckoning: tuple[str, ...]


class PermitField(msgspec.Struct, frozen=True, kw_only=True):
    """What was filled in, as people read it. "yes" and "no" stay as they are."""

    code: str
    name: str
    type: FieldType
    value: str
    step: str


class MaterialFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file under a material. `id` takes it out of a draft; `problem` is the type of the refusal."""

    id: UUID
    file_id: UUID | None
    state: Literal["received", "ready", "refused", "gone"]
    problem: str | None
    media_type: str


class PermitMaterial(msgspec.Struct, frozen=True, kw_only=True):
    """A material with what was handed in under it."""

    code: str
    name: str
    original_at_window: bool
    files: tuple[MaterialFile, ...]


class CorrectionItem(msgspec.Struct, frozen=True, kw_only=True):
    """`item` is "field:" or "material:" and its code; `wrong` is what is wrong with it."""

    item: str
    name: str
    wrong: str


class PermitCorrection(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be put right, all at once. It waits for an answer while `answered_at` is null."""

    round: int
    items: tuple[CorrectionItem, ...]
    words: str
    head_reason: str
    asked_at: Moment
    due_at: Moment | None
    answered_at: Moment | None


class PermitPause(msgspec.Struct, frozen=True, kw_only=True):
    """A time that is kept out of the limits, on what basis, and until when it was said to take."""

    reason: str
    basis: str
    started_at: Moment
    ended_at: Moment | None
    expected_until_at: Moment


class PermitOrgan(msgspec.Struct, frozen=True, kw_only=True):
    """Another organ that was asked. Whose answer is late is public."""

    name: str
    asked_at: Moment
    due_at: Moment | None
    answered_at: Moment | None
    is_late: bool


class PermitVisit(msgspec.Struct, frozen=True, kw_only=True):
    """A look at the place: who comes and when, what was found."""

    officers: tuple[str, ...]
    meeting_at: Moment | None
    due_at: Moment | None
    arrived_at: Moment | None
    recorded_at: Moment | None
    measured_area_m2: float | None
    findings: str
    is_called_off: bool


class PermitPaper(msgspec.Struct, frozen=True, kw_only=True):
    """A paper, to be opened as PDF with GET /permit-documents/{document_id}. A void one is kept and says why."""

    document_id: UUID
    name: str
    number: str | None
    issued_at: Moment
    voided_at: Moment | None
    void_reason: str
    replaces: UUID | None = None
    """The void paper in whose place it was issued."""


class PermitHappening(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the history."""

    at: Moment
    act: str
    name: str
    by: Literal["applicant", "bureau", "clock"]


class PermitInForce(msgspec.Struct, frozen=True, kw_only=True):
    """The permit that came of it. `id` is what an application to change, renew or cancel it concerns."""

    id: UUID
    number: str
    state: PermitState
    state_name: str
    valid_from_at: Moment
    valid_until_at: Moment


class PermitTold(msgspec.Struct, frozen=True, kw_only=True):
    """The applicant was told that they may say something, and until when it is in time. `answer` is empty before they did."""

    told_at: Moment
    due_at: Moment
    may_ask_hearing: bool
    answer: Literal["", "stated", "hearing", "nothing"]


class PermitStatement(msgspec.Struct, frozen=True, kw_only=True):
    """What the applicant said. `outcome` and `why` are empty until it was weighed."""

    id: UUID
    words: str
    said_at: Moment
    is_in_time: bool
    outcome: Literal["", "adopted", "partly", "not_adopted"]
    why: str
    files: tuple[MaterialFile, ...]


class PermitHearing(msgspec.Struct, frozen=True, kw_only=True):
    """A hearing about it. `meeting_at`, `place` and `presider` are known once it was arranged."""

    cause: Literal["asked", "ordered", "chosen"]
    basis: str
    state: HearingState
    due_at: Moment
    meeting_at: Moment | None
    place: str
    presider: str
    announcement: str


class PermitHeard(msgspec.Struct, frozen=True, kw_only=True):
    """The applicant's own say, and every hearing; of others who are heard there is nothing here."""

    told: PermitTold | None
    statements: tuple[PermitStatement, ...]
    hearings: tuple[PermitHearing, ...]


class PermitApplied(msgspec.Struct, frozen=True, kw_only=True):
    """One's own application. `moves` are what can be done with it now; `revision` goes back with a move.

    `ground` is why it was refused, denied or taken back, `late_reason` why the promise was not kept. `is_deemed`: silence
    accepted it.
    """

    reference: str
    kind: str
    kind_name: str
    flow: Flow
    act: Act
    state: State
    state_name: str
    state_since_at: Moment
    revision: int
    holder: str
    place_text: str
    latitude: float | None
    longitude: float | None
    area_m2: float | None
    wanted_from_at: Moment | None
    wanted_until_at: Moment | None
    submitted_at: Moment
    accepted_at: Moment | None
    is_deemed: bool
    decided_at: Moment | None
    ended_at: Moment | None
    due_at: Moment | None
    clock: ClockName | None
    is_late: bool
    is_paused: bool
    clocks: tuple[PermitClock, ...]
    pauses: tuple[PermitPause, ...]
    fields: tuple[PermitField, ...]
    materials: tuple[PermitMaterial, ...]
    corrections: tuple[PermitCorrection, ...]
    organs: tuple[PermitOrgan, ...]
    visits: tuple[PermitVisit, ...]
    papers: tuple[PermitPaper, ...]
    heard: PermitHeard
    history: tuple[PermitHappening, ...]
    ground: str
    late_reason: str
    fee_fen: int
    refund_fen: int | None
    paid_on: date | None
    rating: int | None
    permit: PermitInForce | None
    moves: tuple[PermitMove, ...]


class HolderStatement(msgspec.Struct, frozen=True, kw_only=True):
    """What the holder said. `outcome` and `why` stand in the decision that ended the permit all the same."""

    words: str
    said_at: Moment
    outcome: Literal["", "partly", "not_adopted"]
    why: str


class HolderTold(msgspec.Struct, frozen=True, kw_only=True):
    """The bureau means to undo the permit or take it back (行政许可法 7): in which of the law's cases, why, and until when the
    holder may speak. `answer` is "" before they did.
    """

    move: Literal["revoke", "withdraw"]
    move_name: str
    cause_name: str
    ground: str
    basis: str
    told_at: Moment
    due_at: Moment
    answer: Literal["", "stated", "nothing"]
    statements: tuple[HolderStatement, ...]


class EPermit(msgspec.Struct, frozen=True, kw_only=True):
    """The permit as it is shown on a phone: `qr_svg` leads any phone to `url`; `code` is typed at `verify_at` instead.

    `token` is a JWS that anybody verifies with the key list at /public/verify. `revision` is the permit's; `may_state`: the
    holder was told of an ending (`heard`) and can still say something.
    """

    number: str
    kind: str
    kind_name: str
    state: PermitState
    state_name: str
    holder: str
    place_text: str
    area_m2: float | None
    valid_from_at: Moment
    valid_until_at: Moment
    granted_at: Moment
    ended_at: Moment | None
    conditions: tuple[str, ...]
    token: str
    url: str
    qr_svg: str
    code: str
    verify_at: str
    heard: HolderTold | None
    may_state: bool
    revision: int
