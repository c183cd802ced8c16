"""Rows of notifications."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class Delivery(Model):
    """One message to one recipient about one event: the row exists before anything is sent.

    State: queued -> sending (held until `lease_until` by whoever has the number `fence`) -> sent,
    uncertain, failed or expired. `final_reason` is a code with a clerk's sentence in the catalogue under
    `delivery.reason`; of a page that only the console showed it says why. `read_at` is for messages shown in the
    console. `receipt` is what the platform reported later about a message it had taken: "delivered", or why it
    was not. `lost_at` is when the first try began whose answer was lost though the message may have been shown.

    `lane`: 0 goes before 1, 1 before 2 (`rules.Lane`; null: a release before wrote it, 1). `repeats` counts tries
    after one that may have been shown, where the rule prefers a repeat. `trail` lists what was tried, newest last
    (`trail.Step` as JSON). A message that waits for a bundle has `digest_at`, when the bundle is made; the bundle's
    own row is `digest_id`, and its end is the message's end. `replay_of` is the message a clerk sent once more.
    `settled_at` is when the final state was reached.
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
    lane = fields.SmallIntField(null=True)
    repeats = fields.SmallIntField(null=True)
    trail: str | None = fields.TextField(null=True)
    digest_at = fields.DatetimeField(null=True)
    digest_id = fields.UUIDField(null=True)
    replay_of = fields.UUIDField(null=True)
    settled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "delivery"
        unique_together = (("event_id", "recipient_id"),)
        indexes = (
            ("state", "next_at", "id"),
            ("state", "lease_until"),
            # How many somebody has not read is asked on every page of the console.
            ("recipient_id", "read_at"),
            ("platform_id",),
            ("state", "lane", "next_at", "id"),
            ("state", "digest_at", "recipient_id"),
            ("digest_id",),
            ("rule", "created_at"),
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


class StaffAlert(Model):
    """A call to staff that somebody must answer: by opening it, by taking it in hand, or by moving its case.

    One for each event and rule. When nobody has by `escalate_at` (the database's clock), the audience
    `escalate_to` is called, once. `acknowledged_by` is the member of staff.
    """

    id = fields.UUIDField(primary_key=True)
    event_id = fields.UUIDField()
    rule = fields.CharField(max_length=80)
    case_id = fields.UUIDField(null=True, db_index=True)
    raised_at = fields.DatetimeField()
    escalate_at = fields.DatetimeField()
    escalate_to = fields.CharField(max_length=20)
    acknowledged_at = fields.DatetimeField(null=True)
    acknowledged_by = fields.UUIDField(null=True)
    escalated_at = fields.DatetimeField(null=True)
    settled = fields.BooleanField()

    class Meta:
        table = "staff_alert"
        unique_together = (("event_id", "rule"),)
        indexes = (("settled", "escalate_at"),)


class NoticePreference(Model):
    """How somebody wants to hear of one kind of news: `choice` is "now", "digest" or "none".

    `recipient_kind` as in `Delivery`; for citizens it is the person's, whichever account says so. `topic` is
    `rules.Topic`. No row: as the rule has it.
    """

    id = fields.UUIDField(primary_key=True)
    recipient_kind = fields.CharField(max_length=10)
    recipient_id = fields.UUIDField()
    topic = fields.CharField(max_length=20)
    choice = fields.CharField(max_length=10)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "notice_preference"
        unique_together = (("recipient_id", "topic"),)
