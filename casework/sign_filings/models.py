"""Rows of signs."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class Sign(Model):
    """One sign and its code: who put it up, who answers for it, what it is made of, until when.

    `contact_phone` is that of an office, never of a person: it stands in public. `permit_id` is the statutory approval of a
    large outdoor advertisement, `application_id` the filing. Measures in metres. `check_due_on` is when the yearly look is due,
    `reminded_at` when its holder was reminded of it, `missed_at` when it was said that it did not come. `removed_on` is the day it
    was taken down, `successor_application_id` the filing of the sign that takes its place.
    """

    id = fields.UUIDField(primary_key=True)
    code = fields.CharField(max_length=40, unique=True)
    application_id = fields.UUIDField(null=True, unique=True)
    permit_id = fields.UUIDField(null=True)
    account_id = fields.UUIDField(null=True, db_index=True)
    kind = fields.CharField(max_length=20)
    state = fields.CharField(max_length=20)
    state_since_at = fields.DatetimeField()
    revision = fields.IntField()
    holder_sealed = fields.BinaryField()
    holder_shown = fields.CharField(max_length=100)
    responsible_unit = fields.CharField(max_length=100)
    contact_phone = fields.CharField(max_length=20)
    words = fields.CharField(max_length=200)
    material = fields.CharField(max_length=60)
    width_m = fields.FloatField()
    height_m = fields.FloatField()
    depth_m = fields.FloatField(null=True)
    above_ground_m = fields.FloatField(null=True)
    lighting = fields.CharField(max_length=40, null=True)
    place_text = fields.CharField(max_length=300)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    place_area = fields.CharField(max_length=40, null=True)
    place_cell = fields.BigIntField(null=True)
    unit = fields.CharField(max_length=40, null=True)
    put_up_on = fields.DateField(null=True)
    valid_until_on = fields.DateField(null=True)
    check_due_on = fields.DateField(null=True)
    reminded_at = fields.DatetimeField(null=True)
    missed_at = fields.DatetimeField(null=True)
    registered_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    end_reason: str | None = fields.TextField(null=True)
    removed_on = fields.DateField(null=True)
    successor_application_id = fields.UUIDField(null=True)
    anonymised_at = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "sign"
        indexes = (
            ("check_due_on", "id"),
            ("place_cell", "id"),
            ("registered_at", "id"),
            ("successor_application_id",),
        )


class SignCheck(Model):
    """A yearly look by whoever answers for the sign: answers by question (JSON), photos, and whether it is safe."""

    id = fields.UUIDField(primary_key=True)
    sign_id = fields.UUIDField()
    year = fields.SmallIntField()
    answers = fields.TextField()
    is_safe = fields.BooleanField()
    words: str | None = fields.TextField(null=True)
    checked_on = fields.DateField()
    sent_at = fields.DatetimeField()
    account_id = fields.UUIDField(null=True)

    class Meta:
        table = "sign_check"
        indexes = (("sign_id", "sent_at"),)


class SignPhoto(Model):
    """A photo of a sign: `stage` "filing", "check" (then `check_id`), "removed" (the place without it)."""

    id = fields.UUIDField(primary_key=True)
    sign_id = fields.UUIDField()
    check_id = fields.UUIDField(null=True)
    file_id = fields.UUIDField(db_index=True)
    stage = fields.CharField(max_length=10)
    position = fields.SmallIntField()

    class Meta:
        table = "sign_photo"
        indexes = (("sign_id", "stage", "position"),)


class SignHazard(Model):
    """That somebody who scanned a sign says it is unsafe; handled as the complaint it became."""

    id = fields.UUIDField(primary_key=True)
    sign_id = fields.UUIDField()
    complaint_id = fields.UUIDField(db_index=True)
    reported_at = fields.DatetimeField()

    class Meta:
        table = "sign_hazard"
        indexes = (("sign_id", "reported_at"),)
