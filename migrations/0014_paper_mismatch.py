from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('chengguan', '0013_paper_replaced')]

    initial = False

    operations = [
        ops.AddField(
            model_name='IssuedDocument',
            name='mismatched_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
