"""What doors show of signs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from casework.sign_filings.sizes import Oversize

CheckStanding = Literal["in_order", "soon", "overdue", "unsafe", "none"]
"""Of the yearly look: not due yet, due soon, not come, the last one found something, none any more."""
Approval = Literal["none", "in_force", "over"]
"""Of a large advertisement: its approval; "none" where it needs none."""


class PublicSign(msgspec.Struct, frozen=True, kw_only=True):
    """What anybody who scans the code reads. Measures in metres; the telephone is an office's, "" where none is known."""

    code: str
    words: str
    kind_name: str
    state: str
    holder: str
    responsible_unit: str
    contact_phone: str
    material: str
    width_m: float
    height_m: float
    place_text: str
    registered_at: datetime
    valid_until_on: date | None
    is_past: bool
    check: CheckStanding
    check_due_on: date | None
    checked_on: date | None
    approval: Approval
    permit_number: str
    end_reason: str
    removed_on: date | None = None
    successor_code: str = ""
    oversizes: tuple[Oversize, ...] = ()


class SignLine(msgspec.Struct, frozen=True, kw_only=True):
    """A sign in a list."""

    id: UUID
    code: str
    words: str
    kind_name: str
    state: str
    holder: str
    place_text: str
    check: CheckStanding
    check_due_on: date | None
    registered_at: datetime


class SignPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some signs; `after` leads to the next ones, None at the end."""

    rows: tuple[SignLine, ...]
    after: str | None


class CheckView(msgspec.Struct, frozen=True, kw_only=True):
    """A yearly look: `unsafe` are the questions answered with no; `photos` ids of photos, `waiting` how many are not ready to be shown."""

    checked_on: date
    is_safe: bool
    unsafe: tuple[str, ...]
    words: str
    photos: tuple[UUID, ...]
    waiting: int = 0


class HazardView(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint by the sign's code; `state` is the complaint's."""

    reference: str
    state: str
    reported_at: datetime


class SignView(msgspec.Struct, frozen=True, kw_only=True):
    """One sign with all that is known, for its holder and for who keeps the register. `moves` are those that may be taken."""

    id: UUID
    revision: int
    public: PublicSign
    unit: str | None
    application_reference: str
    successor_reference: str
    removal_photos: tuple[UUID, ...]
    checks: tuple[CheckView, ...]
    hazards: tuple[HazardView, ...]
    moves: frozenset[str]
