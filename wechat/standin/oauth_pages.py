"""`/connect/oauth2/authorize`: the page on which a citizen lets the account's web page know who they are.

The demo phone says who is looking with the cookie `standin_phone`; without it the page lets the tester choose.
"""

import re
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import msgspec
from aiohttp import web

from wechat.standin.citizens import Citizen
from wechat.standin.config import is_loopback
from wechat.standin.dispatch import PLATFORM, guarded
from wechat.standin.oauth import SCOPES, Asked, Grant, Scope
from wechat.standin.platform import Platform
from wechat.standin.refusals import Refusal
from wechat.standin.rights import may_call

AUTHORIZE = "/connect/oauth2/authorize"
CONFIRM = "/connect/oauth2/confirm"
COOKIE = "standin_phone"
STATE = re.compile(r"[a-zA-Z0-9_\-.~]{0,128}")
LONGEST_ADDRESS = 2_048
MOST_SHOWN = 30
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;margin:0;padding:2rem 1.25rem;color:#111;background:#f7f7f7}"
    "main{max-width:26rem;margin:auto}h1{font-size:1.15rem}ul{list-style:none;padding:0}"
    "a{display:block;margin:.5rem 0;padding:.75rem 1rem;border-radius:.5rem;background:#fff;color:#0b57d0;"
    "text-decoration:none}a:focus-visible{outline:3px solid #0b57d0}a.main{background:#07803f;color:#fff}"
)


class _Words(msgspec.Struct, frozen=True):
    title: str
    choose: str
    choose_hint: str
    nobody: str
    open_phone: str
    ask: str
    ask_what: str
    allow: str
    refuse: str
    cannot: str
    problems: dict[int, str]


class _PageRefusedError(Exception):
    """The page shows this number instead of going on."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def add_oauth_pages(app: web.Application) -> None:
    app.router.add_get(AUTHORIZE, guarded(AUTHORIZE, authorize))
    app.router.add_get(CONFIRM, confirm)


async def authorize(request: web.Request) -> web.StreamResponse:
    """Straight back with a code for snsapi_base; a question first for snsapi_userinfo."""
    platform = request.app[PLATFORM]
    try:
        redirect_uri, scope, state = _asked_for(platform, request)
    except _PageRefusedError as refused:
        return _page(_words().cannot, f"<p>{escape(_words().problems[refused.code])}</p>")
    citizen = _looking(platform, request)
    if citizen is None:
        return _choice(platform, request)
    asked = Asked(Grant(citizen.openid, scope), redirect_uri, state)
    if scope == "snsapi_base":
        return _redirect(_with_code(platform, asked))
    return _question(platform, asked)


async def confirm(request: web.Request) -> web.StreamResponse:
    """The answer to the question; each question is answered once."""
    platform = request.app[PLATFORM]
    try:
        asked = platform.oauth.asked.use(request.query.get("asked", ""))
    except Refusal:
        return _page(_words().cannot, f"<p>{escape(_words().problems[10009])}</p>")
    if request.query.get("allow") == "1":
        return _redirect(_with_code(platform, asked))
    return _redirect(_with_query(asked.redirect_uri, {"state": asked.state}))


def _redirect(address: str) -> web.Response:
    return web.Response(status=302, headers={"Location": address, "Cache-Control": "no-store"})


def _asked_for(platform: Platform, request: web.Request) -> tuple[str, Scope, str]:
    query = request.query
    if query.get("appid") != platform.config.app_id:
        raise _PageRefusedError(10013)
    scope: Scope | None = next((one for one in SCOPES if one == query.get("scope")), None)
    if scope is None or not may_call(platform.account.kind, AUTHORIZE):
        raise _PageRefusedError(10005)
    redirect_uri, state = query.get("redirect_uri", ""), query.get("state", "")
    if query.get("response_type") != "code" or not redirect_uri or not STATE.fullmatch(state):
        raise _PageRefusedError(10009)
    if len(redirect_uri) > LONGEST_ADDRESS or not _is_own_page(platform, redirect_uri):
        raise _PageRefusedError(10003)
    return redirect_uri, scope, state


def _is_own_page(platform: Platform, address: str) -> bool:
    """The platform compares domains; all names of this machine are one."""
    try:
        found = urlsplit(address)
        host = found.hostname or ""
    except ValueError:
        return False
    own = urlsplit(platform.config.webhook_url).hostname or ""
    return found.scheme in ("http", "https") and (host == own or (is_loopback(host) and is_loopback(own)))


def _looking(platform: Platform, request: web.Request) -> Citizen | None:
    try:
        return platform.citizens.find(request.cookies.get(COOKIE))
    except Refusal:
        return None


def _with_code(platform: Platform, asked: Asked) -> str:
    return _with_query(
        asked.redirect_uri, {"code": platform.oauth.codes.issue(asked.grant), "state": asked.state}
    )


def _with_query(address: str, more: dict[str, str]) -> str:
    """The address with these parameters, its own kept, its fragment last."""
    found = urlsplit(address)
    pairs = [*parse_qsl(found.query, keep_blank_values=True), *more.items()]
    return urlunsplit(found._replace(query=urlencode(pairs)))


def _question(platform: Platform, asked: Asked) -> web.Response:
    words = _words()
    ticket = quote(platform.oauth.asked.issue(asked))
    return _page(
        words.ask.format(account=platform.config.demo.account.name),
        f"<p>{escape(words.ask_what)}</p>"
        f'<a class="main" data-testid="oauth-allow" href="{CONFIRM}?asked={ticket}&amp;allow=1">{escape(words.allow)}</a>'
        f'<a data-testid="oauth-refuse" href="{CONFIRM}?asked={ticket}">{escape(words.refuse)}</a>',
    )


def _choice(platform: Platform, request: web.Request) -> web.Response:
    words = _words()
    citizens = platform.citizens.everyone()[-MOST_SHOWN:]
    if not citizens:
        return _page(
            words.choose, f'<p>{escape(words.nobody)}</p><a href="/phone">{escape(words.open_phone)}</a>'
        )
    back = quote(f"{request.scheme}://{request.host}{request.path_qs}", safe="")
    rows = "".join(
        f'<li><a data-testid="oauth-citizen" href="/phone/browser?openid={quote(one.openid)}&amp;url={back}">'
        f"{escape(one.name)}</a></li>"
        for one in reversed(citizens)
    )
    return _page(words.choose, f"<p>{escape(words.choose_hint)}</p><ul>{rows}</ul>")


def _page(heading: str, body: str) -> web.Response:
    text = (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(_words().title)}</title><style>{STYLE}</style><main><h1>{escape(heading)}</h1>{body}</main>"
    )
    headers = {
        "Content-Security-Policy": POLICY,
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(text=text, content_type="text/html", headers=headers)


@cache
def _words() -> _Words:
    path = Path(__file__).with_name("oauth_pages.yaml")
    return msgspec.yaml.decode(path.read_bytes(), type=_Words, strict=False)
