from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('chengguan', '0015_fee_basis')]

    initial = False

    operations = [
        ops.AddField(
            model_name='PermitApplication',
            name='identity_number_sealed',
            field=fields.BinaryField(null=True),
        ),
    ]
