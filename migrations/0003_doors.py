from tortoise import migrations
from tortoise.migrations import operations as ops
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('chengguan', '0002_gateway')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Amendment',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('number', fields.IntField(unique=True)),
                ('kind', fields.CharField(max_length=10)),
                ('path', fields.CharField(max_length=120)),
                ('value', fields.TextField(null=True, unique=False)),
                ('reason', fields.CharField(max_length=200)),
                ('made_by_id', fields.UUIDField()),
                ('made_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'amendment', 'app': 'chengguan', 'indexes': [Index(fields=['kind', 'path', 'number'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ComplaintNote',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('complaint_id', fields.UUIDField()),
                ('position', fields.SmallIntField()),
                ('audience', fields.CharField(max_length=10)),
                ('staff_id', fields.UUIDField()),
                ('text', fields.TextField(unique=False)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'complaint_note', 'app': 'chengguan', 'unique_together': (('complaint_id', 'position'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ComplaintReceipt',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('complaint_id', fields.UUIDField(db_index=True)),
                ('kind', fields.CharField(max_length=10)),
                ('secret_hash', fields.CharField(unique=True, max_length=64)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('revoked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'complaint_receipt', 'app': 'chengguan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ComplaintRelease',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('complaint_id', fields.UUIDField(db_index=True)),
                ('public_id', fields.CharField(unique=True, max_length=40)),
                ('description', fields.TextField(unique=False)),
                ('place_text', fields.CharField(max_length=100)),
                ('latitude', fields.FloatField(null=True)),
                ('longitude', fields.FloatField(null=True)),
                ('submitted_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('released_by_id', fields.UUIDField()),
                ('released_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('withdrawn_by_id', fields.UUIDField(null=True)),
                ('withdrawn_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'complaint_release', 'app': 'chengguan', 'indexes': [Index(fields=['submitted_at', 'id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='FormDraft',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('holder', fields.CharField(max_length=80)),
                ('form', fields.CharField(max_length=20)),
                ('content_sealed', fields.BinaryField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'form_draft', 'app': 'chengguan', 'unique_together': (('holder', 'form'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='StaffDeputy',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('principal_id', fields.UUIDField(db_index=True)),
                ('deputy_id', fields.UUIDField(db_index=True)),
                ('from_on', fields.DateField()),
                ('until_on', fields.DateField()),
                ('made_by_id', fields.UUIDField(null=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'staff_deputy', 'app': 'chengguan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='StaffRecoveryCode',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('staff_id', fields.UUIDField(db_index=True)),
                ('code_hash', fields.CharField(unique=True, max_length=64)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'staff_recovery_code', 'app': 'chengguan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Upload',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('holder', fields.CharField(db_index=True, max_length=80)),
                ('account_id', fields.UUIDField(null=True)),
                ('kind', fields.CharField(max_length=40)),
                ('state', fields.CharField(max_length=10)),
                ('bytes_total', fields.IntField()),
                ('bytes_received', fields.IntField()),
                ('file_id', fields.UUIDField(null=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'upload', 'app': 'chengguan', 'indexes': [Index(fields=['state', 'expires_at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='UploadPiece',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('upload_id', fields.UUIDField()),
                ('offset_bytes', fields.IntField()),
                ('bytes_size', fields.IntField()),
                ('wrapped_key', fields.BinaryField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'upload_piece', 'app': 'chengguan', 'unique_together': (('upload_id', 'offset_bytes'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Inquiry',
            name='topic',
            field=fields.CharField(null=True, max_length=20),
        ),
        ops.AddField(
            model_name='Staff',
            name='password_set_by_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='Staff',
            name='totp_confirmed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Staff',
            name='totp_last_step',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='Staff',
            name='totp_sealed',
            field=fields.BinaryField(null=True),
        ),
    ]
