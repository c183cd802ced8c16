"""Rows of notifications."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Delivery(Model):
    """One message to one recipient about one event: the row exists before anything is sent.

    State: queued -> sending (held until `lease_until` by whoever has the number `fence`) -> sent,
    uncertain, failed or expired. `final_reason` is a code with a clerk's sentence in the catalogue under
    `delivery.reason`; of a page that only the console showed it says why. `read_at` is for messages shown in the
    console. `receipt` is what the platform reported later about a message it had taken: "delivered", or why it
    was not. `lost_at` is when the first try began whose answer was lost though the message may have been shown.
    """

    id = fields.UUIDField(primary_key=True)
    event_id = fields.UUIDField()
    case_id = fields.UUIDField(null=True, db_index=True)
    recipient_kind = fields.CharField(max_length=10)
    recipient_id = fields.UUIDField()
    rule = fields.CharField(max_length=80)
    template = fields.CharField(max_length=80)
    params = fields.TextField()
    state = fields.CharField(max_length=10)
    attempts = fields.IntField()
    fence = fields.IntField()
    lease_until = fields.DatetimeField(null=True)
    next_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    channel = fields.CharField(max_length=20, null=True)
    platform_id = fields.CharField(max_length=80, null=True)
    last_reason = fields.CharField(max_length=80, null=True)
    final_reason = fields.CharField(max_length=80, null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    read_at = fields.DatetimeField(null=True)
    receipt = fields.CharField(max_length=40, null=True)
    receipt_at = fields.DatetimeField(null=True)
    lost_at = fields.DatetimeField(null=True)

    class Meta:
        table = "delivery"
        unique_together = (("event_id", "recipient_id"),)
        indexes = (
            ("state", "next_at", "id"),
            ("state", "lease_until"),
            ("recipient_id", "created_at", "id"),
            ("platform_id",),
        )


class PageWatch(Model):
    """A call for somebody to come, watched until it is known whether it reached anybody outside the console.

    `event_id` is the event that called. `judged_at` is set once, by whoever finds out.
    """

    event_id = fields.UUIDField(primary_key=True)
    planned_at = fields.DatetimeField()
    judged_at = fields.DatetimeField(null=True)
    reached = fields.BooleanField(null=True)

    class Meta:
        table = "page_watch"
        indexes = (("judged_at", "planned_at"),)
