from tortoise import migrations
from tortoise.migrations import operations as ops
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('chengguan', '0007_permits')]

    initial = False

    operations = [
        ops.CreateModel(
            name='PenaltyPayment',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case_id', fields.UUIDField()),
                ('fen', fields.BigIntField()),
                ('paid_on', fields.DateField()),
                ('receipt', fields.CharField(max_length=60)),
                ('recorded_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('recorded_by_id', fields.UUIDField()),
            ],
            options={'table': 'penalty_payment', 'app': 'chengguan', 'unique_together': (('case_id', 'receipt'),), 'indexes': [Index(fields=['case_id', 'recorded_at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='PartyRequest',
            name='words',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='PartyRequest',
            name='account_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='PartyRequest',
            name='due_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='PartyRequest',
            name='entered_by_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='PartyRequest',
            name='officer_id',
            field=fields.UUIDField(),
        ),
        ops.AddField(
            model_name='PartyRequest',
            name='outcome',
            field=fields.CharField(null=True, max_length=12),
        ),
        ops.AddField(
            model_name='PartyRequest',
            name='reference',
            field=fields.CharField(max_length=40),
        ),
        ops.AddField(
            model_name='PartyRequest',
            name='unit',
            field=fields.CharField(null=True, max_length=40),
        ),
        ops.AddIndex(
            model_name='PartyRequest',
            index=Index(fields=['state', 'due_at', 'id']),
        ),
        ops.AddIndex(
            model_name='PartyRequest',
            index=Index(fields=['account_id', 'sent_at']),
        ),
        ops.AlterField(
            model_name='PenaltyCase',
            name='facts',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AlterField(
            model_name='PenaltyCase',
            name='intended',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='address_sealed',
            field=fields.BinaryField(null=True),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='anonymised_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='calendar',
            field=fields.CharField(max_length=16),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='decided_by_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='decides_penalty',
            field=fields.BooleanField(default=True),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='decision_fen',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='ended_words',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='evidence',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='filed_on',
            field=fields.DateField(),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='hearing_host_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='hearing_place',
            field=fields.CharField(null=True, max_length=200),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='hearing_record',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='hearing_recorded_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='late_fen',
            field=fields.BigIntField(default=0),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='late_ordered_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='place_text',
            field=fields.CharField(null=True, max_length=300),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='proposed',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='proposed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='proposed_by_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='proposed_fen',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='review',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='reviewed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='reviewed_by_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='second_officer_id',
            field=fields.UUIDField(),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='sent_back',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='terms',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='PenaltyCase',
            name='waived_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
