"""Rows of people: citizens' accounts with their WeChat identities, staff with their grants."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Account(Model):
    """A citizen. Nothing but an id until the citizen says more."""

    id = fields.UUIDField(primary_key=True)
    created_at = fields.DatetimeField()
    phone_sealed = fields.BinaryField(null=True)
    phone_index = fields.CharField(max_length=64, null=True, db_index=True)

    class Meta:
        table = "account"


class WechatIdentity(Model):
    """An account as one WeChat application knows it.

    The openid is personal data: it is sealed, and found by its keyed index (hexadecimal). `unfollowed_at`
    is set while the person does not follow the official account; nothing can be sent then.
    """

    id = fields.UUIDField(primary_key=True)
    appid = fields.CharField(max_length=40)
    openid_index = fields.CharField(max_length=64)
    openid_sealed = fields.BinaryField()
    unionid_index = fields.CharField(max_length=64, null=True, db_index=True)
    account_id = fields.UUIDField(db_index=True)
    created_at = fields.DatetimeField()
    last_message_at = fields.DatetimeField(null=True)
    followed_at = fields.DatetimeField(null=True)
    unfollowed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "wechat_identity"
        unique_together = (("appid", "openid_index"),)


class Staff(Model):
    """A member of staff. `left_at` is set for one who may not log in any more; rows are never deleted."""

    id = fields.UUIDField(primary_key=True)
    login = fields.CharField(max_length=40, unique=True)
    name = fields.CharField(max_length=40)
    password_hash = fields.CharField(max_length=200)
    created_at = fields.DatetimeField()
    password_changed_at = fields.DatetimeField()
    left_at = fields.DatetimeField(null=True)

    class Meta:
        table = "staff"


class Grant(Model):
    """A role x a unit x dates. No unit means the whole bureau; no `until_on` means until further notice."""

    id = fields.UUIDField(primary_key=True)
    staff_id = fields.UUIDField(db_index=True)
    role = fields.CharField(max_length=20)
    unit = fields.CharField(max_length=40, null=True)
    from_on = fields.DateField()
    until_on = fields.DateField(null=True)

    class Meta:
        table = "staff_grant"
        indexes = (("role", "unit"),)
