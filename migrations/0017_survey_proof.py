from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('chengguan', '0016_identity_number')]

    initial = False

    operations = [
        ops.AddField(
            model_name='PermitSurvey',
            name='no_photo_reason',
            field=fields.TextField(null=True, unique=False),
        ),
    ]
