"""Rows of work orders."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class WorkOrder(Model):
    """What a contractor is asked to do about a complaint, in a clerk's words.

    The contractor sees this row and its photos and nothing of the complaint. `report` is what the contractor says was
    done, `ground` why it was sent back, declined or cancelled. `working_minutes` is the time to do it; `due_at` ends it, or
    the bureau's time to look at what was done.
    """

    id = fields.UUIDField(primary_key=True)
    reference = fields.CharField(max_length=40, unique=True)
    complaint_id = fields.UUIDField(db_index=True)
    contractor_id = fields.UUIDField()
    unit = fields.CharField(max_length=40, null=True)
    state = fields.CharField(max_length=20)
    state_since_at = fields.DatetimeField()
    revision = fields.IntField()
    category = fields.CharField(max_length=40, null=True)
    words = fields.TextField()
    place_text = fields.CharField(max_length=300)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    working_minutes = fields.IntField()
    limit_started_at = fields.DatetimeField()
    due_at = fields.DatetimeField(null=True)
    issued_by_id = fields.UUIDField()
    issued_at = fields.DatetimeField()
    report: str | None = fields.TextField(null=True)
    ground: str | None = fields.TextField(null=True)
    done_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "work_order"
        indexes = (("contractor_id", "due_at", "id"), ("unit", "due_at", "id"))


class WorkOrderPhoto(Model):
    """A photo of an order: "before" (chosen by the clerk) or "after" (the contractor's)."""

    id = fields.UUIDField(primary_key=True)
    order_id = fields.UUIDField()
    file_id = fields.UUIDField()
    position = fields.SmallIntField()
    stage = fields.CharField(max_length=10)

    class Meta:
        table = "work_order_photo"
        unique_together = (("order_id", "stage", "position"),)
