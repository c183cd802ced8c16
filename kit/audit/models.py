"""Rows of the audit chains and of their daily seals. Both are only ever added to."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class AuditEntry(Model):
    """One thing that was done to a case. `previous` is the `mac` of the entry before it, empty for the first."""

    id = fields.UUIDField(primary_key=True)
    case_id = fields.UUIDField()
    position = fields.IntField()
    at = fields.DatetimeField()
    actor_kind = fields.CharField(max_length=16)
    actor_id = fields.UUIDField(null=True)
    action = fields.CharField(max_length=64)
    detail = fields.TextField()
    previous = fields.BinaryField()
    mac = fields.BinaryField()

    class Meta:
        table = "audit_entry"
        unique_together = (("case_id", "position"),)
        indexes = (("action", "at"),)


class AuditSeal(Model):
    """The signed tree over the last entries of all chains on one day.

    `heads` has a line for each chain (see `kit.audit.seal.head_line`). Old seals may have it emptied: the
    newest one covers every chain again, and root and signature stay.
    """

    id = fields.UUIDField(primary_key=True)
    number = fields.IntField(unique=True)
    sealed_on = fields.DateField(unique=True)
    sealed_at = fields.DatetimeField()
    previous_root = fields.BinaryField()
    root = fields.BinaryField()
    heads_count = fields.IntField()
    heads = fields.TextField()
    key_id = fields.CharField(max_length=16)
    signature = fields.BinaryField()

    class Meta:
        table = "audit_seal"
