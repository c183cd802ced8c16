from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('chengguan', '0011_applying')]

    initial = False

    operations = [
        ops.AddField(
            model_name='CoSignature',
            name='asking_unit',
            field=fields.CharField(null=True, max_length=40),
        ),
        ops.AddField(
            model_name='PermitApplication',
            name='reasons_sealed',
            field=fields.BinaryField(null=True),
        ),
        ops.RenameField(
            model_name='PermitHearing',
            old_name='hold_by_at',
            new_name='due_at',
        ),
        ops.AddField(
            model_name='PermitHearing',
            name='reference',
            field=fields.CharField(default='', max_length=40),
        ),
        ops.AddField(
            model_name='PermitHearing',
            name='unit',
            field=fields.CharField(null=True, max_length=40),
        ),
    ]
