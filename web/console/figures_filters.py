"""Which figures are asked for, as it stands in the address, and for whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from casework.complaints.sight import Sight
from casework.figures.blocks import DIMENSIONS
from casework.figures.reckoning import Asked
from casework.figures.wording import month_in, month_text, months_before, months_between
from kit.problems import Invalid

FIGURES = "/console/figures"
MONTHS_AT_MOST = 36
SHOWN_MONTHS = 12
WITHOUT = "-"
"""In an address: the cases that have none."""


@dataclass(frozen=True, kw_only=True)
class FigureFilters:
    """Months from and to, and a code of each dimension that is narrowed."""

    first: int
    last: int
    codes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Callable[[str], str], today: date) -> FigureFilters:
        """Read them. Raises Invalid for months that make no sense."""
        month = today.year * 100 + today.month
        last = month_in(given("to")) if given("to") else month
        first = month_in(given("from")) if given("from") else None
        if last is not None and not given("from"):
            first = months_before(last, SHOWN_MONTHS - 1)
        if first is None or last is None or not 1 <= months_between(first, last) <= MONTHS_AT_MOST:
            raise Invalid("problem.figures.months", field="from")
        codes = {name: given(name)[:40] for name in DIMENSIONS if given(name)}
        return cls(first=first, last=last, codes=codes)

    def fields(self, **changes: str) -> tuple[tuple[str, str], ...]:
        """What an address or a form carries to ask for the same."""
        found = {"from": month_text(self.first), "to": month_text(self.last), **self.codes, **changes}
        return tuple((name, value) for name, value in found.items() if value)

    def address(self, **changes: str) -> str:
        return f"{FIGURES}?{urlencode(self.fields(**changes))}"

    def asked(self, sight: Sight) -> Asked:
        """What is read for somebody: units they see nothing of count nothing."""
        codes = {name: frozenset({"" if code == WITHOUT else code}) for name, code in self.codes.items()}
        if sight.units is not None:
            seen = sight.units | {""} if sight.new else sight.units
            codes["unit"] = codes.get("unit", seen) & seen
        return Asked(first_month=self.first, last_month=self.last, codes=codes)
