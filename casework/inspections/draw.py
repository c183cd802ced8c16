"""The draw: from frozen rosters, a secret nonce and a public seed to who is visited by whom. Pure; docs/draws.md is its law."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass

from casework.inspections.rosters import (
    ALGORITHM,
    CERTIFICATE_LAPSED,
    NO_TEAM,
    VISITED_TO_CAP,
    WHOLE,
    Officer,
    Party,
    Rosters,
    Terms,
    seed_fits,
)
from casework.inspections.sheet import commitment, head
from casework.inspections.stream import Generator, Stream, chosen


class SeedRefused(ValueError):
    """The seed is not written in the form that was promised."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An officer or party (`kind`) that could not be drawn, and why."""

    kind: str
    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """How many of a stratum were listed, eligible and drawn."""

    stratum: str
    listed: int
    eligible: int
    drawn: int


@dataclass(frozen=True, slots=True)
class Visit:
    """A drawn party and its team, in the order in which they were drawn."""

    party: str
    team: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What came out: officers before parties among those left out, each by id; strata by code; visits as drawn."""

    left_out: tuple[LeftOut, ...]
    strata: tuple[Drawn, ...]
    visits: tuple[Visit, ...]


def draw(rosters: Rosters, nonce: bytes, seed: str) -> Result:
    """Who is visited by whom. The same rows in any order give the same. Raises RostersRefused, SeedRefused, ValueError."""
    return draw_promised(rosters, nonce, commitment(head(rosters, nonce)), seed)


def draw_promised(rosters: Rosters, nonce: bytes, promised: bytes, seed: str) -> Result:
    """The same by whoever has the commitment of these rosters and this nonce already. Raises SeedRefused."""
    if not seed_fits(rosters.terms.seed_form, seed):
        raise SeedRefused(f"the seed is not of the form {rosters.terms.seed_form!r}")

    def stream(purpose: str) -> Stream:
        return Stream(Generator(nonce, promised, f"{ALGORITHM}\n{purpose}\n{seed}".encode()))

    officers_out = _officers_left_out(rosters)
    serving = sorted(one.id for one in rosters.officers if one.id not in officers_out)
    recused: defaultdict[str, set[str]] = defaultdict(set)
    for pair in rosters.recusals:
        if pair.officer not in officers_out:
            recused[pair.party].add(pair.officer)
    parties_out = _parties_left_out(rosters, len(serving), recused)

    listed: defaultdict[str, int] = defaultdict(int)
    eligible: defaultdict[str, list[str]] = defaultdict(list)
    for party in sorted(rosters.parties, key=lambda one: one.id):
        listed[party.stratum] += 1
        if party.id not in parties_out:
            eligible[party.stratum].append(party.id)
    strata: list[Drawn] = []
    parties: list[str] = []
    for stratum in sorted(rosters.strata, key=lambda one: one.code):
        can = eligible[stratum.code]
        count = (len(can) * stratum.per_10000 + WHOLE - 1) // WHOLE
        parties += chosen(can, count, stream(f"party/{stratum.code}").below)
        strata.append(Drawn(stratum.code, listed[stratum.code], len(can), count))

    teams = _Teams(serving, rosters.terms.team, stream("team").below)
    return Result(
        left_out=_left_out("officer", officers_out) + _left_out("party", parties_out),
        strata=tuple(strata),
        visits=tuple(Visit(id, teams.next(recused.get(id, frozenset()))) for id in parties),
    )


class _Teams:
    """Officers by how many parties they have: each seat goes to one of those with the fewest who may go."""

    def __init__(self, officers: list[str], size: int, below: Callable[[int], int]) -> None:
        self._levels: defaultdict[int, list[str]] = defaultdict(list, {0: officers})
        self._lowest = 0
        self._size = size
        self._below = below

    def next(self, recused: Set[str]) -> tuple[str, ...]:
        """A team without those recused. That there are enough others was seen before."""
        seated: list[tuple[int, str]] = []
        for _ in range(self._size):
            load, can = self._fewest(recused)
            officer = can[self._below(len(can))]
            level = self._levels[load]
            del level[bisect_left(level, officer)]
            seated.append((load, officer))
        # Only now: nobody takes two seats of one team.
        for load, officer in seated:
            insort(self._levels[load + 1], officer)
        while not self._levels[self._lowest]:
            del self._levels[self._lowest]
            self._lowest += 1
        return tuple(officer for _, officer in seated)

    def _fewest(self, recused: Set[str]) -> tuple[int, list[str]]:
        load = self._lowest
        while True:
            level = self._levels[load]
            if can := [one for one in level if one not in recused] if recused else level:
                return load, can
            load += 1


def _officers_left_out(rosters: Rosters) -> Mapping[str, str]:
    """By id, why."""
    reasons = ((one.id, one.barred or _certificate(one, rosters.terms)) for one in rosters.officers)
    return {id: reason for id, reason in reasons if reason}


def _certificate(officer: Officer, terms: Terms) -> str:
    """Has to be in force for the whole window: on which of its days they go is not known yet."""
    holds = officer.valid_from_on <= terms.from_on and terms.until_on <= officer.valid_until_on
    return "" if holds else CERTIFICATE_LAPSED


def _parties_left_out(rosters: Rosters, serving: int, recused: Mapping[str, Set[str]]) -> Mapping[str, str]:
    """By id, why."""
    terms = rosters.terms
    found: dict[str, str] = {}
    for one in rosters.parties:
        if reason := one.barred or _visited(one, terms):
            found[one.id] = reason
        elif serving - len(recused.get(one.id, ())) < terms.team:
            found[one.id] = NO_TEAM
    return found


def _visited(party: Party, terms: Terms) -> str:
    reached = terms.visits_at_most is not None and party.visits >= terms.visits_at_most
    return VISITED_TO_CAP if reached else ""


def _left_out(kind: str, reasons: Mapping[str, str]) -> tuple[LeftOut, ...]:
    return tuple(LeftOut(kind, id, reasons[id]) for id in sorted(reasons))
