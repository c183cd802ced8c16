"""The routing rules in force, from the profile's document as it is amended at this moment, and as it might be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from casework.complaints.profile import ComplaintPolicy
from casework.routing.profile import RoutingSection
from casework.routing.router import RuleRouter
from content.amending import NoSuchPath, put
from content.amendments import Unfit, document_in_force
from kit.problems import Invalid
from kit.profile import Profile
from web.console.door import ConsoleDoor

RULES, ORDER = "routing.rules", "routing.order"


@dataclass(frozen=True)
class Book:
    """Rules with the policy they speak of. `document` is the whole profile they come from."""

    document: Mapping[str, Any]
    section: RoutingSection
    policy: ComplaintPolicy
    router: RuleRouter

    def written(self, code: str) -> dict[str, Any] | None:
        """A rule as the document has it."""
        rules = self.document.get("routing", {}).get("rules", ())
        return next((dict(rule) for rule in rules if rule.get("code") == code), None)


async def book_in_force(door: ConsoleDoor) -> Book:
    """What every process uses a moment later at the latest."""
    return book_of(door, await document_in_force(door.amending))


def book_of(door: ConsoleDoor, document: Mapping[str, Any]) -> Book:
    """The rules of a document. Raises Unfit, with Chinese sentences, where it cannot be used."""
    if not document:
        section = RoutingSection()
        return Book({}, section, door.desk.policy, RuleRouter(section, door.desk.policy, door.desk.calendar))
    try:
        profile = cast("Profile", door.amending.build(document))
    except door.amending.refused as refusal:
        raise Unfit(str(refusal)) from None
    section, policy = profile.section(RoutingSection), ComplaintPolicy.of_profile(profile)
    return Book(document, section, policy, RuleRouter(section, policy, door.desk.calendar))


def book_with(door: ConsoleDoor, book: Book, values: Mapping[str, Any]) -> Book:
    """The book with other values, by path. Raises Unfit."""
    document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(book.document))
    routing = document.setdefault("routing", {})
    routing.setdefault("rules", [])
    try:
        for path, value in values.items():
            put(document, path, value)
    except NoSuchPath:
        raise Invalid("problem.settings.no_such_value", field="value") from None
    return book_of(door, document)
