"""Rows of routing: who holds which post when. Rules are in the profile."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class Posting(Model):
    """A member of staff on a post for some time: street chief of an area, grid officer of a grid, on a duty list.

    `post` is "street_chief", "grid_officer" or "on_duty"; `area` the code of a polygon or the name the profile uses,
    `unit` whose duty list it is. `ends_at` null: until further notice. `revoked_at` takes it back.
    """

    id = fields.UUIDField(primary_key=True)
    post = fields.CharField(max_length=20)
    unit = fields.CharField(max_length=40, null=True)
    area = fields.CharField(max_length=40, null=True)
    staff_id = fields.UUIDField()
    begins_at = fields.DatetimeField()
    ends_at = fields.DatetimeField(null=True)
    note = fields.CharField(max_length=200, null=True)
    created_by_id = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "posting"
        indexes = (("post", "area"), ("unit", "begins_at"), ("staff_id", "begins_at"))
