from tortoise import migrations
from tortoise.migrations import operations as ops
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('chengguan', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='AccountLink',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('account_id', fields.UUIDField(db_index=True)),
                ('into_id', fields.UUIDField(db_index=True)),
                ('basis', fields.CharField(max_length=10)),
                ('linked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('unlinked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'account_link', 'app': 'chengguan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ComplaintAddition',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('complaint_id', fields.UUIDField()),
                ('position', fields.SmallIntField()),
                ('text', fields.TextField(unique=False)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'complaint_addition', 'app': 'chengguan', 'unique_together': (('complaint_id', 'position'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='DangerAlert',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('act', fields.CharField(unique=True, max_length=80)),
                ('account_id', fields.UUIDField(null=True)),
                ('complaint_id', fields.UUIDField(null=True, db_index=True)),
                ('source', fields.CharField(max_length=20)),
                ('words', fields.TextField(unique=False)),
                ('matched', fields.CharField(max_length=100)),
                ('place_text', fields.CharField(null=True, max_length=300)),
                ('state', fields.CharField(max_length=20)),
                ('revision', fields.IntField()),
                ('raised_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('pages', fields.IntField()),
                ('next_page_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('acknowledged_by_id', fields.UUIDField(null=True)),
                ('acknowledged_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('outcome', fields.TextField(null=True, unique=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('told_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'danger_alert', 'app': 'chengguan', 'indexes': [Index(fields=['next_page_at', 'id']), Index(fields=['state', 'raised_at', 'id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Inquiry',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('reference', fields.CharField(unique=True, max_length=40)),
                ('account_id', fields.UUIDField()),
                ('source', fields.CharField(max_length=20)),
                ('state', fields.CharField(max_length=20)),
                ('state_since_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('revision', fields.IntField()),
                ('submitted_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('due_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('answered_by_id', fields.UUIDField(null=True)),
                ('closed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'inquiry', 'app': 'chengguan', 'indexes': [Index(fields=['due_at', 'id']), Index(fields=['account_id', 'submitted_at', 'id']), Index(fields=['state', 'submitted_at', 'id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='InquiryMessage',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('inquiry_id', fields.UUIDField()),
                ('position', fields.IntField()),
                ('author_kind', fields.CharField(max_length=10)),
                ('author_id', fields.UUIDField(null=True)),
                ('text', fields.TextField(unique=False)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'inquiry_message', 'app': 'chengguan', 'unique_together': (('inquiry_id', 'position'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PageWatch',
            fields=[
                ('event_id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('planned_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('judged_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('reached', fields.BooleanField(null=True)),
            ],
            options={'table': 'page_watch', 'app': 'chengguan', 'indexes': [Index(fields=['judged_at', 'planned_at'])], 'pk_attr': 'event_id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PersonalConsent',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('account_id', fields.UUIDField(db_index=True)),
                ('purpose', fields.CharField(max_length=40)),
                ('text_version', fields.CharField(max_length=20)),
                ('door', fields.CharField(max_length=20)),
                ('given_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('revoked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('details_sealed', fields.BinaryField(null=True)),
            ],
            options={'table': 'personal_consent', 'app': 'chengguan', 'indexes': [Index(fields=['account_id', 'purpose'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PlatformReport',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('act', fields.CharField(unique=True, max_length=80)),
                ('kind', fields.CharField(max_length=60)),
                ('job_id', fields.CharField(max_length=80)),
                ('status', fields.CharField(max_length=80)),
                ('facts', fields.TextField(unique=False)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'platform_report', 'app': 'chengguan', 'indexes': [Index(fields=['kind', 'job_id']), Index(fields=['at', 'id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SceneCode',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('code', fields.CharField(unique=True, max_length=40)),
                ('kind', fields.CharField(max_length=20)),
                ('title', fields.CharField(max_length=100)),
                ('place_text', fields.CharField(null=True, max_length=300)),
                ('latitude', fields.FloatField(null=True)),
                ('longitude', fields.FloatField(null=True)),
                ('unit', fields.CharField(null=True, max_length=40)),
                ('contact', fields.CharField(null=True, max_length=100)),
                ('target', fields.CharField(null=True, max_length=300)),
                ('platform_url', fields.CharField(null=True, max_length=300)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('retired_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'scene_code', 'app': 'chengguan', 'indexes': [Index(fields=['kind', 'created_at', 'id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='StaffBinding',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('staff_id', fields.UUIDField(db_index=True)),
                ('account_id', fields.UUIDField(db_index=True)),
                ('bound_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('unbound_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'staff_binding', 'app': 'chengguan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='StaffBindingCode',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('staff_id', fields.UUIDField(db_index=True)),
                ('code_hash', fields.CharField(unique=True, max_length=64)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'staff_binding_code', 'app': 'chengguan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='VerificationFile',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('name', fields.CharField(unique=True, max_length=80)),
                ('content', fields.CharField(max_length=400)),
                ('added_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'verification_file', 'app': 'chengguan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Account',
            name='merged_into_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='Account',
            name='phone_verified_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name='Account',
            index=Index(fields=['merged_into_id']),
        ),
        ops.AddField(
            model_name='Complaint',
            name='scene_code',
            field=fields.CharField(null=True, max_length=40),
        ),
        ops.AddField(
            model_name='ComplaintPhoto',
            name='medium',
            field=fields.CharField(null=True, max_length=10),
        ),
        ops.AddField(
            model_name='Delivery',
            name='lost_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Delivery',
            name='receipt',
            field=fields.CharField(null=True, max_length=40),
        ),
        ops.AddField(
            model_name='Delivery',
            name='receipt_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name='Delivery',
            index=Index(fields=['platform_id']),
        ),
        ops.AddField(
            model_name='LateReply',
            name='app',
            field=fields.CharField(null=True, max_length=20),
        ),
        ops.AddIndex(
            model_name='LateReply',
            index=Index(fields=['citizen', 'state']),
        ),
        ops.AddField(
            model_name='MediaFetch',
            name='asked_again_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='MediaFetch',
            name='medium',
            field=fields.CharField(null=True, max_length=10),
        ),
        ops.AddIndex(
            model_name='MediaFetch',
            index=Index(fields=['state', 'asked_again_at', 'created_at']),
        ),
    ]
