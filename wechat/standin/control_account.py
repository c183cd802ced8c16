"""The tester's door to the pretended accounts: their state, quotas, tokens, codes and articles."""

from typing import Any

import msgspec
from aiohttp import web

from wechat.standin.account import PublishResult
from wechat.standin.api_codes import picture_of
from wechat.standin.control import bad_request, json_response, read_struct
from wechat.standin.dispatch import PLATFORM
from wechat.standin.endpoints import BY_PATH, ENDPOINTS
from wechat.standin.faults import full_path
from wechat.standin.miniapp import Verdict
from wechat.standin.platform import Platform
from wechat.standin.rights import AccountKind
from wechat.standin.sealing import App

LARGEST_QUOTA = 10**9


class AccountRequest(msgspec.Struct, forbid_unknown_fields=True):
    """What is left out stays as it is; what each means stands with AccountState."""

    kind: AccountKind | None = None
    is_limited: bool | None = None
    is_allow_listed: bool | None = None
    banned_templates: list[str] | None = None
    is_union_bound: bool | None = None
    publish_result: PublishResult | None = None
    media_check: Verdict | None = None
    template_status: str | None = None
    auto_replies: dict[str, Any] | None = None


class QuotaRequest(msgspec.Struct, forbid_unknown_fields=True):
    """`used` calls today; `a_day` and `a_minute` move the limits."""

    endpoint: str
    app: App = "official"
    used: int | None = None
    a_day: int | None = None
    a_minute: int | None = None


def add_account_control(app: web.Application) -> None:
    app.router.add_get("/_standin/account", show_account)
    app.router.add_post("/_standin/account", set_account)
    app.router.add_post("/_standin/quotas", set_quota)
    app.router.add_post("/_standin/tokens/expire", expire_tokens)
    app.router.add_get("/_standin/js_signature", check_signature)
    app.router.add_get("/_standin/endpoints", list_endpoints)
    app.router.add_get("/_standin/codes", list_codes)
    app.router.add_get("/_standin/codes/{number}.jpg", code_picture)
    app.router.add_get("/_standin/articles", list_articles)


async def show_account(request: web.Request) -> web.Response:
    return json_response(request.app[PLATFORM].account)


async def set_account(request: web.Request) -> web.Response:
    asked = await read_struct(request, AccountRequest)
    platform = request.app[PLATFORM]
    given = {name: value for name, value in msgspec.structs.asdict(asked).items() if value is not None}
    platform.account = msgspec.structs.replace(platform.account, **given)
    return json_response(platform.account)


async def set_quota(request: web.Request) -> web.Response:
    asked = await read_struct(request, QuotaRequest)
    platform, path = request.app[PLATFORM], full_path(asked.endpoint)
    if path not in BY_PATH:
        raise bad_request(f"there is no endpoint {path}")
    for number in (asked.used, asked.a_day, asked.a_minute):
        if number is not None and not 0 <= number <= LARGEST_QUOTA:
            raise bad_request(f"numbers must lie between 0 and {LARGEST_QUOTA}")
    app_id = _app_id(platform, asked.app) if BY_PATH[path].needs_token else ""
    if asked.used is not None:
        platform.quotas.set_used(path, app_id, asked.used)
    if asked.a_day is not None:
        platform.quotas.a_day[path] = asked.a_day
    if asked.a_minute is not None:
        platform.quotas.a_minute[path] = asked.a_minute
    return json_response({"endpoint": path, "used": platform.quotas.used(path, app_id)})


def _app_id(platform: Platform, app: App) -> str:
    return platform.config.app_id if app == "official" else platform.config.miniapp_app_id


async def expire_tokens(request: web.Request) -> web.Response:
    """Every access token ends now, of both apps and of web pages; so do the JS-SDK's tickets."""
    platform = request.app[PLATFORM]
    platform.tokens.expire_all()
    platform.oauth.expire_all()
    platform.tickets.expire_all()
    return json_response({"expired": True})


async def check_signature(request: web.Request) -> web.Response:
    """Whether wx.config would succeed with `noncestr`, `timestamp`, `url` and `signature`."""
    fault = request.app[PLATFORM].tickets.fault_of(request.query)
    return json_response({"ok": not fault, "fault": fault})


async def list_endpoints(request: web.Request) -> web.Response:
    """Everything a fault can be set for."""
    rows = [
        {"method": one.method, "path": one.path, "body": one.body, "app": one.app, "token": one.needs_token}
        for one in ENDPOINTS
    ]
    return json_response({"endpoints": rows})


async def list_codes(request: web.Request) -> web.Response:
    return json_response({"codes": request.app[PLATFORM].codes.all()})


async def code_picture(request: web.Request) -> web.Response:
    codes, number = request.app[PLATFORM].codes.all(), request.match_info["number"]
    if not number.isdigit() or not 1 <= int(number) <= len(codes):
        raise web.HTTPNotFound
    return web.Response(body=picture_of(codes[int(number) - 1].url, 430), content_type="image/jpeg")


async def list_articles(request: web.Request) -> web.Response:
    """What the account's console would show: drafts and publications with their content."""
    library = request.app[PLATFORM].library
    return json_response(
        {"drafts": list(library.drafts.values()), "publications": list(library.publications.values())}
    )
