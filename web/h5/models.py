"""Rows of the citizens' pages: forms not yet sent."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class FormDraft(Model):
    """What somebody typed into a form and has not sent yet, so that neither a dead session nor a dead network loses it.

    `holder` is an account, or a keyed visit before any sign-in. `content_sealed` holds texts, place and ids of files.
    """

    id = fields.UUIDField(primary_key=True)
    holder = fields.CharField(max_length=80)
    form = fields.CharField(max_length=20)
    content_sealed = fields.BinaryField()
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "form_draft"
        unique_together = (("holder", "form"),)
