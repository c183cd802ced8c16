"""Rows of people: citizens' accounts with their WeChat identities, staff with their grants."""

from __future__ import annotations

from tortoise import fields

from kit.tables import Model


class Account(Model):
    """A citizen. Nothing but an id until the citizen says more.

    `merged_into_id` names the account that speaks for this one since both were found to be one person's; cases
    keep the account they were filed with, so that a link can be undone. `phone_verified_at` is when the platform
    vouched for the phone; a number merely typed is not kept here.
    """

    id = fields.UUIDField(primary_key=True)
    created_at = fields.DatetimeField()
    phone_sealed = fields.BinaryField(null=True)
    phone_index = fields.CharField(max_length=64, null=True, db_index=True)
    phone_verified_at = fields.DatetimeField(null=True)
    merged_into_id = fields.UUIDField(null=True)

    class Meta:
        table = "account"
        indexes = (("merged_into_id",),)


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


class AccountLink(Model):
    """That two accounts are one person's, on what basis ("unionid" or "phone"), and until when. Never deleted."""

    id = fields.UUIDField(primary_key=True)
    account_id = fields.UUIDField(db_index=True)
    into_id = fields.UUIDField(db_index=True)
    basis = fields.CharField(max_length=10)
    linked_at = fields.DatetimeField()
    unlinked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "account_link"


class VerifiedIdentity(Model):
    """Who a person is, as the unified government login vouched for it.

    `kind`: "person" or "organisation"; of an organisation `person_sealed` is the legal representative. The number (identity
    number or USCC) is sealed, and found by the same keyed index as the holder of an application. `subject_index` is the
    login's own name for the person, `level` how sure it was. `ended_at`: the person took it away, or said it anew.
    """

    id = fields.UUIDField(primary_key=True)
    account_id = fields.UUIDField(db_index=True)
    kind = fields.CharField(max_length=12)
    name_sealed = fields.BinaryField(null=True)
    number_sealed = fields.BinaryField(null=True)
    number_index = fields.CharField(max_length=64)
    person_sealed = fields.BinaryField(null=True)
    subject_index = fields.CharField(max_length=64)
    provider = fields.CharField(max_length=80)
    level = fields.CharField(max_length=20)
    verified_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "verified_identity"


class IdentityTry(Model):
    """One way to the unified login and back: begun in a session, good for minutes and once. Only the state's hash is kept."""

    id = fields.UUIDField(primary_key=True)
    state_hash = fields.CharField(max_length=64, unique=True)
    account_id = fields.UUIDField(db_index=True)
    session_id = fields.UUIDField()
    wanted = fields.CharField(max_length=200)
    begun_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(db_index=True)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "identity_try"


class PersonalConsent(Model):
    """What a person was told and agreed to, one row per giving. Never deleted; `revoked_at` ends it.

    `purpose` is a name of the bureau profile's or of ours (`people/consents.py`), `text_version` says which
    wording was shown. `details_sealed` holds a guardian's name and phone.
    """

    id = fields.UUIDField(primary_key=True)
    account_id = fields.UUIDField(db_index=True)
    purpose = fields.CharField(max_length=40)
    text_version = fields.CharField(max_length=20)
    door = fields.CharField(max_length=20)
    given_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)
    details_sealed = fields.BinaryField(null=True)

    class Meta:
        table = "personal_consent"
        indexes = (("account_id", "purpose"),)


class Staff(Model):
    """A member of staff. `left_at` is set for one who may not log in any more; rows are never deleted.

    `phone_index` and `identity_index` are the keyed indexes of the person's own telephone and identity number, by which an
    application of their own is recognised; the numbers themselves are kept nowhere.

    `password_set_by_id` names who gave the password, when that was somebody else: it then serves for one login,
    after which the person chooses one. `totp_sealed` is the secret of the one-time codes (RFC 6238), in force from
    `totp_confirmed_at` on; `totp_last_step` is the time step of the last code taken, which is never taken again.
    """

    id = fields.UUIDField(primary_key=True)
    login = fields.CharField(max_length=40, unique=True)
    name = fields.CharField(max_length=40)
    password_hash = fields.CharField(max_length=200)
    created_at = fields.DatetimeField()
    password_changed_at = fields.DatetimeField()
    password_set_by_id = fields.UUIDField(null=True)
    totp_sealed = fields.BinaryField(null=True)
    totp_confirmed_at = fields.DatetimeField(null=True)
    totp_last_step = fields.BigIntField(null=True)
    left_at = fields.DatetimeField(null=True)
    phone_index = fields.CharField(max_length=64, null=True)
    identity_index = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "staff"


class StaffRecoveryCode(Model):
    """A code that stands in once for a lost phone with one-time codes. Only its keyed hash is kept."""

    id = fields.UUIDField(primary_key=True)
    staff_id = fields.UUIDField(db_index=True)
    code_hash = fields.CharField(max_length=64, unique=True)
    created_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "staff_recovery_code"


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


class StaffDeputy(Model):
    """Who stands in for whom (AB角) between two dates, both included: the deputy holds the principal's grants then.

    `ended_at` ends it early; no `made_by_id` means the command line. Never deleted: it explains why somebody could act.
    """

    id = fields.UUIDField(primary_key=True)
    principal_id = fields.UUIDField(db_index=True)
    deputy_id = fields.UUIDField(db_index=True)
    from_on = fields.DateField()
    until_on = fields.DateField()
    made_by_id = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "staff_deputy"


class StaffBinding(Model):
    """A member of staff's own WeChat, as the account it writes from; for paging. `unbound_at` ends it."""

    id = fields.UUIDField(primary_key=True)
    staff_id = fields.UUIDField(db_index=True)
    account_id = fields.UUIDField(db_index=True)
    bound_at = fields.DatetimeField()
    unbound_at = fields.DatetimeField(null=True)

    class Meta:
        table = "staff_binding"


class StaffBindingCode(Model):
    """A code that binds whoever scans it, once and for minutes. Only its keyed hash is kept."""

    id = fields.UUIDField(primary_key=True)
    staff_id = fields.UUIDField(db_index=True)
    code_hash = fields.CharField(max_length=64, unique=True)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "staff_binding_code"
