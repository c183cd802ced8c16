"""How many subscribe messages a person still agreed to, as sending takes them; `consent_counting` counts them up.

Consents are counted under the account that owns the openid they were given by (`Recipient.account_id`): another
WeChat of the same person has not agreed to anything. One-time consents are used up one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tortoise.expressions import F

from bot.models import PushConsent
from kit.db import Change, Database
from kit.db.raw import Statement, as_uuid

# In one order, so that two who send at once cannot wait for each other.
_READ: Final = Statement(
    "SELECT account_id, template_id, remaining, refused_at FROM push_consent WHERE account_id IN (@1) "
    "ORDER BY id"
)
_HOLD: Final = Statement(
    "SELECT account_id, template_id, remaining, refused_at FROM push_consent WHERE account_id IN (@1) "
    "ORDER BY id/*locked*/"
)
_TAKE: Final = Statement(
    "UPDATE push_consent SET remaining = remaining - $1, updated_at = $2 "
    "WHERE account_id = $3 AND template_id = $4 AND remaining >= $1"
)


@dataclass(frozen=True)
class Consents:
    """What some accounts agreed to: how many messages are left by (account, template), and which templates were
    refused.
    """

    remaining: Mapping[tuple[UUID, str], int]
    refused: frozenset[tuple[UUID, str]]


async def consents_of(change: Change, account_ids: Collection[UUID], *, hold: bool) -> Consents:
    """Everything these accounts agreed to. `hold`: nobody else counts or uses it up until the change ends."""
    rows = (
        await (_HOLD if hold else _READ).rows(change.connection, sorted(account_ids)) if account_ids else []
    )
    counted = {(as_uuid(row["account_id"]), row["template_id"]): row for row in rows}
    return Consents(
        {key: row["remaining"] for key, row in counted.items()},
        frozenset(key for key, row in counted.items() if row["refused_at"] is not None),
    )


async def has_consent(account_id: UUID, template_id: str) -> bool:
    """Whether one is left; a long-term consent is not used up by sending."""
    return await PushConsent.filter(account_id=account_id, template_id=template_id, remaining__gt=0).exists()


async def take_consent(db: Database, account_id: UUID, template_id: str) -> bool:
    """Use up one consent before sending. False when there is none."""
    if not await has_consent(account_id, template_id):
        return False

    async def work(change: Change) -> bool:
        taken = await PushConsent.filter(
            account_id=account_id, template_id=template_id, remaining__gt=0
        ).update(remaining=F("remaining") - 1, updated_at=change.now)
        return taken > 0

    return await db.change(work)


async def take_consents(change: Change, taken: Counter[tuple[UUID, str]]) -> None:
    """Use up so many consents of (account, template), all of which `consents_of` has just held."""
    rows = [(count, change.now, account_id, id) for (account_id, id), count in sorted(taken.items())]
    if rows:
        await _TAKE.many(change.connection, rows)


async def give_back_consent(change: Change, account_id: UUID, template_id: str) -> None:
    """The message was certainly not sent: the consent is still there."""
    await PushConsent.filter(account_id=account_id, template_id=template_id, refused_at=None).update(
        remaining=F("remaining") + 1, updated_at=change.now
    )


async def lose_consents(change: Change, account_id: UUID, template_id: str) -> None:
    """The platform says that none is left, whatever we counted."""
    await PushConsent.filter(account_id=account_id, template_id=template_id).update(
        remaining=0, updated_at=change.now
    )
