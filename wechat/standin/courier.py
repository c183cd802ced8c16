"""Carries messages to the webhook as the platform does: five seconds' patience, three tries, one body."""

import asyncio
from collections import deque
from collections.abc import Coroutine
from time import monotonic

import aiohttp

from wechat.parse import parse_xml
from wechat.standin.citizens import Citizen
from wechat.standin.delivery import Attempt, Delivery
from wechat.standin.inbound import InboundMessage
from wechat.standin.passive import (
    InvalidReplyError,
    PassiveReply,
    articles,
    check_miniapp_reply,
    image_media_id,
    named_medium,
    read_reply,
    wanted_desk,
)
from wechat.standin.platform import Platform
from wechat.standin.platform_events import account_event
from wechat.standin.refusals import Refusal
from wechat.standin.sealing import Line, Sealed, lines_of, seal, with_query

MOST_DELIVERIES = 2_000
MOST_AT_ONCE = 200
LARGEST_ANSWER_BYTES = 64 * 1024
OVERTAKEN_WITHIN_S = 3.0


class Courier:
    """Delivers in background tasks; `deliver` is the same, awaited."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._http: aiohttp.ClientSession | None = None
        self._lines = lines_of(platform.config)
        self._held: asyncio.Event | None = None
        self._sent = 0
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
        line = self._lines.get(message.app)
        delivery = self._begin(message, line)
        if line is None or self._is_for_desk(message):
            delivery.to_desk, delivery.outcome = line is not None, "silent"
            self._tell(delivery)
            return delivery
        sealed = self._seal(message, line, delivery)
        delivery.encrypted_bytes = 0 if delivery.is_plain else len(sealed.body)
        self._tell(delivery)
        overtaken = await self._let_overtake()
        try:
            async with self._gate:
                if self._platform.switches.copies > 1:
                    await self._send_copies(message, sealed, delivery)
                else:
                    await self._send_until_answered(message, sealed, delivery)
        finally:
            if overtaken is not None:
                overtaken.set()
        self._conclude(message, delivery)
        return delivery

    async def verify(self) -> tuple[int, bool]:
        """Ask the webhook's address as the platform's console does; its status, and whether it echoed."""
        line = self._lines["official"]
        echo = str(self._platform.random.randrange(10**15, 10**16))
        sealed = seal(line, b"", "", self._now(), self._nonce(), plain=True)
        if self._http is None:
            raise RuntimeError("the courier was not started")
        try:
            async with asyncio.timeout(self._platform.config.answer_limit_s):
                async with self._http.get(with_query(sealed.url, {"echostr": echo})) as response:
                    body = await response.content.read(LARGEST_ANSWER_BYTES)
                    return response.status, body == echo.encode()
        except (TimeoutError, aiohttp.ClientError):
            return 0, False

    def _begin(self, message: InboundMessage, line: Line | None) -> Delivery:
        self._last_id += 1
        delivery = Delivery(
            id=self._last_id,
            openid=message.openid,
            kind=message.kind,
            summary=message.summary,
            msg_id=None if message.msg_id is None else str(message.msg_id),
            at=self._platform.config.clock.now(),
            sent=message.xml.decode("utf-8", "replace"),
            address="" if line is None else line.url,
            app=message.app,
        )
        self.deliveries.append(delivery)
        return delivery

    def _is_for_desk(self, message: InboundMessage) -> bool:
        if message.msg_id is None or message.app != "official":
            return False
        return self._platform.kf.hear(message.openid, message.kind, message.summary)

    async def _let_overtake(self) -> asyncio.Event | None:
        """With `reorder`, every other message waits until the next one has been delivered.

        Whoever overtakes gets the event to set when done. A message that nothing follows waits three seconds.
        """
        if not self._platform.switches.reorder:
            return None
        if self._held is not None:
            waiting, self._held = self._held, None
            return waiting
        held = self._held = asyncio.Event()
        try:
            async with asyncio.timeout(OVERTAKEN_WITHIN_S):
                await held.wait()
        except TimeoutError:
            if self._held is held:
                self._held = None
        return None

    async def _send_until_answered(self, message: InboundMessage, sealed: Sealed, delivery: Delivery) -> None:
        tries = self._platform.switches.tries or self._platform.config.tries
        for number in range(1, tries + 1):
            attempt = await self._try(number, message, sealed, delivery)
            if attempt.outcome in ("reply", "silent", "invalid"):
                return
            if number < tries:
                limit = self._platform.config.answer_limit_s
                await asyncio.sleep(max(0.0, limit - (attempt.seconds or limit)))

    async def _send_copies(self, message: InboundMessage, sealed: Sealed, delivery: Delivery) -> None:
        switches = self._platform.switches
        spacing_s = switches.spacing_s

        async def later(number: int) -> None:
            await asyncio.sleep((number - 1) * spacing_s)
            await self._try(number, message, sealed, delivery)

        await asyncio.gather(*(later(number) for number in range(1, switches.copies + 1)))

    async def _try(self, number: int, message: InboundMessage, sealed: Sealed, delivery: Delivery) -> Attempt:
        if self._platform.switches.delay_ms:
            await asyncio.sleep(self._platform.switches.delay_ms / 1000)
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

    async def _post(self, sealed: Sealed) -> tuple[int, bytes]:
        if self._http is None:
            raise RuntimeError("the courier was not started")
        headers = {"Content-Type": sealed.content_type, "User-Agent": "Mozilla/4.0"}
        async with self._http.post(
            sealed.url, data=sealed.body, headers=headers, allow_redirects=False
        ) as response:
            return response.status, await response.content.read(LARGEST_ANSWER_BYTES)

    def _read(self, body: bytes, message: InboundMessage) -> PassiveReply | None:
        config, codec = self._platform.config, self._lines[message.app].codec
        if message.app == "miniprogram":
            check_miniapp_reply(codec, body)
            return None
        reply = read_reply(codec, body, message, config.demo.account.original_id, config.clock.now())
        named = None if reply is None else named_medium(reply)
        if named is not None and not self._platform.has_medium(*named):
            raise InvalidReplyError("MediaId is none of this account's, or has expired")
        return reply

    def _seal(self, message: InboundMessage, line: Line, delivery: Delivery) -> Sealed:
        switches = self._platform.switches
        self._sent += 1
        delivery.is_plain = not line.codec.is_safe_mode or (switches.mix and self._sent % 2 == 1)
        return seal(
            line,
            message.xml,
            self._openid(message),
            self._now(),
            self._nonce(),
            bad_signature=switches.bad_signature,
            plain=delivery.is_plain,
        )

    def _openid(self, message: InboundMessage) -> str:
        """What the receiving app knows the citizen by."""
        if message.app == "official":
            return message.openid
        try:
            return self._platform.citizens.find(message.openid).miniapp_openid
        except Refusal:
            return message.openid

    def _now(self) -> int:
        return int(self._platform.config.clock.now().timestamp())

    def _nonce(self) -> str:
        return str(self._platform.random.randrange(10**8, 10**10))

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
            self._hand_over(citizen, wanted_desk(reply))
        elif reply.kind == "image":
            media_id = image_media_id(reply)
            platform.show(citizen, "image", "passive", fields={"media_id": media_id})
        elif reply.kind == "news":
            platform.show(citizen, "news", "passive", bubble={"articles": articles(reply.fields)})
        elif reply.kind == "text":
            platform.show(citizen, "text", "passive", text=reply.text)
        else:
            platform.show(citizen, reply.kind, "passive", text=words.unsupported)

    def _hand_over(self, citizen: Citizen, wanted: str) -> None:
        session = self._platform.kf.hand_over(citizen.openid, wanted)
        if session is not None:
            elements = [("KfAccount", session.account)]
            self.post(account_event(self._platform, citizen.openid, "kf_create_session", elements))

    def _tell(self, delivery: Delivery) -> None:
        # A copy: the page must see each step, not one object that changes under it.
        self._platform.feed.publish(delivery.openid, "delivery", delivery.copy())
