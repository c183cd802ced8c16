"""Rows of random inspections: rosters in versions, recusals, plans, draws and what each drawn visit came to."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class RosterVersion(Model):
    """A roster as it was imported: officers, parties or items. `rows_sha256` is over its rows in their one spelling.

    Its rows are never changed: who left or came stands in the next version. `frozen_at` is when the first draw was made from it.
    """

    id = fields.UUIDField(primary_key=True)
    kind = fields.CharField(max_length=12)
    number = fields.IntField()
    row_count = fields.IntField()
    rows_sha256 = fields.CharField(max_length=64)
    by_id = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()
    frozen_at = fields.DatetimeField(null=True)

    class Meta:
        table = "roster_version"
        unique_together = (("kind", "number"),)


class RosterParty(Model):
    """Somebody who may be inspected. `row_id` is the id that stands in public; `visits` those of this year that are not ours."""

    id = fields.UUIDField(primary_key=True)
    version_id = fields.UUIDField()
    row_id = fields.CharField(max_length=64)
    name = fields.CharField(max_length=200)
    uscc = fields.CharField(max_length=18, null=True)
    stratum = fields.CharField(max_length=40)
    visits = fields.IntField(default=0)
    barred = fields.CharField(max_length=20, default="")

    class Meta:
        table = "roster_party"
        unique_together = (("version_id", "row_id"),)


class RosterOfficer(Model):
    """Somebody who may inspect, with the certificate that was in force when the roster was imported."""

    id = fields.UUIDField(primary_key=True)
    version_id = fields.UUIDField()
    row_id = fields.CharField(max_length=64)
    name = fields.CharField(max_length=200)
    certificate = fields.CharField(max_length=200)
    valid_from_on = fields.DateField()
    valid_until_on = fields.DateField()
    barred = fields.CharField(max_length=20, default="")

    class Meta:
        table = "roster_officer"
        unique_together = (("version_id", "row_id"),)


class RosterItem(Model):
    """What is looked at (抽查事项), and on what basis."""

    id = fields.UUIDField(primary_key=True)
    version_id = fields.UUIDField()
    row_id = fields.CharField(max_length=40)
    name = fields.CharField(max_length=200)
    basis = fields.CharField(max_length=200)

    class Meta:
        table = "roster_item"
        unique_together = (("version_id", "row_id"),)


class Recusal(Model):
    """This officer does not go to this party (by their public ids). The ground is sealed and never published."""

    id = fields.UUIDField(primary_key=True)
    officer_row = fields.CharField(max_length=64)
    party_row = fields.CharField(max_length=64)
    ground_sealed = fields.BinaryField()
    by_id = fields.UUIDField(null=True)
    at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "recusal"
        indexes = (("officer_row", "party_row"),)


class InspectionPlan(Model):
    """Whom to inspect in which days. `rates` are the profile's of that day, by stratum, as JSON: nobody types a number in.

    `review_due_on` is when the plan is to be looked back on (评查).
    """

    id = fields.UUIDField(primary_key=True)
    reference = fields.CharField(max_length=40, unique=True)
    title = fields.CharField(max_length=100)
    from_on = fields.DateField()
    until_on = fields.DateField()
    team = fields.SmallIntField()
    rates = fields.TextField()
    state = fields.CharField(max_length=12)
    revision = fields.IntField()
    made_by_id = fields.UUIDField(null=True)
    review_due_on = fields.DateField()
    reviewed_at = fields.DatetimeField(null=True)
    review_words: str | None = fields.TextField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "inspection_plan"
        indexes = (("state", "review_due_on"), ("created_at", "id"))


class Draw(Model):
    """One draw for a plan. `head_text` is what was promised without its last line, the nonce, which is sealed.

    `seed` is one person's until another has entered the same: then `seed_at` and `seed_confirmed_by_id` are there.
    """

    id = fields.UUIDField(primary_key=True)
    plan_id = fields.UUIDField()
    number = fields.SmallIntField()
    algorithm = fields.CharField(max_length=40)
    officers_version_id = fields.UUIDField()
    parties_version_id = fields.UUIDField()
    items_version_id = fields.UUIDField()
    source_form = fields.CharField(max_length=200)
    source_words = fields.CharField(max_length=200)
    head_text: str | None = fields.TextField(null=True)
    nonce_sealed = fields.BinaryField(null=True)
    commitment = fields.CharField(max_length=64, null=True, unique=True)
    published_at = fields.DatetimeField(null=True)
    frozen_by_id = fields.UUIDField(null=True)
    seed = fields.CharField(max_length=200, null=True)
    seed_by_id = fields.UUIDField(null=True)
    seed_confirmed_by_id = fields.UUIDField(null=True)
    seed_at = fields.DatetimeField(null=True)
    state = fields.CharField(max_length=12)
    revision = fields.IntField()
    revealed_at = fields.DatetimeField(null=True)
    void_at = fields.DatetimeField(null=True)
    void_reason: str | None = fields.TextField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "draw"
        unique_together = (("plan_id", "number"),)
        indexes = (("state", "updated_at"),)


class DrawVisit(Model):
    """A drawn party and its team (public ids, as JSON). `ended_at` with `result`, or with `cancel_reason`, ends it.

    `visit_id` is the inspection that was checked in by code, `handed_to` the notice or case file it led to.
    """

    id = fields.UUIDField(primary_key=True)
    draw_id = fields.UUIDField()
    position = fields.IntField()
    party_row = fields.CharField(max_length=64)
    team = fields.TextField()
    visit_id = fields.UUIDField(null=True)
    result: str | None = fields.TextField(null=True)
    cancel_reason: str | None = fields.TextField(null=True)
    ended_at = fields.DatetimeField(null=True)
    by_id = fields.UUIDField(null=True)
    published_at = fields.DatetimeField(null=True)
    handed_to = fields.CharField(max_length=60, null=True)

    class Meta:
        table = "draw_visit"
        unique_together = (("draw_id", "position"),)
