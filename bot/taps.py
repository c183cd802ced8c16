"""Words that can be tapped instead of typed: links the platform shows in a text of the account.

Tapped, such a link sends its words as a message of the person, and its id beside them. An id that names what was
tapped needs no memory of ours; where the platform brings none, the words are taken as if they had been typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal, cast

import msgspec

_LINK: Final = '<a href="weixin://bizmsgmenu?msgmenucontent={words}&msgmenuid={id}">{label}</a>'
_UNLINKED: Final = re.compile(r"[<>&\"]")
_ID: Final = re.compile(
    r"qa\.(see|useful|useless|not_this|more|none|file)\.([a-z0-9-]{0,80})\.(\d{1,6})", re.ASCII
)

Act = Literal["see", "useful", "useless", "not_this", "more", "none", "file"]


OF_ANSWERS: Final[Mapping[str, Act]] = {
    "useful": "useful",
    "useless": "useless",
    "not_this": "not_this",
    "read_more": "more",
}
"""Words about the answer shown last, under `bot.words`, and what they say of it."""


class Tap(msgspec.Struct, frozen=True):
    """What was tapped below an answer: what to do, with which entry, as it was published then."""

    act: Act
    slug: str = ""
    version: int = 0


def tap(words: str, id: str, label: str = "") -> str:
    """`label` (the words, where there is none) as something to tap; words no link can hold stay plain."""
    if _UNLINKED.search(words):
        return label or words
    return _LINK.format(words=words, id=id, label=label or words)


def tap_id(tapped: Tap) -> str:
    """The id a tap comes back with."""
    return ".".join(("qa", tapped.act, tapped.slug, str(tapped.version)))


def read_tap(id: str) -> Tap | None:
    """What the id of a tapped link means; None for what is no link below an answer."""
    found = _ID.fullmatch(id)
    return Tap(cast("Act", found[1]), found[2], int(found[3])) if found is not None else None
