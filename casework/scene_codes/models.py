"""Rows of scene codes: what stands behind a QR code on a sign."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class SceneCode(Model):
    """A printed code. `code` is what the platform hands back as the scene (at most 64 characters, ours 24).

    `kind` says what it opens (`scene_codes/kinds.py`); `target` is the reference or path behind it, where there
    is one. Coordinates are WGS-84. A retired code still says what it was for.
    """

    id = fields.UUIDField(primary_key=True)
    code = fields.CharField(max_length=40, unique=True)
    kind = fields.CharField(max_length=20)
    title = fields.CharField(max_length=100)
    place_text = fields.CharField(max_length=300, null=True)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    unit = fields.CharField(max_length=40, null=True)
    contact = fields.CharField(max_length=100, null=True)
    target = fields.CharField(max_length=300, null=True)
    platform_url = fields.CharField(max_length=300, null=True)
    created_at = fields.DatetimeField()
    retired_at = fields.DatetimeField(null=True)

    class Meta:
        table = "scene_code"
        indexes = (("kind", "created_at", "id"),)
