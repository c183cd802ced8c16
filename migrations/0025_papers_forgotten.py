from kit.db.indexes import IndexWhere
from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('chengguan', '0024_draws')]

    initial = False

    operations = [
        ops.AddField(
            model_name='PermitApplication',
            name='papers_forgotten_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name='PermitApplication',
            index=IndexWhere(fields=['ended_at', 'id'], where='anonymised_at IS NOT NULL AND papers_forgotten_at IS NULL'),
        ),
    ]
