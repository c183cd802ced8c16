"""Rows of the knowledge base: entries, drafts, releases; what was asked in vain; the bureau's words; law texts."""

from tortoise import fields

from kit.tables import Model


class KnowledgeEntry(Model):
    """One question with its answer and the articles of law behind it: what is published, or was.

    `source` is "starter" for rows the shipped files own and keep up to date, and "bureau" once staff
    have made it their own: loading the starter knowledge never touches those again. `topic` joins entries about one
    matter, for follow-up questions; `link` is where an answer leads ("permit:stall", "complaint:street", "").
    `local` holds the words that stand in for the bureau's own figures (by name) until its profile says them.
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
    topic = fields.CharField(max_length=40, null=True)
    link = fields.CharField(max_length=60, null=True)
    local: fields.Field = fields.JSONField(null=True)  # {name: words until the profile says them}
    author_id = fields.UUIDField(null=True)
    legal_reviewer_id = fields.UUIDField(null=True)

    class Meta:
        table = "knowledge_entry"


class KnowledgeVersion(Model):
    """A counter processes poll: when it moves, they build a new index."""

    name = fields.CharField(max_length=40, primary_key=True)
    version = fields.IntField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "knowledge_version"


class KnowledgeDraft(Model):
    """A proposed entry, or a change of one: `content` is the whole entry as it would be (see `views.EntryView`).

    `slug` is the entry it changes or makes, `base_version` the version it was made from, null where the entry is new.
    `origin`: "miss" where it came of unanswered questions (`misses` says which), "desk" where somebody wrote it,
    "rollback". `state`: see `lifecycle.DRAFT`; `revision` counts its moves. `worded_by_id` last wrote its words.
    """

    id = fields.UUIDField(primary_key=True)
    slug = fields.CharField(max_length=80, db_index=True)
    base_version = fields.IntField(null=True)
    kind = fields.CharField(max_length=10)  # "phrasings", "entry", "withdraw"
    content: fields.Field = fields.JSONField()
    misses: fields.Field = fields.JSONField()  # list of ids of QuestionMiss
    origin = fields.CharField(max_length=10)
    note = fields.CharField(max_length=200)
    state = fields.CharField(max_length=12)
    revision = fields.IntField()
    made_by_id = fields.UUIDField(null=True)
    made_at = fields.DatetimeField()
    worded_by_id = fields.UUIDField(null=True)
    edited_by_id = fields.UUIDField(null=True)
    edited_at = fields.DatetimeField(null=True)
    reviewed_by_id = fields.UUIDField(null=True)
    reviewed_at = fields.DatetimeField(null=True)
    release_id = fields.UUIDField(null=True, db_index=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "knowledge_draft"
        indexes = (("state", "made_at"),)


class KnowledgeRelease(Model):
    """One publication: what changed and how the evaluation moved. `number` is the version of the whole knowledge.

    `before` and `after` are figures of `evaluation.Report`; `restores` is the release whose state it put back.
    """

    id = fields.UUIDField(primary_key=True)
    number = fields.IntField(unique=True)
    kind = fields.CharField(max_length=10)  # "publish", "rollback"
    reason = fields.CharField(max_length=200)
    made_by_id = fields.UUIDField()
    made_at = fields.DatetimeField()
    restores = fields.IntField(null=True)
    before: fields.Field = fields.JSONField()
    after: fields.Field = fields.JSONField()

    class Meta:
        table = "knowledge_release"


class KnowledgeRevision(Model):
    """An entry as a release left it, whole; never changed. `content` is null where the entry was withdrawn."""

    id = fields.UUIDField(primary_key=True)
    release_id = fields.UUIDField(db_index=True)
    slug = fields.CharField(max_length=80)
    version = fields.IntField()
    content: fields.Field = fields.JSONField(null=True)
    previous: fields.Field = fields.JSONField(null=True)  # the entry before, null where there was none
    author_id = fields.UUIDField(null=True)
    legal_reviewer_id = fields.UUIDField(null=True)
    made_at = fields.DatetimeField()

    class Meta:
        table = "knowledge_revision"
        indexes = (("slug", "version"),)


class QuestionMiss(Model):
    """A question that was not answered, or whose answer did not help; the same words are one row.

    `words` are redacted before they are kept, and nobody's account stands beside them. `kind`: "lost", "unsure",
    "downvoted", "not_this". `slug` is the entry that was shown or came nearest. `state`: "open", "proposed" (a draft
    holds it), "settled", "set_aside".
    """

    id = fields.UUIDField(primary_key=True)
    digest = fields.CharField(max_length=64, unique=True)  # of kind, entry and normalised words
    words = fields.CharField(max_length=200)
    kind = fields.CharField(max_length=10)
    slug = fields.CharField(max_length=80, null=True)
    confidence = fields.FloatField()
    door = fields.CharField(max_length=12)  # where it was asked last: "wechat", "miniprogram", "h5"
    count = fields.IntField()
    first_at = fields.DatetimeField()
    last_at = fields.DatetimeField(db_index=True)
    state = fields.CharField(max_length=10)

    class Meta:
        table = "question_miss"
        indexes = (("state", "last_at"),)


class AnswerVote(Model):
    """Whether an answer helped. `voter` is a keyed digest of person, entry and day: one vote a day, and no way back."""

    id = fields.UUIDField(primary_key=True)
    voter = fields.CharField(max_length=64, unique=True)
    slug = fields.CharField(max_length=80)
    version = fields.IntField()
    helped = fields.BooleanField()
    door = fields.CharField(max_length=12)
    made_at = fields.DatetimeField()

    class Meta:
        table = "answer_vote"
        indexes = (("slug", "made_at"),)


class LexiconTerm(Model):
    """A word of the bureau's own: cut whole, and standing for `same_as` where that is given.

    `kind`: "street", "shop", "slang", "other". A removed term stays as a row.
    """

    id = fields.UUIDField(primary_key=True)
    term = fields.CharField(max_length=20, db_index=True)
    same_as = fields.CharField(max_length=20)
    kind = fields.CharField(max_length=10)
    added_by_id = fields.UUIDField()
    added_at = fields.DatetimeField()
    removed_by_id = fields.UUIDField(null=True)
    removed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "lexicon_term"


class LawText(Model):
    """The official text of one version of a law, as imported. Whether it is in force follows from the dates."""

    id = fields.UUIDField(primary_key=True)
    title = fields.CharField(max_length=80)
    version_on = fields.DateField()
    in_force_on = fields.DateField()
    repealed_on = fields.DateField(null=True)
    successor = fields.CharField(max_length=80, null=True)
    digest = fields.CharField(max_length=64)  # SHA-256 of the normalised text
    imported_by_id = fields.UUIDField(null=True)
    imported_at = fields.DatetimeField()

    class Meta:
        table = "law_text"
        unique_together = (("title", "version_on"),)


class LawArticle(Model):
    """One article of an imported law: its official text and the SHA-256 of it, normalised."""

    id = fields.UUIDField(primary_key=True)
    law_id = fields.UUIDField()
    number = fields.IntField()
    text = fields.TextField()
    digest = fields.CharField(max_length=64)

    class Meta:
        table = "law_article"
        unique_together = (("law_id", "number"),)
