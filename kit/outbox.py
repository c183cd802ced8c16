"""The outbox: facts are stored with the change that made them true, and handed on afterwards.

An event is a frozen struct with a name and a version; a reader accepts the
version before. The relay runs in the worker: each event is handled in one
transaction together with the mark that it was, so a kill in the middle repeats
the handling and never half of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from tortoise.expressions import Q

from kit.events import Event
from kit.outbox_models import DEAD, HANDLED, PENDING, OutboxEvent

if TYPE_CHECKING:
    from kit.db.change import Change
    from kit.db.database import Database


Handler = Callable[["Change", UUID, Any], Awaitable[None]]
"""`async handler(change, event_id, event)`: rows only, no network."""

ATTEMPTS_AT_MOST = 12
LONGEST_BACK_OFF = timedelta(minutes=10)


def back_off(attempts: int) -> timedelta:
    """1, 2, 4 … seconds, ten minutes at most."""
    return min(LONGEST_BACK_OFF, timedelta(seconds=2 ** max(0, attempts - 1)))


class UnknownEvent(LookupError):
    """No handler was registered under the event's name: a newer process wrote it."""


class Relay:
    """Hands pending events to their handlers, in order per case.

    `handlers` maps an event class to what hears it; an event that concerns nobody is
    named with no handler. An event of an unknown name is kept and retried for as long
    as it takes: an older worker must not swallow what a newer web process wrote.

    Whoever wrote an event may have a clock that was ahead: what nobody has tried is due
    whatever its row says, and so is what waits for longer than anything is put off.
    """

    def __init__(
        self,
        db: Database,
        handlers: Mapping[type[Event], Iterable[Handler]],
        on_failure: Callable[[str, UUID, BaseException], None],
    ) -> None:
        self._db = db
        self._handlers = {kind.name: (kind, tuple(them)) for kind, them in handlers.items()}
        self._on_failure = on_failure

    async def step(self, at_most: int = 50) -> int:
        """Handle what is due, trying `at_most` events. Returns how many were handled."""
        now = self._db.clock.now()
        pending = OutboxEvent.filter(state=PENDING)
        put_off = Q(attempts__gt=0, next_at__gt=now, next_at__lte=now + LONGEST_BACK_OFF)
        due = pending.filter(~put_off).order_by("id").limit(at_most)
        waiting: set[UUID | None] = set()
        tried = done = 0
        rows = await due
        while rows and tried < at_most:
            # A case whose earlier event waits for another try keeps its order: its
            # later events wait too. Asked after the due ones, so that an event which
            # a rival relay postpones in between is either among them or seen here.
            postponed = pending.filter(put_off, case_id__isnull=False).only("id", "case_id")
            waiting.update([row.case_id async for row in postponed])
            for row in rows:
                if row.case_id is not None and row.case_id in waiting:
                    continue
                tried += 1
                if await self._handle(row):
                    done += 1
                elif row.case_id is not None:
                    waiting.add(row.case_id)
            # Events that wait behind another must not fill the whole page.
            rows = await due.filter(id__gt=rows[-1].id) if len(rows) == at_most else []
        return done

    async def _handle(self, row: OutboxEvent) -> bool:
        async def work(change: Change) -> None:
            current = await change.lock(OutboxEvent, row.id)
            if current is None or current.state != PENDING:
                return
            if row.name not in self._handlers:
                raise UnknownEvent(row.name)
            kind, handlers = self._handlers[row.name]
            event = msgspec.json.decode(row.payload, type=kind)
            for handler in handlers:
                await handler(change, row.id, event)
            current.state = HANDLED
            current.handled_at = change.now
            await current.save(update_fields=["state", "handled_at"])

        try:
            await self._db.change(work)
        except Exception as exc:  # noqa: BLE001 - one bad event must not stop the others; it is kept and shown
            self._on_failure(row.name, row.id, exc)
            await self._postpone(row.id, exc)
            return False
        return True

    async def _postpone(self, id: UUID, exc: Exception) -> None:
        async def work(change: Change) -> None:
            row = await change.lock(OutboxEvent, id)
            if row is None or row.state != PENDING:
                return
            row.attempts += 1
            row.last_error = type(exc).__name__
            row.next_at = change.now + back_off(row.attempts)
            if row.attempts >= ATTEMPTS_AT_MOST and not isinstance(exc, UnknownEvent):
                row.state = DEAD
            await row.save()

        await self._db.change(work)
