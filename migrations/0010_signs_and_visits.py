from tortoise.indexes import Index
from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('chengguan', '0009_permit_law')]

    initial = False

    operations = [
        ops.AddField(
            model_name='EnterpriseVisit',
            name='accuracy_m',
            field=fields.FloatField(null=True),
        ),
        ops.AddField(
            model_name='EnterpriseVisit',
            name='confirmed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='EnterpriseVisit',
            name='distance_m',
            field=fields.FloatField(null=True),
        ),
        ops.AddField(
            model_name='EnterpriseVisit',
            name='place_reason',
            field=fields.CharField(null=True, max_length=200),
        ),
        ops.AddField(
            model_name='Project',
            name='anonymised_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='RectificationNotice',
            name='anonymised_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Sign',
            name='anonymised_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Sign',
            name='removed_on',
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name='Sign',
            name='successor_application_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddIndex(
            model_name='Sign',
            index=Index(fields=['successor_application_id']),
        ),
    ]
