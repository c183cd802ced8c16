"""Reading the audit tables for sealing and verifying: by key, in pages, whatever somebody put into them.

SQLite keeps text in a column of numbers if told to. A row spoilt in that way must
not stop the verification that is to name it: a value that cannot be read counts
as altered, a row whose place cannot be read as missing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from kit.audit.models import AuditEntry
from kit.audit.seal import Head
from kit.db import Database

PAGE = 2000
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_NOBODY = UUID(int=0)


async def all_entries(db: Database, *, page: int = PAGE) -> AsyncIterator[AuditEntry]:
    """Every audit entry, case by case, in order of position."""
    after: list[Any] = []
    holes = "$1, $2, $3" if db.is_postgres else "?, ?, ?"
    while True:
        start = f"WHERE (case_id, position, id) > ({holes})" if after else ""
        rows = await db.reading.execute_query_dict(
            "SELECT id, case_id, position, at, actor_kind, actor_id, action, detail, previous, mac "  # noqa: S608
            f"FROM audit_entry {start} ORDER BY case_id, position, id LIMIT {page}",
            after,
        )
        if not rows:
            return
        for row in rows:
            entry = _entry(row)
            if entry is not None:
                yield entry
        after = [rows[-1]["case_id"], rows[-1]["position"], rows[-1]["id"]]


async def chain_heads(db: Database, *, page: int = PAGE) -> AsyncIterator[Head]:
    """The last entry of every chain in the order of case ids."""
    after: list[Any] = []
    hole, readable = ("$1", "TRUE") if db.is_postgres else ("?", "typeof(position) = 'integer'")
    while True:
        start = f"AND case_id > {hole}" if after else ""
        # The page of cases first: it walks the unique index and never sorts the table.
        rows = await db.reading.execute_query_dict(
            "SELECT last.case_id, last.position, entry.mac FROM ("  # noqa: S608 - our own names only
            f"SELECT case_id, MAX(position) AS position FROM audit_entry WHERE {readable} {start} "
            f"GROUP BY case_id ORDER BY case_id LIMIT {page}) AS last "
            "JOIN audit_entry AS entry ON entry.case_id = last.case_id AND entry.position = last.position "
            "ORDER BY last.case_id, entry.id",
            after,
        )
        if not rows:
            return
        for row in rows:
            case_id = _uuid(row["case_id"])
            # Two rows at one position exist only if somebody dropped the unique index.
            if case_id is not None and [row["case_id"]] != after:
                yield Head(case_id, int(row["position"]), _bytes(row["mac"]))
            after = [row["case_id"]]


def _entry(row: Mapping[str, Any]) -> AuditEntry | None:
    case_id, position = _uuid(row["case_id"]), row["position"]
    if case_id is None or not isinstance(position, int):
        return None
    actor_id = row["actor_id"]
    return AuditEntry(
        id=_uuid(row["id"]) or _NOBODY,
        case_id=case_id,
        position=position,
        at=_moment(row["at"]),
        actor_kind=_text(row["actor_kind"]),
        actor_id=None if actor_id is None else _uuid(actor_id) or _NOBODY,
        action=_text(row["action"]),
        detail=_text(row["detail"]),
        previous=_bytes(row["previous"]),
        mac=_bytes(row["mac"]),
    )


def _uuid(value: object) -> UUID | None:
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        return None


def _moment(value: object) -> datetime:
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return _NEVER
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | bytearray | memoryview) else b""
