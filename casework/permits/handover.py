"""A citizen lets a clerk go on with their draft: by a short code that is shown on the draft's page and read out at the window.

A code lives a quarter of an hour and works once; only its keyed hash is kept. From then on the draft is the clerk's too until the
evening, and the citizen's all the time: what comes of it is in their account. Both ends stand in the chain.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from casework.actors import Actor
from casework.permissions import Operation, require
from casework.permits.desk import PermitDesk
from casework.permits.drafts import locked_draft
from casework.permits.models import PermitDraft
from casework.permits.moving import ACTION
from kit.db import Change
from kit.problems import Forbidden, NotFound

LIVES, HELPS = timedelta(minutes=15), timedelta(hours=12)
_DIGITS, _LENGTH = "0123456789", 8


@dataclass(frozen=True)
class HandoverCode:
    """A code just made: to be shown once, and stored nowhere."""

    code: str
    until_at: datetime

    def __repr__(self) -> str:
        return f"HandoverCode(until_at={self.until_at.isoformat()})"


async def offer(desk: PermitDesk, actor: Actor, draft_id: UUID) -> HandoverCode:
    """A code for one's own draft; one made before ends. Raises NotFound, Forbidden for staff."""
    if actor.kind != "citizen":
        raise Forbidden()
    code = "".join(secrets.choice(_DIGITS) for _ in range(_LENGTH))

    async def work(change: Change) -> datetime:
        row = await locked_draft(desk, change, actor, draft_id)
        row.code_hash, row.code_until_at = _hash(desk, code), change.now + LIVES
        await row.save(update_fields=["code_hash", "code_until_at"])
        await change.audit(row.id, actor, f"{ACTION}offer_draft", {})
        return row.code_until_at

    return HandoverCode(f"{code[:4]} {code[4:]}", await desk.db.change(work))


async def take_over(desk: PermitDesk, actor: Actor, code: str) -> UUID:
    """The draft whose code this is, to be gone on with; its key. Raises Forbidden, NotFound for whatever does not fit."""
    require(actor, Operation.ENTER_PERMITS)
    digits = "".join(one for one in code[:40] if one.isascii() and one.isdigit())

    async def work(change: Change) -> UUID:
        held = PermitDraft.filter(code_hash=_hash(desk, digits), code_until_at__gt=change.now)
        found = await held.filter(expires_at__gt=change.now).order_by("id").first()
        row = await change.lock(PermitDraft, found.id) if found is not None else None
        if row is None or row.code_hash != _hash(desk, digits):
            raise NotFound("problem.permit.handover_code")
        row.code_hash, row.code_until_at = None, None
        row.helper_id, row.helper_until_at = actor.id, change.now + HELPS
        await row.save(update_fields=["code_hash", "code_until_at", "helper_id", "helper_until_at"])
        await change.audit(row.id, actor, f"{ACTION}take_draft", {})
        return row.id

    return await desk.db.change(work)


async def take_back(desk: PermitDesk, actor: Actor, draft_id: UUID) -> None:
    """The citizen alone goes on. Raises NotFound, Forbidden for staff."""
    if actor.kind != "citizen":
        raise Forbidden()

    async def work(change: Change) -> None:
        row = await locked_draft(desk, change, actor, draft_id)
        row.code_hash = row.code_until_at = row.helper_id = row.helper_until_at = None
        await row.save(update_fields=["code_hash", "code_until_at", "helper_id", "helper_until_at"])

    await desk.db.change(work)


def _hash(desk: PermitDesk, code: str) -> str:
    return hmac.digest(
        desk.sealer.blind_index("key", purpose="draft_handover"), code.encode(), "sha256"
    ).hex()
