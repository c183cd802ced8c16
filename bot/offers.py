"""What was offered a moment ago and can be taken up with a number: kept in Redis only, harmless to lose.

One item a line. A list of choices replaces what was there; photos and places sent outside a conversation
are added one by one, since people send several at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from bot.kinds import Spot


class Choice(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the number of its position stands for: an entry of the knowledge, a case, filing a story."""

    kind: Literal["entry", "case", "story"]
    value: str


class Sent(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something sent outside a conversation that a complaint could begin with. `media` is a media id."""

    media: str = ""
    spot: Spot | None = None


class Offers(msgspec.Struct, frozen=True, omit_defaults=True):
    choices: tuple[Choice, ...] = ()
    sent: tuple[Sent, ...] = ()


class _Item(msgspec.Struct, frozen=True, omit_defaults=True):
    choices: tuple[Choice, ...] = ()
    sent: Sent | None = None


def encode_choices(choices: Iterable[Choice]) -> bytes:
    return msgspec.json.encode(_Item(choices=tuple(choices))) + b"\n"


def encode_sent(sent: Sent) -> bytes:
    return msgspec.json.encode(_Item(sent=sent))


def decode(stored: bytes) -> Offers:
    """What is on offer. Lines that are not ours are as good as lost."""
    choices: tuple[Choice, ...] = ()
    sent: list[Sent] = []
    for line in stored.splitlines():
        try:
            item = msgspec.json.decode(line, type=_Item)
        except msgspec.DecodeError:
            continue
        if item.choices:
            choices = item.choices
        if item.sent is not None:
            sent.append(item.sent)
    return Offers(choices, tuple(sent))
