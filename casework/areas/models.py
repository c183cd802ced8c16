"""Rows of areas."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class Area(Model):
    """One polygon (or several of one name), WGS-84.

    `kind` is "district", "street" or "grid"; `geometry` the GeoJSON geometry, checked when it was imported; the box
    around it in degrees. `import_id` is the import that brought it.
    """

    id = fields.UUIDField(primary_key=True)
    code = fields.CharField(max_length=40, unique=True)
    name = fields.CharField(max_length=100)
    kind = fields.CharField(max_length=10)
    parent_code = fields.CharField(max_length=40, null=True)
    geometry = fields.TextField()
    west = fields.FloatField()
    south = fields.FloatField()
    east = fields.FloatField()
    north = fields.FloatField()
    import_id = fields.UUIDField()

    class Meta:
        table = "area"


class AreaImport(Model):
    """One taking-over of a file of polygons. The highest `version` is what processes must have read.

    `report` says what came, changed and went (JSON).
    """

    id = fields.UUIDField(primary_key=True)
    version = fields.IntField(unique=True)
    kind = fields.CharField(max_length=10)
    areas = fields.IntField()
    report = fields.TextField()
    staff_id = fields.UUIDField(null=True)
    at = fields.DatetimeField()

    class Meta:
        table = "area_import"
