"""The ways to one phone: which are open, and how each is gone."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from bot.capabilities import Capabilities
from bot.consents import Consents, give_back_consent, lose_consents, take_consent
from bot.profile import MessageTemplate, Source
from bot.push_links import Links
from bot.push_platform import MiniPlatform, Platform
from bot.push_reading import Reach
from bot.push_reasons import LOST_ANSWER, REASONS, REFUSED, TO_BE_PHONED, UNREADABLE
from bot.way_out import way_out, with_way_out
from casework.notifications import trail
from casework.notifications.channel import (
    Afterwards,
    DeliveryMessage,
    Final,
    Retry,
    SendOutcome,
    Sent,
    Tried,
    Uncertain,
)
from casework.notifications.preferences import ACCOUNT, WINDOW
from casework.notifications.shape import ALL_WAYS, Way
from casework.notifications.sms import SmsSender, phone_at_window, phone_of
from casework.people.reaching import Identity, addressed
from kit.catalogue import Catalogue
from kit.db import Change, Database
from kit.sealing import FieldSealer
from wechat.account_kinds import Right
from wechat.errors import WeChatError
from wechat.template_fields import FieldError, fit_fields, shown_time

DEFAULT_WAYS: tuple[str, ...] = ALL_WAYS
RETRY_AFTER_S = 5.0
_RIGHT_OF = {
    Way.LONG_TERM: Right.SUBSCRIBE_MESSAGE,
    Way.ONE_TIME: Right.SUBSCRIBE_MESSAGE,
    Way.TEMPLATE: Right.TEMPLATE_MESSAGE,
    Way.CUSTOM: Right.CUSTOM_MESSAGE,
}


@dataclass(frozen=True)
class Next:
    """This way certainly showed nothing; the next may. `reason` is kept in case none does; "": it was not open."""

    reason: str = ""


@dataclass
class Attempt:
    """One message on its way. `booked` is the one-time consent, (account, template), used up for it beforehand."""

    message: DeliveryMessage
    reach: Reach
    consents: Consents
    booked: tuple[UUID, str] | None = None
    tried: list[Tried] = field(default_factory=list)
    _afterwards: list[Afterwards] = field(default_factory=list)

    def note(self, way: str, outcome: SendOutcome | Next) -> None:
        """For the trail."""
        match outcome:
            case Next("") | Sent("console"):
                return
            case Next(reason):
                self.tried.append(Tried(way, trail.PASSED, reason))
            case Sent():
                self.tried.append(Tried(way, trail.SENT))
            case Retry(_, reason):
                self.tried.append(Tried(way, trail.RETRY, reason))
            case Final(reason):
                self.tried.append(Tried(way, trail.FAILED, reason))
            case Uncertain(reason):
                self.tried.append(Tried(way, trail.UNCERTAIN, reason))

    def may_have_agreed(self, key: tuple[UUID, str]) -> bool:
        """Whether a consent was left when the message was made ready."""
        return self.consents.remaining.get(key, 0) > 0

    def use_booked(self, key: tuple[UUID, str]) -> bool:
        """Whether this consent was used up beforehand; it counts as used from now on."""
        is_it = self.booked == key
        if is_it:
            self.booked = None
        return is_it

    def give_back(self, key: tuple[UUID, str]) -> None:
        self._afterwards.append(partial(_give_back, key))

    def lose(self, key: tuple[UUID, str]) -> None:
        self._afterwards.append(partial(_lose, key))

    def afterwards(self) -> tuple[Afterwards, ...]:
        """What is to be written with the outcome: a consent that was booked and not needed goes back."""
        unused = () if self.booked is None else (partial(_give_back, self.booked),)
        return (*self._afterwards, *unused)


class Ways:
    """The ways of one account, and of its mini-program if there is one."""

    def __init__(
        self,
        db: Database,
        sealer: FieldSealer,
        platform: Platform,
        catalogue: Catalogue,
        templates: Sequence[MessageTemplate],
        capabilities: Capabilities,
        links: Links,
        mini: MiniPlatform | None,
        sms: SmsSender | None,
    ) -> None:
        self._db = db
        self._sealer = sealer
        self._platform = platform
        self._catalogue = catalogue
        self._by_kind: dict[str, tuple[MessageTemplate, ...]] = {
            way.value: tuple(one for one in templates if one.kind == way)
            for way in ALL_WAYS
            if way != Way.CUSTOM
        }
        self._capabilities = capabilities
        self._links = links
        self._mini = mini
        self._sms = sms

    async def by(self, way: str, attempt: Attempt) -> SendOutcome | Next:
        """Go this way as far as it leads."""
        if way == Way.SMS:
            return await self._by_sms(attempt)
        if way == Way.CUSTOM:
            return await self._by_custom_message(attempt)
        reason = ""
        for template, identity in self.open_to(way, attempt.reach):
            outcome = await self._by_template(way, attempt, template, identity)
            if not isinstance(outcome, Next):
                return outcome
            reason = outcome.reason
        return Next(reason)

    def open_to(self, way: str, reach: Reach) -> Iterator[tuple[MessageTemplate, Identity]]:
        """The templates of this kind that may be sent, each with whom to; consents are another matter."""
        for template in self._by_kind.get(way, ()):
            if template.app == "miniprogram":
                # The mini-program's messages ask for consent alone.
                if reach.in_mini is not None and self._mini is not None:
                    yield template, reach.in_mini
            elif self._may(Way(way), reach.in_account):
                assert reach.in_account is not None  # noqa: S101 - what `_may` has just looked at
                yield template, reach.in_account

    def _may(self, way: Way, identity: Identity | None) -> bool:
        if identity is None or identity.unfollowed_at is not None:
            return False
        return self._capabilities.may(_RIGHT_OF[way])

    async def _by_template(
        self, way: str, attempt: Attempt, template: MessageTemplate, identity: Identity
    ) -> SendOutcome | Next:
        message, key = attempt.message, (identity.account_id, template.id)
        if way != Way.TEMPLATE and not attempt.may_have_agreed(key):
            return self._noted(attempt, way, Next(REFUSED))
        try:
            fields = fit_fields({name: self._value(message, s) for name, s in template.fields.items()})
        except FieldError:
            return self._noted(attempt, way, Next("content_rejected"))
        if way == Way.ONE_TIME and not (attempt.use_booked(key) or await take_consent(self._db, *key)):
            return self._noted(attempt, way, Next(REFUSED))
        openid = addressed(self._sealer, identity).openid
        sending = (
            self._send_template(message, openid, template, fields)
            if way == Way.TEMPLATE
            else self._subscribe(message, openid, template, fields)
        )
        right = None if template.app == "miniprogram" else _RIGHT_OF[Way(way)]
        outcome = await self._ask(sending, right)
        if isinstance(outcome, Next) and outcome.reason == REFUSED:
            attempt.lose(key)
        elif isinstance(outcome, Retry | Next) and way == Way.ONE_TIME:
            attempt.give_back(key)
        return self._noted(attempt, way, outcome)

    async def _by_custom_message(self, attempt: Attempt) -> SendOutcome | Next:
        identity = attempt.reach.in_account
        if identity is None or not self._may(Way.CUSTOM, identity):
            return Next()
        text = with_way_out(self._text(attempt.message), way_out(attempt.message, self._catalogue.text))
        sending = self._custom(addressed(self._sealer, identity).openid, text)
        return self._noted(attempt, Way.CUSTOM, await self._ask(sending, Right.CUSTOM_MESSAGE))

    async def to_window(self, attempt: Attempt) -> SendOutcome:
        """To whoever applied at the window without an account: by text message, else a clerk phones."""
        outcome = await self._by_sms(attempt)
        return Final(TO_BE_PHONED) if isinstance(outcome, Next) else outcome

    async def _by_sms(self, attempt: Attempt) -> SendOutcome | Next:
        """To citizens only: no numbers of staff are kept."""
        message = attempt.message
        if self._sms is None or message.recipient_kind not in (ACCOUNT, WINDOW):
            return Next()
        if message.recipient_kind == WINDOW:
            phone = await phone_at_window(self._sealer, message.recipient_id)
        else:
            phone = await phone_of(self._sealer, message.case_id, message.recipient_id)
        if phone is None:
            return Next()
        stop = self._links.stop(message)
        ending = f"\n{self._catalogue.text('bot.way_out.sms', url=stop)}" if stop else ""
        outcome = await self._sms.send(phone, self._text(message) + ending)
        return self._noted(attempt, Way.SMS, Next(outcome.reason) if isinstance(outcome, Final) else outcome)

    def _noted(self, attempt: Attempt, way: str, outcome: SendOutcome | Next) -> SendOutcome | Next:
        attempt.note(way, outcome)
        return outcome

    async def _custom(self, openid: str, text: str) -> Sent:
        await self._platform.send_custom_text(openid, text)
        return Sent("custom")

    async def _subscribe(
        self, message: DeliveryMessage, openid: str, template: MessageTemplate, fields: Mapping[str, str]
    ) -> Sent:
        target = self._links.of(message)
        if template.app == "miniprogram" and self._mini is not None:
            page = target.mini_page.path if target.mini_page is not None else None
            sent = self._mini.subscribe_send(openid, template.id, fields, page=page)
        else:
            sent = self._platform.subscribe_bizsend(
                openid, template.id, fields, page=target.url, mini_program=target.mini_page
            )
        return Sent("subscribe", await sent)

    async def _send_template(
        self, message: DeliveryMessage, openid: str, template: MessageTemplate, fields: Mapping[str, str]
    ) -> Sent:
        target = self._links.of(message)
        platform_id = await self._platform.send_template(
            openid,
            template.id,
            fields,
            url=target.url,
            mini_program=target.mini_page,
            # The platform itself sends one message per client_msg_id once: 32 characters at most.
            client_msg_id=message.id.hex,
        )
        return Sent("template", platform_id)

    async def _ask(self, sending: Awaitable[Sent], right: Right | None) -> SendOutcome | Next:
        try:
            return await sending
        except WeChatError as error:
            reason = REASONS.get(error.meaning.name, "other")
            if error.meaning.name == "no_permission" and right is not None:
                self._capabilities.note_missing(right)
            if error.uncertain:
                return Uncertain(reason)
            if error.meaning.name in UNREADABLE:
                # Where a repeat is harmless the client does not say so: for another way it is the same.
                return Uncertain(LOST_ANSWER)
            if error.retryable:
                lost = error.meaning.name == LOST_ANSWER
                return Retry(float(error.retry_after_s or RETRY_AFTER_S), reason, may_be_shown=lost)
            return Next(reason)

    def _text(self, message: DeliveryMessage) -> str:
        return self._catalogue.text(f"{message.template}.text", **message.params)

    def _value(self, message: DeliveryMessage, source: Source) -> str:
        if source == "reference":
            return message.params.get("reference", "")
        if source == "time":
            return shown_time(self._db.clock.now())
        return self._catalogue.text(f"{message.template}.{source}", **message.params)


async def _give_back(key: tuple[UUID, str], change: Change) -> None:
    await give_back_consent(change, *key)


async def _lose(key: tuple[UUID, str], change: Change) -> None:
    await lose_consents(change, *key)
