"""A campaign desk on a database, sending to the stand-in over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from bot.capabilities import Capabilities
from bot.mass import MassSending, quota_of
from bot.platform_reports import note_report
from bot.turns import Message
from casework.actors import Actor
from casework.roles import Role
from content.campaigns import actions, queries
from content.campaigns.desk import CampaignDesk
from content.campaigns.models import CampaignBatch
from content.campaigns.platform import Group, MassSender
from content.campaigns.reporting import CampaignReports
from content.campaigns.sending import CampaignSending
from content.campaigns.views import CampaignView
from content.campaigns.wording import Words
from kit.clock import FixedClock
from kit.db import Database
from tests.standin_setting import APP_ID, SECRET, Account, Outside, running
from wechat.account_kinds import AccountKind
from wechat.client import WeChatClient
from wechat.exchange import new_session
from wechat.messages import to_inbound
from wechat.tokens import TokenKeeper


def staff(number: int, *roles: Role) -> Actor:
    return Actor(kind="staff", id=UUID(int=number), roles=frozenset(roles), name=f"n{number}")


EDITOR, HEAD = staff(1, Role.EDITOR), staff(2, Role.HEAD)


@dataclass
class Campaigns:
    """What a test works with."""

    desk: CampaignDesk
    clock: FixedClock
    standin: Outside
    webhook: Account
    account: WeChatClient
    platform: MassSending

    @property
    def db(self) -> Database:
        return self.desk.db

    def sending(self, platform: MassSender | None = None, *, lease_s: float = 60.0) -> CampaignSending:
        return CampaignSending(self.desk, platform or self.platform, lease_s=lease_s, wait_s=0.0)

    async def drafted(
        self, *groups: Group, text: str = "周六停水", send_at: datetime | None = None, by: Actor = EDITOR
    ) -> CampaignView:
        words = Words(title="停水", kind="text", text=text, groups=groups)
        return await actions.draft(self.desk, by, words, send_at, key=uuid4().hex)

    async def released(self, *groups: Group, send_at: datetime | None = None) -> CampaignView:
        drafted = await self.drafted(*groups, send_at=send_at)
        return await actions.release(self.desk, HEAD, drafted.id)

    async def work(self) -> None:
        """All that the worker does until nothing is left to do."""
        sending, reports = self.sending(), CampaignReports(self.desk, self.platform)
        for _ in range(20):
            done = await sending.step()
            await self.hear()
            if not done + await reports.step():
                return

    async def hear(self) -> None:
        """Take in what the platform has pushed."""
        await self.standin.courier.settle()
        for fields in self.webhook.received:
            # The platform says the same thing again and again; it counts once.
            await note_report(self.db, Message(f"act-{fields['MsgID']}", "", to_inbound(fields)))

    async def again(self, view: CampaignView) -> CampaignView:
        return await queries.find(view.id)

    async def change_batches(self, view: CampaignView, **values: Any) -> None:
        """Time that has passed, seen from the rows."""

        async def work(change: object) -> None:
            await CampaignBatch.filter(campaign_id=view.id).update(**values)

        await self.db.change(work)

    async def follower(self, openid: str) -> None:
        await self.standin.meet(openid=openid)

    async def tag(self, name: str, *openids: str) -> Group:
        made = await self.standin.api("tags/create", {"tag": {"name": name}})
        group = Group(made["tag"]["id"], name)
        if openids:
            asked = {"openid_list": list(openids), "tagid": group.tag_id}
            assert (await self.standin.api("tags/members/batchtagging", asked))["errcode"] == 0
        return group

    async def shown(self) -> list[str]:
        """Who got what by mass, one entry a message."""
        entries = (await self.standin.get("/_standin/ledger"))["entries"]
        return sorted(one["openid"] for one in entries if one["api"] == "message/mass/sendall")


@asynccontextmanager
async def campaigns_on(
    database: Database, clock: FixedClock, kind: AccountKind = AccountKind.CERTIFIED_SERVICE
) -> AsyncIterator[Campaigns]:
    webhook = Account(answer=lambda fields: None, clock=clock)
    capabilities = Capabilities.of_kind(kind, clock)
    async with running(webhook, clock=clock, kind=kind.value, tries=1) as standin, new_session() as session:
        tokens = TokenKeeper(None, session, APP_ID, SECRET, standin.base, clock)
        client = WeChatClient(session, tokens, standin.base)
        platform = MassSending(client, capabilities)
        desk = CampaignDesk(database, quota_of(kind, capabilities))
        yield Campaigns(desk, clock, standin, webhook, client, platform)
