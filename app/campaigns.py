"""Puts campaigns together: how much the account may send, when it must be quiet, how the platform is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from app.core import Core
from app.platform import Platform
from bot.capabilities import Capabilities
from bot.mass import MassPages, quota_of
from bot.profile import WechatSection
from casework.complaints.desk import Desk
from casework.notifications.rule_book import NotificationsSection
from casework.people.identities import recipient
from casework.people.staff_binding import account_of
from content.campaigns.desk import CampaignDesk
from web.console.campaign_door import CampaignDoor

if TYPE_CHECKING:
    from wechat.client import WeChatClient


def campaign_desk(core: Core, capabilities: Capabilities) -> CampaignDesk:
    """Quota by the kind of account; quiet hours are those of all notices."""
    return CampaignDesk(
        db=core.db,
        quota=quota_of(core.profile.section(WechatSection).account_kind, capabilities),
        quiet=core.profile.section(NotificationsSection).quiet_hours.hours(),
    )


def campaign_door(core: Core, desk: Desk, campaigns: CampaignDesk, platform: Platform) -> CampaignDoor:
    """For the console. The platform's client is opened at first use."""

    async def account() -> WeChatClient:
        return (await platform.clients()).account

    async def openid_of(staff_id: UUID) -> str | None:
        account_id = await account_of(staff_id)
        if account_id is None:
            return None
        found = await recipient(desk.sealer, core.settings.wechat_app_id, account_id)
        return found.openid if found is not None and found.follows else None

    return CampaignDoor(campaigns, MassPages(account), openid_of)
