"""Who holds a post at a moment, looked up in what was read of the rows. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from casework.routing.explained import Why
from kit.clock import local


class Post(StrEnum):
    """What somebody is posted to: an area, a grid, or the duty list of a unit."""

    STREET_CHIEF = "street_chief"
    GRID_OFFICER = "grid_officer"
    ON_DUTY = "on_duty"


@dataclass(frozen=True, slots=True)
class Turn:
    """One posting. `place` is the area, for a duty list the unit. `ends_at` None: until further notice."""

    post: Post
    place: str
    unit: str | None
    staff_id: UUID
    begins_at: datetime
    ends_at: datetime | None

    def covers(self, at: datetime) -> bool:
        return self.begins_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff. `handles`: holds a role by which cases can be given to them."""

    id: UUID
    login: str
    name: str
    left_at: datetime | None
    handles: bool


@dataclass(frozen=True, slots=True)
class StandIn:
    """One standing in for another between two dates, both included."""

    principal_id: UUID
    deputy_id: UUID
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a post leads to. `for_id` is who holds it where that one is away; `unit` the posting's own."""

    person: Person
    unit: str | None = None
    for_id: UUID | None = None


class Roster:
    """Postings and people as they were read. The first of several on duty comes first, as the list was written."""

    def __init__(
        self, turns: Iterable[Turn] = (), people: Iterable[Person] = (), stand_ins: Iterable[StandIn] = ()
    ) -> None:
        self._people = {one.id: one for one in people}
        self._by_login = {one.login: one for one in self._people.values()}
        self._turns: defaultdict[tuple[Post, str], list[Turn]] = defaultdict(list)
        for turn in turns:
            self._turns[turn.post, turn.place].append(turn)
        self._stand_ins: defaultdict[UUID, list[StandIn]] = defaultdict(list)
        for one in stand_ins:
            self._stand_ins[one.principal_id].append(one)

    def posted(self, post: Post, places: Iterable[str], at: datetime) -> Found | Why:
        """Who holds the post in the first of these places that has somebody; else why nobody does."""
        why = Why.NOWHERE
        for place in places:
            why = Why.NOBODY if why is Why.NOWHERE else why
            for turn in self._turns.get((post, place), ()):
                if turn.covers(at):
                    found = self._here(self._people.get(turn.staff_id), at)
                    if found is not None:
                        return Found(found.person, turn.unit, found.for_id)
                    why = Why.GONE
        return why

    def officer(self, login: str, at: datetime) -> Found | Why:
        """One named by login."""
        return self._here(self._by_login.get(login), at) or Why.GONE

    def _here(self, person: Person | None, at: datetime) -> Found | None:
        """The person, or whoever stands in."""
        if person is None:
            return None
        on = local(at).date()
        for one in self._stand_ins.get(person.id, ()):
            deputy = self._people.get(one.deputy_id)
            if deputy is not None and one.from_on <= on <= one.until_on and _works(deputy, at):
                return Found(deputy, for_id=person.id)
        return Found(person) if _works(person, at) else None


def _works(person: Person, at: datetime) -> bool:
    return person.handles and (person.left_at is None or at < person.left_at)


NOBODY = Roster()
