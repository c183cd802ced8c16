"""In which cases a permit may be taken back, undone or struck off, and what is done about the loss. The lists are closed.

Taken back (撤回, 行政许可法 8): the law or the circumstances changed; a loss is made good. Undone (撤销, 69): the bureau was wrong,
then a loss is made good, or the holder deceived it, then nothing is protected; never where that harms the public gravely.
Struck off (注销, 70): what has ended otherwise, by the clock or with its ending; by hand only in the cases named here.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from casework.complaints.wording import optional, required
from casework.permits.lifecycle import PermitState
from casework.permits.models import Permit
from kit.problems import Conflict, Invalid

GROUND_AT_MOST, BASIS_AT_MOST, COMPENSATION_AT_MOST = 1_000, 200, 1_000
FRAUD = "fraud"
CAUSES: Mapping[str, tuple[str, ...]] = {
    "withdraw": ("law_changed", "circumstances_changed"),
    "revoke": ("abuse", "beyond_powers", "procedure", "unqualified", "other_revocable", FRAUD),
    "cancel": ("died", "dissolved", "licence_taken", "force_majeure", "other_law"),
}
"""By move, in the order of the law."""
ASKED, EXPIRED = "asked", "expired"
STRUCK_OFF_IN = frozenset(
    {PermitState.EXPIRED, PermitState.WITHDRAWN, PermitState.REVOKED, PermitState.CANCELLED}
)
"""Whatever ends in one of these is struck off with it (行政许可法 70)."""

_BY_CAUSE: Mapping[str, PermitState] = {
    **{
        cause: state
        for move, state in (
            ("withdraw", PermitState.WITHDRAWN),
            ("revoke", PermitState.REVOKED),
            ("cancel", PermitState.CANCELLED),
        )
        for cause in CAUSES[move]
    },
    ASKED: PermitState.CANCELLED,
    EXPIRED: PermitState.EXPIRED,
}


def ended_as(permit: Permit) -> str:
    """In which state it ended: where its place is clean again, its cause still says so."""
    if permit.state != PermitState.RESTORED:
        return permit.state
    if permit.end_cause is None and permit.replaced_by_id is not None:
        return PermitState.REPLACED
    return _BY_CAUSE.get(permit.end_cause or "", permit.state)


class EndingWish(msgspec.Struct, frozen=True, kw_only=True):
    """Why a permit is ended before its time. `compensation`: what is done about the loss, or why there is none;
    `harms_public`: undoing it would harm the public gravely. `reply` answers what the holder said of it before, adopted in part or not.
    """

    ground: str
    basis: str
    cause: str = ""
    compensation: str = ""
    harms_public: bool = False
    reply: str = ""
    is_partly_adopted: bool = False


class CheckedEnding(msgspec.Struct, frozen=True, kw_only=True):
    """The same as it is kept."""

    ground: str
    basis: str
    cause: str
    compensation: str | None


def checked(move: str, wish: EndingWish) -> CheckedEnding:
    """The wish as the law allows it. Raises Invalid naming the field, Conflict where the law forbids it."""
    ground = required(wish.ground, field="ground", at_most=GROUND_AT_MOST)
    basis = required(wish.basis, field="basis", at_most=BASIS_AT_MOST)
    if wish.cause not in CAUSES[move]:
        raise Invalid("problem.permit.ending_cause", field="cause")
    if move == "revoke" and wish.harms_public:
        raise Conflict("problem.permit.revoking_harms")
    compensation = optional(wish.compensation, field="compensation", at_most=COMPENSATION_AT_MOST)
    if wish.cause == FRAUD and compensation is not None:
        raise Invalid("problem.permit.compensation_for_fraud", field="compensation")
    if move in ("withdraw", "revoke") and wish.cause != FRAUD and compensation is None:
        raise Invalid("problem.permit.compensation", field="compensation")
    return CheckedEnding(ground=ground, basis=basis, cause=wish.cause, compensation=compensation)
