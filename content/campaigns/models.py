"""Rows of campaigns: one message to all followers or to some groups of them, by mass-send alone."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class Campaign(Model):
    """`kind`: "text" or "articles" (`media_id` names the platform's draft, `text` holds its titles, one a line).

    `state`: see `lifecycle.CAMPAIGN`; `revision` counts moves. `made_by_id` drafted it, `worded_by_id` last wrote its
    words. `send_at` is when it is to go out, null for as soon as it is released.
    """

    id = fields.UUIDField(primary_key=True)
    title = fields.CharField(max_length=64)
    kind = fields.CharField(max_length=10)
    text = fields.TextField()
    media_id = fields.CharField(max_length=128, null=True)
    state = fields.CharField(max_length=20)
    revision = fields.IntField()
    made_by_id = fields.UUIDField()
    made_at = fields.DatetimeField()
    worded_by_id = fields.UUIDField()
    released_by_id = fields.UUIDField(null=True)
    released_at = fields.DatetimeField(null=True)
    send_at = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "campaign"
        indexes = (("state", "send_at"), ("made_at", "id"))


class CampaignBatch(Model):
    """One mass-send of a campaign: to everybody (`tag_id` null) or to one group. `state`: see `lifecycle.BatchState`.

    Its id is the platform's `clientmsgid`, so that asking again within a day sends nothing twice; `asked_at` is when it
    was first asked for without our knowing what became of it. While it is being sent it is held until `lease_until`
    under `fence`. `period` is the month (`2026-11`) or day whose quota it uses, null while it uses none. The counts are
    the platform's own report: `total` of the audience, `filtered` left after its checks, `sent`, `errors`.
    """

    id = fields.UUIDField(primary_key=True)
    campaign_id = fields.UUIDField(db_index=True)
    position = fields.SmallIntField()
    tag_id = fields.IntField(null=True)
    tag_name = fields.CharField(max_length=60)
    state = fields.CharField(max_length=10)
    attempts = fields.IntField()
    fence = fields.IntField()
    next_at = fields.DatetimeField()
    asked_at = fields.DatetimeField(null=True)
    lease_until = fields.DatetimeField(null=True)
    platform_id = fields.CharField(max_length=80, null=True, db_index=True)
    period = fields.CharField(max_length=10, null=True, db_index=True)
    reason = fields.CharField(max_length=80, null=True)
    taken_at = fields.DatetimeField(null=True)
    total = fields.IntField(null=True)
    filtered = fields.IntField(null=True)
    sent = fields.IntField(null=True)
    errors = fields.IntField(null=True)
    reported_at = fields.DatetimeField(null=True)

    class Meta:
        table = "campaign_batch"
        unique_together = (("campaign_id", "position"),)
        indexes = (("state", "next_at"),)
