"""Signing in from the mini-program, the phone the platform vouches for, and who one is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from sanic import HTTPResponse, Request

from casework.people import consents, identities, merging, phones
from casework.people.consents import Purpose
from kit.db import Change
from kit.problems import Busy, Invalid
from kit.sealing import mask_phone
from miniapp_api.door import CITIZEN, ApiDoor, door_of
from miniapp_api.platform import CodeRefusedError, PlatformAwayError
from miniapp_api.speaking import Caller, answer, body_of, with_token

Code = Annotated[str, msgspec.Meta(min_length=1, max_length=512, pattern="^[A-Za-z0-9_-]+$")]


class SignIn(msgspec.Struct, frozen=True):
    """`code` is `wx.login`'s."""

    code: Code


class SignedIn(msgspec.Struct, frozen=True):
    """`token` goes into `Authorization: Bearer …`."""

    token: str
    expires_at: datetime


class GivePhone(msgspec.Struct, frozen=True):
    """`code` is that of the platform's phone button, `consent_version` the wording that stood beside it."""

    code: Code
    consent_version: Annotated[str, msgspec.Meta(max_length=20)]


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


async def sign_in(request: Request) -> HTTPResponse:
    """POST /api/v1/session."""
    door = door_of(request)
    asked = body_of(request, SignIn)
    platform = await door.platform()
    try:
        async with door.sign_ins.one_try(door.addresses.of(request)):
            opener = await platform.opener(asked.code)
    except CodeRefusedError:
        raise Invalid("problem.api.code_used", field="code") from None
    except PlatformAwayError:
        raise Busy("problem.api.platform_away") from None
    view = await identities.found_or_made(door.db, door.sealer, door.app_id, opener.openid)
    if opener.unionid:

        async def learn(change: Change) -> None:
            await identities.learn_unionid(change, door.sealer, view.identity_id, opener.unionid)

        await door.db.change(learn)
    new = await door.sessions.create(CITIZEN, view.id)
    return answer(SignedIn(new.token, new.session.expires_at), 201)


@with_token
async def sign_out(request: Request, door: ApiDoor, caller: Caller) -> HTTPResponse:
    """DELETE /api/v1/session."""
    await door.sessions.end(caller.session.id)
    return HTTPResponse(status=204)


@with_token
async def give_phone(request: Request, door: ApiDoor, caller: Caller) -> HTTPResponse:
    """POST /api/v1/phone: kept only with the consent that was just read, vouched for by the platform now."""
    asked = body_of(request, GivePhone)
    if asked.consent_version != door.consents.phone.version:
        raise Invalid("problem.api.consent_version", field="consent_version")
    platform = await door.platform()
    try:
        async with door.sign_ins.one_try(door.addresses.of(request)):
            number = await platform.phone(asked.code)
    except CodeRefusedError:
        raise Invalid("problem.api.code_used", field="code") from None
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


@with_token
async def show_me(request: Request, door: ApiDoor, caller: Caller) -> HTTPResponse:
    """GET /api/v1/me."""
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
