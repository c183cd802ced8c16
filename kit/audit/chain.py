"""The chain of one case: HMAC-SM3 over an entry's fields and the entry before it.

What is authenticated, in this order, each part preceded by its length as 8 bytes big-endian:
the tag `chengguan audit entry v1`, the entry's id (16 bytes), the case's id (16), the position (8, big-endian),
the moment in microseconds since 1970 UTC (8, big-endian, signed), the actor's kind (UTF-8), the actor's id
(16 bytes, or none), the action (UTF-8), the detail exactly as stored (UTF-8), the `mac` of the entry before
(32 bytes, or none for the first).
"""

from __future__ import annotations

import hmac as constant_time
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

from kit.audit.models import AuditEntry
from kit.rows import new_row

_TAG = b"chengguan audit entry v1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class EntryFields:
    """What an entry says, apart from its place after the entry before."""

    id: UUID
    case_id: UUID
    position: int
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    action: str
    detail: str


def entry_mac(key: bytes, fields: EntryFields, previous: bytes) -> bytes:
    """The 32 bytes that only a holder of `key` can make for these fields after `previous`."""
    at = fields.at if fields.at.tzinfo is not None else fields.at.replace(tzinfo=UTC)
    parts = (
        _TAG,
        fields.id.bytes,
        fields.case_id.bytes,
        fields.position.to_bytes(8, "big", signed=True),
        ((at - _EPOCH) // _MICROSECOND).to_bytes(8, "big", signed=True),
        fields.actor_kind.encode(),
        fields.actor_id.bytes if fields.actor_id is not None else b"",
        fields.action.encode(),
        fields.detail.encode(),
        previous,
    )
    mac = HMAC(key, hashes.SM3())
    mac.update(b"".join(len(part).to_bytes(8, "big") + part for part in parts))
    return mac.finalize()


def fields_of(entry: AuditEntry, *, position: int | None = None) -> EntryFields:
    """A row's fields, with another position if one is to be tried."""
    return EntryFields(
        id=entry.id,
        case_id=entry.case_id,
        position=entry.position if position is None else position,
        at=entry.at,
        actor_kind=entry.actor_kind,
        actor_id=entry.actor_id,
        action=entry.action,
        detail=entry.detail,
    )


def is_genuine(key: bytes, entry: AuditEntry, *, position: int | None = None) -> bool:
    """Whether a row's `mac` fits its own fields, at its own position or at another one."""
    right = entry_mac(key, fields_of(entry, position=position), bytes(entry.previous))
    return constant_time.compare_digest(right, bytes(entry.mac))


def link(
    key: bytes,
    previous: AuditEntry | None,
    *,
    id: UUID,
    case_id: UUID,
    at: datetime,
    actor_kind: str,
    actor_id: UUID | None,
    action: str,
    detail: Mapping[str, object],
) -> AuditEntry:
    """An unsaved row that continues the chain after `previous`, or begins it if there is none."""
    if previous is not None and previous.case_id != case_id:
        raise ValueError("an entry continues the chain of its own case only")
    if at.tzinfo is None:
        raise ValueError("an entry's moment has a zone")
    fields = EntryFields(
        id=id,
        case_id=case_id,
        position=1 if previous is None else previous.position + 1,
        at=at.astimezone(UTC),
        actor_kind=actor_kind,
        actor_id=actor_id,
        action=action,
        detail=canonical_json(detail),
    )
    before = b"" if previous is None else bytes(previous.mac)
    return new_row(
        AuditEntry,
        id=fields.id,
        case_id=fields.case_id,
        position=fields.position,
        at=fields.at,
        actor_kind=fields.actor_kind,
        actor_id=fields.actor_id,
        action=fields.action,
        detail=fields.detail,
        previous=before,
        mac=entry_mac(key, fields, before),
    )


def canonical_json(detail: Mapping[str, object]) -> str:
    """One spelling for one meaning: keys sorted, no spaces, UTF-8.

    Takes text, whole numbers, booleans, None, ids, dates, aware datetimes, and lists and mappings of them.
    Fractions are refused (TypeError), because their spelling differs between languages: write them as text.
    """
    return json.dumps(
        _plain(detail), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def _plain(value: object) -> object:
    match value:
        case None | bool() | int():
            return value
        case str():
            # Half a surrogate pair cannot be stored as UTF-8; better refused here than by one of the databases.
            value.encode()
            return str(value)
        case UUID():
            return str(value)
        case datetime():
            if value.tzinfo is None:
                raise TypeError("an audit detail holds aware datetimes only")
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case Mapping():
            if not all(isinstance(key, str) for key in value):
                raise TypeError("the keys of an audit detail are text")
            return {str(key): _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case set() | frozenset():
            return sorted(_plain(inner) for inner in value)  # type: ignore[type-var]
    raise TypeError(f"an audit detail cannot hold a {type(value).__name__}")
