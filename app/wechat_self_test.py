"""Knocking at our own door as the platform would: is it there, does it know the token, does it read our AES?"""

from __future__ import annotations

import asyncio
import secrets
from urllib.parse import urlencode

import aiohttp

from app.wechat_check import Finding, failure, not_checked, ok
from bot.verification import Proof
from kit.clock import Clock
from kit.settings import Settings
from wechat.codec import Codec, sign

TIMEOUT = aiohttp.ClientTimeout(total=8, connect=4)
ANSWER_AT_MOST = 4_096


class SelfTest:
    """Requests to PUBLIC_URL only."""

    def __init__(self, session: aiohttp.ClientSession, settings: Settings, clock: Clock) -> None:
        self._session = session
        self._settings = settings
        self._clock = clock
        self._codec = Codec(settings.wechat_token, settings.wechat_aes_key, settings.wechat_app_id)

    async def callback(self) -> list[Finding]:
        """The platform's two ways of knocking: the console's echo, and a message (an event nobody knows)."""
        address = f"{self._settings.public_url}/wechat"
        echo = secrets.token_hex(8)
        nonce, timestamp = secrets.token_hex(8), str(int(self._clock.now().timestamp()))
        signature = sign(self._settings.wechat_token, timestamp, nonce)
        query = {"signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": echo}
        try:
            status, answer = await self._ask("GET", f"{address}?{urlencode(query)}")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return [failure("callback_unreachable", address, error=type(error).__name__)]
        if status == 403:
            return [failure("callback_token", address)]
        if status != 200 or answer != echo.encode():
            return [failure("callback_other", address, status=status)]
        return [ok("callback_token", address), await self._message(address)]

    async def _message(self, address: str) -> Finding:
        now = int(self._clock.now().timestamp())
        nonce, app = secrets.token_hex(8), "gh_connection_check"
        event = (
            f"<xml><ToUserName>{app}</ToUserName><FromUserName>{app}</FromUserName>"
            f"<CreateTime>{now}</CreateTime><MsgType>event</MsgType><Event>connection_check</Event></xml>"
        ).encode()
        query = {"timestamp": str(now), "nonce": nonce}
        query["signature"] = sign(self._settings.wechat_token, str(now), nonce)
        if self._codec.is_safe_mode:
            encrypted = self._codec.encrypt(event)
            query |= {
                "encrypt_type": "aes",
                "msg_signature": sign(self._settings.wechat_token, str(now), nonce, encrypted),
            }
            event = f"<xml><ToUserName>{app}</ToUserName><Encrypt>{encrypted}</Encrypt></xml>".encode()
        try:
            status, answer = await self._ask("POST", f"{address}?{urlencode(query)}", event)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return not_checked("callback_message", address)
        if status == 200 and answer in (b"success", b""):
            return ok("callback_message", address)
        return failure("callback_message", address, status=status)

    async def files(self, proofs: tuple[Proof, ...]) -> list[Finding]:
        """Whether each verification file is truly served to the outside, to the letter."""
        return list(await asyncio.gather(*(self._file(proof) for proof in proofs)))

    async def _file(self, proof: Proof) -> Finding:
        address = f"{self._settings.public_url}/{proof.name}"
        try:
            status, answer = await self._ask("GET", address)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return failure("verification_file", address, status="-")
        if status == 200 and answer == proof.content.encode():
            return ok("verification_file", address)
        return failure("verification_file", address, status=status)

    async def _ask(self, method: str, address: str, body: bytes | None = None) -> tuple[int, bytes]:
        headers = {"Content-Type": "text/xml"} if body is not None else None
        async with self._session.request(
            method, address, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False
        ) as response:
            return response.status, await response.content.read(ANSWER_AT_MOST)
