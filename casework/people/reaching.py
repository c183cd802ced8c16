"""Where many people are reached, read at once: what `identities.recipient` says of one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from casework.people.identities import best, opened
from casework.people.views import Recipient
from kit.db.raw import Statement, as_uuid, moment
from kit.sealing import FieldSealer

PEOPLE: Final = Statement(
    "WITH asked AS (SELECT id, COALESCE(merged_into_id, id) AS root FROM account WHERE id IN (@1)), "
    "people AS (SELECT id AS asked, id AS member FROM asked UNION SELECT id, root FROM asked "
    "UNION SELECT asked.id, account.id FROM asked JOIN account "
    "ON UNLIKELY(account.merged_into_id = asked.root)) "
    "SELECT people.asked, people.member, one.id, one.appid, one.openid_sealed, one.created_at, "
    "one.last_message_at, one.unfollowed_at FROM people "
    "LEFT JOIN wechat_identity AS one ON one.account_id = people.member AND one.appid IN (@2)"
)
_BOUND: Final = Statement(
    "SELECT binding.staff_id, binding.account_id FROM staff_binding AS binding "
    "JOIN staff ON staff.id = binding.staff_id WHERE binding.staff_id IN (@1) AND binding.unbound_at IS NULL "
    "AND staff.left_at IS NULL ORDER BY binding.bound_at"
)


@dataclass(frozen=True)
class Identity:
    """A WeChat identity as it is stored; the openid stays sealed."""

    id: UUID
    appid: str
    account_id: UUID
    openid_sealed: bytes
    created_at: datetime
    last_message_at: datetime | None
    unfollowed_at: datetime | None


@dataclass(frozen=True)
class Person:
    """All accounts of the person behind the one asked for, and their identities under the applications asked for."""

    account_id: UUID
    member_ids: frozenset[UUID]
    identities: tuple[Identity, ...] = ()

    def identity(self, appid: str) -> Identity | None:
        """The one to write to under this application."""
        rows = [one for one in self.identities if one.appid == appid]
        return best(rows, self.account_id) if rows else None


def addressed(sealer: FieldSealer, identity: Identity) -> Recipient:
    """The identity with its openid opened. Raises SealError."""
    return opened(sealer, identity)


async def people(
    connection: BaseDBAsyncClient, account_ids: Collection[UUID], appids: Collection[str]
) -> dict[UUID, Person]:
    """The persons behind these accounts, by account. Whoever has no account is alone and nowhere."""
    wanted = sorted(set(account_ids))
    if not wanted:
        return {}
    members: dict[UUID, set[UUID]] = defaultdict(set)
    identities: dict[UUID, dict[UUID, Identity]] = defaultdict(dict)
    for row in await PEOPLE.rows(connection, wanted, sorted(set(appids))):
        asked = as_uuid(row["asked"])
        members[asked].add(as_uuid(row["member"]))
        if row["id"] is not None:
            found = _identity(row)
            identities[asked][found.id] = found
    return {id: Person(id, frozenset({id, *members[id]}), tuple(identities[id].values())) for id in wanted}


async def bound_accounts(connection: BaseDBAsyncClient, staff_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The accounts to page these members of staff at; whoever bound none or has left is missing."""
    wanted = sorted(set(staff_ids))
    rows = await _BOUND.rows(connection, wanted) if wanted else []
    return {as_uuid(row["staff_id"]): as_uuid(row["account_id"]) for row in rows}


def _identity(row: dict[str, Any]) -> Identity:
    heard_at, left_at = row["last_message_at"], row["unfollowed_at"]
    return Identity(
        id=as_uuid(row["id"]),
        appid=row["appid"],
        account_id=as_uuid(row["member"]),
        openid_sealed=bytes(row["openid_sealed"]),
        created_at=moment(row["created_at"]),
        last_message_at=moment(heard_at) if heard_at is not None else None,
        unfollowed_at=moment(left_at) if left_at is not None else None,
    )
