"""Rows about files; the bytes themselves are in the file store."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class FileState(StrEnum):
    """received -> ready or refused. Only a ready file is shown to anybody."""

    RECEIVED = "received"
    READY = "ready"
    REFUSED = "refused"


class StoredFile(Model):
    """One file somebody sent. `reason` of a refused file is a catalogue key.

    `claimed_until` and `attempts` belong to the decoding duty: a worker that died leaves a claim that lapses.
    """

    id = fields.UUIDField(primary_key=True)
    account_id = fields.UUIDField(null=True, db_index=True)
    kind = fields.CharField(max_length=40)
    sniffed_type = fields.CharField(max_length=40)
    bytes_size = fields.IntField()
    sha256 = fields.CharField(max_length=64)
    wrapped_key = fields.BinaryField()
    state = fields.CharField(max_length=10)
    reason = fields.CharField(max_length=80, null=True)
    width = fields.IntField(null=True)
    height = fields.IntField(null=True)
    attempts = fields.IntField(default=0)
    claimed_until = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "stored_file"
        indexes = (("state", "id"),)
