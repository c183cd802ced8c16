"""Rows of the outbox."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


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
