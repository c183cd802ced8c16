"""Signing in from the mini-program, the phone the platform vouches for, and who one is."""

from __future__ import annotations

from typing import Annotated

import msgspec
from sanic import HTTPResponse

from casework.people import consents, identities, merging, phones
from casework.people.consents import Purpose
from kit.db import Change
from kit.problems import Busy
from kit.sealing import mask_phone
from miniapp_api.door import CITIZEN
from miniapp_api.moments import Moment
from miniapp_api.operations import Call, NoQuery
from miniapp_api.platform import CodeRefusedError, PlatformAwayError
from miniapp_api.speaking import Refused, answer, nothing_more
from miniapp_api.words import Version

Code = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,512}$")]


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`code` is `wx.login`'s."""

    code: Code


class SignedIn(msgspec.Struct, frozen=True):
    """`token` goes into `Authorization: Bearer …`."""

    token: str
    expires_at: Moment


class GivePhone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`code` is that of the platform's phone button, `consent_version` the wording that stood beside it."""

    code: Code
    consent_version: Version


class PhoneKept(msgspec.Struct, frozen=True):
    """`linked`: whether another account of the same person was found by it. `not_linked` says why one was not."""

    phone: str
    linked: bool
    not_linked: str


class Wording(msgspec.Struct, frozen=True):
    """One consent to ask for, and whether it is given."""

    purpose: str
    version: str
    title: str
    text: str
    given: bool


class Me(msgspec.Struct, frozen=True):
    """Who the caller is to us. `phone` is masked, empty where none is kept."""

    account_id: str
    linked_accounts: int
    phone: str
    consents: tuple[Wording, ...]


async def sign_in(call: Call[SignIn, NoQuery]) -> HTTPResponse:
    """POST /session. The platform's session key is used for nothing and goes no further than its client."""
    door, asked = call.door, call.body
    platform = await door.platform()
    try:
        async with door.sign_ins.one_try(door.addresses.of(call.request)):
            opener = await platform.opener(asked.code)
    except CodeRefusedError:
        raise Refused("problem.api.code_used", 401, field="code") from None
    except PlatformAwayError:
        raise Busy("problem.api.platform_away") from None
    view = await identities.found_or_made(door.db, door.sealer, door.app_id, opener.openid)
    if opener.unionid:

        async def learn(change: Change) -> None:
            await identities.learn_unionid(change, door.sealer, view.identity_id, opener.unionid)

        await door.db.change(learn)
    new = await door.sessions.create(CITIZEN, view.id)
    return answer(SignedIn(new.token, new.session.expires_at), 201)


async def sign_out(call: Call[None, NoQuery]) -> HTTPResponse:
    """DELETE /session."""
    await call.door.sessions.end(call.who.session.id)
    return nothing_more()


async def give_phone(call: Call[GivePhone, NoQuery]) -> HTTPResponse:
    """POST /phone: kept only with the consent that was just read, vouched for by the platform now."""
    door, asked, caller = call.door, call.body, call.who
    if asked.consent_version != door.consents.phone.version:
        raise Refused("problem.api.consent_version", field="consent_version")
    platform = await door.platform()
    try:
        async with door.sign_ins.one_try(door.addresses.of(call.request)):
            number = await platform.phone(asked.code)
    except CodeRefusedError:
        raise Refused("problem.api.code_used", field="code") from None
    except PlatformAwayError:
        raise Busy("problem.api.platform_away") from None
    # First, so that no number is ever kept without it.
    await consents.give(
        door.db, door.sealer, caller.account_id, Purpose.PHONE, asked.consent_version, "miniapp"
    )
    kept = await phones.verified(
        door.db,
        door.sealer,
        caller.actor,
        caller.account_id,
        number,
        links_for=door.consents.phone_linking.span,
    )
    return answer(PhoneKept(kept.masked, kept.is_linked, kept.not_linked))


async def show_me(call: Call[None, NoQuery]) -> HTTPResponse:
    """GET /me."""
    door, caller = call.door, call.who
    number = await phones.own_phone(door.sealer, caller.account_id)
    given = {one.purpose for one in await consents.in_force(caller.account_id)}
    wordings = tuple(
        Wording(
            purpose=purpose.value,
            version=(wording := getattr(door.consents, purpose.value)).version,
            title=wording.title,
            text=wording.text,
            given=purpose.value in given,
        )
        for purpose in (Purpose.LOCATION, Purpose.PHONE, Purpose.PUBLIC_DISPLAY, Purpose.GUARDIAN)
    )
    members = await merging.members(caller.account_id)
    return answer(
        Me(str(caller.account_id), len(members) - 1, mask_phone(number) if number else "", wordings)
    )
