"""The bureau profile's section `retention`: what is kept for how long, and on what basis.

A time is counted in years of 366 days, so that nothing goes a day early.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import msgspec

Years = Annotated[int, msgspec.Meta(ge=1, le=100)]
Basis = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
STATUTE = "《中华人民共和国个人信息保护法》第十九条"
ARCHIVE_RULE = "《机关文件材料归档范围和文书档案保管期限规定》"


class Kept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how many years, and by what rule."""

    years: Years
    basis: Basis

    @property
    def time(self) -> timedelta:
        return timedelta(days=366 * self.years)

    def before(self, now: datetime) -> datetime:
        """What ended before this moment has been kept long enough."""
        return now - self.time


class ArchiveDuty(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may not be deleted though its owner asks: cases that were taken on, for so many years after they ended.

    `categories` narrows it to some; none means every one. Such a case is restricted instead of deleted.
    """

    years: Years
    basis: Basis
    categories: tuple[str, ...] = ()

    def covers(self, state: str, category: str | None, closed_at: datetime | None, now: datetime) -> bool:
        """Whether a case that ended like this must still be kept."""
        if state in NEVER_TAKEN_ON or (self.categories and category not in self.categories):
            return False
        return closed_at is not None and closed_at >= now - timedelta(days=366 * self.years)


NEVER_TAKEN_ON = frozenset({"refused", "withdrawn"})


class RetentionSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Times after the end: of a case that was taken on, of one refused or withdrawn, of an application for a permit (and
    the permit that came of it), of a notice to put something right and a penalty case, of a sign that came down, of the contact
    on the board of a closed project, of what an enterprise wrote about a visit and where its officers stood, of recordings (voice, film), of a message
    thread, of the words of a danger alert, of a notice that was sent.

    Without an `archive_duty` every case that is over is deleted when its owner asks.
    """

    complaints: Kept = Kept(years=10, basis=ARCHIVE_RULE)
    not_taken_on: Kept = Kept(years=3, basis=STATUTE)
    recordings: Kept = Kept(years=3, basis=STATUTE)
    inquiries: Kept = Kept(years=3, basis=STATUTE)
    danger_words: Kept = Kept(years=3, basis=STATUTE)
    notices: Kept = Kept(years=3, basis=STATUTE)
    permits: Kept = Kept(years=10, basis=ARCHIVE_RULE)
    penalties: Kept = Kept(years=10, basis=ARCHIVE_RULE)
    signs: Kept = Kept(years=3, basis=STATUTE)
    boards: Kept = Kept(years=3, basis=STATUTE)
    visit_words: Kept = Kept(years=3, basis=STATUTE)
    archive_duty: ArchiveDuty | None = None

    def __post_init__(self) -> None:
        if self.archive_duty is not None and self.archive_duty.years > self.complaints.years:
            raise ValueError("投诉的保存年数（complaints.years）不能少于归档要求的年数（archive_duty.years）")

    def by_kind(self) -> dict[str, Kept]:
        """Every time by the name of what is kept."""
        kept = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: one for name, one in kept.items() if isinstance(one, Kept)}

    def of_application(self, state: str) -> Kept:
        """How long an application that ended in this state keeps whose it was."""
        return self.not_taken_on if state in NEVER_TAKEN_ON else self.permits

    def of_case(self, state: str) -> Kept:
        """How long a case that ended in this state keeps its words."""
        return self.not_taken_on if state in NEVER_TAKEN_ON else self.complaints
