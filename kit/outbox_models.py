"""Rows of the outbox."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from tortoise import fields

from kit.events import Event
from kit.rows import new_row
from kit.tables import Model

PENDING, HANDLED, DEAD = "pending", "handled", "dead"


class OutboxEvent(Model):
    """A fact that others must hear of. State: pending -> handled, or dead after too many tries."""

    id = fields.UUIDField(primary_key=True)
    name = fields.CharField(max_length=80)
    version = fields.IntField()
    payload = fields.TextField()
    case_id = fields.UUIDField(null=True)
    state = fields.CharField(max_length=10)
    attempts = fields.IntField()
    next_at = fields.DatetimeField()
    created_at = fields.DatetimeField()
    handled_at = fields.DatetimeField(null=True)
    last_error = fields.TextField(null=True)

    class Meta:
        table = "outbox_event"
        indexes = (("state", "next_at", "id"),)


def event_row(event: Event, case_id: UUID | None, id: UUID, now: datetime) -> OutboxEvent:
    """The unsaved outbox row of an event."""
    return new_row(
        OutboxEvent,
        id=id,
        name=type(event).name,
        version=type(event).version,
        payload=msgspec.json.encode(event).decode(),
        case_id=case_id,
        state=PENDING,
        attempts=0,
        next_at=now,
        created_at=now,
        handled_at=None,
        last_error=None,
    )
