"""Puts the way out to WeChat together: which templates, by which right, leading where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.core import Core
from app.platform import Clients
from bot.building import Bot
from bot.profile import WechatSection
from bot.push import MiniProgram, WeChatPush
from bot.push_links import Links
from casework.complaints.desk import Desk
from casework.notifications.rule_book import NotificationsSection
from casework.notifications.sms import LoggedSms, SmsSender
from casework.notifications.stop_links import StopLinks
from kit.catalogue import Catalogue
from wechat.account_kinds import Right

SMS_SENDERS: Final[Mapping[str, SmsSender | None]] = {"off": None, "logged": LoggedSms()}
"""By `notifications.sms` of the profile. A provider is one more line here and one more word there."""


def build_push(core: Core, desk: Desk, bot: Bot, clients: Clients) -> WeChatPush:
    """The channel of `casework.notifications` for this account, and for its mini-program if there is one."""
    settings, section = core.settings, core.profile.section(WechatSection)
    mini = None
    if settings.miniapp_app_id is not None and clients.mini_program is not None:
        mini = MiniProgram(settings.miniapp_app_id, clients.mini_program)
    # The mobile page knows people by the platform's sign-in alone.
    pages_at = settings.public_url if bot.capabilities.may(Right.OAUTH) else None
    return WeChatPush(
        core.db,
        desk.sealer,
        clients.account,
        core.catalogue,
        settings.wechat_app_id,
        section.templates,
        capabilities=bot.capabilities,
        links=Links(
            pages_at,
            section.mini_program,
            console_url=settings.public_url,
            stop_links=StopLinks(core.keys, core.clock),
        ),
        mini=mini,
        sms=SMS_SENDERS[core.profile.section(NotificationsSection).sms],
    )


def bundle_line(catalogue: Catalogue, template: str, reference: str) -> str:
    """One notice among others, in a line of the message that tells them together."""
    title = catalogue.text(f"{template}.title")
    return catalogue.text("notify.bundle_line", title=title, reference=reference).strip()
