"""Rows about those whose interests an application touches: who was told, what they said, the hearing. No rules here."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class PermitParty(Model):
    """Somebody whose weighty interests an application touches (行政许可法 36), or the applicant who was told with them.

    Name, contact, address and what concerns them are sealed. `told_how`: "handed", "post", "online"; what they say counts as in
    time until `due_at`. `may_ask_hearing`: told of that right too (47). `answer`: "stated", "hearing", "nothing" (wants to say nothing).
    """

    id = fields.UUIDField(primary_key=True)
    application_id = fields.UUIDField()
    position = fields.SmallIntField()
    is_applicant = fields.BooleanField()
    name_sealed = fields.BinaryField()
    contact_sealed = fields.BinaryField(null=True)
    address_sealed = fields.BinaryField(null=True)
    concern_sealed = fields.BinaryField()
    may_ask_hearing = fields.BooleanField()
    told_how = fields.CharField(max_length=10)
    told_at = fields.DatetimeField()
    told_by_id = fields.UUIDField(null=True)
    due_at = fields.DatetimeField()
    answer = fields.CharField(max_length=10, null=True)
    answered_at = fields.DatetimeField(null=True)
    document_id = fields.UUIDField(null=True)

    class Meta:
        table = "permit_party"
        unique_together = (("application_id", "position"),)


class PermitStatement(Model):
    """What one of them said, sealed, and when it came. `outcome` is what became of it: "adopted", "partly", "not_adopted", with the
    reason sealed; the decision's paper says both. Files hang under it as materials do (`casework.permits.heard_files`).
    """

    id = fields.UUIDField(primary_key=True)
    application_id = fields.UUIDField()
    party_id = fields.UUIDField()
    position = fields.SmallIntField()
    words_sealed = fields.BinaryField()
    said_at = fields.DatetimeField()
    is_in_time = fields.BooleanField()
    wants_hearing = fields.BooleanField()
    recorded_by_id = fields.UUIDField(null=True)
    outcome = fields.CharField(max_length=12, null=True)
    why_sealed = fields.BinaryField(null=True)
    weighed_at = fields.DatetimeField(null=True)
    weighed_by_id = fields.UUIDField(null=True)

    class Meta:
        table = "permit_statement"
        unique_together = (("application_id", "position"),)


class PermitHearing(Model):
    """A hearing (行政许可法 46 to 48). `cause`: "asked", "ordered" (by a law, announced to everybody) or "chosen".

    `due_at` is until when it has to be held where somebody asked. `presider_id` is nobody who examines the application. The record
    and who confirmed it are sealed; `objection` is what was decided about somebody's objection to the presiding person.
    """

    id = fields.UUIDField(primary_key=True)
    application_id = fields.UUIDField(db_index=True)
    cause = fields.CharField(max_length=10)
    basis = fields.CharField(max_length=200)
    state = fields.CharField(max_length=12)
    reference = fields.CharField(max_length=40, default="")
    unit = fields.CharField(max_length=40, null=True)
    called_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    pause_id = fields.UUIDField(null=True)
    meeting_at = fields.DatetimeField(null=True)
    place = fields.CharField(max_length=200, null=True)
    presider_id = fields.UUIDField(null=True)
    announcement: str | None = fields.TextField(null=True)
    arranged_at = fields.DatetimeField(null=True)
    objection_sealed = fields.BinaryField(null=True)
    record_sealed = fields.BinaryField(null=True)
    confirmed_sealed = fields.BinaryField(null=True)
    document_id = fields.UUIDField(null=True)
    held_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    end_reason_sealed = fields.BinaryField(null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "permit_hearing"
        indexes = (("state", "meeting_at"),)
