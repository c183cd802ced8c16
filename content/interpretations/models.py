"""Rows of the knowledge base."""

from tortoise import fields
from tortoise.models import Model


class KnowledgeEntry(Model):
    """One question with its answer and the articles of law behind it.

    `source` is "starter" for rows the shipped files own and keep up to date, and "bureau" once staff
    have made it their own: loading the starter knowledge never touches those again.
    """

    id = fields.UUIDField(primary_key=True)
    slug = fields.CharField(max_length=80, unique=True)
    question = fields.CharField(max_length=200)
    phrasings: fields.Field = fields.JSONField()  # list of str
    answer = fields.TextField()
    more = fields.TextField()
    citations: fields.Field = fields.JSONField()  # list of {law, article, version_on, label}
    category = fields.CharField(max_length=40, db_index=True)
    sensitive = fields.BooleanField()
    valid_from_on = fields.DateField()
    valid_until_on = fields.DateField(null=True)
    version = fields.IntField()
    published = fields.BooleanField(db_index=True)
    source = fields.CharField(max_length=16)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "knowledge_entry"


class KnowledgeVersion(Model):
    """A counter processes poll: when it moves, they build a new index."""

    name = fields.CharField(max_length=40, primary_key=True)
    version = fields.IntField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "knowledge_version"
