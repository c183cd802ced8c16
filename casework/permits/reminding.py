"""Holders are reminded before their permit ends: once each, so many days before as their kind says. Never in the first half
of its time: who was given three days yesterday need not hear today that they end.

A reminder is a row: that it was given stands on the permit, and what is to be told in the outbox, in one transaction. The
same events as everywhere then make the notices, so that whoever wants none gets none.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from casework.permits.events import PermitEnding
from casework.permits.kinds import PermitsSection
from kit.db import Change, Database
from kit.db.raw import Statement, as_uuid, moment

TOGETHER = 1_000
_ENDING = (
    "SELECT id FROM permit WHERE ended_at IS NULL AND reminded_at IS NULL AND valid_until_at > $1 "
    "AND valid_until_at <= $2 AND kind = $3 AND {half_is_over} ORDER BY valid_until_at, id LIMIT $4"
)
_HALF_IS_OVER = {
    True: "valid_until_at - $1::timestamptz <= (valid_until_at - GREATEST(valid_from_at, granted_at)) / 2",
    False: "julianday(valid_until_at) - julianday($1) <= "
    "(julianday(valid_until_at) - julianday(MAX(valid_from_at, granted_at))) / 2",
}
"""By engine: each reckons with times in its own words."""
_DUE = {
    is_postgres: Statement(
        "UPDATE permit SET reminded_at = $1 WHERE id IN (" + _ENDING.format(half_is_over=words) + "/*held*/) "  # noqa: S608 - ours
        "RETURNING id, application_id, account_id, number, kind, kind_name, unit, valid_until_at"
    )
    for is_postgres, words in _HALF_IS_OVER.items()
}
_ANY = {
    is_postgres: Statement(_ENDING.format(half_is_over=words)) for is_postgres, words in _HALF_IS_OVER.items()
}


async def remind_before_end(db: Database, section: PermitsSection, at_most: int = TOGETHER) -> int:
    """Remind some holders whose permit ends soon, of each kind; how many. Nothing where nobody is due."""
    now, reminded = db.clock.now(), 0
    for kind in section.kinds:
        days = kind.term.remind_days_before if kind.term is not None else 0
        if days and await _anybody(db, kind.code, now, days):
            reminded += await db.change(partial(_remind, code=kind.code, days=days, at_most=at_most))
    return reminded


async def _anybody(db: Database, code: str, now: datetime, days: int) -> bool:
    """Asked outside a transaction first: an idle worker must not take the writer's turn."""
    is_postgres = db.is_postgres
    times = _times(now, days, is_postgres)
    return bool(await _ANY[is_postgres].rows(db.reading, *times, code, 1))


async def _remind(change: Change, *, code: str, days: int, at_most: int) -> int:
    times = _times(change.now, days, change.is_postgres)
    rows = await _DUE[change.is_postgres].rows(change.connection, *times, code, at_most)
    for row in rows:
        change.emit(_event(row, change.now), as_uuid(row["id"]))
    return len(rows)


def _event(row: dict[str, Any], now: datetime) -> PermitEnding:
    return PermitEnding(
        permit_id=as_uuid(row["id"]),
        application_id=as_uuid(row["application_id"]),
        number=row["number"],
        kind=row["kind"],
        kind_name=row["kind_name"],
        unit=row["unit"],
        valid_until_at=moment(row["valid_until_at"]),
        account_id=as_uuid(row["account_id"]) if row["account_id"] is not None else None,
        at=now,
    )


def _times(now: datetime, days: int, is_postgres: bool) -> tuple[Any, Any]:
    until = now + timedelta(days=days)
    return (now, until) if is_postgres else (_kept(now), _kept(until))


def _kept(at: datetime) -> str:
    """A moment as SQLite keeps it."""
    return at.astimezone(UTC).isoformat(" ")
