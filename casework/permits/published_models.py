"""Rows of permits that are published: what the promise is reckoned from, and lists for offline checks."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class PermitFact(Model):
    """One row of what is published about the promise, and all that is needed to reckon the page's figures again.

    Written when a case is decided, refused or taken back; nothing in it says whose case it was. `survey_minutes` and
    `promise_minutes` are working minutes, null where there was no survey or no promise. `late_organ` is whose co-signature was late.
    The law's limit stands apart from the promised one: `is_law_kept`, and `extension_reason` where it was put off (行政许可法 42).
    """

    id = fields.UUIDField(primary_key=True)
    application_id = fields.UUIDField(unique=True)
    kind = fields.CharField(max_length=40)
    act = fields.CharField(max_length=10)
    source = fields.CharField(max_length=20)
    outcome = fields.CharField(max_length=12)
    month = fields.IntField()
    decided_at = fields.DatetimeField()
    survey_minutes = fields.IntField(null=True)
    survey_limit_minutes = fields.IntField(null=True)
    promise_minutes = fields.IntField(null=True)
    promise_limit_minutes = fields.IntField(null=True)
    is_survey_kept = fields.BooleanField(null=True)
    is_promise_kept = fields.BooleanField(null=True)
    is_law_kept = fields.BooleanField(null=True)
    extension_reason: str | None = fields.TextField(null=True)
    paused_minutes = fields.IntField(default=0)
    late_reason: str | None = fields.TextField(null=True)
    late_organ = fields.CharField(max_length=40, null=True)
    rating = fields.SmallIntField(null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "permit_fact"
        indexes = (("month", "kind"), ("decided_at", "id"))


class PermitKeyList(Model):
    """A published list of keys and revocations: `content` is signed JSON, `number` rises by one."""

    id = fields.UUIDField(primary_key=True)
    number = fields.IntField(unique=True)
    content = fields.TextField()
    made_at = fields.DatetimeField()

    class Meta:
        table = "permit_key_list"
