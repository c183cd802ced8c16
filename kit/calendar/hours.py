"""When offices are open on a working day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_DAY_MINUTES = 24 * 60

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Spans in minutes since local midnight, in order and apart from each other.

    A season has other hours in a part of each year: its first and last day as `MM-DD`, both included, and its
    spans. It may run over New Year. ValueError, in Chinese, if any of it makes no sense.
    """

    spans: Spans = ((9 * 60, 12 * 60), (14 * 60, 18 * 60))
    seasons: tuple[tuple[str, str, Spans], ...] = ()

    def __post_init__(self) -> None:
        for spans in (self.spans, *(season[2] for season in self.seasons)):
            _check(spans)
        for first, last, _ in self.seasons:
            if not _MONTH_DAY.fullmatch(first) or not _MONTH_DAY.fullmatch(last):
                raise ValueError(f"作息季节的起止应写成“05-01”这样的月日，现在是“{first}”到“{last}”")

    def spans_on(self, on: date) -> Spans:
        """The spans that hold on this date if it is a working day; the first fitting season wins."""
        today = f"{on:%m-%d}"
        for first, last, spans in self.seasons:
            within = first <= today <= last if first <= last else today >= first or today <= last
            if within:
                return spans
        return self.spans

    def moments_on(self, on: date, zone: tzinfo) -> tuple[tuple[datetime, datetime], ...]:
        """The spans of a date as aware datetimes."""
        midnight = datetime(on.year, on.month, on.day, tzinfo=zone)
        return tuple(
            (midnight + timedelta(minutes=opens), midnight + timedelta(minutes=closes))
            for opens, closes in self.spans_on(on)
        )


def _check(spans: Spans) -> None:
    if not spans:
        raise ValueError("至少要有一段办公时间")
    before = 0
    for opens, closes in spans:
        if not (before <= opens < closes <= _DAY_MINUTES):
            raise ValueError("办公时间各段要先后排好、互不重叠，结束晚于开始")
        before = closes
