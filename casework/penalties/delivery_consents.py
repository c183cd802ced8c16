"""Consent to electronic delivery (行政处罚法 61): signed by the party beforehand, for papers that come after it, and revocable.

A consent is given on the page of a notice that was opened with the code of its paper: whoever signs holds what was handed
to the party, and nobody can sign for a party by knowing its number.
"""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.complaints.wording import required
from casework.penalties.access import notice_behind
from casework.penalties.desk import PenaltyDesk
from casework.penalties.models import DeliveryConsent, PenaltyCase, RectificationNotice
from casework.penalties.moving import locked
from casework.penalties.own_notices import is_its_officer, require_not_own
from casework.people.merging import members
from kit.db import Change
from kit.files.models import StoredFile
from kit.problems import Forbidden, NotFound

CHANNEL = "wechat"
NAME_AT_MOST = 60
TABLE, COLUMN = "delivery_consent", "signed_name_sealed"


async def give_consent(desk: PenaltyDesk, actor: Actor, access_id: UUID, signed_name: str) -> None:
    """Sign it with one's name; the notice belongs to the account from now on. A second signature adds no consent.

    `access_id` is that of the code. Raises NotFound (the code is revoked), Forbidden (nobody signed in), Invalid.
    """
    name = required(signed_name, field="signed_name", at_most=NAME_AT_MOST)
    account_id = actor.id
    if actor.kind != "citizen" or account_id is None:
        raise Forbidden("problem.penalty.sign_in_first")

    async def work(change: Change) -> bool:
        notice_id = await notice_behind(access_id)
        if notice_id is None:
            raise NotFound("problem.penalty.not_found")
        row = await locked(change, actor, notice_id, access_id)
        if await is_its_officer(actor, row):
            await change.audit(row.id, actor, "rectification.own_refused", {"tried": "consent"})
            return False
        await sign(desk, change, actor, account_id, row, name)
        return True

    require_not_own(await desk.db.change(work))


async def sign(
    desk: PenaltyDesk,
    change: Change,
    actor: Actor,
    account_id: UUID,
    row: RectificationNotice | PenaltyCase,
    name: str,
) -> None:
    """Within a change: keep the consent of a locked notice's or case's party, and whose it is from now on."""
    if row.account_id is None:
        row.account_id = account_id
        row.updated_at = change.now
        await row.save(update_fields=["account_id", "updated_at"])
    given = DeliveryConsent.filter(party_index=row.party_index, account_id=account_id, revoked_at=None)
    if await given.exists():
        return
    id = change.ids.new()
    await DeliveryConsent(
        id=id,
        party_index=row.party_index,
        account_id=account_id,
        channel=CHANNEL,
        text_version=desk.section.consent_version,
        signed_name_sealed=desk.sealer.seal(name, table=TABLE, column=COLUMN, row_id=id),
        given_at=change.now,
    ).save(force_create=True)
    content = {"version": desk.section.consent_version, "channel": CHANNEL}
    await change.audit(row.id, actor, "rectification.consent", content)


async def revoke_consents(desk: PenaltyDesk, actor: Actor) -> int:
    """End every consent of the person; how many. What was delivered before stays delivered."""
    account_id = actor.id
    if actor.kind != "citizen" or account_id is None:
        raise Forbidden("problem.penalty.sign_in_first")

    async def work(change: Change) -> int:
        ids = sorted(await members(account_id))
        rows = await DeliveryConsent.filter(account_id__in=ids, revoked_at=None).order_by("id")
        for row in rows:
            held = await change.lock(DeliveryConsent, row.id)
            if held is None or held.revoked_at is not None:
                continue
            held.revoked_at = change.now
            await held.save(update_fields=["revoked_at"])
            await change.audit(held.id, actor, "rectification.revoke_consent", {})
        return len(rows)

    return await desk.db.change(work)


async def consent_of(index: str, account_id: UUID | None = None) -> DeliveryConsent | None:
    """The consent in force of a party, the newest; with `account_id` only one that this person gave."""
    given = DeliveryConsent.filter(party_index=index, revoked_at=None)
    if account_id is not None:
        given = given.filter(account_id__in=sorted(await members(account_id)))
    return await given.order_by("-given_at", "-id").first()


async def forget_consents(index: str) -> tuple[UUID, ...]:
    """Within a change: delete what a party signed, once no notice and no case names it; the ids of files signed on."""
    named = [model.filter(party_index=index).exists() for model in (RectificationNotice, PenaltyCase)]
    if not index or any([await one for one in named]):
        return ()
    given = DeliveryConsent.filter(party_index=index)
    files = tuple([one.signature_file_id for one in await given if one.signature_file_id is not None])
    await given.delete()
    await StoredFile.filter(id__in=list(files)).delete()
    return files


async def has_consented(account_id: UUID) -> bool:
    """Whether the person has a consent in force."""
    ids = sorted(await members(account_id))
    return await DeliveryConsent.filter(account_id__in=ids, revoked_at=None).exists()
