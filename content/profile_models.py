"""Rows of the bureau profile in force."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class ProfileVersion(Model):
    """One loading of the bureau profile; the one with the highest number is in force."""

    id = fields.UUIDField(primary_key=True)
    number = fields.IntField(unique=True)
    sha256 = fields.CharField(max_length=64)
    document = fields.TextField()
    loaded_at = fields.DatetimeField()

    class Meta:
        table = "profile_version"


class Amendment(Model):
    """A value of the profile, or a text of the catalogue, that an administrator changed on this installation.

    `kind`: "profile" (`path` is a dotted path, `value` JSON) or "text" (`path` is a key, `value` the wording). The
    row with the highest number of a path is in force; without `value` it restores what was shipped. Never deleted.
    """

    id = fields.UUIDField(primary_key=True)
    number = fields.IntField(unique=True)
    kind = fields.CharField(max_length=10)
    path = fields.CharField(max_length=120)
    value: str | None = fields.TextField(null=True)
    reason = fields.CharField(max_length=200)
    made_by_id = fields.UUIDField()
    made_at = fields.DatetimeField()

    class Meta:
        table = "amendment"
        indexes = (("kind", "path", "number"),)
