"""Holders are reminded before their permit ends: once each, so many days before as their kind says.

A reminder is a row: that it was given stands on the permit, and what is to be told in the outbox, in one transaction. The
same events as everywhere then make the notices, so that whoever wants none gets none.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from casework.permits.events import PermitEnding
from casework.permits.kinds import PermitsSection
from casework.permits.models import Permit
from kit.db import Change, Database
from kit.db.raw import Statement, as_uuid, moment

TOGETHER = 1_000
_DUE = Statement(
    "UPDATE permit SET reminded_at = $1 WHERE id IN (SELECT id FROM permit WHERE ended_at IS NULL "
    "AND reminded_at IS NULL AND valid_until_at > $1 AND valid_until_at <= $2 AND kind = $3 "
    "ORDER BY valid_until_at, id LIMIT $4/*held*/) "
    "RETURNING id, application_id, account_id, number, kind, kind_name, unit, valid_until_at"
)


async def remind_before_end(db: Database, section: PermitsSection, at_most: int = TOGETHER) -> int:
    """Remind some holders whose permit ends soon, of each kind; how many. Nothing where nobody is due."""
    now, reminded = db.clock.now(), 0
    for kind in section.kinds:
        days = kind.term.remind_days_before if kind.term is not None else 0
        if days and await _anybody(kind.code, now, days):
            reminded += await db.change(partial(_remind, code=kind.code, days=days, at_most=at_most))
    return reminded


async def _anybody(code: str, now: datetime, days: int) -> bool:
    """Asked outside a transaction first: an idle worker must not take the writer's turn."""
    ending = Permit.filter(ended_at=None, reminded_at=None, kind=code)
    return await ending.filter(
        valid_until_at__gt=now, valid_until_at__lte=now + timedelta(days=days)
    ).exists()


async def _remind(change: Change, *, code: str, days: int, at_most: int) -> int:
    until = change.now + timedelta(days=days)
    times = (change.now, until) if change.is_postgres else (_kept(change.now), _kept(until))
    rows = await _DUE.rows(change.connection, *times, code, at_most)
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


def _kept(at: datetime) -> str:
    """A moment as SQLite keeps it."""
    return at.astimezone(UTC).isoformat(" ")
