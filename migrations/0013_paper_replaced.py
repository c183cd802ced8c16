from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('chengguan', '0012_permit_hearings')]

    initial = False

    operations = [
        ops.AddField(
            model_name='IssuedDocument',
            name='replaces_id',
            field=fields.UUIDField(null=True, unique=True),
        ),
    ]
