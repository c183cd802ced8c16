from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('chengguan', '0005_complaints')]

    initial = False

    operations = [
        ops.CreateModel(
            name='AnswerVote',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('voter', fields.CharField(unique=True, max_length=64)),
                ('slug', fields.CharField(max_length=80)),
                ('version', fields.IntField()),
                ('helped', fields.BooleanField()),
                ('door', fields.CharField(max_length=12)),
                ('made_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'answer_vote', 'app': 'chengguan', 'indexes': [Index(fields=['slug', 'made_at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='KnowledgeDraft',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('slug', fields.CharField(db_index=True, max_length=80)),
                ('base_version', fields.IntField(null=True)),
                ('kind', fields.CharField(max_length=10)),
                ('content', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('misses', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('origin', fields.CharField(max_length=10)),
                ('note', fields.CharField(max_length=200)),
                ('state', fields.CharField(max_length=12)),
                ('revision', fields.IntField()),
                ('made_by_id', fields.UUIDField(null=True)),
                ('made_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('worded_by_id', fields.UUIDField(null=True)),
                ('edited_by_id', fields.UUIDField(null=True)),
                ('edited_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('reviewed_by_id', fields.UUIDField(null=True)),
                ('reviewed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('release_id', fields.UUIDField(null=True, db_index=True)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'knowledge_draft', 'app': 'chengguan', 'indexes': [Index(fields=['state', 'made_at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='KnowledgeRelease',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('number', fields.IntField(unique=True)),
                ('kind', fields.CharField(max_length=10)),
                ('reason', fields.CharField(max_length=200)),
                ('made_by_id', fields.UUIDField()),
                ('made_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('restores', fields.IntField(null=True)),
                ('before', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('after', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
            ],
            options={'table': 'knowledge_release', 'app': 'chengguan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='KnowledgeRevision',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('release_id', fields.UUIDField(db_index=True)),
                ('slug', fields.CharField(max_length=80)),
                ('version', fields.IntField()),
                ('content', fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('previous', fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('author_id', fields.UUIDField(null=True)),
                ('legal_reviewer_id', fields.UUIDField(null=True)),
                ('made_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'knowledge_revision', 'app': 'chengguan', 'indexes': [Index(fields=['slug', 'version'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LawArticle',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('law_id', fields.UUIDField()),
                ('number', fields.IntField()),
                ('text', fields.TextField(unique=False)),
                ('digest', fields.CharField(max_length=64)),
            ],
            options={'table': 'law_article', 'app': 'chengguan', 'unique_together': (('law_id', 'number'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LawText',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('title', fields.CharField(max_length=80)),
                ('version_on', fields.DateField()),
                ('in_force_on', fields.DateField()),
                ('repealed_on', fields.DateField(null=True)),
                ('successor', fields.CharField(null=True, max_length=80)),
                ('digest', fields.CharField(max_length=64)),
                ('imported_by_id', fields.UUIDField(null=True)),
                ('imported_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'law_text', 'app': 'chengguan', 'unique_together': (('title', 'version_on'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LexiconTerm',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('term', fields.CharField(db_index=True, max_length=20)),
                ('same_as', fields.CharField(max_length=20)),
                ('kind', fields.CharField(max_length=10)),
                ('added_by_id', fields.UUIDField()),
                ('added_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('removed_by_id', fields.UUIDField(null=True)),
                ('removed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'lexicon_term', 'app': 'chengguan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='QuestionMiss',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('digest', fields.CharField(unique=True, max_length=64)),
                ('words', fields.CharField(max_length=200)),
                ('kind', fields.CharField(max_length=10)),
                ('slug', fields.CharField(null=True, max_length=80)),
                ('confidence', fields.FloatField()),
                ('door', fields.CharField(max_length=12)),
                ('count', fields.IntField()),
                ('first_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('last_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('state', fields.CharField(max_length=10)),
            ],
            options={'table': 'question_miss', 'app': 'chengguan', 'indexes': [Index(fields=['state', 'last_at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='KnowledgeEntry',
            name='author_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='KnowledgeEntry',
            name='legal_reviewer_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='KnowledgeEntry',
            name='link',
            field=fields.CharField(null=True, max_length=60),
        ),
        ops.AddField(
            model_name='KnowledgeEntry',
            name='local',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='KnowledgeEntry',
            name='topic',
            field=fields.CharField(null=True, max_length=40),
        ),
    ]
