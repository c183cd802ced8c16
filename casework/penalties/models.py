"""Rows of penalty cases as their parties see them, and of notices to put something right."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class DeliveryConsent(Model):
    """A party's signed consent to receive papers electronically (行政处罚法 61), by channel; `revoked_at` ends it."""

    id = fields.UUIDField(primary_key=True)
    party_index = fields.CharField(max_length=64, db_index=True)
    account_id = fields.UUIDField(db_index=True)
    channel = fields.CharField(max_length=20)
    text_version = fields.CharField(max_length=20)
    signature_file_id = fields.UUIDField(null=True)
    signed_name_sealed = fields.BinaryField()
    given_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "delivery_consent"


class RectificationNotice(Model):
    """A notice to put something right, or that a first violation is let go (`exempted_at`) once it is put right.

    `party_index` is the keyed index of the party's number (USCC or identity number); with `ground_code` it finds earlier records
    of the same party and ground. That they are none, or do not count, is a person's judgement: `earlier` is JSON of what was
    shown, `judged_by_id` who judged, `judgement` in words.
    """

    id = fields.UUIDField(primary_key=True)
    reference = fields.CharField(max_length=40, unique=True)
    account_id = fields.UUIDField(null=True, db_index=True)
    party_kind = fields.CharField(max_length=12)
    party_sealed = fields.BinaryField()
    party_number_sealed = fields.BinaryField(null=True)
    party_index = fields.CharField(max_length=64)
    ground_code = fields.CharField(max_length=40)
    facts = fields.TextField()
    basis = fields.CharField(max_length=300)
    demand = fields.TextField()
    is_first_violation = fields.BooleanField(default=False)
    earlier: str | None = fields.TextField(null=True)
    judgement: str | None = fields.TextField(null=True)
    judged_by_id = fields.UUIDField(null=True)
    unit = fields.CharField(max_length=40, null=True)
    officer_id = fields.UUIDField()
    second_officer_id = fields.UUIDField(null=True)
    state = fields.CharField(max_length=20)
    state_since_at = fields.DatetimeField()
    revision = fields.IntField()
    limit_started_at = fields.DatetimeField()
    due_at = fields.DatetimeField(null=True)
    delivery = fields.CharField(max_length=10, null=True)
    delivered_at = fields.DatetimeField(null=True)
    report: str | None = fields.TextField(null=True)
    reported_at = fields.DatetimeField(null=True)
    checked_words: str | None = fields.TextField(null=True)
    exempted_at = fields.DatetimeField(null=True)
    place_text = fields.CharField(max_length=300, null=True)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    ended_at = fields.DatetimeField(null=True)
    anonymised_at = fields.DatetimeField(null=True)
    issued_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "rectification_notice"
        indexes = (("party_index", "ground_code", "issued_at"), ("unit", "due_at", "id"))


class RectificationPhoto(Model):
    """A photo of a notice: `stage` "found" (the officers'), "after" (the party's), "recheck"."""

    id = fields.UUIDField(primary_key=True)
    notice_id = fields.UUIDField()
    file_id = fields.UUIDField(db_index=True)
    stage = fields.CharField(max_length=10)
    position = fields.SmallIntField()

    class Meta:
        table = "rectification_photo"
        unique_together = (("notice_id", "stage", "position"),)


class PenaltyCase(Model):
    """A penalty case from the day its party is told what is intended. What leads up to that is not kept here.

    `advance_*` is the notice before a penalty with its limits to state one's case or ask for a hearing; `proposed_*` what an
    officer drafted, `decision*` what the head made of it; `decides_penalty` is false where none is imposed. Amounts in fen.
    `payment_due_on` is the last natural day to pay (行政处罚法 67), `terms` JSON of the instalments that were allowed
    ([{"on": date, "fen": amount}]), `late_fen` what a person ordered to be paid on top (72). `due_at` ends the limit of the
    state: the party's limits stand beside it.
    """

    id = fields.UUIDField(primary_key=True)
    reference = fields.CharField(max_length=40, unique=True)
    account_id = fields.UUIDField(null=True, db_index=True)
    party_kind = fields.CharField(max_length=12)
    party_sealed = fields.BinaryField()
    party_number_sealed = fields.BinaryField(null=True)
    party_index = fields.CharField(max_length=64)
    address_sealed = fields.BinaryField(null=True)
    phone_sealed = fields.BinaryField(null=True)
    ground_code = fields.CharField(max_length=40)
    facts: str | None = fields.TextField(null=True)
    evidence: str | None = fields.TextField(null=True)
    basis = fields.CharField(max_length=300)
    intended: str | None = fields.TextField(null=True)
    amount_fen = fields.BigIntField(null=True)
    allows_hearing = fields.BooleanField(default=False)
    place_text = fields.CharField(max_length=300, null=True)
    unit = fields.CharField(max_length=40, null=True)
    officer_id = fields.UUIDField()
    second_officer_id = fields.UUIDField()
    state = fields.CharField(max_length=20)
    state_since_at = fields.DatetimeField()
    revision = fields.IntField()
    filed_on = fields.DateField()
    limit_started_at = fields.DatetimeField()
    due_at = fields.DatetimeField(null=True)
    calendar = fields.CharField(max_length=16)
    advance_delivered_at = fields.DatetimeField(null=True)
    advance_delivery = fields.CharField(max_length=10, null=True)
    statement_due_at = fields.DatetimeField(null=True)
    hearing_due_at = fields.DatetimeField(null=True)
    waived_at = fields.DatetimeField(null=True)
    hearing_at = fields.DatetimeField(null=True)
    hearing_place = fields.CharField(max_length=200, null=True)
    hearing_host_id = fields.UUIDField(null=True)
    hearing_recorded_at = fields.DatetimeField(null=True)
    hearing_record: str | None = fields.TextField(null=True)
    proposed: str | None = fields.TextField(null=True)
    proposed_fen = fields.BigIntField(null=True)
    proposed_at = fields.DatetimeField(null=True)
    proposed_by_id = fields.UUIDField(null=True)
    decides_penalty = fields.BooleanField(default=True)
    review: str | None = fields.TextField(null=True)
    reviewed_at = fields.DatetimeField(null=True)
    reviewed_by_id = fields.UUIDField(null=True)
    sent_back: str | None = fields.TextField(null=True)
    decision: str | None = fields.TextField(null=True)
    decision_fen = fields.BigIntField(null=True)
    decided_at = fields.DatetimeField(null=True)
    decided_by_id = fields.UUIDField(null=True)
    decision_delivered_at = fields.DatetimeField(null=True)
    decision_delivery = fields.CharField(max_length=10, null=True)
    payment_due_on = fields.DateField(null=True)
    terms: str | None = fields.TextField(null=True)
    late_fen = fields.BigIntField(default=0)
    late_ordered_at = fields.DatetimeField(null=True)
    paid_fen = fields.BigIntField(default=0)
    paid_at = fields.DatetimeField(null=True)
    review_due_on = fields.DateField(null=True)
    lawsuit_due_on = fields.DateField(null=True)
    ended_at = fields.DatetimeField(null=True)
    ended_words: str | None = fields.TextField(null=True)
    anonymised_at = fields.DatetimeField(null=True)
    issued_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "penalty_case"
        indexes = (("party_index", "ground_code", "issued_at"), ("unit", "due_at", "id"))


class PenaltyPayment(Model):
    """What was paid, as a clerk noted it from the receipt of the bank; the bureau takes no money itself (行政处罚法 67)."""

    id = fields.UUIDField(primary_key=True)
    case_id = fields.UUIDField()
    fen = fields.BigIntField()
    paid_on = fields.DateField()
    receipt = fields.CharField(max_length=60)
    recorded_at = fields.DatetimeField()
    recorded_by_id = fields.UUIDField()

    class Meta:
        table = "penalty_payment"
        unique_together = (("case_id", "receipt"),)
        indexes = (("case_id", "recorded_at"),)


class PenaltyAccess(Model):
    """The code on a paper that was handed over, by which its party opens the case; only the keyed hash is kept.

    `about_kind`: "penalty" or "rectification".
    """

    id = fields.UUIDField(primary_key=True)
    about_kind = fields.CharField(max_length=16)
    about_id = fields.UUIDField(db_index=True)
    secret_hash = fields.CharField(max_length=64, unique=True)
    created_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "penalty_access"


class PartyRequest(Model):
    """What a party asks or says: `kind` "statement", "hearing", "waiver", "instalment", "delay"; words, files, the answer to it.

    `plan` of an instalment or delay request is JSON [{"on": date, "fen": amount}]. `outcome` of a statement says what became
    of it. `entered_by_id`: an officer noted what came on paper or by mouth. Unit and officer are those of the case.
    """

    id = fields.UUIDField(primary_key=True)
    case_id = fields.UUIDField()
    reference = fields.CharField(max_length=40)
    account_id = fields.UUIDField(null=True)
    kind = fields.CharField(max_length=12)
    words: str | None = fields.TextField(null=True)
    plan: str | None = fields.TextField(null=True)
    state = fields.CharField(max_length=12)
    sent_at = fields.DatetimeField()
    due_at = fields.DatetimeField(null=True)
    is_in_time = fields.BooleanField()
    unit = fields.CharField(max_length=40, null=True)
    officer_id = fields.UUIDField()
    entered_by_id = fields.UUIDField(null=True)
    outcome = fields.CharField(max_length=12, null=True)
    answer: str | None = fields.TextField(null=True)
    answered_at = fields.DatetimeField(null=True)
    answered_by_id = fields.UUIDField(null=True)
    revision = fields.IntField()

    class Meta:
        table = "party_request"
        indexes = (("case_id", "sent_at"), ("state", "due_at", "id"), ("account_id", "sent_at"))


class PartyRequestFile(Model):
    """A file a party sent with what they ask or say."""

    id = fields.UUIDField(primary_key=True)
    request_id = fields.UUIDField()
    file_id = fields.UUIDField(db_index=True)
    position = fields.SmallIntField()

    class Meta:
        table = "party_request_file"
        unique_together = (("request_id", "position"),)
