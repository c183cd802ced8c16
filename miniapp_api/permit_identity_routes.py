"""Who the caller is, by the unified government login: out to it from a web view, back from it with a code, known since.

The login sends the web view back to GET /identity/back, a page that does nothing: the mini-program reads `code` and `state` from
its address and sends them with the caller's own token. So a finished way that is sent to somebody else verifies nobody.
"""

from __future__ import annotations

from html import escape
from typing import Annotated, Literal

import msgspec
from sanic import HTTPResponse

from casework.people import vouching
from casework.people.merging import members
from casework.people.unified_login import LoginAwayError, LoginRefusedError, UnifiedLogin
from casework.permits.identity import keep_vouched
from kit.db import Change
from kit.problems import Busy, Conflict, NotFound
from kit.sealing import mask_identity_number
from miniapp_api.docs_page import POLICY
from miniapp_api.moments import Moment
from miniapp_api.operations import Call, NoQuery
from miniapp_api.rows import PREFIX
from miniapp_api.speaking import answer

BACK = f"{PREFIX}/identity/back"
_WANTED = "mini-program"
"""Where this way leads: nowhere but back into the mini-program."""


class KnownIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the login vouches for. `number`: a person's masked, an organisation's USCC; `representative` of an organisation."""

    kind: Literal["person", "organisation"]
    name: str
    number: str
    representative: str
    provider: str
    verified_at: Moment


class IdentityState(msgspec.Struct, frozen=True, kw_only=True):
    """`is_connected` false: there is no login, and the window checks. `known` is all that stands, the newest first."""

    is_connected: bool
    known: tuple[KnownIdentity, ...]


class IdentityWay(msgspec.Struct, frozen=True, kw_only=True):
    """`url` is opened in a web view; it ends at `back`, with `code` and `state` in the address. Good until `expires_at`."""

    url: str
    back: str
    expires_at: Moment


class FinishedWay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stood in the address the login came back to."""

    code: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9._~-]{1,512}$")]
    state: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9]{1,100}$")]


class IdentityVerified(msgspec.Struct, frozen=True, kw_only=True):
    """`applications`: how many that were open already are known with it."""

    known: tuple[KnownIdentity, ...]
    applications: int


class BackQuery(msgspec.Struct, frozen=True):
    """What the login says; nothing of it is looked at here."""

    code: str = ""
    state: str = ""
    error: str = ""


async def show_identity(call: Call[None, NoQuery]) -> HTTPResponse:
    """GET /identity."""
    is_connected = call.door.permits.login is not None
    return answer(IdentityState(is_connected=is_connected, known=await _known(call)))


async def set_out(call: Call[None, NoQuery]) -> HTTPResponse:
    """POST /identity/start: ways of this session that were not finished end."""
    login, who, door = _login(call), call.who, call.door
    way = await vouching.set_out(door.db, door.keys, who.account_id, who.session.id, _WANTED)
    back = _back(call)
    until = door.db.clock.now() + vouching.LIVES
    url = login.start(back, way.state, way.nonce, way.challenge)
    return answer(IdentityWay(url=url, back=back, expires_at=until), 201)


async def come_back(call: Call[FinishedWay, NoQuery]) -> HTTPResponse:
    """POST /identity/finish: good once, with the token that set out."""
    login, who, door, said = _login(call), call.who, call.door, call.body
    way = await vouching.come_back(door.db, door.keys, who.account_id, who.session.id, said.state)
    try:
        vouched = await login.finish(said.code, _back(call), way.verifier)
    except LoginRefusedError:
        raise Conflict("problem.identity.refused") from None
    except LoginAwayError:
        raise Busy("problem.identity.away") from None
    vouching.check(vouched, way.nonce)
    found = await keep_vouched(door.permits.desk, who.actor, who.account_id, vouched, login.provider)
    return answer(IdentityVerified(known=await _known(call), applications=found))


async def take_away(call: Call[None, NoQuery]) -> HTTPResponse:
    """DELETE /identity: what the login said goes; applications keep how they were checked."""

    async def work(change: Change) -> None:
        own = await members(call.who.account_id)
        await vouching.forget_identities(change, call.who.actor, own, "asked")

    await call.door.db.change(work)
    return answer(IdentityState(is_connected=call.door.permits.login is not None, known=()))


async def show_back(call: Call[None, BackQuery]) -> HTTPResponse:
    """GET /identity/back: the page in the web view, with nothing on it but where to go on."""
    text = call.door.text
    page = (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(text('api.identity_back.title'))}</title></head><body><main>"
        f"<h1>{escape(text('api.identity_back.title'))}</h1><p>{escape(text('api.identity_back.words'))}</p>"
        "</main></body></html>"
    )
    headers = {
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "content-security-policy": POLICY,
    }
    return HTTPResponse(page, content_type="text/html; charset=utf-8", headers=headers)


def _login(call: Call[object, object]) -> UnifiedLogin:
    login = call.door.permits.login
    if login is None:
        raise NotFound("problem.identity.not_connected")
    return login


def _back(call: Call[object, object]) -> str:
    return f"{call.door.permits.public_url}{BACK}"


async def _known(call: Call[object, object]) -> tuple[KnownIdentity, ...]:
    found = await vouching.identities_of(call.door.permits.desk.sealer, call.who.account_id)
    return tuple(
        KnownIdentity(
            kind=one.kind,  # type: ignore[arg-type]
            name=one.name,
            number=mask_identity_number(one.number) if one.kind == "person" else one.number,
            representative=one.person,
            provider=one.provider,
            verified_at=one.verified_at,
        )
        for one in found
    )
