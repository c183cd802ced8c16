from tortoise import migrations
from tortoise.migrations import operations as ops
from kit.db.indexes import IndexWhere
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('chengguan', '0008_penalty_cases')]

    initial = False

    operations = [
        ops.CreateModel(
            name='PermitHearing',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('application_id', fields.UUIDField(db_index=True)),
                ('cause', fields.CharField(max_length=10)),
                ('basis', fields.CharField(max_length=200)),
                ('state', fields.CharField(max_length=12)),
                ('called_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('hold_by_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('pause_id', fields.UUIDField(null=True)),
                ('meeting_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('place', fields.CharField(null=True, max_length=200)),
                ('presider_id', fields.UUIDField(null=True)),
                ('announcement', fields.TextField(null=True, unique=False)),
                ('arranged_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('objection_sealed', fields.BinaryField(null=True)),
                ('record_sealed', fields.BinaryField(null=True)),
                ('confirmed_sealed', fields.BinaryField(null=True)),
                ('document_id', fields.UUIDField(null=True)),
                ('held_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('end_reason_sealed', fields.BinaryField(null=True)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'permit_hearing', 'app': 'chengguan', 'indexes': [Index(fields=['state', 'meeting_at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PermitParty',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('application_id', fields.UUIDField()),
                ('position', fields.SmallIntField()),
                ('is_applicant', fields.BooleanField()),
                ('name_sealed', fields.BinaryField()),
                ('contact_sealed', fields.BinaryField(null=True)),
                ('address_sealed', fields.BinaryField(null=True)),
                ('concern_sealed', fields.BinaryField()),
                ('may_ask_hearing', fields.BooleanField()),
                ('told_how', fields.CharField(max_length=10)),
                ('told_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('told_by_id', fields.UUIDField(null=True)),
                ('due_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('answer', fields.CharField(null=True, max_length=10)),
                ('answered_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('document_id', fields.UUIDField(null=True)),
            ],
            options={'table': 'permit_party', 'app': 'chengguan', 'unique_together': (('application_id', 'position'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PermitStatement',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('application_id', fields.UUIDField()),
                ('party_id', fields.UUIDField()),
                ('position', fields.SmallIntField()),
                ('words_sealed', fields.BinaryField()),
                ('said_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('is_in_time', fields.BooleanField()),
                ('wants_hearing', fields.BooleanField()),
                ('recorded_by_id', fields.UUIDField(null=True)),
                ('outcome', fields.CharField(null=True, max_length=12)),
                ('why_sealed', fields.BinaryField(null=True)),
                ('weighed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('weighed_by_id', fields.UUIDField(null=True)),
            ],
            options={'table': 'permit_statement', 'app': 'chengguan', 'unique_together': (('application_id', 'position'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='CoSignature',
            name='reference',
            field=fields.CharField(default='', max_length=40),
        ),
        ops.AddField(
            model_name='Permit',
            name='compensation',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='Permit',
            name='end_basis',
            field=fields.CharField(null=True, max_length=200),
        ),
        ops.AddField(
            model_name='Permit',
            name='end_cause',
            field=fields.CharField(null=True, max_length=24),
        ),
        ops.AddField(
            model_name='Permit',
            name='replaced_from_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Permit',
            name='struck_off_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name='Permit',
            index=IndexWhere(fields=['replaced_from_at', 'id'], where='ended_at IS NULL AND replaced_from_at IS NOT NULL'),
        ),
        ops.AddField(
            model_name='PermitApplication',
            name='extended_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='PermitApplication',
            name='extended_by_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='PermitApplication',
            name='extension_reason',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='PermitApplication',
            name='has_false_materials',
            field=fields.BooleanField(default=False),
        ),
        ops.AddField(
            model_name='PermitApplication',
            name='is_silent',
            field=fields.BooleanField(default=False),
        ),
        ops.AddField(
            model_name='PermitFact',
            name='extension_reason',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='PermitFact',
            name='is_law_kept',
            field=fields.BooleanField(null=True),
        ),
    ]
