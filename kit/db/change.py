"""What an action may do inside a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.models import Model

from kit.audit.chain import link
from kit.audit.models import AuditEntry
from kit.events import Event
from kit.ids import Ids
from kit.outbox_models import event_row

M = TypeVar("M", bound=Model)


class AuditActor(Protocol):
    """Who did it, as far as the audit chain cares."""

    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> UUID | None: ...


class Change:
    """One transaction in progress. Plain Tortoise calls inside it go to the same transaction."""

    def __init__(self, connection: BaseDBAsyncClient, now: datetime, ids: Ids, audit_key: bytes) -> None:
        self.connection = connection
        self.now = now
        self.ids = ids
        self._audit_key = audit_key
        self._events: list[Model] = []

    @property
    def is_postgres(self) -> bool:
        return bool(self.connection.capabilities.dialect == "postgres")

    def emit(self, event: Event, case_id: UUID | None = None) -> None:
        """Put a fact into the outbox; it is stored when the transaction is, or not at all."""
        self._events.append(event_row(event, case_id, self.ids.new(), self.now))

    async def audit(
        self, case_id: UUID, actor: AuditActor, action: str, detail: Mapping[str, object]
    ) -> AuditEntry:
        """Append to the case's chain. The case row must be locked first, or two appends collide."""
        previous = await AuditEntry.filter(case_id=case_id).order_by("-position").first()
        entry = link(
            self._audit_key,
            previous,
            id=self.ids.new(),
            case_id=case_id,
            at=self.now,
            actor_kind=actor.kind,
            actor_id=actor.id,
            action=action,
            detail=detail,
        )
        await entry.save(force_create=True)
        return entry

    async def lock(self, model: type[M], id: UUID) -> M | None:
        """The row, held against other writers until the transaction ends.

        SQLite needs no row lock: BEGIN IMMEDIATE already keeps other writers out.
        """
        query = model.filter(pk=id)
        if self.is_postgres:
            query = query.select_for_update()
        return await query.first()

    async def database_now(self) -> datetime:
        """The database's clock: the one all machines share, for leases."""
        return await database_now(self.connection)

    async def flush(self) -> None:
        if self._events:
            await type(self._events[0]).bulk_create(self._events)
            self._events = []


async def database_now(connection: BaseDBAsyncClient) -> datetime:
    """Ask the engine for the time (UTC). SQLite's is its machine's, which is the only one there."""
    if connection.capabilities.dialect == "postgres":
        rows = await connection.execute_query_dict("SELECT clock_timestamp() AS now")
        at: Any = rows[0]["now"]
        return at if isinstance(at, datetime) else datetime.fromisoformat(at)
    rows = await connection.execute_query_dict("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now') AS now")
    return datetime.fromisoformat(rows[0]["now"]).replace(tzinfo=UTC)
