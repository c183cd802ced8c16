"""What has happened to a sign, told to its holder and to whoever keeps the register."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from casework.case_event import CaseEvent


class SignEvent(CaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """What all events about a sign carry: `sign_name` is what stands on it, `code` what is printed on its label."""

    sign_id: UUID
    code: str
    sign_name: str
    kind: str
    unit: str | None = None
    assignee_id: UUID | None = None

    @property
    def case_id(self) -> UUID | None:
        return self.sign_id


class SignRegistered(SignEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It stands in the register and has its code."""

    name: ClassVar[str] = "sign.registered"


class SignCheckDue(SignEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Its yearly look is due soon."""

    name: ClassVar[str] = "sign.check_due"
    due_on: str = ""


class SignCheckMissed(SignEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Its yearly look did not come in time."""

    name: ClassVar[str] = "sign.check_missed"
    due_on: str = ""


class SignChecked(SignEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Its holder has looked at it and found nothing."""

    name: ClassVar[str] = "sign.checked"


class SignFoundUnsafe(SignEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Its holder has looked at it and something is not in order."""

    name: ClassVar[str] = "sign.found_unsafe"


class SignHazardReported(SignEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody who scanned its code has complained about it; `reference` is the complaint's."""

    name: ClassVar[str] = "sign.hazard_reported"
    reference: str = ""


class SignCleared(SignEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It counts as safe again."""

    name: ClassVar[str] = "sign.cleared"


class SignCorrected(SignEvent, frozen=True, kw_only=True, omit_defaults=True):
    """What stands in the register about it was put right."""

    name: ClassVar[str] = "sign.corrected"


class SignEnded(SignEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It is in the register no more; its code says so."""

    name: ClassVar[str] = "sign.ended"
    reason: str = ""


EVENTS: tuple[type[SignEvent], ...] = (
    SignRegistered,
    SignCheckDue,
    SignCheckMissed,
    SignChecked,
    SignFoundUnsafe,
    SignHazardReported,
    SignCleared,
    SignCorrected,
    SignEnded,
)
