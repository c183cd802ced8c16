from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('chengguan', '0014_paper_mismatch')]

    initial = False

    operations = [
        ops.AddField(
            model_name='PermitApplication',
            name='fee_basis',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='PermitApplication',
            name='fee_note',
            field=fields.TextField(null=True, unique=False),
        ),
    ]
