"""Rows of figures."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class CaseFigure(Model):
    """What figures need of one case, kept beside it by the relay; narrow, so that a month is read quickly.

    `standing` says whether it counts (`casework.figures.standing`). `answer_minutes` and `close_minutes` are working
    minutes from filing; `in_time` is 1, 0, or null while that is open: then `due_at` says from when it is late.
    `month` is the local month of filing as year * 100 + month.
    """

    complaint_id = fields.UUIDField(primary_key=True)
    month = fields.IntField()
    submitted_on = fields.DateField()
    standing = fields.CharField(max_length=10)
    unit = fields.CharField(max_length=40, null=True)
    category = fields.CharField(max_length=40, null=True)
    area = fields.CharField(max_length=40, null=True)
    source = fields.CharField(max_length=20)
    state = fields.CharField(max_length=20)
    answer_minutes = fields.IntField(null=True)
    close_minutes = fields.IntField(null=True)
    in_time = fields.SmallIntField(null=True)
    due_at = fields.DatetimeField(null=True, db_index=True)
    rating = fields.SmallIntField(null=True)
    times_handed_back = fields.SmallIntField()
    times_disputed = fields.SmallIntField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "case_figure"
        indexes = (("month", "complaint_id"),)


class FigureMonth(Model):
    """How often figures of a month have changed, and how often they had when its blocks were made."""

    id = fields.UUIDField(primary_key=True)
    month = fields.IntField(unique=True)
    revision = fields.IntField()
    built_revision = fields.IntField()
    built_at = fields.DatetimeField(null=True)
    cases = fields.IntField()

    class Meta:
        table = "figure_month"


class FigureBlock(Model):
    """A month's cases as columns in order of value within each unit (category, area, source), see `blocks.py`.

    The block whose `dimension` is "cells" holds the counts. `runs` and `run_cells` are packed; the latter is read
    only where a filter asks for it.
    """

    id = fields.UUIDField(primary_key=True)
    month = fields.IntField()
    dimension = fields.CharField(max_length=10)
    runs = fields.BinaryField()
    run_cells = fields.BinaryField()

    class Meta:
        table = "figure_block"
        unique_together = (("month", "dimension"),)


class PublishedMonth(Model):
    """A month of figures as it was published, with the digest of its anonymised rows (SM3, hex).

    `edition` counts publications of the month; `reason` says why there was another one.
    """

    id = fields.UUIDField(primary_key=True)
    month = fields.IntField(unique=True)
    edition = fields.IntField()
    reason = fields.CharField(max_length=200, null=True)
    figures = fields.TextField()
    rows = fields.TextField()
    rows_digest = fields.CharField(max_length=64)
    published_at = fields.DatetimeField()
    published_by_id = fields.UUIDField(null=True)

    class Meta:
        table = "published_month"
