"""Every kind of account against a stand-in of that kind: nothing is asked in vain, nobody is left without news."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from app.environment import read_settings
from app.models import MODEL_MODULES
from app.profile import PROFILE_SECTIONS
from app.shipped import SHIPPED_PROFILE
from app.wechat_account import Desk
from app.wechat_check import Finding, exit_code, told
from app.wechat_checking import find
from bot.capabilities import Capabilities
from bot.held_replies import HANDED_BYTES, settle_held
from bot.late import LateReplies
from bot.late_sending import LateSending
from bot.models import LateReply, PlatformReport
from bot.notice_choices import NoticeChoices
from bot.profile import MessageTemplate, WechatSection
from bot.push import NO_WAY, UNSUBSCRIBED, WeChatPush
from bot.turns import Message
from casework.actors import citizen as actor_of
from casework.notifications.channel import DeliveryMessage, Final, SendOutcome, Sent
from casework.notifications.rules import SHIPPED
from casework.people.identities import new_account_rows
from casework.people.models import StaffBinding
from kit.clock import FixedClock
from kit.db import Database, Intake
from kit.ids import Ids
from kit.profile import Profile, build_profile, read_profile
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from kit.settings import Settings
from tests import read_once
from wechat.account_kinds import AccountKind, Right, rights
from wechat.client import WeChatClient, account_client
from wechat.exchange import new_session
from wechat.messages import to_inbound
from wechat.standin.config import StandinConfig
from wechat.standin.server import build_app

APP_ID, SECRET, TOKEN = "wx0123456789abcdef", "a-secret-of-ours", "a-token-of-ours"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
CITIZEN = "oCitizen_0001"
TEMPLATE = "standin-case-progress-template-0000000003"
WORDS = read_once.catalogue()
TEMPLATES = (
    MessageTemplate(
        id=TEMPLATE,
        kind="template",
        fields={"character_string1": "reference", "thing2": "title", "phrase3": "phrase", "time4": "time"},
    ),
)
REFERENCE = "QS-TS-261123-0001-A"


@dataclass
class Account:
    """A stand-in of one kind, and our client of it."""

    kind: AccountKind
    base: str
    http: aiohttp.ClientSession
    client: WeChatClient
    db: Database
    clock: FixedClock
    sealer: FieldSealer

    def push(self, templates: tuple[MessageTemplate, ...] = TEMPLATES, **more: Any) -> WeChatPush:
        more = {"capabilities": Capabilities.of_kind(self.kind, self.clock)} | more
        return WeChatPush(self.db, self.sealer, self.client, WORDS, APP_ID, templates, **more)

    async def control(self, path: str, content: dict[str, Any]) -> None:
        async with self.http.post(f"{self.base}/_standin/{path}", json=content) as response:
            assert response.status == 200, await response.text()

    async def delivered(self) -> list[dict[str, Any]]:
        async with self.http.get(f"{self.base}/_standin/ledger?openid={CITIZEN}") as response:
            entries: list[dict[str, Any]] = (await response.json())["entries"]
            return entries

    async def citizen(self) -> UUID:
        rows = new_account_rows(self.db, self.sealer, APP_ID, CITIZEN)
        await self.db.write(Intake(keys=("new",), body_hash=b"", rows=rows, result=b""))
        await self.control("citizens", {"openid": CITIZEN, "wrote": True})
        return rows[0].id


@pytest.fixture
async def database(sqlite_url: str, clock: FixedClock) -> AsyncIterator[Database]:
    """One engine is enough: what differs here is the platform's side."""
    db = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), b"k" * 32, process_wide=True)
    yield db
    await db.close()


@pytest.fixture(params=list(AccountKind))
def kind(request: pytest.FixtureRequest) -> AccountKind:
    found: AccountKind = request.param
    return found


@pytest.fixture
async def account(kind: AccountKind, database: Database, clock: FixedClock) -> AsyncIterator[Account]:
    config = StandinConfig(
        app_id=APP_ID,
        app_secret=SECRET,
        token=TOKEN,
        aes_key=AES_KEY,
        webhook_url="http://127.0.0.1:9/wechat",
        clock=clock,
        seed=1,
        kind=kind.value,
    )
    async with new_session() as session, TestServer(build_app(config)) as server:
        base = str(server.make_url("")).rstrip("/")
        client = account_client(session, None, APP_ID, SECRET, base, clock)
        yield Account(kind, base, session, client, database, clock, FieldSealer(KeyRing.random()))


def notice(
    recipient_id: UUID, clock: FixedClock, rule: str, kind: str = "account", *, must: bool = False
) -> DeliveryMessage:
    return DeliveryMessage(
        id=UUID("0193b000-0000-7000-8000-000000000001"),
        case_id=None,
        recipient_kind=kind,
        recipient_id=recipient_id,
        rule=rule,
        template="notify.complaint.refused",
        params={"reference": REFERENCE, "reason": "属于学校管理。", "responsible_body": "教育局"},
        attempt=1,
        expires_at=clock.now() + timedelta(days=3),
        must=must,
    )


# ---- notices


async def test_a_notice_goes_by_the_best_way_the_kind_has_and_asks_for_no_other(account: Account) -> None:
    citizen = await account.citizen()
    outcome = await account.push().send(notice(citizen, account.clock, "complaint.accepted:owner"))
    allowed = rights(account.kind)
    if Right.TEMPLATE_MESSAGE in allowed:
        assert isinstance(outcome, Sent)
        assert outcome.channel == "template"
    elif Right.CUSTOM_MESSAGE in allowed:
        assert outcome == Sent("custom")
    else:
        assert outcome == Final(NO_WAY)
    assert len(await account.delivered()) == (0 if outcome == Final(NO_WAY) else 1)


async def test_a_profile_that_claims_too_much_costs_one_refused_call_a_day(account: Account) -> None:
    citizen = await account.citizen()
    claims = Capabilities(frozenset(Right), account.clock)
    push = account.push(capabilities=claims)
    first, second = [
        await push.send(notice(citizen, account.clock, "complaint.accepted:owner")) for _ in range(2)
    ]
    assert type(first) is type(second)
    lacking = set(Right) - rights(account.kind)
    tried = {Right.TEMPLATE_MESSAGE, Right.CUSTOM_MESSAGE}
    assert set(claims.missing()) == lacking & tried


@pytest.mark.parametrize("kind", [AccountKind.CERTIFIED_SERVICE], indirect=True)
async def test_who_wants_no_news_is_told_outcomes_only_and_may_think_again(account: Account) -> None:
    citizen, push = await account.citizen(), account.push()
    choices, actor = NoticeChoices(account.db), actor_of(citizen)
    await choices.choose_all(actor, citizen, wanted=False)

    async def told_of(rule: str, *, must: bool = False) -> SendOutcome:
        return await push.send(notice(citizen, account.clock, rule, must=must))

    assert await told_of("complaint_accepted_owner") == Final(UNSUBSCRIBED)
    assert isinstance(await told_of("complaint_answered_owner", must=True), Sent)
    await choices.choose_all(actor, citizen, wanted=True)
    assert isinstance(await told_of("complaint_accepted_owner"), Sent)


def test_what_must_be_told_is_told_by_a_rule() -> None:
    assert {rule.code for rule in SHIPPED if rule.must}


@pytest.mark.parametrize("kind", [AccountKind.CERTIFIED_SERVICE], indirect=True)
async def test_staff_hear_on_their_own_phone_once_it_is_bound_and_else_in_the_console(
    account: Account,
) -> None:
    from casework.people.models import Staff

    citizen, staff_id = await account.citizen(), account.db.ids.new()
    page = notice(staff_id, account.clock, "danger.raised:duty_officers", "staff")
    assert await account.push().send(page) == Sent("console", reason="not_bound")

    async def bind(change: Any) -> None:
        await Staff(
            id=staff_id,
            login="wang",
            name="王敏",
            password_hash="-",
            created_at=change.now,
            password_changed_at=change.now,
        ).save(force_create=True)
        await StaffBinding(
            id=change.ids.new(), staff_id=staff_id, account_id=citizen, bound_at=change.now
        ).save(force_create=True)

    await account.db.change(bind)
    outcome = await account.push().send(page)
    assert isinstance(outcome, Sent)
    assert outcome.channel == "template"
    assert len(await account.delivered()) == 1


# ---- late answers


def message_of(clock: FixedClock, number: int) -> Message:
    fields = {
        "ToUserName": "gh_0123456789ab",
        "FromUserName": CITIZEN,
        "CreateTime": str(int(clock.now().timestamp())),
        "MsgType": "text",
        "MsgId": str(24_000_000_000_000_000 + number),
        "Content": "投诉",
    }
    return Message(f"{number:032x}", "c" * 32, to_inbound(fields))


class Hints:
    """Who was said to wait for something."""

    def __init__(self) -> None:
        self.given: list[tuple[str, int]] = []

    async def __call__(self, citizen: str, revision: int) -> None:
        self.given.append((citizen, revision))


async def never(*_: Any) -> str:
    raise AssertionError("nothing is worked out here")


async def test_a_late_answer_is_sent_or_goes_along_with_the_next_message(account: Account) -> None:
    await account.citizen()
    able, hints = Capabilities.of_kind(account.kind, account.clock), Hints()
    late = LateReplies(account.db, account.sealer, able, hints)
    asked = message_of(account.clock, 1)
    assert await late.promise(asked, within_s=5)
    assert await late.hand_in(asked, "迟到的答复")
    sending = LateSending(account.db, account.sealer, never, account.client, able, hints)
    await sending.step()
    sends = Right.CUSTOM_MESSAGE in rights(account.kind)
    assert [one["text"] for one in await account.delivered()] == (["迟到的答复"] if sends else [])
    assert hints.given == ([] if sends else [("c" * 32, 0)])
    following = message_of(account.clock, 2)
    handed = await late.held_for(following)
    assert handed == (() if sends else ("迟到的答复",))
    # Every try of that message says the same; another message says nothing.
    assert await late.held_for(following) == handed
    assert await late.held_for(message_of(account.clock, 3)) == ()


async def test_a_right_that_turns_out_missing_turns_a_late_answer_into_a_held_one(account: Account) -> None:
    await account.citizen()
    claims, hints = Capabilities(frozenset(Right), account.clock), Hints()
    late = LateReplies(account.db, account.sealer, claims, hints)
    asked = message_of(account.clock, 1)
    assert await late.promise(asked, within_s=5)
    assert await late.hand_in(asked, "迟到的答复")
    await LateSending(account.db, account.sealer, never, account.client, claims, hints).step()
    sends = Right.CUSTOM_MESSAGE in rights(account.kind)
    assert (await LateReply.get()).state == ("sent" if sends else "held")
    assert claims.answers_later == sends
    assert await late.held_for(message_of(account.clock, 2)) == (() if sends else ("迟到的答复",))


@pytest.mark.parametrize("kind", [AccountKind.UNCERTIFIED_SUBSCRIPTION], indirect=True)
async def test_held_answers_leave_room_for_the_reply_they_go_along_with(account: Account) -> None:
    hints = Hints()
    late = LateReplies(account.db, account.sealer, Capabilities.of_kind(account.kind, account.clock), hints)
    texts = ["短的", "甲" * 300, "乙" * 600]
    for number, text in enumerate(texts):
        asked = message_of(account.clock, number)
        assert await late.promise(asked, within_s=5)
        assert await late.hand_in(asked, text)
        account.clock.advance(timedelta(seconds=1))
    first = message_of(account.clock, 5)
    assert await late.held_for(first) == ("短的", "甲" * 300)
    # The rest waits for the next message, and a repeat of this one takes none of it.
    assert hints.given[-1] == ("c" * 32, 0)
    assert await late.held_for(first) == ("短的", "甲" * 300)
    (rest,) = await late.held_for(message_of(account.clock, 6))
    assert rest.startswith("乙" * 300)
    assert len(rest.encode()) <= HANDED_BYTES


@pytest.mark.parametrize("kind", [AccountKind.UNCERTIFIED_SUBSCRIPTION], indirect=True)
async def test_a_held_answer_is_bounded_in_number_and_time_and_forgotten_without_words(
    account: Account,
) -> None:
    able = Capabilities.of_kind(account.kind, account.clock)
    late = LateReplies(account.db, account.sealer, able)
    for number in range(5):
        asked = message_of(account.clock, number)
        assert await late.promise(asked, within_s=5)
        assert await late.hand_in(asked, f"第 {number} 条")
        account.clock.advance(timedelta(seconds=1))
    assert sorted([row.reason or row.state for row in await LateReply.all()]) == [
        "held",
        "held",
        "held",
        "superseded",
        "superseded",
    ]
    assert await late.held_for(message_of(account.clock, 9)) == ("第 2 条", "第 3 条", "第 4 条")
    one_more = message_of(account.clock, 10)
    assert await late.promise(one_more, within_s=5)
    assert await late.hand_in(one_more, "没人来取")
    account.clock.advance(timedelta(hours=49))

    async def let_leases_lapse(change: Any) -> None:
        past = await change.database_now() - timedelta(seconds=1)
        await LateReply.filter(state="handed").update(lease_until=past)

    await account.db.change(let_leases_lapse)
    assert await settle_held(account.db) == 4
    assert {row.state for row in await LateReply.all()} == {"failed", "sent"}
    assert all(row.reply_sealed is None for row in await LateReply.all())


# ---- the check


def settings_of(base: str, folder: Path, **more: str) -> Settings:
    return read_settings(
        {
            "DATA_DIR": str(folder),
            "PUBLIC_URL": "https://chengguan.invalid",
            "WECHAT_APP_ID": APP_ID,
            "WECHAT_APP_SECRET": SECRET,
            "WECHAT_TOKEN": TOKEN,
            "WECHAT_AES_KEY": AES_KEY,
            "WECHAT_API_BASE": base,
            **more,
        }
    )


def profile_of(**section: Any) -> Profile:
    document = read_profile(SHIPPED_PROFILE)
    document["wechat"] = section
    return build_profile(document, PROFILE_SECTIONS)


async def checked(account: Account, folder: Path, profile: Profile, **more: str) -> list[Finding]:
    findings = await find(Desk(settings_of(account.base, folder, **more), account.db, profile, WORDS))
    words = [told(one, WORDS) for one in findings]  # every finding has its sentences
    secrets = (SECRET, TOKEN, AES_KEY, *more.values())
    assert not [one for one in words if any(secret in str(one) for secret in secrets)]
    return findings


def failures(findings: list[Finding]) -> dict[str, Finding]:
    return {one.subject or one.name: one for one in findings if one.level == "failure"}


async def test_the_check_finds_a_right_profile_right_but_for_the_address(
    account: Account, tmp_path: Path
) -> None:
    findings = await checked(account, tmp_path, profile_of(account_kind=account.kind.value))
    assert {one.name for one in failures(findings).values()} == {"callback_unreachable", "duty_phone"}
    warned = {one.subject for one in findings if one.name == "right_of_kind"}
    assert warned == {right.value for right in set(Right) - rights(account.kind)}
    assert {one.subject for one in findings if one.name == "right"} <= {
        right.value for right in rights(account.kind)
    }
    assert exit_code(findings) == 1


async def test_the_check_names_each_right_the_account_lacks_with_what_degrades(
    account: Account, tmp_path: Path
) -> None:
    profile = profile_of(account_kind="certified_service", customer_service=True)
    findings = await checked(account, tmp_path, profile)
    refused = {one.subject for one in findings if one.name == "right" and one.level == "failure"}
    # Signing in on pages and mass sending cannot be tried harmlessly; drafts and scripts are everybody's.
    unprobed = {Right.OAUTH, Right.MASS}
    wanted = {right.value for right in set(Right) - rights(account.kind) - unprobed}
    assert refused - {"customer_service"} == wanted - {"customer_service"}
    for one in findings:
        if one.name == "right" and one.level == "failure":
            assert told(one, WORDS).degrades
            assert told(one, WORDS).remedy
            assert told(one, WORDS).code == 48001


@pytest.mark.parametrize("kind", [AccountKind.CERTIFIED_SERVICE], indirect=True)
async def test_a_wrong_secret_is_named_and_nothing_else_is_asked(account: Account, tmp_path: Path) -> None:
    profile = profile_of(account_kind=account.kind.value)
    findings = await checked(account, tmp_path, profile, WECHAT_APP_SECRET="another-secret")
    assert "bad_secret" in {one.name for one in findings}
    assert [one.level for one in findings if one.name == "platform"] == ["not_checked"]
    assert not [one for one in findings if one.name == "right"]


@pytest.mark.parametrize("kind", [AccountKind.CERTIFIED_SERVICE], indirect=True)
async def test_templates_that_do_not_exist_or_have_other_fields_are_named(
    account: Account, tmp_path: Path
) -> None:
    templates = [
        {"id": TEMPLATE, "kind": "template", "fields": {"thing9": "title"}},
        {"id": "no-such-template", "kind": "one_time", "fields": {"thing1": "title"}},
    ]
    profile = profile_of(account_kind=account.kind.value, templates=templates)
    found = failures(await checked(account, tmp_path, profile))
    assert found["no-such-template"].name == "template"
    assert found[TEMPLATE].name == "template_fields"
    assert found[TEMPLATE].params["missing"] == "thing9"
    assert "character_string1" in found[TEMPLATE].params["empty"]


@pytest.mark.parametrize("kind", [AccountKind.CERTIFIED_SERVICE], indirect=True)
async def test_certification_that_ends_is_told_with_its_day(account: Account, tmp_path: Path) -> None:
    async def report(change: Any) -> None:
        await PlatformReport(
            id=change.ids.new(),
            act="a",
            kind="verify_expired",
            job_id="",
            status="",
            facts='{"ExpiredTime": "1795276800"}',
            at=change.now,
        ).save(force_create=True)

    await account.db.change(report)
    findings = await checked(account, tmp_path, profile_of(account_kind=account.kind.value))
    (found,) = [one for one in findings if one.name == "certification"]
    assert (found.level, found.params["on"]) == ("failure", "2026-11-22")


def test_the_shipped_profile_names_a_kind() -> None:
    profile = read_once.profile()
    assert profile.section(WechatSection).account_kind is AccountKind.CERTIFIED_SERVICE
