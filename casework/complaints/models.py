"""Rows of complaints. No rules here: `lifecycle.py` says what may happen, `actions.py` does it."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Complaint(Model):
    """One complaint.

    `scene_code` is the code on a sign that led here. `revision` counts moves. `limit_started_at` is when the limit that `due_at` ends began to run;
    `due_at` is null in final states. Coordinates are WGS-84, the original and its datum beside them.
    The words of a citizen (story, dispute reason, rating comment) are here and nowhere in the audit chain,
    which keeps their digests: they can be deleted on request without breaking it.
    """

    id = fields.UUIDField(primary_key=True)
    reference = fields.CharField(max_length=40, unique=True)
    account_id = fields.UUIDField(null=True)
    source = fields.CharField(max_length=20)
    scene_code = fields.CharField(max_length=40, null=True)
    state = fields.CharField(max_length=20)
    state_since_at = fields.DatetimeField()
    revision = fields.IntField()
    category = fields.CharField(max_length=40, null=True)
    suggested_category = fields.CharField(max_length=40, null=True)
    story = fields.TextField()
    place_text = fields.CharField(max_length=300)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    place_original: str | None = fields.TextField(null=True)
    phone_sealed = fields.BinaryField(null=True)
    phone_index = fields.CharField(max_length=64, null=True)
    unit = fields.CharField(max_length=40, null=True)
    assignee_id = fields.UUIDField(null=True)
    submitted_at = fields.DatetimeField()
    limit_started_at = fields.DatetimeField()
    due_at = fields.DatetimeField(null=True)
    refusal_reason: str | None = fields.TextField(null=True)
    responsible_body = fields.CharField(max_length=100, null=True)
    answer: str | None = fields.TextField(null=True)
    answered_at = fields.DatetimeField(null=True)
    dispute_reason: str | None = fields.TextField(null=True)
    times_disputed = fields.IntField()
    rating = fields.SmallIntField(null=True)
    rating_comment: str | None = fields.TextField(null=True)
    closed_at = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "complaint"
        indexes = (
            ("due_at", "id"),
            ("submitted_at", "id"),
            ("account_id", "submitted_at", "id"),
            ("assignee_id", "due_at", "id"),
            ("unit", "due_at", "id"),
        )


class ComplaintPhoto(Model):
    """A photo, voice message or film of a complaint, in the order given.

    `stage`: "before" (the citizen's), "added" (sent later) or "after" (the unit's). `medium`: "voice" or "video",
    null for a photo.
    """

    id = fields.UUIDField(primary_key=True)
    complaint_id = fields.UUIDField()
    file_id = fields.UUIDField()
    position = fields.SmallIntField()
    stage = fields.CharField(max_length=10)
    medium = fields.CharField(max_length=10, null=True)

    class Meta:
        table = "complaint_photo"
        unique_together = (("complaint_id", "stage", "position"),)


class ComplaintAddition(Model):
    """Words a citizen added to a complaint after filing it."""

    id = fields.UUIDField(primary_key=True)
    complaint_id = fields.UUIDField()
    position = fields.SmallIntField()
    text = fields.TextField()
    at = fields.DatetimeField()

    class Meta:
        table = "complaint_addition"
        unique_together = (("complaint_id", "position"),)


class ComplaintNote(Model):
    """What staff wrote beside the moves of a case.

    `audience`: "internal" (staff alone) or "public" (an update the citizen is told word for word).
    """

    id = fields.UUIDField(primary_key=True)
    complaint_id = fields.UUIDField()
    position = fields.SmallIntField()
    audience = fields.CharField(max_length=10)
    staff_id = fields.UUIDField()
    text = fields.TextField()
    at = fields.DatetimeField()

    class Meta:
        table = "complaint_note"
        unique_together = (("complaint_id", "position"),)


class ComplaintReceipt(Model):
    """A secret that shows one case to whoever holds it; only its keyed hash is kept.

    `kind`: "receipt" goes with the reference and lets its holder act as the citizen; "open311" is the id that
    Open311 gave out, which shows state, category and coarse place and nothing else.
    """

    id = fields.UUIDField(primary_key=True)
    complaint_id = fields.UUIDField(db_index=True)
    kind = fields.CharField(max_length=10)
    secret_hash = fields.CharField(max_length=64, unique=True)
    created_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "complaint_receipt"


class ComplaintRelease(Model):
    """What a clerk released of a case to the public. `public_id` is drawn at random and leads to nothing else.

    `description` is the clerk's own wording; the place is coarse (see `casework.complaints.releasing`). One release
    of a case is in force at a time: `withdrawn_at` ends it.
    """

    id = fields.UUIDField(primary_key=True)
    complaint_id = fields.UUIDField(db_index=True)
    public_id = fields.CharField(max_length=40, unique=True)
    description = fields.TextField()
    place_text = fields.CharField(max_length=100)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    submitted_at = fields.DatetimeField()
    released_by_id = fields.UUIDField()
    released_at = fields.DatetimeField()
    withdrawn_by_id = fields.UUIDField(null=True)
    withdrawn_at = fields.DatetimeField(null=True)

    class Meta:
        table = "complaint_release"
        indexes = (("submitted_at", "id"),)
