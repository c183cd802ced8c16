"""Amendments laid over what was shipped: pure functions on the profile's document and on the texts.

A path names a value of the profile: `bureau.phone`, `complaints.limits.answer`. In a list whose items have a code
the item is named by it: `units.street`, `complaints.categories.litter.unit`. A path that leads to an item that is not
there yet adds it; null takes an item away.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from kit.catalogue import Catalogue, CatalogueError

PROFILE, TEXT = "profile", "text"
NOT_SENTENCES = ("bot.words.", "bot.patterns.", "misconduct.patterns.")
"""Texts that are no sentences but what sentences are recognised by; a wrong one would deafen the chat."""


GROWING = (("notifications", "rules"), ("wechat", "templates"), ("routing", "rules"), ("routing", "order"))
"""Lists that may be empty in what was shipped, and grow by amendments."""


class NoSuchPath(LookupError):
    """A path leads nowhere in this document."""


@dataclass(frozen=True)
class InForce:
    """One amendment that is in force. `value` is JSON for the profile, a wording for a text."""

    number: int
    kind: str
    path: str
    value: str


def value_at(document: Mapping[str, Any], path: str) -> Any:
    """The value under a path. Raises NoSuchPath."""
    value: Any = document
    for part in path.split("."):
        value = _child(value, part)
    return value


def amended(document: Mapping[str, Any], amendments: Iterable[InForce]) -> dict[str, Any]:
    """The document with amendments laid over it, in their order. Raises NoSuchPath."""
    result: dict[str, Any] = copy.deepcopy(dict(document))
    for one in amendments:
        _make_room(result, one.path)
        put(result, one.path, msgspec.json.decode(one.value))
    return result


def _make_room(document: dict[str, Any], path: str) -> None:
    """A list that may begin empty needs not have been shipped."""
    for section, name in GROWING:
        if f"{path}.".startswith(f"{section}.{name}."):
            held = document.setdefault(section, {})
            if isinstance(held, dict):
                held.setdefault(name, [])


def put(document: dict[str, Any], path: str, value: Any) -> None:
    """Set one value in place. Raises NoSuchPath."""
    *before, last = path.split(".")
    holder: Any = document
    for part in before:
        holder = _child(holder, part)
    if isinstance(holder, dict):
        holder[last] = value
    elif isinstance(holder, list):
        at = next((place for place, item in enumerate(holder) if _code(item) == last), None)
        if value is None:
            holder[:] = [item for item in holder if _code(item) != last]
        elif at is None:
            holder.append(value)
        else:
            holder[at] = value
    else:
        raise NoSuchPath(path)


def fitting(
    document: Mapping[str, Any],
    amendments: Iterable[InForce],
    build: Callable[[Mapping[str, Any]], object],
    refused: tuple[type[Exception], ...],
) -> tuple[dict[str, Any], tuple[InForce, ...]]:
    """The document with every amendment that still makes a usable profile, and those that do not.

    A profile that was loaded later may no longer have what an amendment was about; the bureau must be able to
    start all the same.
    """
    wanted = sorted(amendments, key=lambda one: one.number)
    errors: tuple[type[Exception], ...] = (*refused, NoSuchPath)
    try:
        whole = amended(document, wanted)
        build(whole)
    except errors:
        return _one_by_one(document, wanted, build, refused)
    return whole, ()


def amended_texts(shipped: Catalogue, amendments: Iterable[InForce]) -> Catalogue:
    """The catalogue with other wordings; one that no longer fits its text's placeholders is left out."""
    wordings = {
        one.path: one.value for one in amendments if wording_fault(shipped, one.path, one.value) is None
    }
    return shipped.reworded(wordings)


def wording_fault(shipped: Catalogue, key: str, wording: str) -> str | None:
    """Why this cannot be the wording: the key of a problem, None if it can."""
    if not shipped.has(key) or key.startswith(NOT_SENTENCES):
        return "problem.settings.no_such_text"
    if not wording.strip():
        return "problem.settings.empty"
    try:
        asked = Catalogue({key: wording}).placeholders(key)
    except CatalogueError:
        return "problem.settings.braces"
    return None if asked <= shipped.placeholders(key) else "problem.settings.placeholder"


def _one_by_one(
    document: Mapping[str, Any],
    wanted: Iterable[InForce],
    build: Callable[[Mapping[str, Any]], object],
    refused: tuple[type[Exception], ...],
) -> tuple[dict[str, Any], tuple[InForce, ...]]:
    result, left_out = copy.deepcopy(dict(document)), []
    errors: tuple[type[Exception], ...] = (*refused, NoSuchPath)
    for one in wanted:
        try:
            tried = amended(result, (one,))
            build(tried)
        except errors:
            left_out.append(one)
        else:
            result = tried
    return result, tuple(left_out)


def _child(value: Any, part: str) -> Any:
    if isinstance(value, Mapping) and part in value:
        return value[part]
    if isinstance(value, list):
        for item in value:
            if _code(item) == part:
                return item
    raise NoSuchPath(part)


def _code(item: Any) -> object:
    return item.get("code", item.get("id")) if isinstance(item, Mapping) else None
