from tortoise import migrations
from tortoise.migrations import operations as ops
from kit.db.indexes import IndexWhere
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('chengguan', '0010_signs_and_visits')]

    initial = False

    operations = [
        ops.CreateModel(
            name='IdentityTry',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('state_hash', fields.CharField(unique=True, max_length=64)),
                ('account_id', fields.UUIDField(db_index=True)),
                ('session_id', fields.UUIDField()),
                ('wanted', fields.CharField(max_length=200)),
                ('begun_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'identity_try', 'app': 'chengguan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='VerifiedIdentity',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('account_id', fields.UUIDField(db_index=True)),
                ('kind', fields.CharField(max_length=12)),
                ('name_sealed', fields.BinaryField(null=True)),
                ('number_sealed', fields.BinaryField(null=True)),
                ('number_index', fields.CharField(max_length=64)),
                ('person_sealed', fields.BinaryField(null=True)),
                ('subject_index', fields.CharField(max_length=64)),
                ('provider', fields.CharField(max_length=80)),
                ('level', fields.CharField(max_length=20)),
                ('verified_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'verified_identity', 'app': 'chengguan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='PermitApplication',
            name='identity_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='PermitApplication',
            name='identity_by_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='PermitApplication',
            name='identity_document',
            field=fields.CharField(null=True, max_length=20),
        ),
        ops.AddField(
            model_name='PermitDraft',
            name='code_hash',
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddField(
            model_name='PermitDraft',
            name='code_until_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='PermitDraft',
            name='helper_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='PermitDraft',
            name='helper_until_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name='PermitDraft',
            index=IndexWhere(fields=['code_hash'], where='code_hash IS NOT NULL'),
        ),
        ops.AddIndex(
            model_name='PermitDraft',
            index=IndexWhere(fields=['helper_id'], where='helper_id IS NOT NULL'),
        ),
        ops.AddField(
            model_name='Staff',
            name='identity_index',
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddField(
            model_name='Staff',
            name='phone_index',
            field=fields.CharField(null=True, max_length=64),
        ),
    ]
