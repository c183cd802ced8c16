"""`chengguan wechat check`: asks the platform and ourselves, in an order in which one failure explains the next."""

from __future__ import annotations

import argparse
import contextlib
import json
from collections.abc import Awaitable, Callable

import aiohttp
import msgspec

from app.refusals import CommandRefused
from app.wechat_account import Desk, with_desk
from app.wechat_check import (
    Finding,
    Level,
    Told,
    exit_code,
    failure,
    judge_callback_report,
    judge_desk,
    judge_duty,
    judge_kind,
    judge_mini_program,
    judge_mini_sign_in,
    judge_quota,
    judge_right,
    judge_settings,
    judge_templates,
    judge_token,
    judge_untried,
    not_checked,
    ok,
    told,
    warning,
)
from app.wechat_self_test import SelfTest
from bot import verification
from bot.models import PlatformReport
from bot.platform_reports import ENDING, RENEWED, expiry_on
from casework.people.identities import follows
from casework.people.staff import staff_ids_with_role
from casework.people.staff_binding import account_of
from casework.roles import Role
from kit.clock import local
from wechat.account import PrivateTemplate, SubscriptionTemplate
from wechat.account_kinds import Right
from wechat.calls import Calls
from wechat.client import WeChatClient
from wechat.endpoints import CUSTOM_SEND, MEDIA_GET, MENU_CREATE, QRCODE_CREATE, TEMPLATE_SEND
from wechat.errors import WeChatError
from wechat.exchange import new_session
from wechat.jssdk import TicketKeeper
from wechat.miniprogram import mini_program_client
from wechat.tokens import TokenKeeper

NOBODY = "connection_check_of_nobody"
"""An openid and media id that cannot exist: calls with it change nothing."""
MARKS: dict[Level, str] = {"ok": "✓", "warning": "!", "failure": "✗", "not_checked": "-"}
QUOTAS_OF = (CUSTOM_SEND, TEMPLATE_SEND, MEDIA_GET, MENU_CREATE, QRCODE_CREATE)


def check(arguments: argparse.Namespace) -> int:
    """Run all checks; exit code 1 when something fails, 2 when it cannot run."""

    async def work(desk: Desk) -> int:
        findings = await find(desk)
        words = [told(one, desk.catalogue) for one in findings]
        if arguments.json:
            document = {"failures": exit_code(findings), "findings": msgspec.to_builtins(words)}
            print(json.dumps(document, ensure_ascii=False, indent=1))
        else:
            _show(desk, words)
        return exit_code(findings)

    return with_desk(work)


def _show(desk: Desk, words: list[Told]) -> None:
    text = desk.catalogue.text
    for one in words:
        print(f"{MARKS[one.level]} {one.what}")
        if one.remedy:
            print(f"    {text('wechat_check.say.remedy')}{one.remedy}")
        if one.degrades and one.level in ("failure", "warning"):
            print(f"    {text('wechat_check.say.degrades')}{one.degrades}")
    counts = {level: sum(one.level == level for one in words) for level in MARKS}
    print(
        text(
            "wechat_check.say.sum",
            ok=counts["ok"],
            failure=counts["failure"],
            warning=counts["warning"],
            not_checked=counts["not_checked"],
        )
    )


async def find(desk: Desk) -> list[Finding]:
    """Every finding, in the order a person would mend them."""
    settings = desk.settings
    if not settings.wechat_app_id:
        raise CommandRefused(desk.catalogue.text("wechat_check.say.no_account"))
    found = [*judge_settings(settings), *judge_kind(desk.section)]
    async with contextlib.AsyncExitStack() as stack:
        session = await stack.enter_async_context(new_session())
        ourselves = SelfTest(session, settings, desk.db.clock)
        found += await ourselves.callback()
        proofs = await verification.every()
        found += await ourselves.files(proofs)
        if not proofs and Right.OAUTH in desk.section.rights():
            found.append(warning("verification_file"))
        client = await stack.enter_async_context(desk.client())
        error = await _error_of(client.callback_ips)
        found.append(judge_token(error))
        if error is None:
            found += await _ask_platform(desk, client, session)
        else:
            found.append(not_checked("platform"))
        found += await _ask_mini_program(desk, session)
    found += await _certification()
    found.append(await _duty(desk))
    return found


async def _ask_platform(desk: Desk, client: WeChatClient, session: aiohttp.ClientSession) -> list[Finding]:
    allowed = desk.section.rights()
    found = [await _callback(client)]
    refused: set[Right] = set()
    for right, probe in _probes(desk, client, session).items():
        if right in allowed:
            error = await _error_of(probe)
            finding = judge_right(right, error)
            found.append(finding)
            if finding.level != "ok":
                refused.add(right)
    usable = allowed - refused
    found += judge_untried(desk.section)
    found += await _templates(desk, client, usable)
    for endpoint in QUOTAS_OF:
        if endpoint.right is None or endpoint.right in usable:
            found.append(await _quota(client, endpoint.path))
    if Right.CUSTOMER_SERVICE in usable:
        found.append(await _desk(client))
    return found


async def _callback(client: WeChatClient) -> Finding:
    try:
        return judge_callback_report(await client.callback_check())
    except WeChatError:
        return not_checked("callback_dns")


def _probes(
    desk: Desk, client: WeChatClient, session: aiohttp.ClientSession
) -> dict[Right, Callable[[], Awaitable[object]]]:
    """A call for each right that changes nothing. Signing in on pages and mass sending have none."""
    settings, clock = desk.settings, desk.db.clock
    keeper = TokenKeeper(
        None, session, settings.wechat_app_id, settings.wechat_app_secret, settings.wechat_api_base, clock
    )
    tickets = TicketKeeper(
        None, Calls(session, keeper, settings.wechat_api_base), settings.wechat_app_id, clock
    )
    return {
        Right.CUSTOM_MESSAGE: lambda: client.typing(NOBODY),
        Right.TEMPLATE_MESSAGE: client.private_templates,
        Right.SUBSCRIBE_MESSAGE: client.subscription_templates,
        Right.MENU: client.get_menu,
        Right.QRCODE: lambda: client.create_qrcode("connection_check", permanent=False, expire_s=60),
        Right.JSSDK: tickets.get,
        Right.CUSTOMER_SERVICE: client.kf_list,
        Right.DRAFT: client.count_drafts,
        Right.PUBLISH: lambda: client.list_published(0, 1),
        Right.USER_INFO: lambda: client.user_info(NOBODY),
        Right.MEDIA: lambda: client.media_get(NOBODY),
    }


async def _templates(desk: Desk, client: WeChatClient, usable: frozenset[Right]) -> list[Finding]:
    wanted = [one for one in desk.section.templates if one.app == "official"]
    private: tuple[PrivateTemplate, ...] | None = None
    subscribe: tuple[SubscriptionTemplate, ...] | None = None
    with contextlib.suppress(WeChatError):
        if Right.TEMPLATE_MESSAGE in usable:
            private = await client.private_templates()
    with contextlib.suppress(WeChatError):
        if Right.SUBSCRIBE_MESSAGE in usable:
            subscribe = await client.subscription_templates()
    if not wanted:
        return [warning("templates_none")]
    return judge_templates(wanted, private, subscribe)


async def _quota(client: WeChatClient, path: str) -> Finding:
    try:
        return judge_quota(path, await client.api_quota(path))
    except WeChatError:
        return not_checked("quota", path)


async def _desk(client: WeChatClient) -> Finding:
    try:
        return judge_desk(len(await client.kf_online()))
    except WeChatError:
        return judge_desk(None)


async def _ask_mini_program(desk: Desk, session: aiohttp.ClientSession) -> list[Finding]:
    settings = desk.settings
    found = judge_mini_program(settings, desk.section)
    if settings.miniapp_app_id is None or settings.miniapp_app_secret is None:
        return found
    client = mini_program_client(
        session,
        None,
        settings.miniapp_app_id,
        settings.miniapp_app_secret,
        settings.wechat_api_base,
        desk.db.clock,
    )
    return [*found, judge_mini_sign_in(await _error_of(lambda: client.code2session(NOBODY)))]


async def _duty(desk: Desk) -> Finding:
    """Those whom a call about danger goes to, as `casework.notifications.plan` finds them."""
    today = local(desk.db.clock.now()).date()
    called = await staff_ids_with_role(Role.DUTY_OFFICER, None, today)
    called = called or await staff_ids_with_role(Role.DISPATCHER, None, today)
    bound = 0
    for staff_id in called:
        account_id = await account_of(staff_id)
        bound += account_id is not None and await follows(desk.settings.wechat_app_id, account_id)
    return judge_duty(len(called), bound, demo=desk.settings.demo)


async def _certification() -> list[Finding]:
    """What the platform last said about the account's certification."""
    reports = PlatformReport.filter(kind__in=[*ENDING, *RENEWED])
    latest = await reports.order_by("-at", "-id").first()
    if latest is None:
        return []
    on = expiry_on(_epoch(latest.facts))
    make = ok if latest.kind in RENEWED else failure if latest.kind == "verify_expired" else warning
    return [make("certification", on=on or local(latest.at).date().isoformat())]


def _epoch(facts: str) -> int | None:
    value = msgspec.json.decode(facts).get("ExpiredTime", "")
    return int(value) if isinstance(value, str) and value.strip().isdigit() else None


async def _error_of(ask: Callable[[], Awaitable[object]]) -> WeChatError | None:
    try:
        await ask()
    except WeChatError as error:
        return error
    return None
