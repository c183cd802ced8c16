"""Rows of follow-up visits."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class FollowUpVisit(Model):
    """One task to ask one person about one closed case.

    `solved`, `manner` and `speed` are 3 (good), 2 or 1 (bad); `words` what the person said. `tries` counts calls that
    reached nobody.
    """

    id = fields.UUIDField(primary_key=True)
    complaint_id = fields.UUIDField(db_index=True)
    reference = fields.CharField(max_length=40)
    unit = fields.CharField(max_length=40, null=True)
    assignee_id = fields.UUIDField(null=True)
    state = fields.CharField(max_length=20)
    state_since_at = fields.DatetimeField()
    revision = fields.IntField()
    limit_started_at = fields.DatetimeField()
    due_at = fields.DatetimeField(null=True)
    tries = fields.SmallIntField()
    solved = fields.SmallIntField(null=True)
    manner = fields.SmallIntField(null=True)
    speed = fields.SmallIntField(null=True)
    words: str | None = fields.TextField(null=True)
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "follow_up_visit"
        indexes = (("state", "due_at", "id"),)
