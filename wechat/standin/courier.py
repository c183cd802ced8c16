"""Carries messages to the webhook as the platform does: five seconds' patience, three tries, one body."""

import asyncio
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Literal
from urllib.parse import urlencode

import aiohttp
import msgspec

from wechat.codec import Codec, sign
from wechat.parse import parse_xml
from wechat.standin.citizens import Citizen
from wechat.standin.inbound import InboundMessage, cdata
from wechat.standin.passive import InvalidReplyError, PassiveReply, articles, image_media_id, read_reply
from wechat.standin.platform import Platform
from wechat.standin.refusals import Refusal

MOST_DELIVERIES = 2_000
MOST_AT_ONCE = 200
LARGEST_ANSWER_BYTES = 64 * 1024

AttemptOutcome = Literal["waiting", "reply", "silent", "invalid", "refused", "timed_out", "unreachable"]
DeliveryOutcome = Literal["waiting", "reply", "silent", "failed"]


class Attempt(msgspec.Struct):
    """One try. `seconds` is how long the webhook took; `detail` says why a try went wrong."""

    number: int
    started_at: datetime
    seconds: float | None = None
    outcome: AttemptOutcome = "waiting"
    detail: str = ""


class Delivery(msgspec.Struct):
    """A message on its way, with all its tries. `msg_id` is text: it is too large for a page's numbers."""

    id: int
    openid: str
    kind: str
    summary: str
    msg_id: str | None
    at: datetime
    sent: str
    address: str
    encrypted_bytes: int = 0
    attempts: list[Attempt] = []
    outcome: DeliveryOutcome = "waiting"
    reply: str = ""
    replies_agree: bool = True


@dataclass(frozen=True)
class _Sealed:
    url: str
    body: bytes


class Courier:
    """Delivers in background tasks; `deliver` is the same, awaited."""

    def __init__(self, platform: Platform) -> None:
        config = platform.config
        self._platform = platform
        self._http: aiohttp.ClientSession | None = None
        self._codec = Codec(config.token, config.aes_key, config.app_id)
        self._gate = asyncio.Semaphore(MOST_AT_ONCE)
        self._tasks: set[asyncio.Task[Delivery]] = set()
        self._last_id = 0
        self.deliveries: deque[Delivery] = deque(maxlen=MOST_DELIVERIES)

    def post(self, message: InboundMessage) -> None:
        """Deliver without waiting for it."""
        self._start(self.deliver(message))

    def _start(self, work: Coroutine[None, None, Delivery]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def start(self) -> None:
        # force_close: the platform opens a connection per push, and a webhook restarted in between
        # must not be met on a dead one.
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        self._http = aiohttp.ClientSession(connector=connector, trust_env=False)

    async def stop(self) -> None:
        """Give up what is still on its way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()

    async def settle(self) -> None:
        """Wait until nothing is on its way."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def deliver(self, message: InboundMessage) -> Delivery:
        """Send until answered, show what came back, and tell how it went."""
        self._last_id += 1
        delivery = Delivery(
            id=self._last_id,
            openid=message.openid,
            kind=message.kind,
            summary=message.summary,
            msg_id=None if message.msg_id is None else str(message.msg_id),
            at=self._platform.config.clock.now(),
            sent=message.xml.decode(),
            address=self._platform.config.webhook_url,
        )
        self.deliveries.append(delivery)
        sealed = self._seal(message)
        delivery.encrypted_bytes = len(sealed.body)
        self._tell(delivery)
        async with self._gate:
            if self._platform.switches.copies > 1:
                await self._send_copies(message, sealed, delivery)
            else:
                await self._send_until_answered(message, sealed, delivery)
        self._conclude(message, delivery)
        return delivery

    async def _send_until_answered(
        self, message: InboundMessage, sealed: _Sealed, delivery: Delivery
    ) -> None:
        for number in range(1, self._platform.config.tries + 1):
            attempt = await self._try(number, message, sealed, delivery)
            if attempt.outcome in ("reply", "silent", "invalid"):
                return
            if number < self._platform.config.tries:
                limit = self._platform.config.answer_limit_s
                await asyncio.sleep(max(0.0, limit - (attempt.seconds or limit)))

    async def _send_copies(self, message: InboundMessage, sealed: _Sealed, delivery: Delivery) -> None:
        switches = self._platform.switches
        spacing_s = switches.spacing_s

        async def later(number: int) -> None:
            await asyncio.sleep((number - 1) * spacing_s)
            await self._try(number, message, sealed, delivery)

        await asyncio.gather(*(later(number) for number in range(1, switches.copies + 1)))

    async def _try(
        self, number: int, message: InboundMessage, sealed: _Sealed, delivery: Delivery
    ) -> Attempt:
        attempt = Attempt(number, self._platform.config.clock.now())
        delivery.attempts.append(attempt)
        self._tell(delivery)
        started = monotonic()
        try:
            async with asyncio.timeout(self._platform.config.answer_limit_s):
                status, body = await self._post(sealed)
            attempt.seconds = monotonic() - started
            if status == 200:
                reply = self._read(body, message)
                attempt.outcome = "silent" if reply is None else "reply"
                if reply is not None:
                    self._receive(message, delivery, reply)
            else:
                attempt.outcome, attempt.detail = "refused", f"HTTP {status}"
        except TimeoutError:
            attempt.outcome, attempt.seconds = "timed_out", monotonic() - started
        except aiohttp.ClientError as error:
            attempt.outcome, attempt.detail = "unreachable", type(error).__name__
            attempt.seconds = monotonic() - started
        except InvalidReplyError as error:
            attempt.outcome, attempt.detail = "invalid", str(error)
        self._tell(delivery)
        return attempt

    async def _post(self, sealed: _Sealed) -> tuple[int, bytes]:
        if self._http is None:
            raise RuntimeError("the courier was not started")
        headers = {"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0"}
        async with self._http.post(
            sealed.url, data=sealed.body, headers=headers, allow_redirects=False
        ) as response:
            return response.status, await response.content.read(LARGEST_ANSWER_BYTES)

    def _read(self, body: bytes, message: InboundMessage) -> PassiveReply | None:
        config = self._platform.config
        return read_reply(self._codec, body, message, config.demo.account.original_id, config.clock.now())

    def _seal(self, message: InboundMessage) -> _Sealed:
        """The one body and address that every try uses."""
        config = self._platform.config
        timestamp = int(config.clock.now().timestamp())
        nonce = str(self._platform.random.randrange(10**8, 10**10))
        signature = sign(config.token, str(timestamp), nonce)
        query = {
            "signature": signature,
            "timestamp": str(timestamp),
            "nonce": nonce,
            "openid": message.openid,
        }
        body = self._codec.seal(message.xml, nonce, timestamp)
        if self._codec.is_safe_mode:
            envelope = parse_xml(body)
            query |= {"encrypt_type": "aes", "msg_signature": str(envelope["MsgSignature"])}
            to, encrypted = cdata(config.demo.account.original_id), cdata(str(envelope["Encrypt"]))
            body = f"<xml><ToUserName>{to}</ToUserName><Encrypt>{encrypted}</Encrypt></xml>".encode()
        if self._platform.switches.bad_signature:
            query |= {name: "0" * 40 for name in ("signature", "msg_signature") if name in query}
        separator = "&" if "?" in config.webhook_url else "?"
        return _Sealed(f"{config.webhook_url}{separator}{urlencode(query)}", body)

    def _receive(self, message: InboundMessage, delivery: Delivery, reply: PassiveReply) -> None:
        """The first reply is shown; a later one to the same message is only compared."""
        if delivery.reply:
            earlier = parse_xml(delivery.reply.encode())
            if (earlier.get("MsgType"), earlier.get("Content")) != (reply.kind, reply.fields.get("Content")):
                delivery.replies_agree = False
            return
        delivery.reply = reply.xml.decode()
        citizen = self._reader(message)
        if citizen is not None:
            self._show(citizen, reply)

    def _conclude(self, message: InboundMessage, delivery: Delivery) -> None:
        outcomes = {attempt.outcome for attempt in delivery.attempts}
        delivery.outcome = "reply" if delivery.reply else "silent" if "silent" in outcomes else "failed"
        self._tell(delivery)
        citizen = self._reader(message)
        if citizen is not None and delivery.outcome == "failed" and message.told_on_failure:
            self._platform.show_notice(citizen, self._platform.config.demo.words.unavailable)

    def _reader(self, message: InboundMessage) -> Citizen | None:
        """Whoever looks at the chat; None when forgotten or no longer following."""
        try:
            citizen = self._platform.citizens.find(message.openid)
        except Refusal:
            return None
        return citizen if citizen.followed else None

    def _show(self, citizen: Citizen, reply: PassiveReply) -> None:
        platform, words = self._platform, self._platform.config.demo.words
        if reply.kind == "transfer_customer_service":
            platform.show_notice(citizen, words.transferred)
        elif reply.kind == "image":
            media_id = image_media_id(reply)
            platform.show(citizen, "image", "passive", fields={"media_id": media_id})
        elif reply.kind == "news":
            platform.show(citizen, "news", "passive", bubble={"articles": articles(reply.fields)})
        elif reply.kind == "text":
            platform.show(citizen, "text", "passive", text=reply.text)
        else:
            platform.show(citizen, reply.kind, "passive", text=words.unsupported)

    def _tell(self, delivery: Delivery) -> None:
        # A copy: the page must see each step, not one object that changes under it.
        self._platform.feed.publish(
            delivery.openid,
            "delivery",
            msgspec.structs.replace(delivery, attempts=_copies(delivery.attempts)),
        )


def _copies(attempts: list[Attempt]) -> list[Attempt]:
    return [msgspec.structs.replace(attempt) for attempt in attempts]
