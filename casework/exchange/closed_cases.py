"""One line of a table as a case that was closed before, or what is wrong with it, cell by cell. Pure.

How columns and values are called in such tables stands in the catalogue under `cases_import`; a name may have several
words. Times are those of the bureau's wall clock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from casework.complaints.filing import NAME_AT_MOST, PLACE_AT_MOST, STORY_AT_MOST
from casework.complaints.place import Datum, Position
from casework.complaints.profile import ComplaintPolicy
from casework.complaints.wording import folded, kept
from casework.people.phone import normalised_phone
from kit.catalogue import Catalogue
from kit.clock import SHANGHAI, local
from kit.table_files import Cell, Line, Unusable

FIELDS: Final = (
    "number",
    "story",
    "category",
    "place",
    "latitude",
    "longitude",
    "datum",
    "name",
    "phone",
    "submitted_at",
    "accepted_at",
    "due_at",
    "answered_at",
    "closed_at",
    "answer",
    "unit",
    "rating",
    "result",
    "refusal_reason",
    "responsible_body",
)
NEEDED: Final = ("number", "story", "submitted_at", "closed_at")
RESULTS: Final = ("closed", "refused", "withdrawn")
ANSWER_AT_MOST, REASON_AT_MOST, BODY_AT_MOST = 12_000, 4_000, 100
_NUMBER = re.compile(r"[\w.\-/\u3014\u3015\[\]()\u4e00-\u9fff]{1,80}")
_BETWEEN = re.compile(r"[/.\u5e74\u6708]")
_AFTER_DAY = re.compile(r"[T\u65e5\s]+")
_MOMENTS: Final = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
)
_IN_ORDER: Final = ("submitted_at", "accepted_at", "answered_at", "closed_at")
_EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
_CHINA: Final = ((3.0, 54.0), (73.0, 136.0))


class ClosedCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case as another system closed it. `category` and `unit` are codes of ours."""

    number: str
    story: str
    submitted_at: datetime
    closed_at: datetime
    result: str
    category: str | None = None
    place_text: str = ""
    position: Position | None = None
    name: str | None = None
    phone: str | None = None
    accepted_at: datetime | None = None
    due_at: datetime | None = None
    answered_at: datetime | None = None
    answer: str | None = None
    unit: str | None = None
    rating: int | None = None
    refusal_reason: str | None = None
    responsible_body: str | None = None


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong in one cell. `column` is the name of the field, `key` a sentence below `cases_import.fault`."""

    line: int
    column: str
    key: str
    params: Mapping[str, str] = {}


@dataclass(frozen=True)
class Words:
    """What fields and values are called, folded: word -> field, (field, word) -> value."""

    columns: Mapping[str, str]
    values: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, catalogue: Catalogue) -> Words:
        def below(name: str, keys: Sequence[str]) -> dict[str, str]:
            return {
                folded(word): key
                for key in keys
                for word in catalogue.text(f"cases_import.{name}.{key}").split()
            }

        values = {
            (field, word): value
            for field, keys in (
                ("result", RESULTS),
                ("rating", ("3", "2", "1")),
                ("datum", ("wgs84", "gcj02")),
            )
            for word, value in below(field, keys).items()
        }
        return cls(below("column", FIELDS), values)


def columns_of(header: Line, words: Words) -> tuple[dict[str, int], list[Fault]]:
    """Where each field stands, and what is wrong with the head line. Columns of other names are left alone."""
    found: dict[str, int] = {}
    faults = []
    for place, cell in enumerate(header.cells):
        field = words.columns.get(folded(cell)) if isinstance(cell, str) else None
        if field is None:
            continue
        if field in found:
            faults.append(Fault(line=header.number, column=field, key="twice"))
        found.setdefault(field, place)
    faults += [
        Fault(line=header.number, column=field, key="no_column") for field in NEEDED if field not in found
    ]
    return found, faults


class Reader:
    """Reads lines by a policy. `lenient`: categories and units that are not known are left empty."""

    def __init__(
        self,
        policy: ComplaintPolicy,
        words: Words,
        columns: Mapping[str, int],
        now: datetime,
        *,
        lenient: bool = False,
    ) -> None:
        self._words = words
        self._columns = columns
        self._now = now
        self._lenient = lenient
        self._categories = _codes(policy.former) | _codes(policy.categories)
        self._units = _codes(policy.units)

    def read(self, line: Line) -> ClosedCase | list[Fault]:
        """The case, or everything that is wrong with the line."""
        one = _OneLine(line, self._columns)
        moments = {name: self._moment(one, name) for name in ("due_at", *_IN_ORDER)}
        self._check_order(one, moments)
        found: dict[str, Any] = {
            **moments,
            "number": one.checked("number", lambda text: text if _NUMBER.fullmatch(text) else None),
            "story": one.text("story", STORY_AT_MOST),
            "result": self._value(one, "result") or "closed",
            "category": self._code(one, "category", self._categories),
            "place_text": one.text("place", PLACE_AT_MOST) or "",
            "position": self._position(one),
            "name": one.text("name", NAME_AT_MOST),
            "phone": one.checked("phone", normalised_phone),
            "answer": one.text("answer", ANSWER_AT_MOST),
            "unit": self._code(one, "unit", self._units),
            "rating": int(rating) if (rating := self._value(one, "rating")) else None,
            "refusal_reason": one.text("refusal_reason", REASON_AT_MOST),
            "responsible_body": one.text("responsible_body", BODY_AT_MOST),
        }
        for name in NEEDED:
            if found[name] is None and name not in one.wrong:
                one.say(name, "empty")
        return one.faults or ClosedCase(**found)

    def _moment(self, one: _OneLine, name: str) -> datetime | None:
        cell = one.cell(name)
        at = cell.replace(tzinfo=SHANGHAI) if isinstance(cell, datetime) else _moment(str(cell or ""))
        if at is None:
            if cell:
                one.say(name, "moment", value=str(cell)[:30])
            return None
        at = at.astimezone(UTC)
        if at < _EARLIEST or (at > self._now and name != "due_at"):
            one.say(name, "future" if at > self._now else "moment", value=str(cell)[:30])
            return None
        return at

    def _check_order(self, one: _OneLine, moments: dict[str, datetime | None]) -> None:
        """A date alone is midnight, which is no earlier than what happened on that day."""
        latest, of = None, ""
        for name in _IN_ORDER:
            at = moments[name]
            if at is None:
                continue
            if latest is not None and at < latest and _is_day_of(at, latest):
                moments[name] = at = latest
            if latest is not None and at < latest:
                one.say(name, "before", than=of)
            else:
                latest, of = at, name

    def _value(self, one: _OneLine, name: str) -> str | None:
        return one.checked(name, lambda text: self._words.values.get((name, folded(text))))

    def _code(self, one: _OneLine, name: str, codes: Mapping[str, str]) -> str | None:
        text = one.text(name, 80)
        code = codes.get(folded(text)) if text else None
        if text and code is None and not self._lenient:
            one.say(name, name, value=text[:30])
        return code

    def _position(self, one: _OneLine) -> Position | None:
        datum: Datum = "wgs84" if self._value(one, "datum") == "wgs84" else "gcj02"
        given = [one.text(name, 30) for name in ("latitude", "longitude")]
        if not any(given):
            return None
        try:
            point = [float(text or "") for text in given]
        except ValueError:
            point = []
        # Far away is a mistake of whoever wrote the table; outside of the bureau's area is not.
        if not point or any(
            not low <= value <= high for value, (low, high) in zip(point, _CHINA, strict=True)
        ):
            one.say("latitude", "position")
            return None
        return Position(point[0], point[1], datum)


class _OneLine:
    """The cells of a line by field, and what was found wrong with them."""

    def __init__(self, line: Line, columns: Mapping[str, int]) -> None:
        self._line = line
        self._columns = columns
        self.faults: list[Fault] = []
        self.wrong: set[str] = set()

    def say(self, column: str, key: str, **params: str) -> None:
        self.wrong.add(column)
        self.faults.append(Fault(line=self._line.number, column=column, key=key, params=params))

    def cell(self, name: str) -> Cell | None:
        """The cell; None where there is none, or where it was unusable and that was said."""
        place = self._columns.get(name)
        cell = self._line.cells[place] if place is not None and place < len(self._line.cells) else ""
        if isinstance(cell, Unusable):
            if name not in self.wrong:
                self.say(name, cell.value)
            return None
        return cell or None

    def text(self, name: str, at_most: int) -> str | None:
        cell = self.cell(name)
        if cell is None:
            return None
        words = kept(cell if isinstance(cell, str) else f"{cell:%Y-%m-%d %H:%M}")
        if len(words) > at_most:
            self.say(name, "too_long", at_most=str(at_most))
            return None
        return words or None

    def checked(self, name: str, check: Callable[[str], str | None]) -> str | None:
        """The text as `check` takes it; what it does not take is said under the field's own name."""
        text = self.text(name, 200)
        found = check(text) if text else None
        if text and found is None:
            self.say(name, name, value=text[:30])
        return found


def _is_day_of(at: datetime, other: datetime) -> bool:
    shown = local(at)
    return shown.date() == local(other).date() and (shown.hour, shown.minute, shown.second) == (0, 0, 0)


def _codes(these: Mapping[str, Any]) -> dict[str, str]:
    """Code, name and aliases of each, folded -> code."""
    found: dict[str, str] = {}
    for code, one in these.items():
        for word in (code, one.name, *getattr(one, "aliases", ())):
            found.setdefault(folded(word), code)
        if standard := getattr(one, "standard_code", None):
            found.setdefault(folded(standard), code)
    return found


def _moment(text: str) -> datetime | None:
    text = _AFTER_DAY.sub(" ", _BETWEEN.sub("-", text)).strip()
    for form in _MOMENTS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=SHANGHAI)
        except ValueError:
            continue
    return None
