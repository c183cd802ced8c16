"""Rows of queues."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class SavedFilter(Model):
    """A queue somebody keeps under a name of their own. `query` is the query string of the queue page."""

    id = fields.UUIDField(primary_key=True)
    staff_id = fields.UUIDField()
    name = fields.CharField(max_length=40)
    query = fields.CharField(max_length=500)
    position = fields.IntField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "saved_filter"
        unique_together = (("staff_id", "name"),)
