"""What platforms send and what they are answered, as types. The document for them is docs/exchange.md."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from casework.complaints.filing import PLACE_AT_MOST, STORY_AT_MOST
from casework.exchange.told import STATUS_AT_MOST, TEXT_AT_MOST

NUMBER = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}(?!\n)$"
Number = Annotated[str, msgspec.Meta(pattern=NUMBER)]
"""It stands in addresses: letters, digits, dot, hyphen, underscore."""
Theirs = Annotated[str, msgspec.Meta(max_length=80)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Reporter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who turned to the platform. Kept sealed."""

    name: Annotated[str, msgspec.Meta(max_length=40)] = ""
    phone: Annotated[str, msgspec.Meta(max_length=40)] = ""


class OrderBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /exchange/v1/orders. `category` and `urgency` are the platform's own words, `due_at` its deadline."""

    number: Number
    story: Annotated[str, msgspec.Meta(min_length=1, max_length=STORY_AT_MOST)]
    place: Annotated[str, msgspec.Meta(max_length=PLACE_AT_MOST)] = ""
    latitude: float | None = None
    longitude: float | None = None
    datum: Literal["wgs84", "gcj02"] = "gcj02"
    category: Theirs | None = None
    urgency: Theirs | None = None
    reporter: Reporter | None = None
    due_at: Moment | None = None


class ToldBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /exchange/v1/orders/{number}/supplements and /reminders. `id` is the platform's, once for each."""

    id: Number
    text: Annotated[str, msgspec.Meta(max_length=TEXT_AT_MOST)] = ""


class StepBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /exchange/v1/orders/{number}/steps, of a case that we referred. `status` is the platform's own word."""

    id: Number
    status: Annotated[str, msgspec.Meta(min_length=1, max_length=STATUS_AT_MOST)]
    text: Annotated[str, msgspec.Meta(max_length=TEXT_AT_MOST)] = ""


class TakenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An order on record. The same for the first time and for every repeat."""

    number: str
    reference: str
    received_at: datetime


class OrderAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an order stands. `status` is the platform's word for `state`, ours where it has none."""

    number: str
    reference: str
    direction: str
    state: str
    status: str
    received_at: datetime
    due_at: datetime | None = None
    unit_name: str = ""
    answer: str | None = None
    refusal_reason: str | None = None
    responsible_body: str | None = None


class HeardAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was told is on record; `is_new` is False for a repeat."""

    id: str
    is_new: bool
