"""What the forms of permits send, read: moments, days, numbers, lists of items. Each refusal names its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sanic import Request

from casework.complaints.place import Position
from casework.permits.correcting import Item
from kit.clock import SHANGHAI, local
from kit.problems import Invalid

KEPT_AT_MOST = 20_000
ITEM, WRONG = "item:", "wrong:"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What came with a form, as it was typed. `revision` is the one its sender saw."""

    texts: Mapping[str, str]
    revision: int

    def text(self, name: str) -> str:
        return self.texts.get(name, "").strip()

    def moment(self, name: str) -> datetime | None:
        """A local wall clock (`2026-12-01T09:00`); None for nothing."""
        said = self.text(name).replace(" ", "T")
        if not said:
            return None
        try:
            return datetime.fromisoformat(said).replace(tzinfo=SHANGHAI)
        except ValueError:
            raise Invalid("problem.permit.console_moment", field=name) from None

    def day(self, name: str) -> date:
        try:
            return date.fromisoformat(self.text(name))
        except ValueError:
            raise Invalid("problem.permit.console_day", field=name) from None

    def number(self, name: str) -> float | None:
        """A number of a few digits; None for nothing."""
        said = self.text(name).replace(",", "")
        if not said:
            return None
        whole, _, rest = said.partition(".")
        digits = whole + rest
        if not (digits.isascii() and digits.isdigit() and len(digits) < 13 and whole):
            raise Invalid("problem.permit.console_number", field=name)
        return float(said)

    def fen(self, name: str) -> int:
        """An amount in yuan, as fen."""
        found = self.number(name)
        if found is None:
            raise Invalid("problem.permit.console_number", field=name)
        return round(found * 100)

    def person(self, name: str) -> UUID:
        try:
            return UUID(self.text(name))
        except ValueError:
            raise Invalid("problem.permit.console_person", field=name) from None

    def items(self) -> tuple[Item, ...]:
        """The items that were ticked, with what is wrong with each."""
        return tuple(
            Item(item=name.removeprefix(ITEM), wrong=self.text(WRONG + name.removeprefix(ITEM)))
            for name in self.texts
            if name.startswith(ITEM)
        )

    def lines(self, name: str) -> tuple[str, ...]:
        return tuple(one.strip() for one in self.texts.get(name, "").splitlines() if one.strip())

    def position(self) -> tuple[Position | None, float | None]:
        """Where the phone says it is (WGS-84), and how sure it is, in metres."""
        try:
            latitude, longitude = float(self.text("latitude")), float(self.text("longitude"))
        except ValueError:
            return None, None
        try:
            accuracy = float(self.text("accuracy"))
        except ValueError:
            accuracy = None
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            return None, None
        return Position(latitude, longitude, "wgs84"), accuracy


def sent(request: Request) -> Sent:
    """Everything typed into the form; of a field sent twice the first."""
    form: Any = request.form or {}
    texts = {
        str(name)[:80]: str(values[0]).replace("\r\n", "\n")[:KEPT_AT_MOST]
        for name, values in form.items()
        if name != "csrf_token" and values
    }
    said = texts.get("expected_revision", "")
    revision = int(said) if said.isascii() and said.isdigit() and len(said) < 9 else -1
    return Sent(texts=texts, revision=revision)


def as_input(at: datetime | None) -> str:
    """A moment as the browser's own field takes it."""
    return f"{local(at):%Y-%m-%dT%H:%M}" if at is not None else ""
