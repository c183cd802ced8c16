"""Campaigns in the console, from the draft to the numbers, with the stand-in behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from uuid import UUID

import pytest

from bot.mass import MassPages
from casework.roles import Role
from content.campaigns import queries
from kit.clock import FixedClock
from kit.db import Database
from tests.campaign_setting import Campaigns, campaigns_on
from tests.e2e.console_setting import Clerk, ConsoleSetting, Page, console_on
from web.console.campaign_door import CampaignDoor
from wechat.account_kinds import AccountKind
from wechat.articles import Article
from wechat.client import WeChatClient

HERE = "/console/campaigns"
DRAFT = {
    "title": "周末停水",
    "kind": "text",
    "text": "周六停水，详见 https://www.example.gov.cn/water",
    "audience": "all",
    "media_id": "",
    "send_at": "",
}


@pytest.fixture
async def campaigns(database: Database, clock: FixedClock) -> AsyncIterator[Campaigns]:
    async with campaigns_on(database, clock) as setting:
        yield setting


@pytest.fixture
async def console(campaigns: Campaigns, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    async def openid_of(staff_id: UUID) -> str | None:
        return "oEditor" if staff_id == setting.people["bianji"].id else None

    door = replace(_door(campaigns), openid_of=openid_of)
    async with console_on(campaigns.db, tmp_path, campaigns=door) as setting:
        await setting.hire("bianji", "周洁", (Role.EDITOR, None))
        await setting.hire("lingdao", "陈立", (Role.HEAD, None))
        await setting.hire("guanli", "何管", (Role.ADMINISTRATOR, None))
        yield setting


async def save(clerk: Clerk, **changed: str) -> Page:
    form = await clerk.get(f"{HERE}/new")
    fields = DRAFT | {"csrf_token": form.hidden("csrf_token"), "act": form.hidden("act")} | changed
    return await clerk.post(HERE, fields)


async def push(clerk: Clerk, address: str, move: str, **more: str) -> Page:
    page = await clerk.get(address)
    fields = {"csrf_token": page.hidden("csrf_token")} | more
    if 'name="expected_revision"' in page.text and "expected_revision" not in more:
        fields["expected_revision"] = page.hidden("expected_revision")
    return await clerk.post(f"{address}/{move}", fields)


async def test_a_campaign_goes_from_its_draft_to_its_numbers(
    campaigns: Campaigns, console: ConsoleSetting
) -> None:
    await campaigns.follower("oEditor")
    group = await campaigns.tag("文渊街", "oEditor")
    async with console.client() as editor, console.client() as head:
        await editor.log_in("bianji")
        await head.log_in("lingdao")
        assert "文渊街（1 人）" in (await editor.get(f"{HERE}/new")).text
        page = await save(editor, audience="groups", **{f"group.{group.tag_id}": "文渊街"})
        assert "分组：文渊街" in page.text
        address = page.path
        assert 'href="https://www.example.gov.cn/water"' in page.text
        assert "/review" not in page.text
        assert "预览已发到您的微信" in (await push(editor, address, "preview")).text
        refused = await push(editor, address, "release", expected_revision="1")
        assert refused.status == 403
        last_look = await head.get(f"{address}/review")
        assert "约 1 人" in last_look.text
        assert "本月还可群发 3 次（共 4 次）" in last_look.text
        fields = {
            "csrf_token": last_look.hidden("csrf_token"),
            "expected_revision": last_look.hidden("expected_revision"),
        }
        assert "已签发" in (await head.post(f"{address}/release", fields)).text
        assert "别人处理过" in (await head.post(f"{address}/release", fields)).text
        await campaigns.work()
        await campaigns.work()
        page = await head.get(address)
        assert "应发 1 人，平台略过 0 人，送达 1 人，失败 0 人" in page.text
        assert "1 / 1" in (await head.get(HERE)).text
    # The preview and the message itself, each once.
    entries = (await campaigns.standin.get("/_standin/ledger"))["entries"]
    assert [one["openid"] for one in entries] == ["oEditor", "oEditor"]


async def test_an_article_of_the_draft_box_is_chosen_looked_at_and_sent_to_everybody(
    campaigns: Campaigns, console: ConsoleSetting
) -> None:
    await campaigns.follower("oEditor")
    jpeg = b"\xff\xd8\xff\xe0" + bytes(256)
    cover = await campaigns.account.add_material("image", jpeg, "cover.jpg", "image/jpeg")
    media_id = await campaigns.account.add_draft(
        Article(title="夏季占道经营整治", content="<p>请勿占道。</p>", thumb_media_id=cover.media_id)
    )
    async with console.client() as editor, console.client() as head:
        await editor.log_in("bianji")
        await head.log_in("lingdao")
        assert "夏季占道经营整治" in (await editor.get(f"{HERE}/new")).text
        saved = await save(editor, kind="articles", text="", media_id=media_id)
        address = saved.path
        assert "夏季占道经营整治" in saved.text
        assert "预览已发到您的微信" in (await push(editor, address, "preview")).text
        last_look = await head.get(f"{address}/review")
        assert "夏季占道经营整治" in last_look.text
        fields = {name: last_look.hidden(name) for name in ("csrf_token", "expected_revision")}
        assert "已签发" in (await head.post(f"{address}/release", fields)).text
        await campaigns.work()
        await campaigns.work()
        assert "送达 1 人" in (await head.get(address)).text
        # A draft that is gone from the box meanwhile is said before anybody is asked to look.
        later = await save(editor, kind="articles", text="", media_id=media_id)
        await campaigns.account.delete_draft(media_id)
        gone = await push(editor, later.path, "preview")
        assert (gone.status, "预览没有发出" in gone.text) == (409, True)
    entries = (await campaigns.standin.get("/_standin/ledger"))["entries"]
    assert [(one["openid"], one["kind"]) for one in entries] == [("oEditor", "news")] * 2


async def test_a_released_campaign_is_cancelled_before_and_stopped_after_it_began(
    campaigns: Campaigns, console: ConsoleSetting
) -> None:
    for openid in ("oA", "oB"):
        await campaigns.follower(openid)
    first, second = await campaigns.tag("文渊街", "oA"), await campaigns.tag("湖滨街", "oB")
    waiting, begun = await campaigns.released(first), await campaigns.released(first, second)
    async with console.client() as head:
        await head.log_in("lingdao")
        cancelled = await push(head, f"{HERE}/{waiting.id}", "cancel")
        assert (cancelled.status, "已取消" in cancelled.text) == (200, True)
        await campaigns.sending().step()
        assert "已暂停" in (await push(head, f"{HERE}/{begun.id}", "pause")).text
        refused = await push(head, f"{HERE}/{begun.id}", "cancel")
        assert refused.status == 409
        assert "已结束，没有发的不会再发" in (await push(head, f"{HERE}/{begun.id}", "stop")).text
    await campaigns.work()
    await campaigns.work()
    assert len(await campaigns.shown()) <= 1


async def test_wrong_input_gets_one_sentence_and_nothing_typed_is_lost(
    campaigns: Campaigns, console: ConsoleSetting
) -> None:
    async with console.client() as editor:
        await editor.log_in("bianji")
        for changed, name, sentence in (
            ({"title": " "}, "title", "请填写标题"),
            ({"text": "看 http://10.0.0.1/x"}, "text", "不完整或不能公开打开"),
            ({"text": "<b>停水</b>"}, "text", "不支持的标记"),
            ({"send_at": "2026-11-23T23:30"}, "send_at", "夜间（22:00至07:00）不群发"),
            ({"send_at": "2026-11-01T10:00"}, "send_at", "已经过了"),
            ({"audience": "groups"}, "groups", "至少选一个分组"),
            ({"kind": "articles"}, "media_id", "请选择一篇草稿"),
            ({"kind": "articles", "media_id": "gone"}, "media_id", "已经没有这篇草稿"),
            ({"audience": "groups", "group.999": "旧组"}, "groups", "已经没有这个分组"),
            ({"audience": ""}, "groups", "请选择发给全部关注者"),
            ({"text": "😀" * 600}, "text", "请至少再删 88 个字"),
        ):
            page = await save(editor, **changed)
            typed = DRAFT | changed
            assert (page.status, page.text.count('id="' + name + '-wrong"')) == (422, 1), changed
            assert sentence in page.text
            assert typed["text"] in unescape(page.text)
        assert (await queries.page()).rows == ()
        saved = await save(editor, send_at="2026-11-24T09:00")
        assert "定于 明天 09:00" in saved.text
        address, form = saved.path, await editor.get(f"{saved.path}/edit")
        fields = DRAFT | {"csrf_token": form.hidden("csrf_token"), "expected_revision": "1"}
        assert "已保存" in (await editor.post(address, fields | {"text": "周日停水"})).text
        late = await editor.post(address, fields | {"text": "写了很久的通知"})
        assert late.status == 409
        assert "写了很久的通知" in late.text
        assert "周日停水" in late.text
    view = (await queries.page()).rows[0]
    assert (view.text, view.send_at) == ("周日停水", None)


async def test_a_form_sent_again_in_other_words_becomes_a_draft_of_its_own_when_sent_once_more(
    console: ConsoleSetting,
) -> None:
    async with console.client() as editor:
        await editor.log_in("bianji")
        form = await editor.get(f"{HERE}/new")
        fields = DRAFT | {"csrf_token": form.hidden("csrf_token"), "act": form.hidden("act")}
        await editor.post(HERE, fields)
        again = await editor.post(HERE, fields | {"text": "周日停水"})
        assert (again.status, "已经保存过了" in again.text) == (409, True)
        saved = await editor.post(HERE, fields | {"text": "周日停水", "act": again.hidden("act")})
        assert "已保存" in saved.text
    assert sorted(row.text for row in (await queries.page()).rows)[-1] == "周日停水"


async def test_the_last_look_says_when_the_quota_is_used_up(
    campaigns: Campaigns, console: ConsoleSetting
) -> None:
    for _ in range(4):
        await campaigns.released()
    drafted = await campaigns.drafted()
    async with console.client() as head:
        await head.log_in("lingdao")
        page = await head.get(f"{HERE}/{drafted.id}/review")
    assert "次数不够：这个月对这些关注者还可群发 0 次" in page.text
    assert f"{HERE}/{drafted.id}/release" not in page.text


async def test_whose_the_campaigns_are_not_sees_none_and_an_unverified_account_says_so(
    console: ConsoleSetting, database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    async with console.client() as clerk:
        await clerk.log_in("guanli")
        assert (await clerk.get(HERE)).status == 403
    async with (
        campaigns_on(database, clock, AccountKind.UNCERTIFIED_SERVICE) as other,
        console_on(database, tmp_path, campaigns=_door(other)) as plain,
        plain.client() as editor,
    ):
        await editor.log_in("bianji")
        page = await editor.get(HERE)
        assert "本公众号没有群发接口" in page.text
        assert f"{HERE}/new" not in page.text


def _door(campaigns: Campaigns) -> CampaignDoor:
    async def account() -> WeChatClient:
        return campaigns.account

    return CampaignDoor(campaigns.desk, MassPages(account))
