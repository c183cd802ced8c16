from tortoise import migrations
from tortoise.migrations import operations as ops
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('chengguan', '0003_doors')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Campaign',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('title', fields.CharField(max_length=64)),
                ('kind', fields.CharField(max_length=10)),
                ('text', fields.TextField(unique=False)),
                ('media_id', fields.CharField(null=True, max_length=128)),
                ('state', fields.CharField(max_length=20)),
                ('revision', fields.IntField()),
                ('made_by_id', fields.UUIDField()),
                ('made_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('worded_by_id', fields.UUIDField()),
                ('released_by_id', fields.UUIDField(null=True)),
                ('released_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('send_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'campaign', 'app': 'chengguan', 'indexes': [Index(fields=['state', 'send_at']), Index(fields=['made_at', 'id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CampaignBatch',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('campaign_id', fields.UUIDField(db_index=True)),
                ('position', fields.SmallIntField()),
                ('tag_id', fields.IntField(null=True)),
                ('tag_name', fields.CharField(max_length=60)),
                ('state', fields.CharField(max_length=10)),
                ('attempts', fields.IntField()),
                ('fence', fields.IntField()),
                ('next_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('asked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('lease_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('platform_id', fields.CharField(null=True, db_index=True, max_length=80)),
                ('period', fields.CharField(null=True, db_index=True, max_length=10)),
                ('reason', fields.CharField(null=True, max_length=80)),
                ('taken_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('total', fields.IntField(null=True)),
                ('filtered', fields.IntField(null=True)),
                ('sent', fields.IntField(null=True)),
                ('errors', fields.IntField(null=True)),
                ('reported_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'campaign_batch', 'app': 'chengguan', 'unique_together': (('campaign_id', 'position'),), 'indexes': [Index(fields=['state', 'next_at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='DeadlineAlarm',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case_kind', fields.CharField(max_length=20)),
                ('case_id', fields.UUIDField()),
                ('clock', fields.CharField(max_length=40)),
                ('mark', fields.CharField(max_length=10)),
                ('started_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('due_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('fire_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('state', fields.CharField(max_length=10)),
                ('fired_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'deadline_alarm', 'app': 'chengguan', 'unique_together': (('case_id', 'clock', 'started_at', 'due_at', 'mark'),), 'indexes': [Index(fields=['state', 'fire_at', 'id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='NoticePreference',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('recipient_kind', fields.CharField(max_length=10)),
                ('recipient_id', fields.UUIDField()),
                ('topic', fields.CharField(max_length=20)),
                ('choice', fields.CharField(max_length=10)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'notice_preference', 'app': 'chengguan', 'unique_together': (('recipient_id', 'topic'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='StaffAlert',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('event_id', fields.UUIDField()),
                ('rule', fields.CharField(max_length=80)),
                ('case_id', fields.UUIDField(null=True, db_index=True)),
                ('raised_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('escalate_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('escalate_to', fields.CharField(max_length=20)),
                ('acknowledged_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('acknowledged_by', fields.UUIDField(null=True)),
                ('escalated_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('settled', fields.BooleanField()),
            ],
            options={'table': 'staff_alert', 'app': 'chengguan', 'unique_together': (('event_id', 'rule'),), 'indexes': [Index(fields=['settled', 'escalate_at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.RemoveIndex(
            model_name='Delivery',
            name=None,
            fields=['recipient_id', 'created_at', 'id'],
        ),
        ops.AddField(
            model_name='Delivery',
            name='digest_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Delivery',
            name='digest_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='Delivery',
            name='lane',
            field=fields.SmallIntField(null=True),
        ),
        ops.AddField(
            model_name='Delivery',
            name='repeats',
            field=fields.SmallIntField(null=True),
        ),
        ops.AddField(
            model_name='Delivery',
            name='replay_of',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='Delivery',
            name='settled_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Delivery',
            name='trail',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddIndex(
            model_name='Delivery',
            index=Index(fields=['recipient_id', 'read_at']),
        ),
        ops.AddIndex(
            model_name='Delivery',
            index=Index(fields=['state', 'lane', 'next_at', 'id']),
        ),
        ops.AddIndex(
            model_name='Delivery',
            index=Index(fields=['state', 'digest_at', 'recipient_id']),
        ),
        ops.AddIndex(
            model_name='Delivery',
            index=Index(fields=['digest_id']),
        ),
        ops.AddIndex(
            model_name='Delivery',
            index=Index(fields=['rule', 'created_at']),
        ),
        ops.AddField(
            model_name='PushConsent',
            name='ahead',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='PushConsent',
            name='claimed',
            field=fields.SmallIntField(null=True),
        ),
        ops.AddField(
            model_name='PushConsent',
            name='claimed_on',
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name='PushConsent',
            name='said_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
