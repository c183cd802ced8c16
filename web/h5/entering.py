"""Signing in through WeChat without a question asked (snsapi_base), and out again."""

from __future__ import annotations

import re
from urllib.parse import quote

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.people import identities
from casework.people.models import WechatIdentity
from casework.people.views import AccountView
from kit.db import Change
from kit.http.csrf import check_csrf
from web.h5 import bound_state
from web.h5.door import CITIZEN, H5Door, door_of
from web.h5.frame import frame_for, shown
from web.h5.platform import CodeRefusedError, Opener, PlatformAwayError
from web.h5.screens import Link, MessagePage
from web.h5.visitor import ENTER, HOME, is_in_wechat, safe_next, visitor_of
from web.h5.visitor import WECHAT_BROWSER as WECHAT_BROWSER

FILE = "/h5/file"
WITHOUT_WECHAT = {"by_receipt": "/h5/receipt", "file": "/h5/file?guest=1"}
"""What can be done in any browser."""
_CODE = re.compile(r"[A-Za-z0-9_-]{1,512}", re.ASCII)


async def enter(request: Request) -> HTTPResponse:
    """GET /h5/enter?next=…: to the platform, or a plain word to whoever is not in WeChat."""
    door = door_of(request)
    wanted = safe_next(str(request.args.get("next", HOME)))
    if await visitor_of(request, door) is not None:
        return redirect(wanted, status=303)
    if not door.in_any_browser and not is_in_wechat(request):
        return _message(request, door, "open_in_wechat", 200, others=("by_receipt", "file"))
    platform = await door.platform()
    state = bound_state.new_state()
    response = redirect(platform.authorize_url(f"{door.public_url}/h5/oauth", state), status=302)
    bound_state.set_out(response, door.public_url, state, wanted)
    return response


async def come_back(request: Request) -> HTTPResponse:
    """GET /h5/oauth?code=…&state=…: the platform's answer, good once and in the browser that asked."""
    door = door_of(request)
    wanted = bound_state.came_back(request, door.public_url)
    if wanted is None:
        return _message(request, door, "not_yours", 403, retry=HOME)
    codes = request.args.getlist("code", [])
    if len(codes) != 1 or not _CODE.fullmatch(codes[0]):
        # Who refuses comes back without a code.
        return _done(_message(request, door, "no_code", 400, retry=wanted), door)
    platform = await door.platform()
    try:
        async with door.sign_ins.one_try(door.addresses.of(request)):
            opener = await platform.opener(
                codes[0], needs_unionid=lambda openid: _needs_unionid(door, openid)
            )
    except CodeRefusedError:
        return _done(_message(request, door, "code_used", 400, retry=wanted), door)
    except PlatformAwayError:
        return _done(_message(request, door, "platform_away", 503, retry=wanted), door)
    if opener.is_preview:
        return _done(_message(request, door, "preview", 403, retry=wanted), door)
    new = await door.sessions.create(CITIZEN, (await _account_of(door, opener)).id)
    response = redirect(wanted, status=303)
    door.cookie.write(response, new.token)
    return _done(response, door)


async def leave(request: Request) -> HTTPResponse:
    """POST /h5/leave: the session ends on all machines at once."""
    door = door_of(request)
    visitor = await visitor_of(request, door)
    if visitor is not None:
        check_csrf(request, visitor.session.csrf, door.public_url)
        await door.sessions.end(visitor.session.id)
    response = _message(request, door, "left", 200, retry=HOME)
    door.cookie.clear(response)
    return response


async def _account_of(door: H5Door, opener: Opener) -> AccountView:
    view = await identities.found_or_made(
        door.db, door.sealer, door.app_id, opener.openid, follows=opener.follows
    )
    if opener.unionid:

        async def learn(change: Change) -> None:
            await identities.learn_unionid(change, door.sealer, view.identity_id, opener.unionid)

        await door.db.change(learn)
    return view


async def _needs_unionid(door: H5Door, openid: str) -> bool:
    index = identities.openid_index(door.sealer, door.app_id, openid)
    known = WechatIdentity.filter(appid=door.app_id, openid_index=index, unionid_index__isnull=False)
    return not await known.exists()


def _done(response: HTTPResponse, door: H5Door) -> HTTPResponse:
    bound_state.forget(response, door.public_url)
    return response


def _message(
    request: Request, door: H5Door, name: str, status: int, *, retry: str = "", others: tuple[str, ...] = ()
) -> HTTPResponse:
    text = door.words.text
    links = tuple(Link(href=WITHOUT_WECHAT[one], words=text(f"h5.message.{one}")) for one in others)
    if retry:
        label = text("h5.message.again" if name == "left" else "h5.message.retry")
        links = (Link(href=f"{ENTER}?next={quote(safe_next(retry), safe='')}", words=label),)
        if retry.partition("?")[0] == FILE:
            # Who wants to complain can do so while the platform does not help.
            links += (Link(href=WITHOUT_WECHAT["file"], words=text("h5_file.without")),)
    page = MessagePage(
        title=text(f"h5.message.{name}.title"),
        words=text(f"h5.message.{name}.words", bureau=door.bureau.short_name),
        links=links,
        role="status" if status < 400 else "alert",
    )
    return shown(door, "message.html", frame_for(request, door, None), page, status)
