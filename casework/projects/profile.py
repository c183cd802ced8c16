"""The bureau profile's section `projects`: how often and when an enterprise may be visited, and on what basis.

Where it says nothing there is neither a cap nor a quiet day, and without a basis nobody can check in.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

Code = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Source = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
MonthDay = Annotated[int, msgspec.Meta(ge=1, le=31)]


class YearlyCap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many visits to one enterprise (by its unified code) in a calendar year, and whose rule that is."""

    most: Annotated[int, msgspec.Meta(ge=1, le=366)]
    basis: Source


class QuietSpan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days without visits: either days of every month or dates, both ends included."""

    name: Name
    basis: Source
    from_day: MonthDay | None = None
    until_day: MonthDay | None = None
    from_on: date | None = None
    until_on: date | None = None

    def __post_init__(self) -> None:
        days, dates = (self.from_day, self.until_day), (self.from_on, self.until_on)
        if (None in days) == (None in dates) or (None in days and days != (None, None)):
            raise ValueError(f"宁静日“{self.name}”要么写 from_day 和 until_day，要么写 from_on 和 until_on")
        if None in dates and dates != (None, None):
            raise ValueError(f"宁静日“{self.name}”的 from_on 和 until_on 要一起写")
        first, last = (self.from_day, self.until_day) if self.from_day else (self.from_on, self.until_on)
        if first > last:  # type: ignore[operator]
            raise ValueError(f"宁静日“{self.name}”的结束早于开始")

    def holds_on(self, on: date) -> bool:
        """Whether that day is quiet."""
        if self.from_day is not None and self.until_day is not None:
            return self.from_day <= on.day <= self.until_day
        return self.from_on is not None and self.until_on is not None and self.from_on <= on <= self.until_on


class VisitBasis(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a visit can rest on: a law with its article."""

    code: Code
    law: Name
    article: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    about: Annotated[str, msgspec.Meta(max_length=60)] = ""

    @property
    def words(self) -> str:
        return f"《{self.law}》{self.article}"


class ExceptionGround(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a head may allow a visit in spite of cap or quiet days."""

    code: Code
    name: Name


class ProjectsSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `projects`. `key_contact_phone` is the office line of one-to-one contacts; `rating_days` is how long an
    enterprise can say how a visit was.
    """

    visits_per_year: YearlyCap | None = None
    quiet: Annotated[tuple[QuietSpan, ...], msgspec.Meta(max_length=40)] = ()
    bases: Annotated[tuple[VisitBasis, ...], msgspec.Meta(max_length=60)] = ()
    grounds: Annotated[tuple[ExceptionGround, ...], msgspec.Meta(max_length=30)] = ()
    key_contact_phone: Annotated[str, msgspec.Meta(pattern="^([0-9][0-9-]{2,14})?$")] = ""
    rating_days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 30

    def __post_init__(self) -> None:
        for what, codes in (("依据", self.bases), ("例外情形", self.grounds)):
            if len({one.code for one in codes}) != len(codes):
                raise ValueError(f"{what}的代码有重复")

    def quiet_on(self, on: date) -> QuietSpan | None:
        """The quiet span a day is in."""
        return next((one for one in self.quiet if one.holds_on(on)), None)

    def basis(self, code: str) -> VisitBasis | None:
        return next((one for one in self.bases if one.code == code), None)

    def ground(self, code: str) -> ExceptionGround | None:
        return next((one for one in self.grounds if one.code == code), None)
