"""How many subscribe messages a person still agreed to. One-time consents are used up one by one."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from tortoise.expressions import F

from bot.models import PushConsent
from kit.db import Change, Database
from wechat.messages import Consent


async def note_consents(change: Change, account_id: UUID, consents: Iterable[Consent]) -> None:
    """Count what the citizen tapped: each acceptance is one more message, a refusal ends them all."""
    for consent in consents:
        row = await PushConsent.get_or_none(account_id=account_id, template_id=consent.template_id)
        if row is None:
            row = PushConsent(
                id=change.ids.new(),
                account_id=account_id,
                template_id=consent.template_id[:64],
                remaining=0,
                refused_at=None,
                updated_at=change.now,
            )
            await row.save(force_create=True)
        if consent.is_accepted:
            row.remaining, row.refused_at = row.remaining + 1, None
        else:
            row.remaining, row.refused_at = 0, change.now
        row.updated_at = change.now
        await row.save(update_fields=["remaining", "refused_at", "updated_at"])


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
