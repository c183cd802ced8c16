"""Taking what was filled in: the person, the consents and the case, in one write and once per act."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import msgspec
from sanic import Request
from tortoise.models import Model

from casework.actors import citizen
from casework.complaints.filing import NewComplaint, Source
from casework.complaints.media import AddedMedium
from casework.complaints.receipts import ReceiptKind, submit_once
from casework.people import consents, merging
from casework.people.consents import ConsentStanding, Purpose
from casework.people.models import Account, WechatIdentity
from kit.db import Change
from kit.files.models import StoredFile
from kit.files.uploads import account_holder
from web.h5.door import CITIZEN, H5Door
from web.h5.drafts import visit_holder
from web.h5.filing_form import FilingForm, told
from web.h5.filing_near import case_meant
from web.h5.filing_questions import particulars_of
from web.h5.visitor import Visitor

_NOBODY = ConsentStanding(given=frozenset(), taken_back={})


@dataclass(frozen=True, kw_only=True)
class Taken:
    """The case, and the token of a session for whoever had none that may see it."""

    reference: str
    token: str = ""

    def __repr__(self) -> str:
        return f"Taken({self.reference})"


async def take(request: Request, door: H5Door, visitor: Visitor | None, form: FilingForm) -> Taken:
    """File the complaint. The form has no faults. Raises Problem; then nothing was filed by this call.

    Who files without any sign-in gets an account without an identity, a session, and a receipt.
    """
    account_id = visitor.account_id if visitor is not None else door.db.ids.new()
    members = await merging.members(account_id) if visitor is not None else frozenset({account_id})
    files = await own_files(request, door, visitor, (*form.photos, *form.voices), members)
    standing = await consents.standing(account_id) if visitor is not None else _NOBODY
    beside: list[Model] = []
    if visitor is None:
        beside.append(Account(id=account_id, created_at=door.clock.now()))
    beside += _consents(door, account_id, form, standing)
    story, category = told(form, door.desk.policy, door.words)
    new = NewComplaint(
        account_id=account_id,
        story=story,
        source=Source.H5,
        photos=form.photos,
        media=tuple(AddedMedium(file_id=one, medium="voice") for one in form.voices),
        scene_code=form.code or None,
        place_text=form.place or door.words.text("h5_file.place_by_position"),
        position=form.position,
        phone=form.phone or None,
        category=category,
        particulars=particulars_of(door, form),
        same_as_id=await case_meant(door, form),
    )
    done = await submit_once(
        door.desk,
        door.keys,
        citizen(account_id),
        new,
        key=f"h5:{visit_holder(request)}:{form.act}",
        body=_body(form, files),
        kind=None if await _has_identity(visitor, members) else ReceiptKind.RECEIPT,
        beside=tuple(beside),
    )
    owner = done.account_id or account_id
    await _belong_to(door, owner, files)
    if owner in members and visitor is not None:
        return Taken(reference=done.view.reference)
    if done.is_repeat and await _is_somebodys(owner):
        # Filed by who was signed in, or taken into a WeChat since: sending the form again is no way to sign in.
        return Taken(reference=done.view.reference)
    # Without a session, or with one that ended between two tries of the same act.
    session = await door.sessions.create(CITIZEN, owner)
    return Taken(reference=done.view.reference, token=session.token)


async def own_files(
    request: Request,
    door: H5Door,
    visitor: Visitor | None,
    ids: Collection[UUID],
    members: frozenset[UUID] = frozenset(),
) -> dict[UUID, StoredFile]:
    """The files that this browser or this person sent. Raises Invalid where one is not."""
    if not ids:
        return {}
    holders = [visit_holder(request)]
    if visitor is not None:
        members = members or await merging.members(visitor.account_id)
        holders += [account_holder(one) for one in members]
    return await door.uploads.own_files(ids, holders=holders, account_ids=members)


def _consents(
    door: H5Door, account_id: UUID, form: FilingForm, standing: ConsentStanding
) -> tuple[Model, ...]:
    """What was shown on the page and agreed to by filling in what it is about, where it is not on record."""
    used = [Purpose.COLLECTION_NOTICE]
    used += [Purpose.CONTACT_PHONE] if form.phone else []
    used += [Purpose.LOCATION] if form.position is not None else []
    rows: list[Model] = []
    for purpose in used:
        version = door.consents.version_of(purpose.value)
        if (purpose.value, version) not in standing.given:
            rows += consents.consent_rows(door.db, door.sealer, account_id, purpose, version, "h5")
    return tuple(rows)


async def _has_identity(visitor: Visitor | None, members: frozenset[UUID]) -> bool:
    if visitor is None:
        return False
    return await WechatIdentity.filter(account_id__in=list(members)).exists()


async def _is_somebodys(account_id: UUID) -> bool:
    """Whether more than the receipt leads to this account: a WeChat, a telephone, other accounts of the person."""
    members = await merging.members(account_id)
    if len(members) > 1 or await Account.filter(id=account_id, phone_index__isnull=False).exists():
        return True
    return await WechatIdentity.filter(account_id=account_id).exists()


def _body(form: FilingForm, files: dict[UUID, StoredFile]) -> bytes:
    """What makes two tries of an act the same: words and files. A position differs from one moment to the next."""
    contents = sorted(row.sha256 for row in files.values())
    said = [form.group, form.story, form.place, form.phone, form.code, contents]
    said += sorted(form.particulars.items())
    return hashlib.sha256(msgspec.json.encode(said)).digest()


async def _belong_to(door: H5Door, account_id: UUID, files: dict[UUID, StoredFile]) -> None:
    """Files sent before there was an account are from now on the account's."""
    ids = [row.id for row in files.values() if row.account_id is None]
    if not ids:
        return

    async def work(_: Change) -> None:
        await StoredFile.filter(id__in=ids, account_id=None).update(account_id=account_id)

    await door.db.change(work)
