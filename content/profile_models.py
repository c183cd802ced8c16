"""Rows of the bureau profile in force."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class ProfileVersion(Model):
    """One loading of the bureau profile; the one with the highest number is in force."""

    id = fields.UUIDField(primary_key=True)
    number = fields.IntField(unique=True)
    sha256 = fields.CharField(max_length=64)
    document = fields.TextField()
    loaded_at = fields.DatetimeField()

    class Meta:
        table = "profile_version"
