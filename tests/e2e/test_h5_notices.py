"""Notices on the citizens' pages: choosing, agreeing at the right moment, and ending them with one tap."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from bot.consent_counting import note_consents
from bot.notice_choices import choices_of
from casework.actors import citizen
from casework.complaints import actions
from casework.complaints.filing import NewComplaint, Source, submit
from casework.complaints.views import ComplaintView
from casework.notifications.models import NoticePreference
from casework.notifications.shape import Topic
from casework.notifications.stop_links import GOOD_FOR, StopLinks
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Database
from kit.secrets import KeyRing
from tests.e2e.citizen_setting import CitizenSetting, citizens_on, known_from_chat
from tests.standin_setting import LONG_TERM, ONE_TIME
from wechat.messages import Consent

MEI = "oMei-of-the-chat-0001"
PAGE = "/h5/me/notices"
BROWSER = "Mozilla/5.0 Firefox/140.0"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What choices and consents do on each engine is tested with their rows; here it is about pages."""
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[CitizenSetting]:
    async with citizens_on(database, tmp_path) as running:
        yield running


@pytest.fixture
async def mei(setting: CitizenSetting) -> UUID:
    return await known_from_chat(setting, MEI)


async def filed(setting: CitizenSetting, owner: UUID) -> ComplaintView:
    new = NewComplaint(account_id=owner, source=Source.WECHAT, story="路口有人摆摊", place_text="文渊路口")
    return await submit(setting.desk, citizen(owner), new)


async def tapped(setting: CitizenSetting, owner: UUID, *, yes: bool) -> None:
    """As the platform's event tells it."""
    said = [Consent(LONG_TERM, yes)]
    await setting.door.db.change(lambda change: note_consents(change, owner, said))


async def test_topics_are_chosen_one_by_one_and_what_must_come_is_said_with_its_reason(
    setting: CitizenSetting, mei: UUID
) -> None:
    async with setting.phone(MEI) as phone:
        page = (await phone.get(PAGE)).text
        for words in (
            "办理进展",
            "收到提示",
            "每天一次，合在一条里",
            "投诉未予受理、投诉已答复",
            "可能来不及评价",
        ):
            assert words in page
        assert 'name="result"' not in page
        saved = await phone.submit(PAGE, PAGE, progress="digest", receipt="none")
        assert "已经保存" in saved.text
        assert 'value="digest" checked' in saved.text
        assert "没有改动" in (await phone.submit(PAGE, PAGE, progress="digest", receipt="none")).text
        wrong = await phone.submit(PAGE, PAGE, progress="hourly")
        assert wrong.status == 422
    held = await choices_of(mei)
    assert (held[Topic.PROGRESS], held[Topic.RECEIPT]) == ("digest", "none")
    entry = await AuditEntry.get(action="account.choose_notices")
    assert (entry.case_id, entry.detail) == (mei, '{"progress":"digest","receipt":"none"}')


async def test_the_page_a_notice_leads_to_ends_its_kind_with_one_tap_and_offers_to_undo(
    setting: CitizenSetting, mei: UUID
) -> None:
    case = await filed(setting, mei)
    landing = f"/h5/cases/{case.reference}?notice=progress"
    async with setting.phone(MEI) as phone:
        assert 'id="stop"' not in (await phone.get(f"/h5/cases/{case.reference}")).text
        assert 'id="stop"' not in (await phone.get(f"/h5/cases/{case.reference}?notice=account")).text
        page = await phone.get(landing)
        at = page.text.index('id="stop"')
        token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
        assert "不再接收“办理进展”" in page.text[at:]
        stopped = await phone.post(PAGE, {"csrf_token": token, "progress": "none", "at": "stop"})
        assert "不再给您发“办理进展”的消息了" in stopped.text
        assert (await choices_of(mei))[Topic.PROGRESS] == "none"
        assert 'id="stop"' not in (await phone.get(landing)).text
        await phone.post(PAGE, {"csrf_token": token, "progress": "now", "at": "undo"})
        assert (await choices_of(mei))[Topic.PROGRESS] == "now"
        assert (await phone.post(PAGE, {"progress": "none", "at": "stop"})).status == 403


async def test_a_signed_link_stops_notices_without_signing_in_and_only_when_sent(
    setting: CitizenSetting, mei: UUID, clock: FixedClock
) -> None:
    link = f"/h5/notices/stop/{setting.door.stop_links.token(mei, Topic.PROGRESS)}"
    async with setting.phone() as phone:
        for _ in range(2):
            page = await phone.get(link, user_agent=BROWSER)
            assert (page.status, "不再接收“办理进展”的消息？" in page.text) == (200, True)
            assert "还是会告诉您" in page.text
        assert await NoticePreference.all().count() == 0
        for _ in range(2):
            assert "已经不再发" in (await phone.post(link, {"List-Unsubscribe": "One-Click"})).text
        assert (await choices_of(mei))[Topic.PROGRESS] == "none"
        assert "会照常告诉您" in (await phone.submit(link, link)).text
        assert (await choices_of(mei))[Topic.PROGRESS] == "now"
        clock.advance(GOOD_FOR + timedelta(days=1))
        for gone in (link, link[:-2] + "AA", f"/h5/notices/stop/{'A' * 49}", "/h5/notices/stop/%E4%B8%AD"):
            assert (await phone.get(gone)).status == 410
            assert (await phone.post(gone, {})).status == 410
    assert (await choices_of(mei))[Topic.PROGRESS] == "now"


def test_a_link_of_other_keys_or_changed_by_one_bit_is_not_ours(clock: FixedClock) -> None:
    keys = KeyRing.random()
    links = StopLinks(keys, clock)
    account = UUID("0190a5b8-7d3e-7000-8000-000000000001")
    token = links.token(account, Topic.RECEIPT)
    stop = links.read(token)
    assert stop is not None
    assert (stop.account_id, stop.topic) == (account, Topic.RECEIPT)
    assert StopLinks(KeyRing.random(), clock).read(token) is None
    for place in range(len(token) - 1):
        other = "A" if token[place] != "A" else "B"
        assert links.read(token[:place] + other + token[place + 1 :]) is None


async def test_consent_is_asked_for_after_filing_and_while_a_case_goes_on_and_not_after_a_refusal(
    setting: CitizenSetting, mei: UUID, clock: FixedClock
) -> None:
    case = await filed(setting, mei)
    after_filing, own = f"/h5/filed/{case.reference}", f"/h5/cases/{case.reference}"
    async with setting.phone(MEI) as phone:

        async def asks(address: str, **headers: str) -> bool:
            page = (await phone.get(address, **headers)).text
            assert ("wx-open-subscribe" in page) == ('id="prompt"' in page)
            return 'id="prompt"' in page

        assert [await asks(one) for one in (after_filing, own, "/h5/", "/h5/file", "/h5/me")] == [
            True,
            True,
            False,
            False,
            False,
        ]
        # Where no consent can be given, none is asked for.
        assert not await asks(own, user_agent=BROWSER)
        await tapped(setting, mei, yes=False)
        assert not await asks(own)
        clock.advance(timedelta(days=7))
        await phone.get("/h5/me")
        assert await asks(own)
        await tapped(setting, mei, yes=True)
        assert not await asks(after_filing)
        assert not await asks(own)
        await tapped(setting, mei, yes=False)
        clock.advance(timedelta(days=8))
        await actions.withdraw(setting.desk, citizen(mei), case.id)
        assert not await asks(own)


async def test_nothing_is_promised_that_cannot_be_kept(setting: CitizenSetting, mei: UUID) -> None:
    async with setting.phone(MEI) as phone:
        assert "48 小时里，进展会直接发给您" in (await phone.get("/h5/me")).text
        assert "有进展会在微信里告诉您" not in (await phone.get("/h5/me")).text
        said = [Consent(ONE_TIME, True)]
        await setting.door.db.change(lambda change: note_consents(change, mei, said))
        assert "您同意过的次数用完以前" in (await phone.get("/h5/me")).text
        await tapped(setting, mei, yes=True)
        assert "有进展会在微信里告诉您。" in (await phone.get("/h5/me")).text
        assert "wx-open-subscribe" not in (await phone.get("/h5/notices")).text


async def test_while_the_platform_is_away_there_is_a_link_instead_of_a_dead_button(
    setting: CitizenSetting, mei: UUID
) -> None:
    case = await filed(setting, mei)
    async with setting.phone(MEI) as phone:
        await phone.get("/h5/me")
        fault = {"endpoint": "/cgi-bin/ticket/getticket", "kind": "html_502", "times": 9}
        await setting.standin.post("/_standin/faults", fault)
        page = await phone.get(f"/h5/cases/{case.reference}")
        assert (page.status, "wx-open-subscribe" in page.text) == (200, False)
        assert 'class="back" href="/h5/notices"' in page.text
