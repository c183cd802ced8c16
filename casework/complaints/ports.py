"""What complaints ask of other parts: where a point lies, who it goes to, what the words suggest, what is permitted there.

Each port has a part that knows nothing, for a bureau without polygons, rules or permits.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

import msgspec

from casework.complaints.place import Position
from casework.complaints.urgency import Urgency

Standing = Literal["inside", "outside"]


class Located(msgspec.Struct, frozen=True, kw_only=True):
    """Where a point lies among the bureau's own polygons. `standing` is None as long as there are none.

    `cell` numbers a square of some 200 m; near points are in the same or in neighbouring ones.
    """

    area: str | None = None
    grid: str | None = None
    standing: Standing | None = None
    cell: int | None = None


class Suggested(msgspec.Struct, frozen=True, kw_only=True):
    """What the words of a story suggest. A person decides.

    `confidence` is between 0 and 1, None where nobody has measured how often this is right. `words` are those of the
    story that led there. `by` says what suggested it: "keywords" or "model". `urgency_words` led to the urgency.
    """

    category: str | None
    confidence: float | None = None
    words: tuple[str, ...] = ()
    by: Literal["keywords", "model"] = "keywords"
    urgency: Urgency = Urgency.ORDINARY
    urgency_words: tuple[str, ...] = ()


class RoutingFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What routing looks at."""

    category: str | None
    area: str | None
    grid: str | None
    urgency: Urgency
    source: str
    at: datetime


class Routed(msgspec.Struct, frozen=True, kw_only=True):
    """Where a case goes and why. `rule` is the code of the rule that decided, None where none did.

    `explanation` is JSON for `Complaint.routing`, read by `casework.routing`.
    """

    unit: str | None
    assignee_id: UUID | None = None
    rule: str | None = None
    explanation: str | None = None


class PermitMatch(msgspec.Struct, frozen=True, kw_only=True):
    """A permit or filing in force at a place and time, as a clerk sees it beside a complaint."""

    kind: str
    reference: str
    holder: str
    place_text: str
    valid_from: datetime
    valid_until: datetime
    distance_m: float | None = None


class Places(Protocol):
    """Finds the polygons of a point. In memory, microseconds."""

    def locate(self, latitude: float, longitude: float) -> Located:
        """Of a point in WGS-84, in degrees."""

    def name_of(self, code: str) -> str | None:
        """What an area or grid is called; None for a code that is not known."""

    def lineage(self, code: str) -> tuple[str, ...]:
        """The codes of an area and of all it lies in, the smallest first; begins with the code itself."""


class Suggester(Protocol):
    """Suggests from words. In memory, below a millisecond."""

    def suggest(self, story: str) -> Suggested | None:
        """None where the words say nothing."""


class Router(Protocol):
    """Decides where a case goes."""

    async def route(self, facts: RoutingFacts) -> Routed | None:
        """None where no rule says anything: then the category's unit has it. Reads rows, writes none."""


class PermitFinder(Protocol):
    """Finds what is permitted at a place."""

    async def permits_at(
        self, position: Position | None, place_text: str, at: datetime
    ) -> tuple[PermitMatch, ...]:
        """What is in force there at that moment, nearest first."""


class NoPlaces:
    """A bureau without polygons."""

    def locate(self, latitude: float, longitude: float) -> Located:
        return Located()

    def name_of(self, code: str) -> str | None:
        return None

    def lineage(self, code: str) -> tuple[str, ...]:
        return (code,)


class NoRouter:
    """A bureau without rules."""

    async def route(self, facts: RoutingFacts) -> Routed | None:
        return None


class NoPermits:
    """A bureau that keeps no permits here."""

    async def permits_at(
        self, position: Position | None, place_text: str, at: datetime
    ) -> tuple[PermitMatch, ...]:
        return ()
