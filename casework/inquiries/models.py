"""Rows of inquiries: messages to a person in the bureau, answered from the console."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class Inquiry(Model):
    """One matter a citizen wrote about. `due_at` is null in final states, `revision` counts moves.

    `topic` is null for an ordinary message, "correction" or "deletion" for a request about one's own data.
    """

    id = fields.UUIDField(primary_key=True)
    reference = fields.CharField(max_length=40, unique=True)
    account_id = fields.UUIDField()
    source = fields.CharField(max_length=20)
    topic = fields.CharField(max_length=20, null=True)
    state = fields.CharField(max_length=20)
    state_since_at = fields.DatetimeField()
    revision = fields.IntField()
    submitted_at = fields.DatetimeField()
    due_at = fields.DatetimeField(null=True)
    answered_by_id = fields.UUIDField(null=True)
    closed_at = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "inquiry"
        indexes = (("due_at", "id"), ("account_id", "submitted_at", "id"), ("state", "submitted_at", "id"))


class InquiryMessage(Model):
    """One side's words, in order. `author_kind` is "citizen" or "staff"."""

    id = fields.UUIDField(primary_key=True)
    inquiry_id = fields.UUIDField()
    position = fields.IntField()
    author_kind = fields.CharField(max_length=10)
    author_id = fields.UUIDField(null=True)
    text = fields.TextField()
    at = fields.DatetimeField()

    class Meta:
        table = "inquiry_message"
        unique_together = (("inquiry_id", "position"),)
