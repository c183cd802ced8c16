"""Rows of danger alerts: somebody may be hurt, and the duty officer is paged until a person takes it."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class DangerAlert(Model):
    """One report of danger. `next_page_at` is when somebody is called again: the duty officers until one of them
    has taken it, then whoever has, when more was said or its end is overdue. `told_at` is when whoever has it was
    last told that more was said.

    `words` is what was said, `matched` the words of the profile that were found in it. `act` is the keyed name of
    the message, unique: a message that comes again raises no second alert.
    """

    id = fields.UUIDField(primary_key=True)
    act = fields.CharField(max_length=80, unique=True)
    account_id = fields.UUIDField(null=True)
    complaint_id = fields.UUIDField(null=True, db_index=True)
    source = fields.CharField(max_length=20)
    words = fields.TextField()
    matched = fields.CharField(max_length=100)
    place_text = fields.CharField(max_length=300, null=True)
    state = fields.CharField(max_length=20)
    revision = fields.IntField()
    raised_at = fields.DatetimeField()
    pages = fields.IntField()
    next_page_at = fields.DatetimeField(null=True)
    acknowledged_by_id = fields.UUIDField(null=True)
    acknowledged_at = fields.DatetimeField(null=True)
    outcome: str | None = fields.TextField(null=True)
    ended_at = fields.DatetimeField(null=True)
    told_at = fields.DatetimeField(null=True)

    class Meta:
        table = "danger_alert"
        indexes = (("next_page_at", "id"), ("state", "raised_at", "id"))
