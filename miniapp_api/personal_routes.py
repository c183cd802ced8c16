"""What we keep of a person, and what they may do about it: agree, take back, part accounts, take everything along."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from sanic import HTTPResponse

from casework.people import consents, merging
from casework.people.consents import Purpose
from casework.people.export import holdings, note_export
from casework.people.forgetting import forget_at_once
from casework.people.models import Account
from kit.problems import Conflict, NotFound
from kit.sealing import mask_phone
from miniapp_api.moments import Moment
from miniapp_api.operations import Call, NoQuery
from miniapp_api.speaking import Refused, answer, nothing_more
from miniapp_api.words import Mobile, Version

ASKED_HERE = (Purpose.COLLECTION_NOTICE, Purpose.LOCATION, Purpose.CONTACT_PHONE, Purpose.PUBLIC_DISPLAY)
"""What may be agreed to by itself; a verified phone only where the platform vouches for it."""
GivenHere = Literal["collection_notice", "location", "contact_phone", "public_display"]
Revocable = Literal["collection_notice", "location", "contact_phone", "public_display", "phone", "guardian"]


class ConsentState(msgspec.Struct, frozen=True, kw_only=True):
    """One wording and whether it is agreed to. `revoking` says what follows from taking it back."""

    purpose: str
    version: str
    title: str
    text: str
    revoking: str
    given: bool
    given_at: Moment | None


class GuardianState(msgspec.Struct, frozen=True):
    """Who answers for a child under `under_years`; empty where nobody was named. The phone is masked."""

    under_years: int
    name: str
    phone: str


class ConsentStates(msgspec.Struct, frozen=True):
    """Everything that is asked."""

    consents: tuple[ConsentState, ...]
    guardian: GuardianState


class Agreement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`version` is that of the wording that was just read."""

    version: Version


class NamedGuardian(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The guardian agrees with name and number, to the wording of this version."""

    version: Version
    name: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z\u4e00-\u9fff][A-Za-z\u4e00-\u9fff\u00b7 ]{0,39}$")]
    phone: Mobile


class Link(msgspec.Struct, frozen=True):
    """Another account of the same person. `basis` is why: unionid, phone or staff."""

    account_id: UUID
    created_at: Moment
    basis: Literal["unionid", "phone", "staff"]
    linked_at: Moment


class Links(msgspec.Struct, frozen=True):
    """Empty where nothing is linked."""

    links: tuple[Link, ...]


async def list_consents(call: Call[None, NoQuery]) -> HTTPResponse:
    """GET /consents."""
    door, account_id = call.door, call.who.account_id
    given = {one.purpose: one.given_at for one in await consents.in_force(account_id)}
    states = []
    for purpose in Purpose:
        wording = getattr(door.consents, purpose.value)
        told = purpose is Purpose.COLLECTION_NOTICE
        states.append(
            ConsentState(
                purpose=purpose.value,
                version=wording.version,
                title=wording.title,
                text=wording.short if told else wording.text,
                revoking="" if told else wording.revoking,
                given=purpose.value in given,
                given_at=given.get(purpose.value),
            )
        )
    held = await consents.guardian_of(door.sealer, account_id)
    guardian = GuardianState(
        door.consents.guardian.under_years,
        held.name if held is not None else "",
        mask_phone(held.phone) if held is not None else "",
    )
    return answer(ConsentStates(tuple(states), guardian))


async def give_consent(call: Call[Agreement, NoQuery]) -> HTTPResponse:
    """PUT /consents/{purpose}."""
    door, wanted = call.door, _purpose(call.parts["purpose"], ASKED_HERE)
    _check_version(door.consents.version_of(wanted.value), call.body.version)
    await consents.give(door.db, door.sealer, call.who.account_id, wanted, call.body.version, "miniapp")
    return nothing_more()


async def revoke_consent(call: Call[None, NoQuery]) -> HTTPResponse:
    """DELETE /consents/{purpose}. Twice is as good as once."""
    wanted = _purpose(call.parts["purpose"], tuple(Purpose))
    await consents.revoke(call.door.db, call.who.actor, call.who.account_id, wanted)
    return nothing_more()


async def name_guardian(call: Call[NamedGuardian, NoQuery]) -> HTTPResponse:
    """PUT /guardian. A guardian named anew replaces the one before."""
    door, said = call.door, call.body
    _check_version(door.consents.guardian.version, said.version)
    await consents.give(
        door.db,
        door.sealer,
        call.who.account_id,
        Purpose.GUARDIAN,
        said.version,
        "miniapp",
        consents.guardian(said.name, said.phone),
    )
    return nothing_more()


async def list_links(call: Call[None, NoQuery]) -> HTTPResponse:
    """GET /links."""
    account_id = call.who.account_id
    links = await merging.links_of(account_id)
    others = await merging.members(account_id) - {account_id}
    rows = await Account.filter(id__in=list(others)).order_by("id") if others else []
    found = []
    for row in rows:
        last = [one for one in links if row.id in (one.account_id, one.into_id)][-1]
        found.append(
            msgspec.convert(
                {
                    "account_id": row.id,
                    "created_at": row.created_at,
                    "basis": last.basis,
                    "linked_at": last.linked_at,
                },
                Link,
            )
        )
    return answer(Links(tuple(found)))


async def part_link(call: Call[None, NoQuery]) -> HTTPResponse:
    """DELETE /links/{account_id}: that account is somebody else's, or shall be by itself."""
    try:
        wanted = UUID(call.parts["account_id"])
    except ValueError:
        raise NotFound("problem.people.no_such_account") from None
    await merging.unlink(call.door.db, call.who.actor, wanted)
    return nothing_more()


async def export(call: Call[None, NoQuery]) -> HTTPResponse:
    """GET /export: everything we hold of the person, noted as handed out."""
    door, account_id = call.door, call.who.account_id
    ids = await merging.members(account_id)
    document: dict[str, object] = {
        "format": "chengguan-personal-export/1",
        "made_at": door.db.clock.now(),
        "bureau": door.bureau.name,
    }
    document |= await holdings(door.sealer, account_id, ids)
    document |= await door.also_held(ids)
    await note_export(door.db, call.who.actor, account_id)
    headers = {"content-disposition": 'attachment; filename="my-data.json"'}
    return HTTPResponse(msgspec.json.encode(document), content_type="application/json", headers=headers)


async def forget_me(call: Call[None, NoQuery]) -> HTTPResponse:
    """DELETE /me: at once where the bureau keeps no record of theirs; otherwise a person has to look at it."""
    door, caller = call.door, call.who
    gone = await forget_at_once(door.db, caller.actor, caller.account_id, door.forget_also)
    if not gone:
        raise Conflict("problem.api.on_record")
    return nothing_more()


def _purpose(name: str, known: tuple[Purpose, ...]) -> Purpose:
    for one in known:
        if one.value == name:
            return one
    raise NotFound("problem.api.no_such_purpose")


def _check_version(in_force: str, read: str) -> None:
    if in_force != read:
        # The wording changed while the page lay open: it is to be read again.
        raise Refused("problem.api.wording_changed", field="version")
