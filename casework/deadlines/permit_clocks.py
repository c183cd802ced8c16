"""What others have to do about an application for a permit: an organ that is asked, a hearing that was called."""

from __future__ import annotations

from casework.deadlines.clocks import ClockedKind
from casework.permits.co_signing import LIMIT
from casework.permits.hearing_calls import HOLD
from casework.permits.hearing_models import PermitHearing
from casework.permits.kinds import PermitsSection
from casework.permits.lifecycle import CoSignatureState, HearingState
from casework.permits.models import CoSignature
from kit.workflow import Limit

_IN_WORKING_TIME = Limit(working_minutes=1, basis=LIMIT)
"""Only how its parts are counted: each organ has a limit of its own, and `due_at` says when it ends."""


def co_signatures() -> ClockedKind:
    """The time of another organ to answer: its own people are told, and the clerks of the application."""
    return ClockedKind(
        name="co_signature",
        model=CoSignature,
        heard=None,
        clocks={CoSignatureState.ASKED: "permit.co_sign"},
        started="asked_at",
        limit=lambda row: _IN_WORKING_TIME,
        of="application_id",
        unit="asking_unit",
        organ_unit="unit",
    )


def hearings(section: PermitsSection) -> ClockedKind:
    """The time in which a hearing has to be held (行政许可法 47)."""
    return ClockedKind(
        name="permit_hearing",
        model=PermitHearing,
        heard=None,
        clocks={HearingState.CALLED: "permit.hearing", HearingState.ARRANGED: "permit.hearing"},
        started="called_at",
        limit=lambda row: section.limits.hearing_hold.limit(HOLD),
        of="application_id",
    )
