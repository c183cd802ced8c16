"""Rows of the web doors."""

from tortoise import fields

from kit.tables import Model


class HttpSession(Model):
    """One login of one browser. The token itself is in the browser's cookie only; here is its keyed hash."""

    id = fields.UUIDField(primary_key=True)
    token_hash = fields.CharField(max_length=64, unique=True)
    subject_kind = fields.CharField(max_length=20)
    subject_id = fields.UUIDField()
    created_at = fields.DatetimeField()
    last_seen_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(db_index=True)
    ended_at = fields.DatetimeField(null=True)
    csrf = fields.CharField(max_length=64)

    class Meta:
        table = "http_session"
        indexes = (("subject_kind", "subject_id"),)
