"""How many subscribe messages a person still agreed to, as sending takes them; `consent_counting` counts them up.

Consents are counted under the account that owns the openid they were given by (`Recipient.account_id`): another
WeChat of the same person has not agreed to anything. One-time consents are used up one by one.
"""

from __future__ import annotations

from uuid import UUID

from tortoise.expressions import F

from bot.models import PushConsent
from kit.db import Change, Database


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


async def give_back_consent(db: Database, account_id: UUID, template_id: str) -> None:
    """The message was certainly not sent: the consent is still there."""

    async def work(change: Change) -> None:
        await PushConsent.filter(account_id=account_id, template_id=template_id, refused_at=None).update(
            remaining=F("remaining") + 1, updated_at=change.now
        )

    await db.change(work)


async def lose_consents(db: Database, account_id: UUID, template_id: str) -> None:
    """The platform says that none is left, whatever we counted."""

    async def work(change: Change) -> None:
        await PushConsent.filter(account_id=account_id, template_id=template_id).update(
            remaining=0, updated_at=change.now
        )

    await db.change(work)
