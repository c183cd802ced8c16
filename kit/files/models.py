"""Rows about files; the bytes themselves are in the file store."""

from enum import StrEnum

from tortoise import fields

from kit.tables import Model


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


class UploadState(StrEnum):
    """open -> complete, or ended without a file."""

    OPEN = "open"
    COMPLETE = "complete"
    ENDED = "ended"


class Upload(Model):
    """A file on its way in several pieces. `holder` names who may go on with it: an account, or a keyed visit.

    `file_id` is the stored file once all bytes are here.
    """

    id = fields.UUIDField(primary_key=True)
    holder = fields.CharField(max_length=80, db_index=True)
    account_id = fields.UUIDField(null=True)
    kind = fields.CharField(max_length=40)
    state = fields.CharField(max_length=10)
    bytes_total = fields.IntField()
    bytes_received = fields.IntField()
    file_id = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "upload"
        indexes = (("state", "expires_at"),)


class UploadPiece(Model):
    """One sealed piece of an upload, at its offset."""

    id = fields.UUIDField(primary_key=True)
    upload_id = fields.UUIDField()
    offset_bytes = fields.IntField()
    bytes_size = fields.IntField()
    wrapped_key = fields.BinaryField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "upload_piece"
        unique_together = (("upload_id", "offset_bytes"),)
