"""What callers fill in for a permit: the same shapes for drafts, checks and whole applications."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from casework.permits.forms import Filled
from kit.problems import Invalid
from miniapp_api.permit_kind_routes import KindCode
from miniapp_api.speaking import Refused

Text = Annotated[str, msgspec.Meta(max_length=8_000)]
Values = Annotated[
    dict[
        KindCode,
        Text | Annotated[list[Annotated[str, msgspec.Meta(max_length=200)]], msgspec.Meta(max_length=40)],
    ],
    msgspec.Meta(max_length=80),
]
"""Values by codes of fields, written as `AskedField` says."""
FileIds = Annotated[tuple[UUID, ...], msgspec.Meta(min_length=1, max_length=12)]
HandedIn = Annotated[dict[KindCode, FileIds], msgspec.Meta(max_length=40)]
"""Uploaded files by codes of materials."""
Act = Literal["new", "change", "renew", "cancel"]
Delivery = Literal["online", "window", "post"]
Step = Literal["questions", "who", "what", "where"]


def filled_of(answers: dict[str, str], values: dict[str, str | list[str]]) -> Filled:
    """The same as casework keeps it."""
    return Filled(answers=answers, values=values)


@contextmanager
def refusing() -> Iterator[None]:
    """What is well formed and does not fit the kind is refused with 409, naming the field: the shape was right."""
    try:
        yield
    except Invalid as unfit:
        params: dict[str, Any] = {**unfit.params, "field": unfit.field}
        raise Refused(unfit.key, **params) from None
