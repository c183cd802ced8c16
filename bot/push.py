"""The WeChat way out for notices, and the order of trying.

Long-term subscription, one-time consent, template message, customer-service message; whoever cannot be reached
at all finds the news in "my cases". Each way is tried only when the one before certainly showed nothing, and
only when the account has the right to it. Whether the 48-hour window is open is the platform's to say: we ask
it instead of keeping our own book of when each person last wrote.

A template message whose answer was lost may have been shown. For about ten minutes the platform sends it once
however often it is asked for, so until shortly before their end it is asked for again, and then left alone; by any
other way the same news would be shown a second time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from bot.capabilities import Capabilities
from bot.consents import give_back_consent, has_consent, lose_consents, take_consent
from bot.notice_choices import does_without, unwanted_topics
from bot.profile import MessageTemplate, Source
from bot.push_links import Links, PushTarget
from bot.push_platform import MiniPlatform, Platform
from bot.way_out import way_out, with_way_out
from casework.notifications.channel import DeliveryMessage, Final, Retry, SendOutcome, Sent, Uncertain
from casework.people.identities import recipient
from casework.people.staff_binding import account_of
from casework.people.views import Recipient
from kit.catalogue import Catalogue
from kit.db import DATABASE_AWAY, Database
from kit.sealing import FieldSealer
from wechat.account_kinds import AccountKind, Right
from wechat.errors import WeChatError
from wechat.template_fields import FieldError, fit_fields, shown_time

RETRY_AFTER_S = 5.0
CONSOLE = "console"
UNSUBSCRIBED = "wechat_check.delivery.unsubscribed"
NO_WAY = "wechat_check.delivery.no_way"

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
    "too_often": "too_many_messages",
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
_UNREADABLE = frozenset({"unexpected_answer", "too_large"})
ASK_AGAIN_FOR_S = 540.0
"""The platform forgets which messages it has sent after about ten minutes."""
NOT_BOUND = "not_bound"
_RIGHT_OF = {
    "long_term": Right.SUBSCRIBE_MESSAGE,
    "one_time": Right.SUBSCRIBE_MESSAGE,
    "template": Right.TEMPLATE_MESSAGE,
}


@dataclass(frozen=True)
class MiniProgram:
    """The mini-program's way out, for templates of its own."""

    appid: str
    platform: MiniPlatform


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
        *,
        capabilities: Capabilities | None = None,
        links: Links | None = None,
        mini: MiniProgram | None = None,
    ) -> None:
        """`capabilities` None: a certified service account's. Without `links` notices lead nowhere."""
        self._db = db
        self._sealer = sealer
        self._platform = platform
        self._catalogue = catalogue
        self._appid = appid
        self._capabilities = capabilities or Capabilities.of_kind(AccountKind.CERTIFIED_SERVICE, db.clock)
        self._links = links or Links()
        self._mini = mini
        order = ("long_term", "one_time", "template")
        self._templates = sorted(templates, key=lambda template: order.index(template.kind))

    async def send(self, delivery: DeliveryMessage) -> SendOutcome:
        try:
            if delivery.recipient_kind == "staff":
                return await self._send_to_staff(delivery)
            if delivery.recipient_kind != "account":
                return Final("recipient_unknown")
            account_id = delivery.recipient_id
            unwanted = {} if delivery.must else await unwanted_topics([account_id])
            if does_without(unwanted.get(account_id, frozenset()), delivery.topic):
                return Final(UNSUBSCRIBED)
            return await self._send(delivery, account_id)
        except DATABASE_AWAY:
            # Rows are only asked before a message goes out or after it certainly did not.
            return Retry(RETRY_AFTER_S, "busy")

    async def _send_to_staff(self, delivery: DeliveryMessage) -> SendOutcome:
        """Their console shows the row in any case; a bound phone hears of it besides."""
        account_id = await account_of(delivery.recipient_id)
        if account_id is None:
            return Sent(CONSOLE, reason=NOT_BOUND)
        outcome = await self._send(delivery, account_id)
        return Sent(CONSOLE, reason=outcome.reason) if isinstance(outcome, Final) else outcome

    async def _send(self, delivery: DeliveryMessage, account_id: UUID) -> SendOutcome:
        to = await recipient(self._sealer, self._appid, account_id)
        if delivery.lost_s is not None:
            return await self._ask_again(delivery, to)
        in_mini = await self._in_mini_program(account_id)
        if to is None and in_mini is None:
            return Final("recipient_unknown")
        reason = "recipient_unknown" if to is None else "not_following" if not to.follows else NO_WAY
        for template in self._templates:
            receiver = in_mini if template.app == "miniprogram" else to
            if receiver is None or not self._may_send(template, receiver):
                continue
            tried = await self._by_template(delivery, receiver, template)
            if not isinstance(tried, _Next):
                return tried
            reason = tried.reason
        if to is not None and to.follows and self._capabilities.may(Right.CUSTOM_MESSAGE):
            return await self._by_custom_message(delivery, to)
        return Final(reason)

    async def _in_mini_program(self, account_id: UUID) -> Recipient | None:
        if self._mini is None or not any(one.app == "miniprogram" for one in self._templates):
            return None
        return await recipient(self._sealer, self._mini.appid, account_id)

    def _may_send(self, template: MessageTemplate, to: Recipient) -> bool:
        # The mini-program's messages ask for consent alone.
        if template.app == "miniprogram":
            return True
        return to.follows and self._capabilities.may(_RIGHT_OF[template.kind])

    async def _ask_again(self, delivery: DeliveryMessage, to: Recipient | None) -> SendOutcome:
        """Once more for the template message that may have been shown, and for nothing else."""
        template = next((one for one in self._templates if one.kind == "template"), None)
        lost_s = delivery.lost_s or 0.0
        if to is None or template is None or not 0.0 <= lost_s < ASK_AGAIN_FOR_S:
            return Uncertain(_LOST_ANSWER)
        match await self._by_template(delivery, to, template):
            case Sent() as sent:
                return sent
            case Retry(after_s, _):
                return Retry(after_s, _LOST_ANSWER, may_be_shown=True)
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
            return await self._ask(self._send_template(delivery, to, template, fields), _RIGHT_OF["template"])
        if template.kind == "one_time":
            if not await take_consent(self._db, to.account_id, template.id):
                return _Next("refused")
        elif not await has_consent(to.account_id, template.id):
            return _Next("refused")
        right = None if template.app == "miniprogram" else _RIGHT_OF[template.kind]
        outcome = await self._ask(self._subscribe(delivery, to, template, fields), right)
        if isinstance(outcome, _Next | Final) and outcome.reason == "refused":
            await lose_consents(self._db, to.account_id, template.id)
        elif isinstance(outcome, Retry | _Next | Final) and template.kind == "one_time":
            await give_back_consent(self._db, to.account_id, template.id)
        return outcome

    async def _by_custom_message(self, delivery: DeliveryMessage, to: Recipient) -> SendOutcome:
        text = self._catalogue.text(f"{delivery.template}.text", **delivery.params)
        text = with_way_out(text, way_out(delivery, self._catalogue.text))
        outcome = await self._ask(self._custom(to, text), Right.CUSTOM_MESSAGE)
        return Final(outcome.reason) if isinstance(outcome, _Next) else outcome

    async def _custom(self, to: Recipient, text: str) -> Sent:
        await self._platform.send_custom_text(to.openid, text)
        return Sent("custom")

    async def _subscribe(
        self,
        delivery: DeliveryMessage,
        to: Recipient,
        template: MessageTemplate,
        fields: Mapping[str, str],
    ) -> Sent:
        target = self._links.of(delivery)
        if template.app == "miniprogram" and self._mini is not None:
            page = target.mini_page.path if target.mini_page is not None else None
            sent = self._mini.platform.subscribe_send(to.openid, template.id, fields, page=page)
        else:
            sent = self._platform.subscribe_bizsend(
                to.openid, template.id, fields, page=target.url, mini_program=target.mini_page
            )
        return Sent("subscribe", await sent)

    async def _send_template(
        self, delivery: DeliveryMessage, to: Recipient, template: MessageTemplate, fields: Mapping[str, str]
    ) -> Sent:
        target: PushTarget = self._links.of(delivery)
        platform_id = await self._platform.send_template(
            to.openid,
            template.id,
            fields,
            url=target.url,
            mini_program=target.mini_page,
            # The platform itself sends one message per client_msg_id once: 32 characters at most.
            client_msg_id=delivery.id.hex,
        )
        return Sent("template", platform_id)

    async def _ask(self, sending: Awaitable[Sent], right: Right | None) -> SendOutcome | _Next:
        try:
            return await sending
        except WeChatError as error:
            reason = REASONS.get(error.meaning.name, "other")
            if error.meaning.name == "no_permission" and right is not None:
                self._capabilities.note_missing(right)
            if error.uncertain:
                return Uncertain(reason)
            if error.meaning.name in _UNREADABLE:
                # Where a repeat is harmless the client does not say so: for another way it is the same.
                return Uncertain(_LOST_ANSWER)
            if error.retryable:
                lost = error.meaning.name == _LOST_ANSWER
                return Retry(float(error.retry_after_s or RETRY_AFTER_S), reason, may_be_shown=lost)
            return Final(reason) if reason in _NOBODY_THERE else _Next(reason)

    def _value(self, delivery: DeliveryMessage, source: Source) -> str:
        if source == "reference":
            return delivery.params.get("reference", "")
        if source == "time":
            return shown_time(self._db.clock.now())
        return self._catalogue.text(f"{delivery.template}.{source}", **delivery.params)
