"""The SQL of queues, written out so that each of them is read from the end of one index.

What the object mapper makes of "this unit's, or mine by name, or nobody's yet" is one condition that no index answers.
Here each alternative is a branch of its own, read in order and cut off after a page, and the branches are merged. The
indexes are those of `Complaint.Meta`: a query says `closed_at IS NULL` in the words that they say it in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from uuid import UUID

from casework.complaints.lifecycle import CLOCKED_STATES, OPEN_STATES, State
from casework.complaints.profile import ComplaintPolicy
from casework.complaints.sight import Sight
from casework.complaints.urgency import Urgency
from casework.complaints.wording import kept
from casework.queues.filters import QueueFilter

Condition = tuple[str, tuple[object, ...]]
"""SQL with a `{}` for each of the values beside it."""

COLUMNS = (
    "id", "reference", "state", "revision", "category", "suggested_category", "urgency", "place_text", "latitude",
    "longitude", "unit", "assignee_id", "source", "submitted_at", "due_at", "times_disputed", "supervised_at",
    "times_reminded",
)  # fmt: skip
OPENING_AT_MOST = 120
"""Characters of a story that are read for a line."""
_ROW = (
    ", ".join(f"c.{column}" for column in COLUMNS)
    + f", substr(c.story, 1, {OPENING_AT_MOST}) AS opening, c.phone_sealed IS NOT NULL AS has_phone"
)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
OPEN: Condition = ("closed_at IS NULL", ())
NONE: list[Condition] = [("1 = 0", ())]


@dataclass
class Statement:
    """SQL under construction for one engine: values become parameters in the order in which they are named.

    A column written `+column` is one that no index shall be chosen for. SQLite keeps no statistics here and takes any
    equality for a good one; PostgreSQL knows better and is given the column alone.
    """

    is_postgres: bool
    values: list[object] = field(default_factory=list)

    def said(self, condition: Condition) -> str:
        """The condition with the engine's own holes."""
        sql, values = condition
        if self.is_postgres:
            sql = sql.replace("+", "")
        return sql.format(*(self._hole(value) for value in values))

    def where(self, conditions: Iterable[Condition]) -> str:
        """All of them; what is always so where there is none."""
        return " AND ".join(self.said(one) for one in conditions) or "1 = 1"

    def _hole(self, value: object) -> str:
        if not self.is_postgres:
            if isinstance(value, UUID):
                value = str(value)
            elif isinstance(value, datetime):
                value = value.astimezone(UTC).isoformat(" ")
        self.values.append(value)
        return f"${len(self.values)}" if self.is_postgres else "?"


def page_sql(
    statement: Statement,
    wanted: QueueFilter,
    policy: ComplaintPolicy,
    now: datetime,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> str:
    """The first `limit` lines after a key, with the names of officers."""
    column, beyond = ("due_at", ">") if wanted.order == "due" else ("submitted_at", "<")
    shared = _shared(wanted, policy, now)
    if after is not None:
        at, id = after
        shared.append(
            (f"{column} {beyond}= {{}} AND ({column} {beyond} {{}} OR id {beyond} {{}})", (at, at, id))
        )
    parts = [
        f"SELECT * FROM (SELECT id, {column} FROM complaint WHERE {statement.where([*one, *shared])}"
        f" ORDER BY {statement.said((_order(wanted), ()))} LIMIT {limit}) AS b{number}"
        for number, one in enumerate(_branches(wanted, statement.is_postgres) or [NONE])
    ]
    # Rows are read at the end, and only those that are shown.
    few = f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS every ORDER BY {statement.said((_order(wanted), ()))} LIMIT {limit}"
    return (
        f"SELECT {_ROW}, staff.name AS assignee_name FROM ({few}) AS few JOIN complaint AS c ON c.id = few.id"
        f" LEFT JOIN staff ON staff.id = c.assignee_id ORDER BY {_order(wanted, 'few.')}"
    )


def count_sql(
    statement: Statement, wanted: QueueFilter, policy: ComplaintPolicy, now: datetime, at_most: int
) -> str:
    """A number of cases that stops at `at_most`, as an expression."""
    shared = _shared(wanted, policy, now)
    parts = [
        f"SELECT 1 FROM (SELECT 1 FROM complaint WHERE {statement.where([*one, *shared])}"
        f" ORDER BY {statement.said((_order(wanted), ()))} LIMIT {at_most}) AS b{number}"
        for number, one in enumerate(_branches(wanted, statement.is_postgres) or [NONE])
    ]
    return f"(SELECT COUNT(*) FROM ({' UNION ALL '.join(parts)} LIMIT {at_most}) AS few)"


def _order(wanted: QueueFilter, table: str = "") -> str:
    if wanted.order != "due":
        return f"{table}submitted_at DESC, {table}id DESC"
    # The few of a kind are found first and put in order then.
    aside = "+" if (wanted.supervised or wanted.disputed) and not table else ""
    return f"{aside}{table}due_at, {table}id"


def _shared(wanted: QueueFilter, policy: ComplaintPolicy, now: datetime) -> list[Condition]:
    """What holds for every branch: all but whose it is, and the state of ended cases."""
    states = _states(wanted)
    found: list[Condition] = []
    if states <= OPEN_STATES:
        found.append(OPEN)
        if states != OPEN_STATES:
            found.append(_state_among(states))
    elif not wanted.restricted:
        found.append(("restricted_at IS NULL", ()))
    if wanted.order == "due":
        found.append(("due_at IS NOT NULL", ()))
    if wanted.overdue:
        found.append(("due_at < {}", (now,)))
    if wanted.due_before_at is not None:
        found.append(("due_at < {}", (wanted.due_before_at,)))
    if wanted.supervised:
        found.append(("supervised_at IS NOT NULL AND supervised_at > {}", (LONG_AGO,)))
    if wanted.disputed:
        found.append(("times_disputed > 0", ()))
    if wanted.unassigned:
        found.append(("+assignee_id IS NULL", ()))
    if wanted.category is not None and states <= OPEN_STATES:
        found.append(("+category = {}", (kept(wanted.category),)))
    if wanted.area is not None:
        found.append(("place_area = {}", (kept(wanted.area),)))
    if wanted.urgency is not None:
        found.append(_urgency(wanted.urgency, policy))
    if wanted.source is not None:
        found.append(("source = {}", (kept(wanted.source),)))
    # What is due is looked through along what is due.
    submitted = "+submitted_at" if wanted.order == "due" else "submitted_at"
    if wanted.submitted_from_at is not None:
        found.append((f"{submitted} >= {{}}", (wanted.submitted_from_at,)))
    if wanted.submitted_before_at is not None:
        found.append((f"{submitted} < {{}}", (wanted.submitted_before_at,)))
    if wanted.references is not None:
        found.append(_among("reference", wanted.references))
    if wanted.phone_index is not None:
        found.append(("phone_index = {}", (wanted.phone_index,)))
    if wanted.words:
        found.append(("place_text LIKE {} ESCAPE '!'", (f"%{_escaped(kept(wanted.words))}%",)))
    return found


def _states(wanted: QueueFilter) -> frozenset[State]:
    is_ours = wanted.overdue or wanted.due_before_at is not None
    return wanted.states & CLOCKED_STATES if is_ours else wanted.states


def _state_among(states: frozenset[State]) -> Condition:
    """One state is looked up in an index; several are looked for on the way along another, and said so that it stays so."""
    if len(states) == 1:
        return "state = {}", tuple(one.value for one in states)
    return _among("+state", sorted(one.value for one in states))


def _urgency(urgency: Urgency, policy: ComplaintPolicy) -> Condition:
    """What somebody decided, else the category's own, else ordinary: as `limits.urgency_of` says."""
    by_category = sorted(
        code for code, one in policy.categories.items() if one.urgency is not Urgency.ORDINARY
    )
    if urgency is Urgency.ORDINARY:
        if not by_category:
            return "(urgency = {} OR urgency IS NULL)", (urgency.value,)
        holes = ", ".join("{}" for _ in by_category)
        return (
            f"(urgency = {{}} OR (urgency IS NULL AND (category IS NULL OR category NOT IN ({holes}))))",
            (urgency.value, *by_category),
        )
    own = sorted(code for code, one in policy.categories.items() if one.urgency is urgency)
    if not own:
        return "urgency = {}", (urgency.value,)
    holes = ", ".join("{}" for _ in own)
    return f"(urgency = {{}} OR (urgency IS NULL AND category IN ({holes})))", (urgency.value, *own)


def _branches(wanted: QueueFilter, is_postgres: bool) -> list[list[Condition]]:
    """Alternatives that exclude each other; what lies in none of them is not shown."""
    states = _states(wanted)
    owners = _by_owner(wanted, is_postgres)
    if states <= OPEN_STATES:
        if wanted.supervised or wanted.disputed:
            # Little, and with an index of its own.
            return [_aside(one.conditions, "unit ", "assignee_id ") for one in owners]
        return [_aside(one.conditions, "unit ") if one.by_name else one.conditions for one in owners]
    return [branch for owner in owners for branch in _ended(owner, wanted, states)]


def _ended(owner: _Owner, wanted: QueueFilter, states: frozenset[State]) -> list[list[Condition]]:
    """One owner's cases where what is over is shown too: along the index that leads there soonest."""
    conditions = owner.conditions
    if wanted.category is not None:
        # Along the officer's cases, or along the category's.
        along = "+" if owner.by_name else ""
        conditions = [*conditions, (f"{along}category = {{}}", (kept(wanted.category),))]
    elif not owner.by_name and len(states) == 1:
        return [[*conditions, ("state = {}", (one.value,))] for one in states]
    elif not owner.conditions and states != frozenset(State):
        # The newest of all are open: whoever looks for others skips them state by state.
        return [[("state = {}", (one.value,))] for one in sorted(states)]
    return [[*conditions, *_along(states)]]


def _along(states: frozenset[State]) -> list[Condition]:
    """These states, looked for along another index; nothing where it is all of them."""
    return [_among("+state", sorted(one.value for one in states))] if states != frozenset(State) else []


@dataclass(frozen=True)
class _Owner:
    """Whose cases a branch holds; `by_name`: somebody's, not a unit's."""

    conditions: list[Condition]
    by_name: bool = False


def _aside(conditions: list[Condition], *columns: str) -> list[Condition]:
    """The same, said so that no index is chosen for these columns."""
    return [("+" + sql if sql.startswith(columns) else sql, values) for sql, values in conditions]


def _by_owner(wanted: QueueFilter, is_postgres: bool) -> list[_Owner]:
    unit = kept(wanted.unit) if wanted.unit is not None else None
    if wanted.own_ids is not None:
        # Whatever is somebody's by name is theirs to see, and so is what is free in their own units.
        names = [
            _Owner([("assignee_id = {}", (id,)), *_in_unit(unit)], True) for id in sorted(wanted.own_ids)
        ]
        free = sorted(one for one in wanted.or_free_in if unit in (None, one))
        return names + [_Owner([("unit = {}", (one,)), ("+assignee_id IS NULL", ())]) for one in free]
    if wanted.filed_by_id is not None:
        return [_Owner([("filed_by_id = {}", (wanted.filed_by_id,)), *_in_unit(unit)], True)]
    if wanted.sight is None or wanted.sight.units is None:
        return [_Owner([("unit = {}", (unit,))] if unit is not None else [])]
    return _by_sight(wanted.sight, unit, is_postgres)


def _by_sight(sight: Sight, unit: str | None, is_postgres: bool) -> list[_Owner]:
    """The viewer's units one by one, what has none yet where they may see that, and what is theirs by name beside them:
    given to them, or filed by them and given to somebody else.
    """
    units = sorted(sight.units or ())
    if unit is not None:
        if unit in units:
            return [_Owner([("unit = {}", (unit,))])]
        return _by_name(sight, [_in_unit(unit)])
    found = [_Owner([("unit = {}", (one,))]) for one in units]
    if sight.new:
        found.append(_Owner([("unit IS NULL", ())]))
    elsewhere = _gaps(units, sight.new) if is_postgres else _anywhere_but(units, sight.new)
    return found + _by_name(sight, elsewhere)


def _by_name(sight: Sight, places: list[list[Condition]]) -> list[_Owner]:
    """What is the viewer's by name in these places."""
    own = sorted(sight.own_ids)
    names: list[list[Condition]] = [[("assignee_id = {}", (id,))] for id in own]
    if sight.filed_by_id is not None:
        holes = ", ".join("{}" for _ in own)
        others = (f"(+assignee_id IS NULL OR +assignee_id NOT IN ({holes}))", tuple(own))
        names.append([("filed_by_id = {}", (sight.filed_by_id,)), *([others] if own else [])])
    return [_Owner([*name, *place], True) for name in names for place in places]


def _anywhere_but(units: Sequence[str], is_new_seen: bool) -> list[list[Condition]]:
    """Nowhere and in all units but these, at once: SQLite looks at it within the index."""
    if not units:
        return [[("+unit IS NOT NULL", ())]] if is_new_seen else [[]]
    holes = ", ".join("{}" for _ in units)
    nowhere = "" if is_new_seen else "+unit IS NULL OR "
    return [[(f"({nowhere}+unit NOT IN ({holes}))", tuple(units))]]


def _gaps(units: Sequence[str], is_new_seen: bool) -> list[list[Condition]]:
    """The same as ranges between them: those PostgreSQL compares within an index, "not in" it does not."""
    nowhere: list[list[Condition]] = [] if is_new_seen else [[("unit IS NULL", ())]]
    if not units:
        return [*nowhere, [("unit IS NOT NULL", ())]]
    ranges: list[list[Condition]] = [[("unit < {}", (units[0],))]]
    ranges += [[("unit > {}", (one,)), ("unit < {}", (other,))] for one, other in pairwise(units)]
    return [*nowhere, *ranges, [("unit > {}", (units[-1],))]]


def _in_unit(unit: str | None) -> list[Condition]:
    return [("unit = {}", (unit,))] if unit is not None else []


def _among(column: str, values: Sequence[str]) -> Condition:
    if not values:
        return "1 = 0", ()
    if len(values) == 1:
        return f"{column} = {{}}", (values[0],)
    return f"{column} IN ({', '.join('{}' for _ in values)})", tuple(values)


def _escaped(words: str) -> str:
    return words.replace("!", "!!").replace("%", "!%").replace("_", "!_")
