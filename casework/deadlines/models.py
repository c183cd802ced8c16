"""Rows of deadlines: what is to be sounded, and when."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class DeadlineAlarm(Model):
    """One alarm of one running limit.

    `clock` names the limit (`complaint.accept`), `mark` the part of it that has passed (`marks.Mark`: half,
    most, due, overdue). A limit is told from the next one of the same case by when it began and when it ends.
    `fire_at` is the moment in the database's time. `state`: waiting -> fired, or cancelled when the limit ended or
    was set anew. Once fired it is never fired again.
    """

    id = fields.UUIDField(primary_key=True)
    case_kind = fields.CharField(max_length=20)
    case_id = fields.UUIDField()
    clock = fields.CharField(max_length=40)
    mark = fields.CharField(max_length=10)
    started_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    fire_at = fields.DatetimeField()
    state = fields.CharField(max_length=10)
    fired_at = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "deadline_alarm"
        unique_together = (("case_id", "clock", "started_at", "due_at", "mark"),)
        indexes = (("state", "fire_at", "id"),)
