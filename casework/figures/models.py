"""Rows of figures."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class CaseFigure(Model):
    """What figures need of one case, kept beside it by the relay; narrow, so that a year is read within a second.

    `answer_minutes` and `close_minutes` are working minutes from filing; `in_time` is 1, 0, or null while it is open
    and not yet late. `month` is the local month of filing as year * 100 + month.
    """

    complaint_id = fields.UUIDField(primary_key=True)
    month = fields.IntField()
    submitted_on = fields.DateField()
    unit = fields.CharField(max_length=40, null=True)
    category = fields.CharField(max_length=40, null=True)
    area = fields.CharField(max_length=40, null=True)
    source = fields.CharField(max_length=20)
    state = fields.CharField(max_length=20)
    answer_minutes = fields.IntField(null=True)
    close_minutes = fields.IntField(null=True)
    in_time = fields.SmallIntField(null=True)
    rating = fields.SmallIntField(null=True)
    times_handed_back = fields.SmallIntField()
    times_disputed = fields.SmallIntField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "case_figure"
        indexes = (("month", "unit", "category"),)


class PublishedMonth(Model):
    """A month of figures as it was published, with the digest of its anonymised rows (SM3, hex)."""

    id = fields.UUIDField(primary_key=True)
    month = fields.IntField(unique=True)
    figures = fields.TextField()
    rows = fields.TextField()
    rows_digest = fields.CharField(max_length=64)
    published_at = fields.DatetimeField()
    published_by_id = fields.UUIDField(null=True)

    class Meta:
        table = "published_month"
