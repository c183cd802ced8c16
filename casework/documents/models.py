"""Rows of official documents. A number, once given, is never given again and never missing from its year."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class DocumentSeries(Model):
    """The next number of a series in a year. Locked for the length of the transaction that issues a document, so
    that numbers leave no gap. `series` is the name the bureau gives it (`permits.accept`).
    """

    id = fields.UUIDField(primary_key=True)
    series = fields.CharField(max_length=60)
    year = fields.SmallIntField()
    next_number = fields.IntField()

    class Meta:
        table = "document_series"
        unique_together = (("series", "year"),)


class IssuedDocument(Model):
    """One paper that was issued. The PDF is made from `data_sealed` (JSON) with `template` in `template_version`,
    the same bytes each time; `sha256` is of these bytes (hexadecimal, null until it was first made),
    `mismatched_at` when it last came out otherwise and was not given out; null again once it comes out as it did.

    `kind` is that of `papers.Paper`, `about_kind` and `about_id` what it is about (`permit_application`, `permit`, `sign`, `penalty`), `number` as printed (null for papers
    without). `seal` says how it was sealed: null while none is connected, else the e-seal's own word. A voided one keeps
    its number: `voided_at` and why; the one issued in its place names it by `replaces_id`. `delivered_at` and `delivery` ("online", "window", "post") belong to its receipt.
    """

    id = fields.UUIDField(primary_key=True)
    kind = fields.CharField(max_length=30)
    about_kind = fields.CharField(max_length=30)
    about_id = fields.UUIDField()
    series = fields.CharField(max_length=60, null=True)
    year = fields.SmallIntField(null=True)
    serial = fields.IntField(null=True)
    number = fields.CharField(max_length=80, null=True, unique=True)
    template = fields.CharField(max_length=60)
    template_version = fields.IntField()
    data_sealed = fields.BinaryField()
    sha256 = fields.CharField(max_length=64, null=True)
    mismatched_at = fields.DatetimeField(null=True)
    seal = fields.CharField(max_length=60, null=True)
    issued_at = fields.DatetimeField()
    issued_by_id = fields.UUIDField(null=True)
    voided_at = fields.DatetimeField(null=True)
    void_reason: str | None = fields.TextField(null=True)
    replaces_id = fields.UUIDField(null=True, unique=True)
    delivery = fields.CharField(max_length=10, null=True)
    delivered_at = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "issued_document"
        unique_together = (("series", "year", "serial"),)
        indexes = (("about_kind", "about_id", "issued_at"),)


class DocumentTemplate(Model):
    """A version of a template that papers were made with, or that a clerk saved. The highest version is in force; one that
    `is_shipped` follows what later releases ship. `source` is typst with the fields of `content/documents/style.typ`,
    `style` what all templates shared when the version was made. Never deleted.
    """

    id = fields.UUIDField(primary_key=True)
    template = fields.CharField(max_length=60)
    version = fields.IntField()
    source = fields.TextField()
    style = fields.TextField()
    is_shipped = fields.BooleanField()
    reason: str | None = fields.TextField(null=True)
    made_by_id = fields.UUIDField(null=True)
    made_at = fields.DatetimeField()

    class Meta:
        table = "document_template"
        unique_together = (("template", "version"),)
