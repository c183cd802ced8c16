"""Who an applicant is, by the unified government login: out and back over real HTTP, and all that can go wrong between."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.unified_login import HttpUnifiedLogin
from casework.people.models import IdentityTry, VerifiedIdentity
from casework.people.vouching import identities_of
from casework.permits.models import PermitApplication
from kit.audit.models import AuditEntry
from kit.db import Database
from tests.e2e.citizen_setting import CitizenSetting, citizens_on, known_from_chat, permit_side_on
from tests.unified_login_setting import CLIENT, MEI, SECRET, SHOP, LoginStandIn, unified_login

OPENID, OTHER = "oMei-of-the-chat-0001", "oGang-of-the-chat-002"
PAGE, BACK = "/h5/me/identity", "/h5/me/identity/back"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is kept is tested on both engines in test_permit_identity; here it is about the way."""
    return sqlite_url


@pytest.fixture
async def login() -> AsyncIterator[LoginStandIn]:
    async with unified_login() as running:
        yield running


@pytest.fixture
async def setting(database: Database, tmp_path: Path, login: LoginStandIn) -> AsyncIterator[CitizenSetting]:
    side = dataclasses.replace(
        permit_side_on(database, tmp_path), login=HttpUnifiedLogin(login.base, CLIENT, SECRET)
    )
    async with citizens_on(database, tmp_path, permits=side) as running:
        yield running


async def test_a_person_is_verified_and_sees_it(setting: CitizenSetting) -> None:
    account = await known_from_chat(setting, OPENID)
    async with setting.phone(OPENID) as phone:
        assert "还没有接通" not in (await phone.get(PAGE)).text
        done = await phone.submit(PAGE, PAGE, next="/h5/me/permits")
        assert done.status == 200
        assert "核验好了" in done.text
        assert "李梅" in done.text
        assert MEI["identity_number"] not in done.text
        assert 'href="/h5/me/permits"' in done.text
        row = await VerifiedIdentity.get(account_id=account)
        assert (row.kind, row.provider, row.level) == ("person", "127.0.0.1", "high")
        assert "李梅".encode() not in bytes(row.name_sealed or b"")
        (known,) = await identities_of(setting.door.permits.desk.sealer, account)
        assert (known.name, known.number) == ("李梅", MEI["identity_number"])
        entry = await AuditEntry.get(case_id=account, action="account.verify_identity")
        assert "李梅" not in entry.detail
        gone = await phone.submit(PAGE, f"{PAGE}/forget")
        assert "已删除" in gone.text
        assert not await VerifiedIdentity.exists()


async def test_an_organisation_is_verified_with_who_stands_for_it(
    setting: CitizenSetting, login: LoginStandIn
) -> None:
    await known_from_chat(setting, OPENID)
    login.says = dict(SHOP)
    async with setting.phone(OPENID) as phone:
        done = await phone.submit(PAGE, PAGE)
        assert "清河商贸有限公司" in done.text
        assert "李梅" in done.text
        assert SHOP["uscc"] in done.text
        # The owner of the shop is a person too.
        login.says = dict(MEI)
        assert "核验好了" in (await phone.submit(PAGE, PAGE)).text


async def test_a_state_that_is_not_this_sessions_is_refused_and_used_up_once(setting: CitizenSetting) -> None:
    await known_from_chat(setting, OPENID)
    await known_from_chat(setting, OTHER)
    async with setting.phone(OPENID) as phone, setting.phone(OTHER) as thief:
        wrong = await phone.get(f"{BACK}?state=made-up&code=abc")
        assert wrong.status == 404
        assert "重新点一次" in wrong.text
        assert (await phone.get(BACK)).status == 404
        await thief.get(PAGE)
        page = (await phone.get(PAGE)).text
        token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        out = await phone.post(PAGE, {"csrf_token": token, "next": "/h5/me"}, follow=False)
        back = await phone.get(out.leads_to, follow=False)
        # A finished link that is sent to somebody else verifies nobody.
        assert (await thief.get(back.leads_to)).status == 404
        assert not await VerifiedIdentity.exists()
        assert "核验好了" in (await phone.get(back.leads_to)).text
        again = await phone.get(back.leads_to)
        assert again.status == 404
        assert "用过" in again.text
        assert await VerifiedIdentity.all().count() == 1
        assert await IdentityTry.filter(used_at=None).count() == 0


async def test_a_code_that_was_used_elsewhere_is_refused(
    setting: CitizenSetting, login: LoginStandIn
) -> None:
    await known_from_chat(setting, OPENID)
    async with setting.phone(OPENID) as phone:
        page = (await phone.get(PAGE)).text
        token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        out = await phone.post(PAGE, {"csrf_token": token}, follow=False)
        back = await phone.get(out.leads_to, follow=False)
        login.codes.clear()
        refused = await phone.get(back.leads_to)
        assert refused.status == 409
        assert "重新点一次" in refused.text
        assert not await VerifiedIdentity.exists()


@pytest.mark.parametrize(
    ("changed", "sentence", "status"),
    [
        ({"is_away": True}, "暂时连不上", 503),
        ({"nonce": "somebody-else's"}, "对不上", 422),
        ({"says": {**MEI, "identity_number": "110105194912310021"}}, "不完整", 422),
        ({"says": {"sub": "x"}}, "暂时连不上", 503),
    ],
)
async def test_what_the_login_says_wrongly_is_one_sentence_and_changes_nothing(
    setting: CitizenSetting, login: LoginStandIn, changed: dict[str, object], sentence: str, status: int
) -> None:
    await known_from_chat(setting, OPENID)
    for name, value in changed.items():
        setattr(login, name, value)
    async with setting.phone(OPENID) as phone:
        answer = await phone.submit(PAGE, PAGE)
        assert (answer.status, sentence in answer.text) == (status, True), answer.text
        assert not await VerifiedIdentity.exists()
        login.is_away, login.nonce, login.says = False, "", dict(MEI)
        assert "核验好了" in (await phone.submit(PAGE, PAGE)).text


async def test_an_account_is_one_person(setting: CitizenSetting, login: LoginStandIn) -> None:
    await known_from_chat(setting, OPENID)
    async with setting.phone(OPENID) as phone:
        await phone.submit(PAGE, PAGE)
        login.says = {**MEI, "name": "别人", "identity_number": "110101199003070070"}
        refused = await phone.submit(PAGE, PAGE)
        assert (refused.status, "另一个人" in refused.text) == (409, True), refused.text
        assert await VerifiedIdentity.filter(ended_at=None).count() == 1


async def test_without_a_login_the_page_says_that_the_window_checks(
    database: Database, tmp_path: Path
) -> None:
    async with citizens_on(database, tmp_path) as setting:
        await known_from_chat(setting, OPENID)
        async with setting.phone(OPENID) as phone:
            page = await phone.get(PAGE)
            assert "窗口核对" in page.text
            assert f'action="{PAGE}"' not in page.text
            assert (await phone.get(f"{BACK}?state=a&code=b")).status == 404
        assert not await PermitApplication.exists()
