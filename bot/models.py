"""Rows of the official account: turns of conversations, media to fetch, late replies, consents."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class ConversationTurn(Model):
    """A conversation after one more accepted step. Rows are only added; the highest revision is the state.

    Once nobody waits for it any more a draft is emptied: see `bot.turns.forget_old_drafts`.

    `session_sealed` is the draft (bot.dialogue.Session as JSON, sealed: it may hold a phone number), null
    when the conversation has ended. `citizen` is the keyed name under which Redis knows the person.
    """

    id = fields.UUIDField(primary_key=True)
    account_id = fields.UUIDField()
    revision = fields.IntField()
    citizen = fields.CharField(max_length=64)
    session_sealed = fields.BinaryField(null=True)
    at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "conversation_turn"
        unique_together = (("account_id", "revision"),)


class MediaFetch(Model):
    """A photo, voice message or film to be taken over from the platform, which keeps it for three days.

    `file_id` is the file's id from the start: cases refer to it before the photo is here. `source_sealed`
    is the media id. State: waiting -> fetched, refused (what came is no photo we take) or lost (the
    platform no longer has it). Waiting rows are claimed until `lease_until`. `medium`: "voice" or "video", null for a
    photo. `asked_again_at` is when the citizen was asked to send a lost one again.
    """

    id = fields.UUIDField(primary_key=True)
    account_id = fields.UUIDField(db_index=True)
    file_id = fields.UUIDField(unique=True)
    source_sealed = fields.BinaryField()
    state = fields.CharField(max_length=10)
    reason = fields.CharField(max_length=40, null=True)
    attempts = fields.IntField()
    next_at = fields.DatetimeField()
    lease_until = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    medium = fields.CharField(max_length=10, null=True)
    asked_again_at = fields.DatetimeField(null=True)

    class Meta:
        table = "media_fetch"
        indexes = (("state", "next_at", "id"), ("state", "asked_again_at", "created_at"))


class LateReply(Model):
    """A message that was not answered in time: its answer is owed as a customer-service message.

    State: working (until `lease_until` by the process that took the message in, then by whoever finds it
    lapsed) -> ready -> sending -> sent, uncertain (a kill while sending: prefer silence) or failed; silent
    when there was nothing to say. `act` is the keyed name of the message;
    `inbound_sealed` its parsed fields and `reply_sealed` the answer, both removed at the end.

    `app` "miniprogram": owed to somebody in the mini-program's chat, which takes no answer in any other way; null
    for the account. Of such a message nothing is kept but who is to be answered.
    """

    id = fields.UUIDField(primary_key=True)
    act = fields.CharField(max_length=64, unique=True)
    citizen = fields.CharField(max_length=64)
    inbound_sealed = fields.BinaryField(null=True)
    reply_sealed = fields.BinaryField(null=True)
    state = fields.CharField(max_length=10)
    reason = fields.CharField(max_length=40, null=True)
    attempts = fields.IntField()
    next_at = fields.DatetimeField()
    lease_until = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    app = fields.CharField(max_length=20, null=True)

    class Meta:
        table = "late_reply"
        indexes = (("state", "next_at", "id"), ("state", "lease_until"), ("citizen", "state"))


class PushConsent(Model):
    """How many subscribe messages of one template a person still agreed to. Counted by us: nobody tells.

    `refused_at` is set by a refusal and cleared by the next consent. `said_at` is the platform's time of the latest
    word. The mini-program and the platform both tell of one tap: `ahead` is how many acceptances the mini-program
    has told of more than the platform. `claimed` counts those of the day `claimed_on` (the bureau's).
    """

    id = fields.UUIDField(primary_key=True)
    account_id = fields.UUIDField()
    template_id = fields.CharField(max_length=64)
    remaining = fields.IntField()
    refused_at = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField()
    said_at = fields.DatetimeField(null=True)
    ahead = fields.IntField(null=True)
    claimed_on = fields.DateField(null=True)
    claimed = fields.SmallIntField(null=True)

    class Meta:
        table = "push_consent"
        unique_together = (("account_id", "template_id"),)


class PlatformReport(Model):
    """What the platform reported about a job of ours or about the account itself: kept, for later readers.

    `kind` is the event's name, `job_id` the job it is about ("" for the account itself), `facts` the event's own
    fields as JSON. `act` is the keyed name of the event, unique: a repeat is not kept twice.
    """

    id = fields.UUIDField(primary_key=True)
    act = fields.CharField(max_length=80, unique=True)
    kind = fields.CharField(max_length=60)
    job_id = fields.CharField(max_length=80)
    status = fields.CharField(max_length=80)
    facts = fields.TextField()
    at = fields.DatetimeField()

    class Meta:
        table = "platform_report"
        indexes = (("kind", "job_id"), ("at", "id"))


class VerificationFile(Model):
    """A file the platform wants to find at our address, as proof that the domain is ours. `content` is ASCII."""

    id = fields.UUIDField(primary_key=True)
    name = fields.CharField(max_length=80, unique=True)
    content = fields.CharField(max_length=400)
    added_at = fields.DatetimeField()

    class Meta:
        table = "verification_file"
