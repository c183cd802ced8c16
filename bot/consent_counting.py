"""Counting the messages people agree to, from what the platform and the mini-program tell of their taps.

The platform counts for itself and tells nobody: each acceptance is one more message, a refusal ends them all. An
event may come again (its act is done once), late (its own time decides), for a template no profile names (the
profile may come to name it) or for one tap of which the mini-program has told already: what both told counts once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from bot.models import PushConsent
from casework.people.models import Account
from kit.clock import local
from kit.db import Change
from wechat.messages import Consent

CLAIMS_A_DAY: Final = 20
"""Acceptances of one template that a mini-program may report for one account. Nobody taps more often."""
_OUT_OF_STEP: Final = 5
"""So far one side's count may run ahead; what it told longer ago is no longer expected of the other."""
_ID_AT_MOST: Final = 64


async def note_consents(
    change: Change, account_id: UUID, consents: Iterable[Consent], said_at: datetime | None = None
) -> None:
    """Count what the platform says was tapped. `said_at` is when, by its clock; None: now."""
    at = min(said_at or change.now, change.now)
    await change.lock(Account, account_id)
    for consent in consents:
        row = await _row(change, account_id, consent.template_id)
        if row is None:
            continue
        if not consent.is_accepted:
            _refuse(change, row, at)
        elif not _is_past(row, at, refused=True):
            _accept(row, at, is_told_already=(row.ahead or 0) > 0)
            row.ahead = max((row.ahead or 0) - 1, -_OUT_OF_STEP)
        await _write(change, row)


async def note_claims(change: Change, account_id: UUID, answers: Mapping[str, str]) -> None:
    """Count what the mini-program says was tapped: template -> what its platform's call gave for it.

    Whatever begins with "accept" is one message; "reject" is a refusal; a banned or filtered template is neither.
    """
    await change.lock(Account, account_id)
    for template_id, said in sorted(answers.items()):
        row = await _row(change, account_id, template_id)
        if row is None:
            continue
        if said == "reject":
            _refuse(change, row, change.now)
        elif said.startswith("accept") and _within_a_days_claims(change, row):
            _accept(row, change.now, is_told_already=(row.ahead or 0) < 0)
            row.ahead = min((row.ahead or 0) + 1, _OUT_OF_STEP)
        else:
            continue
        await _write(change, row)


async def note_undelivered(change: Change, account_id: UUID, template_id: str, said_at: datetime) -> None:
    """The platform reports that a message was not shown because the person refuses this template."""
    found = await PushConsent.get_or_none(account_id=account_id, template_id=template_id)
    row = await change.lock(PushConsent, found.id) if found is not None else None
    if row is not None:
        _refuse(change, row, min(said_at, change.now))
        await _write(change, row)


def _accept(row: PushConsent, at: datetime, *, is_told_already: bool) -> None:
    if not is_told_already:
        row.remaining += 1
    row.refused_at = None
    row.said_at = max(row.said_at or at, at)


def _refuse(change: Change, row: PushConsent, at: datetime) -> None:
    if not _is_past(row, at, refused=False):
        row.remaining, row.refused_at, row.said_at = 0, change.now, max(row.said_at or at, at)


def _is_past(row: PushConsent, at: datetime, *, refused: bool) -> bool:
    """Whether the opposite was said after this, and has been heard already."""
    return (row.refused_at is not None) == refused and row.said_at is not None and at < row.said_at


def _within_a_days_claims(change: Change, row: PushConsent) -> bool:
    today = local(change.now).date()
    if row.claimed_on != today:
        row.claimed_on, row.claimed = today, 0
    row.claimed = (row.claimed or 0) + 1
    return row.claimed <= CLAIMS_A_DAY


async def _row(change: Change, account_id: UUID, template_id: str) -> PushConsent | None:
    """The count of this template, at 0 where there is none. None for what cannot be a template of ours."""
    if not template_id or len(template_id) > _ID_AT_MOST:
        return None
    row = await PushConsent.get_or_none(account_id=account_id, template_id=template_id)
    if row is not None:
        # Held: the sender takes consents from it meanwhile.
        return await change.lock(PushConsent, row.id)
    row = PushConsent(
        id=change.ids.new(),
        account_id=account_id,
        template_id=template_id,
        remaining=0,
        refused_at=None,
        updated_at=change.now,
    )
    await row.save(force_create=True)
    return row


async def _write(change: Change, row: PushConsent) -> None:
    row.updated_at = change.now
    await row.save(
        update_fields=["remaining", "refused_at", "updated_at", "said_at", "ahead", "claimed_on", "claimed"]
    )
