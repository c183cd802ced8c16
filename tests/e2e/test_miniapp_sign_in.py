"""The mini-program's sign-in: one person one account with chat and pages, phones, and what it refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from casework.actors import citizen
from casework.complaints.filing import NewComplaint, Source, submit
from casework.complaints.queries import mine
from casework.people import consents, identities, merging
from casework.people.consents import Purpose
from casework.people.models import Account
from kit.clock import FixedClock
from kit.db import Database
from tests.e2e.citizen_setting import CONSENTS, MINI_ID, CitizenSetting, citizens_on
from tests.standin_setting import APP_ID

MEI, GANG = "oMei-of-the-chat-0001", "oGang-of-the-chat-002"
NUMBER = "13800001234"
VERSION = CONSENTS.phone.version


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What people's rows do on each engine is tested with them; here it is about the door."""
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[CitizenSetting]:
    async with citizens_on(database, tmp_path) as running:
        yield running


async def account_in(setting: CitizenSetting, appid: str, openid: str) -> identities.AccountView:
    found = await identities.account_by_openid(setting.door.sealer, appid, openid)
    assert found is not None
    return found


async def test_a_shared_unionid_shows_the_same_cases_on_page_and_in_the_mini_program(
    setting: CitizenSetting,
) -> None:
    async with setting.phone(MEI) as phone:
        await phone.get("/h5/me")
        chat = await account_in(setting, APP_ID, MEI)
        first = await submit(
            setting.desk,
            citizen(chat.id),
            NewComplaint(
                account_id=chat.id, source=Source.WECHAT, story="聊天里反映的事", place_text="文渊路"
            ),
        )
        token = await setting.sign_in(MEI, miniapp_openid="oMini-mei")
        mini = await account_in(setting, MINI_ID, "oMini-mei")
        assert mini.id != chat.id
        assert mini.root_id == chat.root_id
        second = await submit(
            setting.desk,
            citizen(mini.id),
            NewComplaint(
                account_id=mini.id, source=Source.MINIPROGRAM, story="小程序里反映的事", place_text="文渊路"
            ),
        )
        wanted = {first.reference, second.reference}
        for account_id in (chat.id, mini.id):
            assert {row.reference for row in (await mine(setting.desk, account_id)).rows} == wanted
        page = await phone.get("/h5/me")
        assert "小程序里反映的事" in page.text
        _, me = await setting.api("GET", "/me", token=token)
        assert me["linked_accounts"] == 1
        # Parted, each has its own again; the next sign-in does not join them.
        await phone.submit("/h5/data", f"/h5/accounts/{mini.id}/part")
        await setting.sign_in(MEI)
        assert await merging.members(chat.id) == {chat.id}
        assert {row.reference for row in (await mine(setting.desk, mini.id)).rows} == {second.reference}


async def test_where_nothing_is_bound_a_vouched_phone_joins_and_is_consented_to(
    setting: CitizenSetting,
) -> None:
    await setting.standin.post("/_standin/account", {"is_union_bound": False})
    tokens = {who: await setting.sign_in(who) for who in (MEI, GANG)}
    for who, linked in ((MEI, False), (GANG, True)):
        code = await setting.phone_code(who, NUMBER)
        status, kept = await setting.api(
            "POST", "/phone", {"code": code, "consent_version": VERSION}, tokens[who]
        )
        assert (status, kept["phone"], kept["linked"]) == (200, "138****1234", linked)
    _, me = await setting.api("GET", "/me", token=tokens[MEI])
    assert (me["linked_accounts"], me["phone"]) == (1, "138****1234")
    assert {one["purpose"]: one["given"] for one in me["consents"]}["phone"]


async def test_two_wechat_users_with_one_phone_are_told_and_stay_two(setting: CitizenSetting) -> None:
    tokens = {who: await setting.sign_in(who, unionid=f"u-{who}") for who in (MEI, GANG)}
    for who in (MEI, GANG):
        code = await setting.phone_code(who, NUMBER)
        _, kept = await setting.api("POST", "/phone", {"code": code, "consent_version": VERSION}, tokens[who])
    assert (kept["linked"], kept["not_linked"]) == (False, "other_unionid")
    _, me = await setting.api("GET", "/me", token=tokens[MEI])
    assert (me["linked_accounts"], me["phone"]) == (0, "")


async def test_a_phone_without_the_consent_that_was_shown_is_not_kept(setting: CitizenSetting) -> None:
    token = await setting.sign_in(MEI)
    for version in ("", "2020-01"):
        code = await setting.phone_code(MEI, NUMBER)
        status, problem = await setting.api(
            "POST", "/phone", {"code": code, "consent_version": version}, token
        )
        assert (status, problem["field"]) == (409 if version else 422, "consent_version")
    assert await Account.filter(phone_index__isnull=False).count() == 0
    account = await Account.get()
    assert not await consents.agreed(account.id, Purpose.PHONE)


async def test_codes_work_once_and_answers_are_problems(setting: CitizenSetting) -> None:
    code = await setting.mini_code(MEI)
    assert (await setting.api("POST", "/session", {"code": code}))[0] == 201
    status, problem = await setting.api("POST", "/session", {"code": code})
    assert (status, problem["type"], problem["field"]) == (401, "/problems/api.code_used", "code")
    assert set(problem) == {"type", "title", "status", "request_id", "field"}
    for body in ({}, {"code": 1}, {"code": ""}, {"code": "a b"}, {"code": "a" * 600}):
        status, problem = await setting.api("POST", "/session", body)
        assert (status, problem["type"], problem["field"]) == (422, "/problems/api.field", "code"), body
    for body in ([], "x"):
        status, problem = await setting.api("POST", "/session", body)
        assert (status, problem["type"], problem["field"]) == (422, "/problems/api.field", "body"), body
    await setting.standin.post(
        "/_standin/faults", {"endpoint": "/sns/jscode2session", "kind": "html_502", "times": 9}
    )
    status, problem = await setting.api("POST", "/session", {"code": await setting.mini_code(MEI)})
    assert (status, problem["type"]) == (503, "/problems/api.platform_away")


async def test_nobody_speaks_without_a_token_in_force(setting: CitizenSetting, clock: FixedClock) -> None:
    token = await setting.sign_in(MEI)
    assert (await setting.api("GET", "/me", token=token))[0] == 200
    for wrong in ("", "x" * 43, token[:-1], token + " ", "Bearer"):
        for method, path in (("GET", "/me"), ("POST", "/phone"), ("DELETE", "/session")):
            assert (await setting.api(method, path, {}, wrong))[0] == 401
    # A cookie of the pages is no token here, and a token no cookie there.
    assert (await setting.api("GET", "/me", cookie=f"cg_citizen={token}"))[0] == 401
    assert (await setting.api("DELETE", "/session", token=token))[0] == 204
    assert (await setting.api("GET", "/me", token=token))[0] == 401
    late = await setting.sign_in(MEI)
    clock.advance(timedelta(days=8))
    assert (await setting.api("GET", "/me", token=late))[0] == 401


async def test_the_session_key_and_openids_stay_inside(setting: CitizenSetting) -> None:
    status, body = await setting.api(
        "POST", "/session", {"code": await setting.mini_code(MEI, miniapp_openid="oMini-mei")}
    )
    assert (status, set(body)) == (201, {"token", "expires_at"})
    _, me = await setting.api("GET", "/me", token=body["token"])
    assert "oMini-mei" not in str(me)
    assert "oMini-mei" not in str(await Account.all().values())


async def test_made_up_codes_are_limited_and_leave_no_warning_behind(
    setting: CitizenSetting,
) -> None:
    with structlog.testing.capture_logs() as lines:
        answers = [await setting.api("POST", "/session", {"code": f"made-up-{n}"}) for n in range(62)]
    statuses = [status for status, _ in answers]
    assert statuses[:60] == [401] * 60
    assert statuses[60:] == [429, 429]
    assert not [one for one in lines if one["log_level"] in ("warning", "error")]
    # Another door, and whoever has a token, is not concerned.
    async with setting.phone(MEI) as phone:
        assert (await phone.get("/h5/me")).status == 200
