"""The WeChat way out for notices: subscribe message, template message, customer-service message, in this order.

Each way is tried only when the one before certainly showed nothing. Whether the 48-hour window is open is the
platform's to say: we ask it instead of keeping our own book of when each person last wrote. Whoever cannot be
reached at all finds the news in "my cases".

A template message whose answer was lost may have been shown. The platform sends it once however often it is
asked for, so it is asked for again; by any other way the same news would be shown a second time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.consents import give_back_consent, has_consent, lose_consents, take_consent
from bot.profile import MessageTemplate, Source
from casework.notifications.channel import DeliveryMessage, Final, Retry, SendOutcome, Sent, Uncertain
from casework.people.identities import recipient
from casework.people.views import Recipient
from kit.catalogue import Catalogue
from kit.db import DATABASE_AWAY, Database
from kit.sealing import FieldSealer
from wechat.errors import WeChatError
from wechat.replies import shorten
from wechat.template_fields import FieldError, fit_fields, shown_time

RETRY_AFTER_S = 5.0

# Codes under `delivery.reason`, by the platform client's name for the error.
REASONS = {
    "busy": "busy",
    "minute_quota": "busy",
    "bad_token": "no_connection",
    "token_paused": "no_connection",
    "unreachable": "no_connection",
    "no_answer": "no_answer",
    "bad_openid": "recipient_unknown",
    "openid_of_another_account": "recipient_unknown",
    "not_a_follower": "not_following",
    "outside_window": "window_closed",
    "too_many_messages": "too_many_messages",
    "no_consent": "refused",
    "day_quota": "quota_used_up",
    "bad_template": "template_rejected",
    "template_banned": "template_rejected",
    "bad_parameter": "content_rejected",
    "bad_json": "content_rejected",
    "bad_app_id": "configuration",
    "bad_secret": "configuration",
    "address_not_allowed": "configuration",
    "bad_page": "configuration",
    "no_permission": "configuration",
    "account_limited": "account_limited",
}
_NOBODY_THERE = frozenset({"recipient_unknown", "not_following"})
_LOST_ANSWER = "no_answer"


class Platform(Protocol):
    """The platform's side: `wechat.client.WeChatClient` has it."""

    async def send_custom_text(self, openid: str, text: str) -> None: ...

    async def subscribe_bizsend(self, openid: str, template_id: str, fields: Mapping[str, str]) -> str: ...

    async def send_template(
        self, openid: str, template_id: str, fields: Mapping[str, str], *, client_msg_id: str | None = None
    ) -> str: ...


@dataclass(frozen=True)
class _Next:
    """This way showed nothing; the next may. `reason` is kept in case none does."""

    reason: str


class WeChatPush:
    """Implements `casework.notifications.channel.Channel`."""

    def __init__(
        self,
        db: Database,
        sealer: FieldSealer,
        platform: Platform,
        catalogue: Catalogue,
        appid: str,
        templates: Sequence[MessageTemplate] = (),
    ) -> None:
        self._db = db
        self._sealer = sealer
        self._platform = platform
        self._catalogue = catalogue
        self._appid = appid
        order = ("long_term", "one_time", "template")
        self._templates = sorted(templates, key=lambda template: order.index(template.kind))

    async def send(self, delivery: DeliveryMessage) -> SendOutcome:
        if delivery.recipient_kind != "account":
            return Final("recipient_unknown")
        try:
            return await self._send(delivery)
        except DATABASE_AWAY:
            # Rows are only asked before a message goes out or after it certainly did not.
            return Retry(RETRY_AFTER_S, "busy")

    async def _send(self, delivery: DeliveryMessage) -> SendOutcome:
        to = await recipient(self._sealer, self._appid, delivery.recipient_id)
        if delivery.last_reason == _LOST_ANSWER:
            return await self._ask_again(delivery, to)
        if to is None:
            return Final("recipient_unknown")
        if not to.follows:
            return Final("not_following")
        for template in self._templates:
            tried = await self._by_template(delivery, to, template)
            if not isinstance(tried, _Next):
                return tried
        return await self._by_custom_message(delivery, to)

    async def _ask_again(self, delivery: DeliveryMessage, to: Recipient | None) -> SendOutcome:
        """Once more for the template message that may have been shown, and for nothing else."""
        template = next((one for one in self._templates if one.kind == "template"), None)
        if to is None or template is None:
            return Uncertain(_LOST_ANSWER)
        match await self._by_template(delivery, to, template):
            case Sent() as sent:
                return sent
            case Retry(after_s, _):
                return Retry(after_s, _LOST_ANSWER)
            case _:
                return Uncertain(_LOST_ANSWER)

    async def _by_template(
        self, delivery: DeliveryMessage, to: Recipient, template: MessageTemplate
    ) -> SendOutcome | _Next:
        try:
            fields = fit_fields({name: self._value(delivery, s) for name, s in template.fields.items()})
        except FieldError:
            return _Next("content_rejected")
        if template.kind == "template":
            return await self._ask(self._send_template(delivery, to, template, fields))
        if template.kind == "one_time":
            if not await take_consent(self._db, to.account_id, template.id):
                return _Next("refused")
        elif not await has_consent(to.account_id, template.id):
            return _Next("refused")
        outcome = await self._ask(self._subscribe(to, template, fields))
        if isinstance(outcome, _Next | Final) and outcome.reason == "refused":
            await lose_consents(self._db, to.account_id, template.id)
        elif isinstance(outcome, Retry | _Next | Final) and template.kind == "one_time":
            await give_back_consent(self._db, to.account_id, template.id)
        return outcome

    async def _by_custom_message(self, delivery: DeliveryMessage, to: Recipient) -> SendOutcome:
        text = shorten(self._catalogue.text(f"{delivery.template}.text", **delivery.params))
        outcome = await self._ask(self._custom(to, text))
        return Final(outcome.reason) if isinstance(outcome, _Next) else outcome

    async def _custom(self, to: Recipient, text: str) -> Sent:
        await self._platform.send_custom_text(to.openid, text)
        return Sent("custom")

    async def _subscribe(self, to: Recipient, template: MessageTemplate, fields: Mapping[str, str]) -> Sent:
        return Sent("subscribe", await self._platform.subscribe_bizsend(to.openid, template.id, fields))

    async def _send_template(
        self, delivery: DeliveryMessage, to: Recipient, template: MessageTemplate, fields: Mapping[str, str]
    ) -> Sent:
        # The platform itself sends one message per client_msg_id once: 32 characters at most.
        once = delivery.id.hex
        platform_id = await self._platform.send_template(to.openid, template.id, fields, client_msg_id=once)
        return Sent("template", platform_id)

    @staticmethod
    async def _ask(sending: Awaitable[Sent]) -> SendOutcome | _Next:
        try:
            return await sending
        except WeChatError as error:
            reason = REASONS.get(error.meaning.name, "other")
            if error.uncertain:
                return Uncertain(reason)
            if error.retryable:
                return Retry(float(error.retry_after_s or RETRY_AFTER_S), reason)
            return Final(reason) if reason in _NOBODY_THERE else _Next(reason)

    def _value(self, delivery: DeliveryMessage, source: Source) -> str:
        if source == "reference":
            return delivery.params.get("reference", "")
        if source == "time":
            return shown_time(self._db.clock.now())
        return self._catalogue.text(f"{delivery.template}.{source}", **delivery.params)
