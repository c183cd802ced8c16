"""Rows of construction projects and of visits to enterprises."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class Project(Model):
    """A project under one code on its board. `contact_phone` is the project office's and stands in public."""

    id = fields.UUIDField(primary_key=True)
    code = fields.CharField(max_length=40, unique=True)
    name = fields.CharField(max_length=120)
    builder = fields.CharField(max_length=100)
    builder_uscc = fields.CharField(max_length=18)
    contractor = fields.CharField(max_length=100, null=True)
    supervisor = fields.CharField(max_length=100, null=True)
    contact_name = fields.CharField(max_length=40)
    contact_phone = fields.CharField(max_length=20)
    is_key = fields.BooleanField(default=False)
    key_contact_id = fields.UUIDField(null=True)
    place_text = fields.CharField(max_length=300)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    place_area = fields.CharField(max_length=40, null=True)
    unit = fields.CharField(max_length=40, null=True)
    starts_on = fields.DateField(null=True)
    ends_on = fields.DateField(null=True)
    account_id = fields.UUIDField(null=True, db_index=True)
    state = fields.CharField(max_length=20)
    revision = fields.IntField()
    created_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True)
    anonymised_at = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "project"
        indexes = (("builder_uscc", "id"), ("created_at", "id"))


class ProjectNotice(Model):
    """A notice on a project's page: night work, closed lanes, a hearing. Taken down, it keeps when and why."""

    id = fields.UUIDField(primary_key=True)
    project_id = fields.UUIDField()
    title = fields.CharField(max_length=100)
    words = fields.TextField()
    shown_from_at = fields.DatetimeField()
    shown_until_at = fields.DatetimeField(null=True)
    by_id = fields.UUIDField(null=True)
    taken_down_at = fields.DatetimeField(null=True)
    take_down_reason: str | None = fields.TextField(null=True)

    class Meta:
        table = "project_notice"
        indexes = (("project_id", "shown_from_at"),)


class OfficerCertificate(Model):
    """An officer's law-enforcement certificate: without one in force nobody inspects an enterprise."""

    id = fields.UUIDField(primary_key=True)
    staff_id = fields.UUIDField(db_index=True)
    number = fields.CharField(max_length=40, unique=True)
    valid_from_on = fields.DateField()
    valid_until_on = fields.DateField()
    revoked_at = fields.DatetimeField(null=True)
    made_by_id = fields.UUIDField(null=True)
    made_at = fields.DatetimeField()

    class Meta:
        table = "officer_certificate"


class EnterpriseVisit(Model):
    """An inspection of an enterprise, checked in by code before it begins.

    `purpose` and `basis` are stated beforehand. `year` with `uscc` is what the yearly cap counts; where cap or quiet days stood
    against it, `exception` says which ground was registered (`exception_words` in words) and who allowed it.
    Where the officer stood is kept with its accuracy and the distance from the site, or `place_reason` says why it is not;
    `confirmed_at` is when the second officer confirmed on a phone of their own, and the visit began.
    `refused` is why a check-in was turned away (a catalogue key): it is kept, it is no visit.
    """

    id = fields.UUIDField(primary_key=True)
    project_id = fields.UUIDField(null=True)
    uscc = fields.CharField(max_length=18)
    enterprise = fields.CharField(max_length=100)
    year = fields.SmallIntField()
    officer_id = fields.UUIDField()
    certificate_id = fields.UUIDField(null=True)
    second_officer_id = fields.UUIDField(null=True)
    second_certificate_id = fields.UUIDField(null=True)
    unit = fields.CharField(max_length=40, null=True)
    purpose = fields.CharField(max_length=200)
    basis = fields.CharField(max_length=200)
    state = fields.CharField(max_length=12)
    planned_for_on = fields.DateField(null=True)
    checked_in_at = fields.DatetimeField(null=True)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    accuracy_m = fields.FloatField(null=True)
    distance_m = fields.FloatField(null=True)
    place_reason = fields.CharField(max_length=200, null=True)
    confirmed_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    findings: str | None = fields.TextField(null=True)
    exception = fields.CharField(max_length=40, null=True)
    exception_words: str | None = fields.TextField(null=True)
    exception_by_id = fields.UUIDField(null=True)
    refused = fields.CharField(max_length=80, null=True)
    rating_hash = fields.CharField(max_length=64, null=True, unique=True)
    rating = fields.SmallIntField(null=True)
    rating_words: str | None = fields.TextField(null=True)
    rated_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "enterprise_visit"
        indexes = (("uscc", "year", "state"), ("project_id", "created_at"), ("officer_id", "created_at"))
