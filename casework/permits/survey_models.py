"""Rows of looks at a place by two officers, and of the photos they took. No rules here."""

from __future__ import annotations

from tortoise import fields

from kit.db.indexes import IndexWhere
from kit.tables import Model

WAITING = "confirmed_by_id IS NULL AND cancelled_at IS NULL"


class PermitSurvey(Model):
    """A look by two officers; `purpose`: "application", "restoration" or "check" (then `about_id` is a permit's). `nonce_hash`
    binds photos to this visit from `nonce_from_at` until it is recorded. `outcome`: "fits", "fits_less", "unfit"; of a permit
    "in_order", "not". `confirmed_by_id` is the other of the two, `late_reason` why they came later than promised,
    `no_photo_reason` why no photo was taken there: both are published.
    """

    id = fields.UUIDField(primary_key=True)
    purpose = fields.CharField(max_length=12)
    about_id = fields.UUIDField()
    officer_id = fields.UUIDField()
    second_officer_id = fields.UUIDField()
    scheduled_by_id = fields.UUIDField(null=True)
    scheduled_at = fields.DatetimeField()
    meeting_at = fields.DatetimeField(null=True)
    due_at = fields.DatetimeField(null=True)
    nonce_hash = fields.CharField(max_length=64, null=True)
    nonce_from_at = fields.DatetimeField(null=True)
    arrived_at = fields.DatetimeField(null=True)
    recorded_at = fields.DatetimeField(null=True)
    recorded_by_id = fields.UUIDField(null=True)
    confirmed_by_id = fields.UUIDField(null=True)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    accuracy_m = fields.FloatField(null=True)
    measured_area_m2 = fields.FloatField(null=True)
    outline: str | None = fields.TextField(null=True)
    findings: str | None = fields.TextField(null=True)
    outcome = fields.CharField(max_length=10, null=True)
    late_reason: str | None = fields.TextField(null=True)
    no_photo_reason: str | None = fields.TextField(null=True)
    cancelled_at = fields.DatetimeField(null=True)
    cancel_reason: str | None = fields.TextField(null=True)

    class Meta:
        table = "permit_survey"
        indexes = (
            ("about_id", "scheduled_at"),
            *(
                IndexWhere(fields=(who, "due_at"), where=WAITING)
                for who in ("officer_id", "second_officer_id")
            ),
        )


class PermitSurveyPhoto(Model):
    """A photo of a survey. `taken_at` is null where it was not taken on its page, and screens and papers say so."""

    id = fields.UUIDField(primary_key=True)
    survey_id = fields.UUIDField()
    file_id = fields.UUIDField()
    position = fields.SmallIntField()
    is_bound = fields.BooleanField()
    taken_at = fields.DatetimeField(null=True)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    added_at = fields.DatetimeField()

    class Meta:
        table = "permit_survey_photo"
        unique_together = (("survey_id", "position"),)
