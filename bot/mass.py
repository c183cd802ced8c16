"""Campaigns over the platform's mass-send: implements the ports of `content.campaigns.platform`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from bot.capabilities import Capabilities
from bot.models import PlatformReport
from content.campaigns.platform import (
    Again,
    ArticleDraft,
    Group,
    MassReport,
    MassSend,
    Outcome,
    Refused,
    Taken,
    Unreachable,
)
from content.campaigns.quota import MassQuota
from wechat.account_kinds import AccountKind, Right, mass_limit
from wechat.errors import TOO_LARGE, UNEXPECTED, WeChatError

if TYPE_CHECKING:
    # The web processes weigh less without it until somebody asks the platform.
    from wechat.client import WeChatClient

REPORT: Final = "masssendjobfinish"
SAME_ID_AFTER_S: Final = 65.0
DRAFTS_SHOWN: Final = 20
# "Too often" is said of an id that was tried a moment ago: that try may have been taken.
_PERHAPS_TAKEN: Final = frozenset({"no_answer", "too_often", TOO_LARGE.name, UNEXPECTED.name})
_STATUS: Final = {"SEND_SUCCESS": "sent", "SEND_FAIL": "failed", "DELETE": "deleted"}


def quota_of(kind: AccountKind, capabilities: Capabilities) -> Callable[[], MassQuota | None]:
    """What the account may send by mass today, asked anew each time."""
    limit = mass_limit(kind)

    def today() -> MassQuota | None:
        if limit is None or not capabilities.may(Right.MASS):
            return None
        return MassQuota(limit.at_most, limit.per)

    return today


class _Facts(msgspec.Struct, frozen=True, rename="pascal"):
    """The counts of MASSSENDJOBFINISH, as the platform writes them: numbers as text."""

    total_count: int = 0
    filter_count: int = 0
    sent_count: int = 0
    error_count: int = 0


class MassSending:
    """What the worker needs. Nothing raises but what nobody foresaw."""

    def __init__(self, account: WeChatClient, capabilities: Capabilities) -> None:
        self._account, self._capabilities = account, capabilities

    async def send(self, message: MassSend) -> Outcome:
        """Hand one mass-send over; the platform takes each `client_id` once."""
        client_id, tag_id = message.client_id, message.tag_id
        try:
            if message.media_id is None:
                sent = await self._account.mass_send_text(
                    message.text, client_msg_id=client_id, tag_id=tag_id
                )
            else:
                sent = await self._account.mass_send_articles(
                    message.media_id, client_msg_id=client_id, tag_id=tag_id
                )
        except WeChatError as error:
            return self._outcome(error)
        return Taken(str(sent.msg_id))

    async def status(self, platform_id: str) -> str:
        """ "sent", "failed", "deleted", or "" while nothing is known."""
        try:
            return _STATUS.get(await self._account.mass_status(platform_id), "")
        except WeChatError:
            return ""

    async def reports(self, platform_ids: Sequence[str]) -> Mapping[str, MassReport]:
        """The first report on each; repeats say the same."""
        found: dict[str, MassReport] = {}
        rows = PlatformReport.filter(kind=REPORT, job_id__in=list(platform_ids)).order_by("at", "id")
        for row in await rows if platform_ids else ():
            found.setdefault(row.job_id, _report(row))
        return found

    def _outcome(self, error: WeChatError) -> Outcome:
        name = error.meaning.name
        if name == "already_sent":
            return Taken(error.msg_id or None)
        if name == "no_permission":
            self._capabilities.note_missing(Right.MASS)
        if error.uncertain or name in _PERHAPS_TAKEN:
            return Again(name, max(SAME_ID_AFTER_S, error.retry_after_s or 0.0), lost=True)
        if error.retryable:
            return Again(name, error.retry_after_s or 0.0, lost=False)
        return Refused(name)


class MassPages:
    """What the console needs. The client is opened at first use; every refusal is `Unreachable`."""

    def __init__(self, account: Callable[[], Awaitable[WeChatClient]]) -> None:
        self._account = account

    async def groups(self) -> tuple[Group, ...]:
        """The account's tags."""
        try:
            tags = await (await self._account()).tags()
        except WeChatError as error:
            raise Unreachable(error.meaning.name) from None
        return tuple(Group(one.id, one.name, one.count) for one in tags)

    async def drafts(self) -> tuple[ArticleDraft, ...]:
        """The newest drafts of the platform's draft box."""
        try:
            page = await (await self._account()).list_drafts(0, DRAFTS_SHOWN)
        except WeChatError as error:
            raise Unreachable(error.meaning.name) from None
        return tuple(
            ArticleDraft(one.media_id, tuple(article.title for article in one.content.news_item))
            for one in page.item
        )

    async def follower_count(self) -> int:
        """How many follow the account."""
        try:
            return (await (await self._account()).user_list()).total
        except WeChatError as error:
            raise Unreachable(error.meaning.name) from None

    async def preview(self, openid: str, text: str, media_id: str | None) -> None:
        """Show it to one follower, as all would see it."""
        try:
            if media_id is None:
                await (await self._account()).mass_preview_text(openid, text)
            else:
                await (await self._account()).mass_preview(openid, media_id)
        except WeChatError as error:
            raise Unreachable(error.meaning.name) from None


def _report(row: PlatformReport) -> MassReport:
    facts = msgspec.convert(msgspec.json.decode(row.facts), _Facts, strict=False)
    return MassReport(
        total=facts.total_count,
        filtered=facts.filter_count,
        sent=facts.sent_count,
        errors=facts.error_count,
        failure=_failure(row.status),
    )


def _failure(status: str) -> str:
    """ "" for `sendsuccess` and `send success`; `send_fail`, or `err_10001` for `err(10001)`."""
    word = status.replace(" ", "").lower()
    if word == "sendsuccess":
        return ""
    return "send_fail" if word == "sendfail" else word.replace("(", "_").replace(")", "")[:80]
