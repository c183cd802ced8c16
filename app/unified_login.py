"""The unified government login over HTTP: an authorisation-code flow with a proof (PKCE), and one question who it was.

Provinces differ in names of fields and addresses; most have this form or a gateway in front that gives it. `UNIFIED_LOGIN_URL`
is the base: the browser goes to `/authorize`, we ask `/token` and `/userinfo`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlencode, urlsplit

import msgspec

from casework.people.unified_login import LoginAwayError, LoginRefusedError, Vouched
from kit.settings import Settings

if TYPE_CHECKING:
    from aiohttp import ClientResponse

TIMEOUT_S: Final = 8
_BODY_AT_MOST = 64 * 1024


class _Token(msgspec.Struct, frozen=True):
    access_token: str


class _Person(msgspec.Struct, frozen=True):
    """What `/userinfo` says. `type`: "person" with `identity_number`, "organisation" with `uscc` and who stands for it by law."""

    sub: str
    name: str
    nonce: str
    type: Literal["person", "organisation"] = "person"
    identity_number: str = ""
    uscc: str = ""
    legal_representative: str = ""
    level: str = ""


class HttpUnifiedLogin:
    """One login at one address. `secret` never leaves but to `/token`."""

    def __init__(self, base: str, client_id: str, secret: str) -> None:
        self._base, self._client_id, self._secret = base, client_id, secret
        self.provider = urlsplit(base).hostname or base

    def start(self, back: str, state: str, nonce: str, challenge: str) -> str:
        """Where the browser goes."""
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": back,
            "scope": "openid profile identity",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._base}/authorize?{urlencode(asked)}"

    async def finish(self, code: str, back: str, verifier: str) -> Vouched:
        """Who it was. Raises LoginRefusedError, LoginAwayError."""
        import aiohttp

        given = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": self._client_id,
            "client_secret": self._secret,
            "code_verifier": verifier,
        }
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as http:
                async with http.post(f"{self._base}/token", data=given, allow_redirects=False) as answer:
                    token = msgspec.json.decode(await _read(answer), type=_Token)
                bearer = {"authorization": f"Bearer {token.access_token}"}
                asked = http.get(f"{self._base}/userinfo", headers=bearer, allow_redirects=False)
                async with asked as answer:
                    found = msgspec.json.decode(await _read(answer), type=_Person)
        except (aiohttp.ClientError, TimeoutError, OSError, msgspec.MsgspecError, ValueError):
            raise LoginAwayError from None
        return Vouched(
            kind=found.type,
            name=found.name,
            number=found.identity_number if found.type == "person" else found.uscc,
            subject=found.sub,
            level=found.level,
            nonce=found.nonce,
            person=found.legal_representative,
        )


def unified_login_of(settings: Settings) -> HttpUnifiedLogin | None:
    """The login of the settings; None where the bureau is connected to none."""
    url, client_id, secret = (
        settings.unified_login_url,
        settings.unified_login_id,
        settings.unified_login_secret,
    )
    if url is None or client_id is None or secret is None:
        return None
    return HttpUnifiedLogin(url, client_id, secret)


async def _read(answer: ClientResponse) -> bytes:
    if answer.status in (400, 401, 403):
        raise LoginRefusedError
    if answer.status != 200:
        raise LoginAwayError
    return await answer.content.read(_BODY_AT_MOST)
