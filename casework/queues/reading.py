"""Reading queues: a page of lines, and how many there are as far as anybody wants to know."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from casework.complaints.desk import Desk
from casework.complaints.lifecycle import CLOCKED_STATES, OPEN_STATES, State
from casework.complaints.urgency import Urgency
from casework.keyset import page_key, page_token
from casework.queues.filters import QueueFilter
from casework.queues.statement import OPENING_AT_MOST, Statement, count_sql, page_sql
from casework.queues.views import QueuePage, QueueRow

PAGE_AT_MOST = 100
COUNTED_TO = 99
OPENING_CHARACTERS = OPENING_AT_MOST // 2


async def queue(desk: Desk, wanted: QueueFilter, after: str | None = None, limit: int = 30) -> QueuePage:
    """A page of a work queue. Raises Invalid for a page that somebody made up."""
    limit = max(1, min(limit, PAGE_AT_MOST))
    now = desk.db.clock.now()
    statement = Statement(desk.db.is_postgres)
    key = page_key(after) if after is not None else None
    sql = page_sql(statement, wanted, desk.policy, now, key, limit + 1)
    found = await desk.db.reading.execute_query_dict(sql, statement.values)
    rows = tuple(_row(desk, one, now) for one in found[:limit])
    return QueuePage(rows=rows, after=_token(wanted, rows[-1]) if len(found) > limit else None)


async def counts(desk: Desk, wanted: Mapping[str, QueueFilter], at_most: int = COUNTED_TO) -> dict[str, int]:
    """How many cases each of several queues has, by its name; `at_most` + 1 stands for more. One question."""
    if not wanted:
        return {}
    now = desk.db.clock.now()
    statement = Statement(desk.db.is_postgres)
    asked = [count_sql(statement, one, desk.policy, now, at_most + 1) for one in wanted.values()]
    columns = ", ".join(f"{sql} AS n{number}" for number, sql in enumerate(asked))
    found = (await desk.db.reading.execute_query_dict(f"SELECT {columns}", statement.values))[0]
    return {name: int(found[f"n{number}"]) for number, name in enumerate(wanted)}


def _token(wanted: QueueFilter, last: QueueRow) -> str:
    at = last.due_at if wanted.order == "due" and last.due_at is not None else last.submitted_at
    return page_token(at, last.id)


def _row(desk: Desk, one: Mapping[str, Any], now: datetime) -> QueueRow:
    state, category = State(one["state"]), one["category"]
    # A case that was split has no limit of its own.
    due_at = _moment(one["due_at"]) if state in OPEN_STATES and one["due_at"] is not None else None
    opening = " ".join(one["opening"].split())
    found = desk.policy.categories.get(category or "")
    own = found.urgency if found is not None else Urgency.ORDINARY
    return QueueRow(
        id=_uuid(one["id"]),
        reference=one["reference"],
        state=state,
        revision=one["revision"],
        category=category,
        category_name=desk.policy.category_name(category or one["suggested_category"]),
        urgency=Urgency(one["urgency"]) if one["urgency"] is not None else own,
        opening=opening[:OPENING_CHARACTERS] + ("…" if len(opening) > OPENING_CHARACTERS else ""),
        place_text=one["place_text"],
        latitude=one["latitude"],
        longitude=one["longitude"],
        unit=one["unit"],
        unit_name=desk.policy.unit_name(one["unit"]),
        assignee_id=_uuid(one["assignee_id"]) if one["assignee_id"] is not None else None,
        assignee_name=one["assignee_name"] or "",
        source=one["source"],
        submitted_at=_moment(one["submitted_at"]),
        due_at=due_at,
        overdue=due_at is not None and due_at < now and state in CLOCKED_STATES,
        disputed=one["times_disputed"] > 0,
        supervised=one["supervised_at"] is not None,
        times_reminded=one["times_reminded"] or 0,
        has_phone=bool(one["has_phone"]),
    )


def _uuid(value: object) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))


def _moment(value: Any) -> datetime:
    """What PostgreSQL gives as a moment and SQLite as text."""
    at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
