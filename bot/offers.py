"""What was offered or shown a moment ago and can be taken up: kept in Redis only, harmless to lose.

One item a line. The latest list of choices counts; photos, recordings and places sent outside a conversation are
added one by one, since people send several at once. `recent` is the case that was filed a moment ago, `last` the question
asked last.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from bot.kinds import Spot

ChoiceKind = Literal[
    "entry",
    "case",
    "inquiry",
    "permit",
    "story",
    "file",
    "tip_off",
    "scene",
    "add",
    "add_words",
    "write_more",
    "person",
]
"""An entry of the knowledge; a case, a message thread or an application to be shown; filing a story, or what was sent; being told
where misconduct is reported; filing about a scanned code; adding what was sent, or words, to a case; writing more
in a thread; reaching a person."""


class Choice(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the number of its position stands for. `words` are what would be written there."""

    kind: ChoiceKind
    value: str = ""
    words: str = ""


class Sent(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something sent outside a conversation that a complaint could begin with.

    `media` is a media id, `medium` "voice" or "video" where it is no photo.
    """

    media: str = ""
    medium: str = ""
    spot: Spot | None = None


class Last(msgspec.Struct, frozen=True, omit_defaults=True):
    """The question asked last. `slug` is the entry shown, "" when none was; `asked` the words, without numbers.

    `misses`: how many questions in a row were not answered; `goes_on`: they begin with the question gone on with.
    """

    slug: str = ""
    asked: str = ""
    misses: int = 0
    goes_on: bool = False


class Offers(msgspec.Struct, frozen=True, omit_defaults=True):
    choices: tuple[Choice, ...] = ()
    sent: tuple[Sent, ...] = ()
    recent: str = ""
    last: Last = Last()


class _Item(msgspec.Struct, frozen=True, omit_defaults=True):
    choices: tuple[Choice, ...] = ()
    sent: Sent | None = None
    recent: str = ""
    last: Last | None = None


def encode_choices(choices: Iterable[Choice]) -> bytes:
    return msgspec.json.encode(_Item(choices=tuple(choices))) + b"\n"


def encode_last(last: Last, choices: Iterable[Choice] = ()) -> bytes:
    """To be added: the question asked last, and the choices that came of it."""
    return msgspec.json.encode(_Item(choices=tuple(choices), last=last))


def encode_recent(reference: str) -> bytes:
    return msgspec.json.encode(_Item(recent=reference)) + b"\n"


def encode(offers: Offers) -> bytes:
    """Everything, to be put in place of what was there."""
    last = offers.last if offers.last != Last() else None
    first = _Item(choices=offers.choices, recent=offers.recent, last=last)
    items = [first] if first != _Item() else []
    items += [_Item(sent=one) for one in offers.sent]
    return b"".join(msgspec.json.encode(item) + b"\n" for item in items)


def decode(stored: bytes) -> Offers:
    """What is on offer. Lines that are not ours are as good as lost."""
    choices: tuple[Choice, ...] = ()
    sent: list[Sent] = []
    recent = ""
    last = Last()
    for line in stored.splitlines():
        try:
            item = msgspec.json.decode(line, type=_Item)
        except msgspec.DecodeError:
            continue
        choices = item.choices or choices
        recent = item.recent or recent
        last = item.last if item.last is not None else last
        if item.sent is not None:
            sent.append(item.sent)
    return Offers(choices, tuple(sent), recent, last)
