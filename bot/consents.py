"""How many subscribe messages a person still agreed to, and who wants none at all.

Consents are counted under the account that owns the openid they were given by (`Recipient.account_id`): another
WeChat of the same person has not agreed to anything. One-time consents are used up one by one. Wanting no
notices is the person's, whichever account says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from tortoise.expressions import F

from bot.models import PushConsent
from casework.actors import Actor
from casework.people.merging import members
from casework.people.models import Account
from kit.db import Change, Database
from kit.problems import NotFound
from wechat.messages import Consent

EVERYTHING = "*"
"""Stands for all templates at once: a row with it and a time of refusal is an unsubscription."""


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


async def unsubscribe(change: Change, account_id: UUID) -> None:
    """The person wants to be told only what they must be: see `bot.push.MUST_BE_TOLD`."""
    row = await PushConsent.get_or_none(account_id=account_id, template_id=EVERYTHING)
    if row is None:
        row = PushConsent(
            id=change.ids.new(),
            account_id=account_id,
            template_id=EVERYTHING,
            remaining=0,
            refused_at=change.now,
            updated_at=change.now,
        )
        await row.save(force_create=True)
    elif row.refused_at is None:
        row.refused_at = row.updated_at = change.now
        await row.save(update_fields=["refused_at", "updated_at"])


async def resubscribe(change: Change, account_id: UUID) -> None:
    """The person wants notices again, whichever of their accounts said otherwise."""
    rows = PushConsent.filter(account_id__in=list(await members(account_id)), template_id=EVERYTHING)
    await rows.update(refused_at=None, updated_at=change.now)


async def is_unsubscribed(account_id: UUID) -> bool:
    """Whether any account of the person wants no notices."""
    ids = list(await members(account_id))
    return await PushConsent.filter(
        account_id__in=ids, template_id=EVERYTHING, refused_at__isnull=False
    ).exists()


async def wants_notices(account_id: UUID) -> bool:
    """Whether the person is told what need not be told."""
    return not await is_unsubscribed(account_id)


@dataclass(frozen=True)
class NoticeChoice:
    """The person's own choice outside the chat: notices or none."""

    db: Database

    async def __call__(self, actor: Actor, account_id: UUID, wanted: bool) -> None:
        """Note it, with an entry in the account's chain. To choose what holds already changes nothing."""

        async def work(change: Change) -> None:
            if await change.lock(Account, account_id) is None:
                raise NotFound("problem.people.no_such_account")
            if await wants_notices(account_id) == wanted:
                return
            await (resubscribe if wanted else unsubscribe)(change, account_id)
            await change.audit(account_id, actor, "account.choose_notices", {"wanted": wanted})

        await self.db.change(work)


async def note_undelivered(change: Change, account_id: UUID, template_id: str) -> None:
    """The platform reports that a message was not shown because the person refuses this template."""
    await PushConsent.filter(account_id=account_id, template_id=template_id).update(
        remaining=0, refused_at=change.now, updated_at=change.now
    )
