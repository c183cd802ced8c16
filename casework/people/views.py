"""What other features see of people."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from casework.actors import EVERY_UNIT, Actor, Held
from casework.roles import Role


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """A citizen's account, as one WeChat application knows it. No openid: whoever sends asks for it apart.

    `id` is the account the identity belongs to: what is filed, drafted and consented to is kept under it, so that
    accounts which were linked can be taken apart again. `root_id` speaks for all accounts of the person; what the
    person may see is that of `people.merging.members(id)`.
    """

    id: UUID
    root_id: UUID
    identity_id: UUID
    last_message_at: datetime | None
    follows: bool

    @property
    def own_id(self) -> UUID:
        """`id`, where a reader should see that the root is not meant."""
        return self.id


class LinkView(msgspec.Struct, frozen=True, kw_only=True):
    """That two accounts are one person's. `into_id` was the root when the link was made."""

    id: UUID
    account_id: UUID
    into_id: UUID
    basis: str
    linked_at: datetime
    unlinked_at: datetime | None = None


class ConsentView(msgspec.Struct, frozen=True, kw_only=True):
    """One consent: what for, in which wording, given where and when, and until when. No guardian's name."""

    id: UUID
    account_id: UUID
    purpose: str
    version: str
    door: str
    given_at: datetime
    revoked_at: datetime | None = None


class VerifiedPhone(msgspec.Struct, frozen=True, kw_only=True):
    """A number the platform vouched for, masked, and what followed for the person's accounts.

    `not_linked` is a code for why an account with the same number was not linked: "too_old", "other_unionid" or
    "taken_apart".
    """

    masked: str
    is_linked: bool
    not_linked: str = ""


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Where to reach a person. `openid` is personal data: it goes into the send and nowhere else.

    `account_id` is the account the openid belongs to, which need not be the one that was asked for: consents to
    messages were given under it.
    """

    account_id: UUID
    openid: str
    last_message_at: datetime | None
    follows: bool

    def __repr__(self) -> str:
        return f"Recipient(account_id={self.account_id})"


class GrantView(msgspec.Struct, frozen=True, kw_only=True):
    """A role held in a unit (None: the whole bureau) between two dates, both included.

    `for_id` is the colleague whose role it is where the holder stands in for somebody; then the dates are those of
    standing in, as far as the colleague's grant reaches.
    """

    role: Role
    unit: str | None
    from_on: date
    until_on: date | None
    for_id: UUID | None = None

    @property
    def held(self) -> Held:
        """The grant as an actor carries it."""
        return Held(self.role, self.unit if self.unit is not None else EVERY_UNIT, self.for_id)


class StandInView(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody stood in for between two dates, both included."""

    id: UUID
    name: str
    until_on: date


class StaffView(msgspec.Struct, frozen=True, kw_only=True):
    """A member of staff with the grants that hold on the day of asking, those of colleagues stood in for included.

    `password_is_given`: somebody else chose the password, so that the person has to choose another one first.
    `second_factor_since`: from when on one-time codes are asked for; None where they are not.
    """

    id: UUID
    login: str
    name: str
    grants: tuple[GrantView, ...]
    password_changed_at: datetime
    left_at: datetime | None = None
    password_is_given: bool = False
    second_factor_since: datetime | None = None
    stands_in_for: tuple[StandInView, ...] = ()

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held now."""
        return frozenset(grant.role for grant in self.grants)

    @property
    def own_grants(self) -> tuple[GrantView, ...]:
        """The person's own grants, without those of colleagues."""
        return tuple(grant for grant in self.grants if grant.for_id is None)

    @property
    def units(self) -> frozenset[str]:
        """The units of those roles; `EVERY_UNIT` for one granted in the whole bureau."""
        return frozenset(grant.unit if grant.unit is not None else EVERY_UNIT for grant in self.grants)

    def actor(self) -> Actor:
        """This person at the door of an action."""
        return Actor(
            kind="staff",
            id=self.id,
            roles=self.roles,
            name=self.name,
            units=self.units,
            held=tuple(grant.held for grant in self.grants),
        )


class DeputyView(msgspec.Struct, frozen=True, kw_only=True):
    """Who stands in for whom (AB roles) between two dates, both included; `ended_at` ended it early."""

    id: UUID
    principal_id: UUID
    principal_name: str
    deputy_id: UUID
    deputy_name: str
    from_on: date
    until_on: date
    made_by_name: str
    ended_at: datetime | None = None
