"""Rows of the mechanism itself: guard keys, serial blocks."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class GuardKey(Model):
    """Something that may happen once: a message, an Idempotency-Key, a turn of a conversation.

    `result` is what a repeat of the same act is answered with; empty for a guard
    that only marks a position as taken.
    """

    key = fields.CharField(max_length=255, primary_key=True)
    body_hash = fields.BinaryField()
    result = fields.BinaryField()
    created_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "guard_key"


class SerialBlock(Model):
    """The next number nobody has been given yet, per name (such as 'TS:2026-11-22')."""

    name = fields.CharField(max_length=64, primary_key=True)
    next = fields.IntField()

    class Meta:
        table = "serial_block"


class KeyFingerprint(Model):
    """Which keys sealed what is stored here: another key ring must not begin to write beside them."""

    name = fields.CharField(max_length=32, primary_key=True)
    fingerprint = fields.CharField(max_length=64)

    class Meta:
        table = "key_fingerprint"
