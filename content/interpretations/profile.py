"""The bureau profile's section `knowledge`: figures of the city's own that answers name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated

import msgspec

from content.interpretations.views import EntryView

LocalName = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]*$", max_length=40)]
LocalText = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]

_PLACE = re.compile(r"\{(\w*)\}")


class KnowledgeSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`local`: the words that stand for `{name}` in answers, instead of the entry's own general ones."""

    local: dict[LocalName, LocalText] = {}

    def __post_init__(self) -> None:
        for name, text in self.local.items():
            if text != text.strip() or "{" in text or "}" in text or "\n" in text:
                raise ValueError(f"“{name}”应是一行字，前后没有空格，里面没有花括号")


def places(entry: EntryView) -> frozenset[str]:
    """The names in braces in what an entry says, for example {"renovation_hours"}."""
    return frozenset(_PLACE.findall(f"{entry.answer}\n{entry.more}"))


def unused_locals(local: Mapping[str, str], entries: Iterable[EntryView]) -> tuple[str, ...]:
    """Names the profile gives words for and no entry has a place for, in the order of the profile."""
    known = frozenset().union(*(places(entry) for entry in entries))
    return tuple(name for name in local if name not in known)


def with_words(entry: EntryView, local: Mapping[str, str]) -> EntryView:
    """The entry with the profile's words as its own fallbacks, for the names it has."""
    known = {name: local[name] for name in entry.local if name in local}
    return msgspec.structs.replace(entry, local={**entry.local, **known}) if known else entry
