"""Which days are working days: one file a year, as the State Council announces them each autumn."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from kit.located_yaml import LocatedYamlError, compose, plain, yaml_files

DayKind = Literal["working_day", "make_up_working_day", "weekend", "holiday"]
SHIPPED_YEARS = Path(__file__).parent / "years"


class CalendarError(ValueError):
    """A year's file is wrong; the message holds one Chinese sentence for each fault."""


@dataclass(frozen=True, slots=True)
class Day:
    """What kind of day a date is. `assumed`: no table covers its year, the weekday alone decided."""

    on: date
    kind: DayKind
    name: str = ""
    assumed: bool = False

    @property
    def is_working(self) -> bool:
        """Whether offices are open."""
        return self.kind in ("working_day", "make_up_working_day")


class _Holiday(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    first_on: date = msgspec.field(name="from")
    last_on: date = msgspec.field(name="to")


class _MakeUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    # YAML 1.1 reads a bare `on` as true, hence the other name in the file.
    on: date = msgspec.field(name="date")


class YearTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One announced year. `source` is the announcement's document number."""

    year: int
    source: str
    holidays: tuple[_Holiday, ...]
    make_up_working_days: tuple[_MakeUp, ...] = ()


class HolidayTable:
    """Every year that is known. Asking for another year is answered by the weekday and marked as assumed."""

    def __init__(self, years: Iterable[YearTable]) -> None:
        self._days: dict[date, Day] = {}
        self._sources: dict[int, str] = {}
        faults: list[str] = []
        for table in years:
            self._take(table, faults)
        if faults:
            raise CalendarError("\n".join(faults))

    @classmethod
    def load(cls, *folders: Path) -> HolidayTable:
        """The shipped years, then those of `folders`; a later file of the same year replaces an earlier one."""
        years = {table.year: table for table in _shipped()}
        faults: list[str] = []
        for folder in folders:
            for table in _read(folder, faults):
                years[table.year] = table
        if faults:
            raise CalendarError("\n".join(faults))
        return cls(years.values())

    @property
    def years(self) -> Mapping[int, str]:
        """The known years, each with its source."""
        return dict(sorted(self._sources.items()))

    @property
    def holiday_names(self) -> tuple[str, ...]:
        """The names of all holidays of the known years."""
        days = (day for _, day in sorted(self._days.items()))
        return tuple(dict.fromkeys(day.name for day in days if day.kind == "holiday"))

    @property
    def fingerprint(self) -> str:
        """Changes when any day changes; stored with a deadline, it tells which ones to reckon again."""
        lines = [f"{day.on} {day.kind}" for _, day in sorted(self._days.items())]
        return hashlib.sha256("\n".join([*map(str, self.years), *lines]).encode()).hexdigest()[:16]

    def day(self, on: date) -> Day:
        """What kind of day `on` is."""
        special = self._days.get(on)
        if special is not None:
            return special
        assumed = on.year not in self._sources
        return Day(on, "weekend" if on.weekday() >= 5 else "working_day", assumed=assumed)

    def _take(self, table: YearTable, faults: list[str]) -> None:
        where = f"{table.year} 年放假安排"
        if table.year in self._sources:
            faults.append(f"{where}给了两份。")
            return
        self._sources[table.year] = table.source
        marked: dict[date, Day] = {}
        for holiday in table.holidays:
            if not holiday.name.strip():
                faults.append(f"{where}：{holiday.first_on} 起的假期没有写名称。")
            if not timedelta(0) <= holiday.last_on - holiday.first_on <= timedelta(days=31):
                faults.append(
                    f"{where}：{holiday.name}从 {holiday.first_on} 到 {holiday.last_on}，起止不对。"
                )
                continue
            for on in _days_of(holiday):
                self._mark(marked, Day(on, "holiday", holiday.name), table.year, faults)
        for make_up in table.make_up_working_days:
            if make_up.on.weekday() < 5:
                faults.append(f"{where}：调休上班日 {make_up.on} 本来就不是周末。")
            self._mark(marked, Day(make_up.on, "make_up_working_day", make_up.name), table.year, faults)
        self._days.update(marked)

    @staticmethod
    def _mark(marked: dict[date, Day], day: Day, year: int, faults: list[str]) -> None:
        if day.on.year != year:
            faults.append(f"{year} 年放假安排：{day.on} 不在这一年。")
        elif day.on in marked:
            faults.append(f"{year} 年放假安排：{day.on} 写了两次。")
        else:
            marked[day.on] = day


def _days_of(holiday: _Holiday) -> Iterator[date]:
    for offset in range((holiday.last_on - holiday.first_on).days + 1):
        yield holiday.first_on + timedelta(days=offset)


@cache
def _shipped() -> tuple[YearTable, ...]:
    """Read once in a process, or before the fork for all."""
    faults: list[str] = []
    tables = tuple(_read(SHIPPED_YEARS, faults))
    if faults:
        raise CalendarError("\n".join(faults))
    return tables


def _read(folder: Path, faults: list[str]) -> Iterator[YearTable]:
    try:
        files = yaml_files(folder)
    except LocatedYamlError as error:
        faults.append(str(error))
        return
    for path in files:
        try:
            root = compose(path)
            document: Any = None if root is None else plain(root, path)
            yield msgspec.convert(document, YearTable)
        except LocatedYamlError as error:
            faults.append(str(error))
        except msgspec.ValidationError as error:
            faults.append(f"{path}：不像一年的放假安排（{error}）。")
