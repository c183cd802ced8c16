"""Rows of complaints. No rules here: `lifecycle.py` says what may happen, `actions.py` does it."""

from __future__ import annotations

from tortoise import fields

from kit.db.indexes import IndexWhere
from kit.tables import Model

OPEN = "closed_at IS NULL"
"""Of a million cases some twenty thousand are open; their queues have indexes of their own, see `casework.queues`."""
KEPT = "closed_at IS NOT NULL AND anonymised_at IS NULL"
"""Over, and still naming whose it was, see `casework.retention`."""
QUEUED = ("state", "category", "urgency", "place_area", "source", "submitted_at")
ENDED = ("urgency", "place_area", "source", "restricted_at")
"""What a queue is narrowed by stands in its indexes, so that a row is read only when it is shown."""


class Complaint(Model):
    """One complaint.

    `scene_code` is the code on a sign that led here, `filed_by_id` who of the staff filed it for somebody. `revision`
    counts moves. The words of a citizen (story, particulars, dispute reason, rating comment) are here and nowhere in
    the audit chain, which keeps their digests: they can be deleted on request without breaking it.

    *Time.* `limit_started_at` is when the limit that `due_at` ends began to run; `due_at` is null in final states.
    While the bureau waits for the citizen it is the waiting that is limited, and `answer_started_at` remembers since
    when the bureau's own limit runs; `extended_by` is what was added to that one, in its own unit; pauses are rows of
    their own. `answer_due_at` is the limit as it stood when the first answer was given at `first_answered_at`. `external_due_at` is
    another platform's deadline: ours ends no later.

    *Place.* Coordinates are WGS-84, the original and its datum beside them. `place_area` and `place_grid` are the
    codes of the bureau's own polygons, `place_standing` is "inside" or "outside" of all of them (null: no coordinates,
    or no polygons yet), `place_cell` the number of a square of some 200 m (`casework.areas.cells`).

    *Others.* `merged_into_id` is the case whose answer is this one's too, `parent_id` the case this one was split
    from, `said_same_as_id` the case the citizen said it is the same as.

    `suggestion` is what the words suggested when it was filed (JSON, `casework.complaints.ports.Suggested`),
    `particulars` the citizen's answers to the category's questions (JSON), `routing` why it was sent where it is
    (JSON, `casework.routing.Explained`). Of an anonymised case `anonymised_at` is set; of one that the law forbids to
    delete, `restricted_at` and on what ground (`restriction_basis`).
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
    urgency = fields.CharField(max_length=10, null=True)
    suggestion: str | None = fields.TextField(null=True)
    particulars: str | None = fields.TextField(null=True)
    routing: str | None = fields.TextField(null=True)
    name_sealed = fields.BinaryField(null=True)
    filed_by_id = fields.UUIDField(null=True)
    place_area = fields.CharField(max_length=40, null=True)
    place_grid = fields.CharField(max_length=40, null=True)
    place_standing = fields.CharField(max_length=10, null=True)
    place_cell = fields.BigIntField(null=True)
    merged_into_id = fields.UUIDField(null=True)
    parent_id = fields.UUIDField(null=True)
    said_same_as_id = fields.UUIDField(null=True)
    accepted_at = fields.DatetimeField(null=True)
    answer_started_at = fields.DatetimeField(null=True)
    extended_by = fields.IntField(null=True)
    handled_at = fields.DatetimeField(null=True)
    first_answered_at = fields.DatetimeField(null=True)
    answer_due_at = fields.DatetimeField(null=True)
    question: str | None = fields.TextField(null=True)
    supervised_at = fields.DatetimeField(null=True)
    times_reminded = fields.IntField(null=True)
    reminded_at = fields.DatetimeField(null=True)
    rating_solved = fields.SmallIntField(null=True)
    rating_manner = fields.SmallIntField(null=True)
    rating_speed = fields.SmallIntField(null=True)
    external_due_at = fields.DatetimeField(null=True)
    calendar = fields.CharField(max_length=16, null=True)
    archived_at = fields.DatetimeField(null=True)
    anonymised_at = fields.DatetimeField(null=True)
    restricted_at = fields.DatetimeField(null=True)
    restriction_basis = fields.CharField(max_length=200, null=True)

    class Meta:
        table = "complaint"
        indexes = (
            ("place_cell", "submitted_at"),
            # The map's counts are read from this one alone, see `casework.areas.counting`; so is the list of everything.
            ("submitted_at", "place_cell", "state", "unit", "category", *ENDED),
            IndexWhere(fields=("merged_into_id", "id"), where="merged_into_id IS NOT NULL"),
            IndexWhere(fields=("parent_id", "id"), where="parent_id IS NOT NULL"),
            ("phone_index", "submitted_at"),
            ("account_id", "submitted_at", "id"),
            ("state", "submitted_at", "id", "category", *ENDED),
            ("unit", "submitted_at", "id", "state", "category", *ENDED),
            ("unit", "state", "submitted_at", "id"),
            IndexWhere(
                fields=("assignee_id", "submitted_at", "id", "unit", "state", "category"),
                where="assignee_id IS NOT NULL",
            ),
            ("category", "submitted_at", "id", "state", *ENDED),
            ("category", "unit", "submitted_at", "id", "state", *ENDED),
            IndexWhere(
                fields=("filed_by_id", "submitted_at", "id", "unit", "state", "assignee_id"),
                where="filed_by_id IS NOT NULL",
            ),
            IndexWhere(fields=("due_at", "id", *QUEUED, "unit", "assignee_id"), where=OPEN),
            IndexWhere(fields=("unit", "due_at", "id", *QUEUED, "assignee_id"), where=OPEN),
            IndexWhere(
                fields=("assignee_id", "due_at", "id", *QUEUED, "unit"),
                where=f"{OPEN} AND assignee_id IS NOT NULL",
            ),
            IndexWhere(fields=("state", "due_at", "id", "unit", "assignee_id"), where=OPEN),
            IndexWhere(
                fields=("supervised_at", "due_at", "id", "state", "unit", "assignee_id"),
                where=f"{OPEN} AND supervised_at IS NOT NULL",
            ),
            IndexWhere(
                fields=("times_disputed", "due_at", "id", "state", "unit", "assignee_id"),
                where=f"{OPEN} AND times_disputed > 0",
            ),
            IndexWhere(fields=("due_at", "id"), where="closed_at IS NOT NULL"),
            # What is to be anonymised next, oldest first: what has been is not in it.
            IndexWhere(fields=("state", "closed_at", "id"), where=KEPT),
            IndexWhere(fields=("restricted_at", "id"), where="restricted_at IS NOT NULL"),
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
        indexes = (
            # Who else holds this file: merged and split cases share theirs.
            ("file_id",),
            IndexWhere(fields=("id",), where="medium IS NOT NULL"),
        )


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


class ComplaintPause(Model):
    """A time during which the bureau's limit on a case stood still, because the citizen had to say something first.

    `ended_at` is null while it lasts.
    """

    id = fields.UUIDField(primary_key=True)
    complaint_id = fields.UUIDField(db_index=True)
    started_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "complaint_pause"


class CategoryModel(Model):
    """Weights that tell categories by words, trained from the bureau's own closed cases.

    `weights` are bytes of `nlp.linear_format`, `report` the scores it had when it was trained (JSON). The one with
    the latest `activated_at` that is not retired suggests.
    """

    id = fields.UUIDField(primary_key=True)
    trained_at = fields.DatetimeField()
    cases = fields.IntField()
    weights = fields.BinaryField()
    report = fields.TextField()
    activated_at = fields.DatetimeField(null=True)
    retired_at = fields.DatetimeField(null=True)

    class Meta:
        table = "category_model"
