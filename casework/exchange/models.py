"""Rows of the exchange with other platforms."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class ExchangeOrder(Model):
    """A complaint under the number another platform gave it.

    `direction` is "inbound" (theirs, sent to us) or "outbound" (ours, referred to them; `external_number` is our
    reference then, `their_number` what they called it). `external_due_at` is until when they want it answered.
    `body_digest` is the SHA-256 of what they sent, `their_category` what they filed it under, `their_status` where it
    stands with them as they last told, `reason` why it was referred by `created_by`.
    """

    id = fields.UUIDField(primary_key=True)
    peer = fields.CharField(max_length=40)
    external_number = fields.CharField(max_length=80)
    direction = fields.CharField(max_length=10)
    complaint_id = fields.UUIDField(db_index=True)
    external_due_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    body_digest = fields.CharField(max_length=64, null=True)
    their_number = fields.CharField(max_length=80, null=True)
    their_category = fields.CharField(max_length=80, null=True)
    their_status = fields.CharField(max_length=80, null=True)
    their_status_at = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=500, null=True)
    created_by = fields.UUIDField(null=True)

    class Meta:
        table = "exchange_order"
        unique_together = (("peer", "external_number"),)


class ExchangeStep(Model):
    """Something another platform told about an order, under the number it gave that (`their_id`): told again it is known.

    `kind`: "step" (how our case goes on with them), "supplement" (more from the citizen; the words stand with the
    complaint) or "reminder". `status` and `text` are theirs.
    """

    id = fields.UUIDField(primary_key=True)
    order_id = fields.UUIDField()
    kind = fields.CharField(max_length=10)
    their_id = fields.CharField(max_length=80)
    body_digest = fields.CharField(max_length=64)
    status = fields.CharField(max_length=80, null=True)
    text: str | None = fields.TextField(null=True)
    at = fields.DatetimeField()

    class Meta:
        table = "exchange_step"
        unique_together = (("order_id", "kind", "their_id"),)


class ExchangeMessage(Model):
    """One step told to another platform: the row exists before anything is sent.

    State: queued -> sending (held until `lease_until` by whoever has the number `fence`) -> delivered or failed. The
    other side tells repeats by the row's id. `replay_of` is the message a clerk sent once more.
    """

    id = fields.UUIDField(primary_key=True)
    peer = fields.CharField(max_length=40)
    order_id = fields.UUIDField(null=True)
    case_id = fields.UUIDField(null=True, db_index=True)
    event_id = fields.UUIDField()
    kind = fields.CharField(max_length=60)
    body = fields.TextField()
    state = fields.CharField(max_length=10)
    attempts = fields.IntField()
    fence = fields.IntField()
    lease_until = fields.DatetimeField(null=True)
    next_at = fields.DatetimeField()
    last_status = fields.IntField(null=True)
    last_reason = fields.CharField(max_length=200, null=True)
    trail: str | None = fields.TextField(null=True)
    replay_of = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    settled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "exchange_message"
        unique_together = (("peer", "event_id"),)
        indexes = (("state", "next_at", "id"), ("peer", "state", "next_at", "id"), ("created_at", "id"))
