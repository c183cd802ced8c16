"""Rows of permits. No rules here: `lifecycle.py` says what may happen, the actions do it."""

from __future__ import annotations

from tortoise import fields

from kit.db.indexes import IndexWhere
from kit.tables import Model

OPEN = "ended_at IS NULL"


class PermitDraft(Model):
    """What somebody has filled in so far, to go on with at any door: `account_id` the applicant's, or `staff_id` the
    clerk's at the window. `content_sealed` is JSON (`casework.permits.forms.Filled`). `application_id` is set while a
    correction of that application is being written, and `concerns_id` where a permit is to be changed or renewed.

    An applicant lets a clerk go on with it by a code (its keyed hash in `code_hash`, good until `code_until_at` and once);
    then it is `helper_id`'s too until `helper_until_at`, and the applicant's all the time.
    """

    id = fields.UUIDField(primary_key=True)
    account_id = fields.UUIDField(null=True, db_index=True)
    staff_id = fields.UUIDField(null=True, db_index=True)
    kind = fields.CharField(max_length=40)
    act = fields.CharField(max_length=10)
    concerns_id = fields.UUIDField(null=True)
    application_id = fields.UUIDField(null=True)
    step = fields.CharField(max_length=40)
    content_sealed = fields.BinaryField()
    revision = fields.IntField()
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(db_index=True)
    code_hash = fields.CharField(max_length=64, null=True)
    code_until_at = fields.DatetimeField(null=True)
    helper_id = fields.UUIDField(null=True)
    helper_until_at = fields.DatetimeField(null=True)

    class Meta:
        table = "permit_draft"
        indexes = (
            IndexWhere(fields=("code_hash",), where="code_hash IS NOT NULL"),
            IndexWhere(fields=("helper_id",), where="helper_id IS NOT NULL"),
        )


class PermitApplication(Model):
    """One application, whatever door it came in by; all of them share one series of references.

    `kind` is a code of the profile's `permits.kinds`, `definition` the first 16 characters of the digest of that kind's
    definition when it was submitted, `flow` its table of moves ("permit", "filing", "refund"). `act`: "new", "change", "renew" or
    "cancel"; `concerns_id` is the permit it concerns. `source`: "h5", "miniprogram", "window", "exchange";
    `filed_by_id` the clerk who entered it for somebody. `form_sealed` is all that was submitted (JSON,
    `casework.permits.forms.Filled`), `facts` what of it is not personal (JSON by field), for lists and routing.

    *Who.* The holder as named (sealed), whether "person" or "organisation", the number by which they are known (USCC or
    identity number) sealed and as keyed index, the phone likewise; `agent_sealed` the agent with the authorisation.
    `identity`: how it was checked ("unified_login", "window", "on_site") and null while it was not; `identity_at` when, at the window or there by
    whom (`identity_by_id`) and from what (`identity_document`: "identity_card", "business_licence", ...; its number sealed).

    *Where and when.* Coordinates are WGS-84, `outline` a GeoJSON polygon where one was drawn, `area_m2` what is asked for.
    `surface` is what is occupied (`carriageway`, `footway`, `setback`, or null), `wanted_from_at`.. the time asked for.

    *Time.* `received_at` is when the materials were complete; `accepted_at` when acceptance counts from, `is_deemed` where silence
    accepted it. `promise_started_at`..`promise_due_at` is the promised clock, `statutory_due_at` the law's. `due_at` ends
    the limit of the present state, which began at `limit_started_at`. `late_reason` is published. `extended_at`: the law's
    limit was put off once (行政许可法 42), by whom and why, which is published too.

    *What came of it.* `amount_fen` is what is paid back of a deposit, `paid_on` the day it was. `delivery` is how the paper
    is wanted, later how it came ("online", "window", "post"). A comment on the rating is public from `rating_released_at` on.
    `reasons_sealed` is why it was granted over another permit or without an organ (JSON). `has_false_materials`: denied for that (78). `is_silent`: granted because nobody decided in time (50).
    `anonymised_at`: nobody's since; its papers may be kept longer, until `papers_forgotten_at`.
    """

    id = fields.UUIDField(primary_key=True)
    reference = fields.CharField(max_length=40, unique=True)
    kind = fields.CharField(max_length=40)
    definition = fields.CharField(max_length=16)
    flow = fields.CharField(max_length=10)
    act = fields.CharField(max_length=10)
    concerns_id = fields.UUIDField(null=True, db_index=True)
    account_id = fields.UUIDField(null=True)
    source = fields.CharField(max_length=20)
    filed_by_id = fields.UUIDField(null=True)
    state = fields.CharField(max_length=24)
    state_since_at = fields.DatetimeField()
    revision = fields.IntField()
    form_sealed = fields.BinaryField()
    facts = fields.TextField()
    holder_kind = fields.CharField(max_length=12)
    holder_sealed = fields.BinaryField()
    holder_number_sealed = fields.BinaryField(null=True)
    holder_index = fields.CharField(max_length=64, null=True)
    phone_sealed = fields.BinaryField(null=True)
    phone_index = fields.CharField(max_length=64, null=True)
    agent_sealed = fields.BinaryField(null=True)
    identity = fields.CharField(max_length=16, null=True)
    identity_at = fields.DatetimeField(null=True)
    identity_by_id = fields.UUIDField(null=True)
    identity_document = fields.CharField(max_length=20, null=True)
    identity_number_sealed = fields.BinaryField(null=True)
    unit = fields.CharField(max_length=40, null=True)
    assignee_id = fields.UUIDField(null=True)
    place_text = fields.CharField(max_length=300)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    place_original: str | None = fields.TextField(null=True)
    outline: str | None = fields.TextField(null=True)
    place_area = fields.CharField(max_length=40, null=True)
    place_grid = fields.CharField(max_length=40, null=True)
    place_cell = fields.BigIntField(null=True)
    surface = fields.CharField(max_length=20, null=True)
    area_m2 = fields.FloatField(null=True)
    wanted_from_at = fields.DatetimeField(null=True)
    wanted_until_at = fields.DatetimeField(null=True)
    submitted_at = fields.DatetimeField()
    received_at = fields.DatetimeField(null=True)
    accepted_at = fields.DatetimeField(null=True)
    is_deemed = fields.BooleanField(default=False)
    promise_started_at = fields.DatetimeField(null=True)
    promise_due_at = fields.DatetimeField(null=True)
    statutory_due_at = fields.DatetimeField(null=True)
    limit_started_at = fields.DatetimeField()
    due_at = fields.DatetimeField(null=True)
    surveyed_at = fields.DatetimeField(null=True)
    survey_due_at = fields.DatetimeField(null=True)
    decided_at = fields.DatetimeField(null=True)
    decided_by_id = fields.UUIDField(null=True)
    ground: str | None = fields.TextField(null=True)
    late_reason: str | None = fields.TextField(null=True)
    late_reason_at = fields.DatetimeField(null=True)
    extended_at = fields.DatetimeField(null=True)
    extended_by_id = fields.UUIDField(null=True)
    extension_reason: str | None = fields.TextField(null=True)
    is_silent = fields.BooleanField(default=False)
    has_false_materials = fields.BooleanField(default=False)
    reasons_sealed = fields.BinaryField(null=True)
    fee_fen = fields.IntField(default=0)
    fee_basis: str | None = fields.TextField(null=True)
    fee_note: str | None = fields.TextField(null=True)
    amount_fen = fields.IntField(null=True)
    paid_on = fields.DateField(null=True)
    delivery = fields.CharField(max_length=10, null=True)
    rating = fields.SmallIntField(null=True)
    rating_comment: str | None = fields.TextField(null=True)
    rated_at = fields.DatetimeField(null=True)
    rating_released_at = fields.DatetimeField(null=True)
    calendar = fields.CharField(max_length=16, null=True)
    ended_at = fields.DatetimeField(null=True)
    anonymised_at = fields.DatetimeField(null=True)
    papers_forgotten_at = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "permit_application"
        indexes = (
            ("account_id", "submitted_at", "id"),
            ("holder_index", "submitted_at"),
            ("phone_index", "submitted_at"),
            ("kind", "submitted_at", "id"),
            ("submitted_at", "id"),
            ("decided_at", "id"),
            ("place_cell", "wanted_until_at"),
            IndexWhere(fields=("rating_released_at", "id"), where="rating_released_at IS NOT NULL"),
            IndexWhere(fields=("due_at", "id", "kind", "state", "unit", "assignee_id"), where=OPEN),
            IndexWhere(fields=("unit", "due_at", "id", "kind", "state", "assignee_id"), where=OPEN),
            IndexWhere(
                fields=("ended_at", "id", "state"), where="ended_at IS NOT NULL AND anonymised_at IS NULL"
            ),
            IndexWhere(
                fields=("ended_at", "id"), where="anonymised_at IS NOT NULL AND papers_forgotten_at IS NULL"
            ),
        )


class PermitPause(Model):
    """A time that the law keeps out of the limits (hearing, test, expert review: 行政许可法 45), with what the applicant
    was told. `ended_at` is null while it lasts.
    """

    id = fields.UUIDField(primary_key=True)
    application_id = fields.UUIDField(db_index=True)
    kind = fields.CharField(max_length=20)
    reason = fields.TextField()
    basis = fields.CharField(max_length=200)
    expected_days = fields.IntField(null=True)
    document_id = fields.UUIDField(null=True)
    started_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    by_id = fields.UUIDField(null=True)

    class Meta:
        table = "permit_pause"


class PermitCorrection(Model):
    """What is to be put right. `items` is JSON: [{"item": "field:area" or "material:lease", "wrong": words}]. `head_reason` is
    why a second one was needed, `answered_at` when it came back.
    """

    id = fields.UUIDField(primary_key=True)
    application_id = fields.UUIDField()
    round = fields.SmallIntField()
    items = fields.TextField()
    words: str | None = fields.TextField(null=True)
    head_reason: str | None = fields.TextField(null=True)
    head_id = fields.UUIDField(null=True)
    asked_by_id = fields.UUIDField(null=True)
    asked_at = fields.DatetimeField()
    due_at = fields.DatetimeField(null=True)
    answered_at = fields.DatetimeField(null=True)

    class Meta:
        table = "permit_correction"
        unique_together = (("application_id", "round"),)


class PermitMaterial(Model):
    """A file handed in under one of the kind's materials. A replaced one stays, with the moment it was replaced.

    `draft_id` while it belongs to a draft; `seen_at` when a clerk checked the original at the window.
    """

    id = fields.UUIDField(primary_key=True)
    application_id = fields.UUIDField(null=True, db_index=True)
    draft_id = fields.UUIDField(null=True, db_index=True)
    code = fields.CharField(max_length=40)
    file_id = fields.UUIDField(null=True)
    position = fields.SmallIntField()
    added_at = fields.DatetimeField()
    replaced_at = fields.DatetimeField(null=True)
    seen_at = fields.DatetimeField(null=True)
    seen_by_id = fields.UUIDField(null=True)

    class Meta:
        table = "permit_material"
        indexes = (("file_id",),)


class CoSignature(Model):
    """What another organ is asked to say. `opinion`: "agreed", "agreed_with_terms", "refused"; waiting for it stops no clock
    of the promise: whose lateness it was is published. `answered_at` is the first answer; `by_name` who said it on paper.
    `reference` and `asking_unit` are the application's, so that alarms can name it and its clerks are told.
    """

    id = fields.UUIDField(primary_key=True)
    application_id = fields.UUIDField()
    reference = fields.CharField(max_length=40, default="")
    asking_unit = fields.CharField(max_length=40, null=True)
    organ = fields.CharField(max_length=40)
    unit = fields.CharField(max_length=40, null=True)
    state = fields.CharField(max_length=12)
    basis = fields.CharField(max_length=200)
    asked_at = fields.DatetimeField()
    due_at = fields.DatetimeField(null=True)
    opinion = fields.CharField(max_length=20, null=True)
    words: str | None = fields.TextField(null=True)
    answered_at = fields.DatetimeField(null=True)
    by_id = fields.UUIDField(null=True)
    by_name = fields.CharField(max_length=60, null=True)
    revision = fields.IntField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "co_signature"
        unique_together = (("application_id", "organ"),)
        indexes = (("unit", "state", "due_at"),)


class Permit(Model):
    """A permit that was granted. `number` is that of its decision, `code` the unguessable one in its QR code.

    `holder_shown` is the name as the public may read it. `terms` are the conditions as printed (JSON list). `outline`,
    coordinates (WGS-84), `place_cell`, `surface` and the times are as granted. `replaced_by_id` is the permit that changed or
    renewed this one, from `replaced_from_at` on: until then this one holds. `restore_by_at`: until when the place must be
    cleaned up, `restore_missed_at` when it was not.

    `end_cause` is which of the law's cases its end was (`casework.permits.ending_rules`), `end_basis` the article.
    `compensation` is what is done about a loss the end caused (8, 69), `struck_off_at` when it was struck off (70).
    """

    id = fields.UUIDField(primary_key=True)
    number = fields.CharField(max_length=80, unique=True)
    code = fields.CharField(max_length=40, unique=True)
    application_id = fields.UUIDField(unique=True)
    kind = fields.CharField(max_length=40)
    kind_name = fields.CharField(max_length=60)
    account_id = fields.UUIDField(null=True, db_index=True)
    state = fields.CharField(max_length=20)
    state_since_at = fields.DatetimeField()
    revision = fields.IntField()
    holder_kind = fields.CharField(max_length=12)
    holder_sealed = fields.BinaryField()
    holder_shown = fields.CharField(max_length=100)
    holder_index = fields.CharField(max_length=64, null=True)
    place_text = fields.CharField(max_length=300)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    outline: str | None = fields.TextField(null=True)
    place_area = fields.CharField(max_length=40, null=True)
    place_grid = fields.CharField(max_length=40, null=True)
    place_cell = fields.BigIntField(null=True)
    surface = fields.CharField(max_length=20, null=True)
    area_m2 = fields.FloatField(null=True)
    valid_from_at = fields.DatetimeField()
    valid_until_at = fields.DatetimeField()
    terms = fields.TextField()
    unit = fields.CharField(max_length=40, null=True)
    granted_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    end_reason: str | None = fields.TextField(null=True)
    end_cause = fields.CharField(max_length=24, null=True)
    end_basis = fields.CharField(max_length=200, null=True)
    compensation: str | None = fields.TextField(null=True)
    struck_off_at = fields.DatetimeField(null=True)
    restore_by_at = fields.DatetimeField(null=True)
    restored_at = fields.DatetimeField(null=True)
    replaces_id = fields.UUIDField(null=True, db_index=True)
    replaced_by_id = fields.UUIDField(null=True)
    replaced_from_at = fields.DatetimeField(null=True)
    reminded_at = fields.DatetimeField(null=True)
    restore_missed_at = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "permit"
        indexes = (
            ("place_cell", "valid_until_at", "valid_from_at"),
            ("holder_index", "granted_at"),
            ("kind", "granted_at", "id"),
            IndexWhere(fields=("valid_until_at", "id"), where=OPEN),
            IndexWhere(fields=("ended_at", "id"), where="ended_at IS NOT NULL"),
            IndexWhere(fields=("kind", "valid_until_at", "id"), where=f"{OPEN} AND reminded_at IS NULL"),
            IndexWhere(fields=("replaced_from_at", "id"), where=f"{OPEN} AND replaced_from_at IS NOT NULL"),
            # What ended early and would still be in force: the list that offline checks go by.
            IndexWhere(fields=("valid_until_at", "ended_at", "id"), where="ended_at IS NOT NULL"),
            IndexWhere(
                fields=("restore_by_at", "id"), where="restored_at IS NULL AND restore_by_at IS NOT NULL"
            ),
        )
