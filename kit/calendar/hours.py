"""When offices are open on a working day."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

import msgspec

_SPAN = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_DAY_MINUTES = 24 * 60

Spans = tuple[tuple[int, int], ...]


class Season(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Other hours in a part of each year, such as summer hours. `first` and `last` are `MM-DD`, both included."""

    first: str
    last: str
    spans: tuple[str, ...]


class WorkingTime(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The section of a bureau profile that sets the hours; spans are written like `09:00-12:00`."""

    spans: tuple[str, ...] = ("09:00-12:00", "14:00-18:00")
    seasons: tuple[Season, ...] = ()

    def __post_init__(self) -> None:
        WorkingHours.of(self)


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Spans in minutes since local midnight, in order and apart from each other."""

    spans: Spans = ((9 * 60, 12 * 60), (14 * 60, 18 * 60))
    seasons: tuple[tuple[str, str, Spans], ...] = ()

    def __post_init__(self) -> None:
        for spans in (self.spans, *(season[2] for season in self.seasons)):
            _check(spans)
        for first, last, _ in self.seasons:
            if not _MONTH_DAY.fullmatch(first) or not _MONTH_DAY.fullmatch(last):
                raise ValueError(f"作息季节的起止应写成“05-01”这样的月日，现在是“{first}”到“{last}”")

    @classmethod
    def of(cls, section: WorkingTime) -> WorkingHours:
        """From a bureau profile. ValueError, in Chinese, if the spans make no sense."""
        seasons = tuple((season.first, season.last, _parsed(season.spans)) for season in section.seasons)
        return cls(_parsed(section.spans), seasons)

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


def _parsed(spans: Iterable[str]) -> Spans:
    result = []
    for text in spans:
        found = _SPAN.fullmatch(text)
        if found is None:
            raise ValueError(f"办公时间应写成“09:00-12:00”，现在是“{text}”")
        from_hour, from_minute, to_hour, to_minute = (int(group) for group in found.groups())
        result.append((from_hour * 60 + from_minute, to_hour * 60 + to_minute))
    return tuple(result)


def _check(spans: Spans) -> None:
    if not spans:
        raise ValueError("至少要有一段办公时间")
    before = 0
    for opens, closes in spans:
        if not (before <= opens < closes <= _DAY_MINUTES):
            raise ValueError("办公时间各段要先后排好、互不重叠，结束晚于开始")
        before = closes
