"""The WeChat way out for notices, and the order of trying.

A rule names its ways and their order; otherwise long-term subscription, one-time consent, template message,
customer-service message. Whoever cannot be reached at all finds the news in "my cases". Each way is tried only when
the one before certainly showed nothing, and only when the account has the right to it. Whether the 48-hour window is
open is the platform's to say: we ask it instead of keeping our own book of when each person last wrote.

A template message whose answer was lost may have been shown. For about ten minutes the platform sends it once
however often it is asked for, so until shortly before their end it is asked for again, and then left alone, unless
its rule prefers a repeat; by any other way the same news would be shown a second time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from bot.capabilities import Capabilities
from bot.consents import Consents, take_consents
from bot.notice_choices import does_without
from bot.profile import MessageTemplate
from bot.push_links import Links
from bot.push_platform import MiniPlatform, Platform
from bot.push_reading import Reach, read
from bot.push_reasons import (
    LOST_ANSWER,
    NO_WAY,
    NOBODY_THERE,
    NOT_BOUND,
    NOT_FOLLOWING,
    REASONS,
    UNKNOWN,
    UNSUBSCRIBED,
)
from bot.push_ways import DEFAULT_WAYS, RETRY_AFTER_S, Attempt, Next, Ways
from casework.notifications.channel import (
    DeliveryMessage,
    Final,
    Retry,
    Send,
    SendOutcome,
    Sent,
    Tried,
    Uncertain,
)
from casework.notifications.preferences import ACCOUNT, STAFF, WINDOW
from casework.notifications.shape import Way
from casework.notifications.sms import SmsSender
from casework.notifications.states import CONSOLE
from kit.catalogue import Catalogue
from kit.db import DATABASE_AWAY, Change, Database
from kit.sealing import FieldSealer
from wechat.account_kinds import AccountKind

__all__ = ["NOT_BOUND", "NO_WAY", "REASONS", "UNSUBSCRIBED", "MiniProgram", "WeChatPush"]

ASK_AGAIN_FOR_S = 540.0
"""The platform forgets which messages it has sent after about ten minutes."""
SUBSCRIPTIONS = (Way.LONG_TERM, Way.ONE_TIME)


@dataclass(frozen=True)
class MiniProgram:
    """The mini-program's way out, for templates of its own."""

    appid: str
    platform: MiniPlatform


class WeChatPush:
    """Implements `casework.notifications.channel.PreparingChannel`."""

    def __init__(
        self,
        db: Database,
        sealer: FieldSealer,
        platform: Platform,
        catalogue: Catalogue,
        appid: str,
        templates: Sequence[MessageTemplate] = (),
        *,
        capabilities: Capabilities | None = None,
        links: Links | None = None,
        mini: MiniProgram | None = None,
        sms: SmsSender | None = None,
    ) -> None:
        """`capabilities` None: a certified service account's. Without `links` notices lead nowhere, without `sms`
        the way of that name is none.
        """
        self._db = db
        self._sealer = sealer
        self._appid = appid
        has_mini = mini is not None and any(one.app == "miniprogram" for one in templates)
        self._mini_appid = mini.appid if mini is not None and has_mini else None
        self._has_one_time = any(one.kind == "one_time" for one in templates)
        self._ways = Ways(
            db,
            sealer,
            platform,
            catalogue,
            templates,
            capabilities or Capabilities.of_kind(AccountKind.CERTIFIED_SERVICE, db.clock),
            links or Links(),
            mini.platform if mini is not None else None,
            sms,
        )

    async def send(self, delivery: DeliveryMessage) -> SendOutcome:
        """One message by itself: made ready, sent, and what it changes written, each in a transaction of its own."""
        try:
            ready = await self._db.change(partial(self.prepare, deliveries=[delivery]))
        except DATABASE_AWAY:
            return Retry(RETRY_AFTER_S, "busy")
        outcome = await ready[delivery.id]()
        if outcome.afterwards:

            async def write(change: Change) -> None:
                for afterwards in outcome.afterwards:
                    await afterwards(change)

            await self._db.change(write)
        return replace(outcome, afterwards=())

    async def prepare(self, change: Change, deliveries: Sequence[DeliveryMessage]) -> Mapping[UUID, Send]:
        """See `PreparingChannel`: recipients, choices and consents are read, and the one-time consents that will
        be used are used up, all of it in this transaction.
        """
        known = await read(
            change, deliveries, self._appid, self._mini_appid, hold_consents=self._has_one_time
        )
        taken: Counter[tuple[UUID, str]] = Counter()
        sends: dict[UUID, Send] = {}
        for message in deliveries:
            reach = known.reach[message.id]
            attempt = Attempt(message, reach, known.consents)
            if self._goes_out(message, reach):
                attempt.booked = self._booked(attempt, known.consents, taken)
            sends[message.id] = partial(self._send, attempt)
        await take_consents(change, taken)
        return sends

    def _goes_out(self, message: DeliveryMessage, reach: Reach) -> bool:
        return not self._is_unwanted(message, reach) and not _asks_again(message)

    def _is_unwanted(self, message: DeliveryMessage, reach: Reach) -> bool:
        # What staff chose was heeded when the row was planned.
        if message.must or message.recipient_kind != ACCOUNT:
            return False
        return does_without(reach.unwanted, message.topic)

    def _booked(
        self, attempt: Attempt, consents: Consents, taken: Counter[tuple[UUID, str]]
    ) -> tuple[UUID, str] | None:
        """The one-time consent that the first way open to this message uses up, if that is its first way."""
        for way in attempt.message.ways or DEFAULT_WAYS:
            if way not in SUBSCRIPTIONS:
                return None
            for template, identity in self._ways.open_to(way, attempt.reach):
                key = (identity.account_id, template.id)
                if consents.remaining.get(key, 0) <= taken[key]:
                    continue
                if way == Way.LONG_TERM:
                    return None
                taken[key] += 1
                return key
        return None

    async def _send(self, attempt: Attempt) -> SendOutcome:
        message, reach = attempt.message, attempt.reach
        try:
            if message.recipient_kind == WINDOW:
                outcome = await self._ways.to_window(attempt)
                return replace(outcome, tried=tuple(attempt.tried))
            if message.recipient_kind not in (ACCOUNT, STAFF):
                return Final(UNKNOWN)
            if reach.account_id is None:
                return Sent(CONSOLE, reason=NOT_BOUND)
            if self._is_unwanted(message, reach):
                return Final(UNSUBSCRIBED)
            outcome = await (self._ask_again(attempt) if _asks_again(message) else self._walk(attempt))
        except DATABASE_AWAY:
            # Rows are only asked before a message goes out or after it certainly did not.
            outcome = Retry(RETRY_AFTER_S, "busy")
        if message.recipient_kind == STAFF and isinstance(outcome, Final):
            # Their console shows the row in any case; a bound phone hears of it besides.
            attempt.tried.append(Tried(CONSOLE, "sent", outcome.reason))
            outcome = Sent(CONSOLE, reason=outcome.reason)
        return replace(outcome, tried=tuple(attempt.tried), afterwards=attempt.afterwards())

    async def _walk(self, attempt: Attempt) -> SendOutcome:
        """One way after another, as long as the one before certainly showed nothing."""
        reason, ways = self._without(attempt.reach), attempt.message.ways or DEFAULT_WAYS
        is_there = True
        for way in ways:
            if way != Way.SMS and not is_there:
                continue
            outcome = await self._ways.by(way, attempt)
            if not isinstance(outcome, Next):
                return outcome
            reason = outcome.reason or reason
            is_there = is_there and outcome.reason not in NOBODY_THERE
        return Final(reason)

    def _without(self, reach: Reach) -> str:
        """Why nothing can be sent, should no way be open."""
        if reach.in_account is None:
            return UNKNOWN
        return NOT_FOLLOWING if reach.in_account.unfollowed_at is not None else NO_WAY

    async def _ask_again(self, attempt: Attempt) -> SendOutcome:
        """Once more for the template message that may have been shown, and for nothing else."""
        lost_s = attempt.message.lost_s or 0.0
        if not 0.0 <= lost_s < ASK_AGAIN_FOR_S:
            return Uncertain(LOST_ANSWER)
        match await self._ways.by(Way.TEMPLATE, attempt):
            case Sent() as sent:
                return sent
            case Retry(after_s, _):
                return Retry(after_s, LOST_ANSWER, may_be_shown=True)
            case _:
                return Uncertain(LOST_ANSWER)


def _asks_again(message: DeliveryMessage) -> bool:
    """Whether an earlier try may have been shown and is not to be repeated by another way."""
    return message.lost_s is not None and not (message.prefers_repeat and message.repeats > 0)
