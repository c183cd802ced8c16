"""Lifecycles as tables: what may happen to a case, from where to where, by whom and with what.

A table is data. The same one answers the console ("which buttons?"), the API ("is this allowed?"), the
documents (a diagram) and the tests (walks). Nothing here knows a business word, reads a clock or touches a
database; the action that calls `Lifecycle.check` writes the new state in its own transaction.
"""

from __future__ import annotations

import unicodedata
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from kit.problems import Problem

LimitUnit = Literal["working_days", "working_minutes", "natural_days", "natural_minutes"]


class LifecycleError(ValueError):
    """The table itself is wrong; raised while it is built, with every fault found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How long a case may stay in a state, in exactly one unit.

    `basis` is the dotted path of the bureau profile under which a bureau sets its own figure; the figure
    here is what holds when it sets none.
    """

    working_days: int | None = None
    working_minutes: int | None = None
    natural_days: int | None = None
    natural_minutes: int | None = None
    basis: str

    def __post_init__(self) -> None:
        units = (self.working_days, self.working_minutes, self.natural_days, self.natural_minutes)
        given = [unit for unit in units if unit is not None]
        if len(given) != 1:
            raise LifecycleError("a limit is given in exactly one unit")
        if given[0] < 1:
            raise LifecycleError("a limit is at least 1")
        if not self.basis or not all(part.isidentifier() for part in self.basis.split(".")):
            raise LifecycleError(f"a limit's basis is a dotted profile path: {self.basis!r}")

    @property
    def unit(self) -> LimitUnit:
        """Which of the four ways of counting applies."""
        if self.working_days is not None:
            return "working_days"
        if self.working_minutes is not None:
            return "working_minutes"
        return "natural_days" if self.natural_days is not None else "natural_minutes"

    @property
    def amount(self) -> int:
        """How many of `unit`."""
        return self.working_days or self.working_minutes or self.natural_days or self.natural_minutes or 0

    def of(self, amount: int) -> Limit:
        """The same limit with a bureau's own figure."""
        return Limit(**{self.unit: amount}, basis=self.basis)


@dataclass(frozen=True, slots=True)
class Move:
    """One line of the table. Build it with `move`. `target` is None for a move that leaves the case where it stands."""

    name: str
    sources: tuple[str, ...]
    target: str | None
    by: tuple[str, ...]
    needs: tuple[str, ...] = ()
    at_most: int | None = None

    def leads_to(self, state: str) -> str:
        """Where a case in `state` stands after this move."""
        return state if self.target is None else self.target


def move(
    name: str,
    sources: str | Iterable[str],
    target: str | None,
    *,
    by: Iterable[str],
    needs: Iterable[str] = (),
    at_most: int | None = None,
) -> Move:
    """One line: from a state, or any of several, to `target`; with None the case stays where it is.

    `needs` names what must be given and not blank; `at_most` how often one case may take this move.
    """
    several = (sources,) if isinstance(sources, str) else tuple(sources)
    return Move(name, several, target, tuple(by), tuple(needs), at_most)


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """A table of moves, checked while it is built."""

    name: str
    initial: str
    final: Collection[str]
    moves: tuple[Move, ...]
    limits: Mapping[str, Limit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        faults = list(_faults(self))
        if faults:
            raise LifecycleError(f"lifecycle {self.name!r}: " + "; ".join(faults))

    @property
    def states(self) -> tuple[str, ...]:
        """Every state, the initial one first, in the order in which the table mentions them."""
        seen: dict[str, None] = {self.initial: None}
        for one in self.moves:
            seen.update(dict.fromkeys(one.sources if one.target is None else (*one.sources, one.target)))
        return tuple(seen)

    def find(self, name: str) -> Move:
        """The move of this name; an unknown name is a problem with status 404."""
        for one in self.moves:
            if one.name == name:
                return one
        raise Problem("problem.workflow.unknown_move", 404, lifecycle=self.name, move=name)

    def moves_from(self, state: str) -> tuple[Move, ...]:
        """Every move that leaves from `state`, whoever may take it."""
        return tuple(one for one in self.moves if state in one.sources)

    def allowed(self, state: str, roles: Collection[str]) -> tuple[Move, ...]:
        """The moves that somebody with these roles may take from `state`: the buttons of a page."""
        return tuple(one for one in self.moves_from(state) if not set(one.by).isdisjoint(roles))

    def check(
        self,
        name: str,
        state: str,
        roles: Collection[str],
        given: Mapping[str, object],
        times_done: int = 0,
    ) -> Move:
        """The move, if it may be taken now; otherwise the problem that says why not.

        The role comes before the state, so that somebody who could never take this move does not learn
        from the answer where the case stands. `times_done` counts earlier uses on this case.
        """
        found = self.find(name)
        if set(found.by).isdisjoint(roles):
            raise Problem("problem.workflow.not_your_role", 403, lifecycle=self.name, move=name)
        if state not in found.sources:
            raise Problem(
                "problem.workflow.wrong_state", 409, lifecycle=self.name, move=name, state=str(state)
            )
        missing = tuple(need for need in found.needs if is_blank(given.get(need)))
        if missing:
            raise Problem(
                "problem.workflow.missing",
                422,
                lifecycle=self.name,
                move=name,
                field=missing[0],
                missing=missing,
            )
        if found.at_most is not None and times_done >= found.at_most:
            raise Problem(
                "problem.workflow.too_often", 409, lifecycle=self.name, move=name, at_most=found.at_most
            )
        return found

    def walks(self, *, at_most: int = 1_000) -> Iterator[tuple[tuple[str, Move], ...]]:
        """Walks from the initial state to a final one, shortest first, as (state before, move) pairs.

        No walk uses the same move from the same state twice, and none exceeds a move's own `at_most`.
        Iteration stops after `at_most` walks.
        """
        found = 0
        waiting: deque[tuple[str, tuple[tuple[str, Move], ...]]] = deque([(self.initial, ())])
        while waiting and found < at_most:
            state, steps = waiting.popleft()
            if state in self.final:
                found += 1
                yield steps
                continue
            for one in self.moves_from(state):
                done = sum(1 for _, earlier in steps if earlier.name == one.name)
                if (state, one) in steps or (one.at_most is not None and done >= one.at_most):
                    continue
                waiting.append((one.leads_to(state), (*steps, (state, one))))

    def walk_to(self, state: str) -> tuple[tuple[str, Move], ...]:
        """A shortest walk from the initial state to `state`, for putting a test case where it is wanted."""
        waiting: deque[tuple[str, tuple[tuple[str, Move], ...]]] = deque([(self.initial, ())])
        seen = {self.initial}
        while waiting:
            here, steps = waiting.popleft()
            if here == state:
                return steps
            for one in self.moves_from(here):
                there = one.leads_to(here)
                if there not in seen:
                    seen.add(there)
                    waiting.append((there, (*steps, (here, one))))
        raise LookupError(f"lifecycle {self.name!r} has no state {state!r}")

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram, one line per arrow, in the order of the table."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        for one in self.moves:
            for source in one.sources:
                lines.append(f"    {source} --> {one.leads_to(source)}: {one.name} ({', '.join(one.by)})")
        lines += [f"    {state} --> [*]" for state in self.states if state in self.final]
        return "\n".join(lines) + "\n"


def is_blank(value: object) -> bool:
    """Whether a value says nothing: None, an empty collection, or text without one visible character.

    Invisible format characters (a pasted zero-width space, say) do not make a reason.
    """
    if value is None:
        return True
    if isinstance(value, str):
        return all(
            character.isspace() or unicodedata.category(character) in ("Cf", "Cc") for character in value
        )
    if isinstance(value, bytes | Collection):
        return len(value) == 0
    return False


def _faults(table: Lifecycle) -> Iterator[str]:
    names = [one.name for one in table.moves]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"two moves are called {name!r}"
    for one in table.moves:
        if not one.name.isidentifier():
            yield f"{one.name!r} is no name for a move"
        if not one.sources:
            yield f"move {one.name!r} leaves from nowhere"
        if len(set(one.sources)) != len(one.sources):
            yield f"move {one.name!r} names a state twice"
        if not one.by:
            yield f"nobody may take move {one.name!r}"
        if any(not need.isidentifier() for need in one.needs) or len(set(one.needs)) != len(one.needs):
            yield f"move {one.name!r} needs something unnameable or the same thing twice"
        if one.at_most is not None and one.at_most < 1:
            yield f"move {one.name!r} may be taken {one.at_most} times"
        for source in one.sources:
            if source in table.final:
                yield f"move {one.name!r} leaves the final state {source!r}"
    states = table.states
    if not table.final:
        yield "there is no final state"
    for state in table.final:
        if state not in states:
            yield f"no move leads to the final state {state!r}"
    reached = _closure({table.initial}, ((s, m.leads_to(s)) for m in table.moves for s in m.sources))
    ending = _closure(set(table.final), ((m.leads_to(s), s) for m in table.moves for s in m.sources))
    for state in states:
        if state not in reached:
            yield f"state {state!r} cannot be reached"
        if state not in ending:
            yield f"state {state!r} has no way to a final state"
    for state in table.limits:
        if state not in states:
            yield f"there is a limit for the unknown state {state!r}"
        elif state in table.final:
            yield f"there is a limit for the final state {state!r}"


def _closure(start: set[str], arrows: Iterable[tuple[str, str]]) -> set[str]:
    pairs = list(arrows)
    reached = set(start)
    while True:
        more = {target for source, target in pairs if source in reached} - reached
        if not more:
            return reached
        reached |= more
