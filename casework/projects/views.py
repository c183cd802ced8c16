"""What doors show of projects and of visits. No view has what an enterprise said about a visit."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec


class NoticeView(msgspec.Struct, frozen=True, kw_only=True):
    """A notice; `is_shown` says whether the public sees it now."""

    id: UUID
    title: str
    words: str
    from_at: datetime
    until_at: datetime | None
    taken_down_at: datetime | None
    is_shown: bool


class KeyContact(msgspec.Struct, frozen=True, kw_only=True):
    """Who of the bureau answers for a key project, with the office line."""

    name: str
    phone: str


class ProjectView(msgspec.Struct, frozen=True, kw_only=True):
    """A project as its board says it. `visits_in_year` are those of the builder's enterprise this calendar year."""

    id: UUID
    code: str
    name: str
    builder: str
    builder_uscc: str
    contractor: str
    supervisor: str
    contact_name: str
    contact_phone: str
    place_text: str
    unit: str | None
    starts_on: date | None
    ends_on: date | None
    is_key: bool
    key_contact_id: UUID | None
    account_id: UUID | None
    is_open: bool
    revision: int
    created_at: datetime
    notices: tuple[NoticeView, ...] = ()
    visits_in_year: int = 0

    @property
    def shown_notices(self) -> tuple[NoticeView, ...]:
        return tuple(one for one in self.notices if one.is_shown)


class ProjectPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some projects, the newest first; `after` leads to older ones, None at the end."""

    rows: tuple[ProjectView, ...]
    after: str | None


class VisitView(msgspec.Struct, frozen=True, kw_only=True):
    """A visit without what the enterprise said about it. `against` are the catalogue keys of what stands against the day of a
    planned one, with what their sentences need. `distance_m` is how far from the site the officer stood, None where either
    place is not known; `place_reason` why no position was given.
    """

    id: UUID
    project_id: UUID | None
    enterprise: str
    state: str
    officer_id: UUID
    second_officer_id: UUID | None
    officer: str
    second_officer: str
    unit: str | None
    purpose: str
    basis: str
    planned_for_on: date | None
    checked_in_at: datetime | None
    ended_at: datetime | None
    created_at: datetime
    findings: str
    exception: str
    exception_words: str
    exception_by: str
    refused: str
    confirmed_at: datetime | None
    has_position: bool
    accuracy_m: float | None
    distance_m: float | None
    place_reason: str
    against: tuple[tuple[str, dict[str, object]], ...] = ()


class VisitPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some visits, the newest first; `after` leads to older ones, None at the end."""

    rows: tuple[VisitView, ...]
    after: str | None


class CertificateView(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate; `fault` is the catalogue key of why it does not serve today, "" where it does."""

    id: UUID
    staff_id: UUID
    staff: str
    number: str
    valid_from_on: date
    valid_until_on: date
    revoked_at: datetime | None
    fault: str
