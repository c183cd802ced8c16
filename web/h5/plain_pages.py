"""Pages that explain: which messages reach a person, and how to get a permit today."""

from __future__ import annotations

from sanic import HTTPResponse, Request

from casework.people.merging import members
from web.h5.door import H5Door, NoticeStanding
from web.h5.entering import WECHAT_BROWSER
from web.h5.frame import frame_for, shown
from web.h5.platform import PlatformAwayError
from web.h5.screens import Fact, NoticeLine, NoticesPage, PermitsPage, Scripts
from web.h5.visitor import Visitor

NOTICES, PERMITS = "/h5/notices", "/h5/permits"
WECHAT_SCRIPTS = "https://res.wx.qq.com"
# WeChat's button draws itself with styles of its own and reports to its own servers.
_POLICY = (
    f"default-src 'self'; img-src 'self' data: https://*.qpic.cn {WECHAT_SCRIPTS}; script-src 'self' {WECHAT_SCRIPTS}; "
    f"style-src 'self' 'unsafe-inline'; connect-src 'self' {WECHAT_SCRIPTS} https://*.weixin.qq.com; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


async def show_notices(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """GET /h5/notices."""
    standings = await door.notices(await members(visitor.account_id))
    scripts = await _scripts(request, door, standings)
    page = NoticesPage(
        lines=tuple(_line(door, one) for one in standings),
        scripts=scripts,
    )
    response = shown(door, "notices.html", frame_for(request, door, visitor, NOTICES), page)
    if scripts is not None:
        response.headers["content-security-policy"] = _POLICY
    return response


async def show_permits(request: Request, door: H5Door, visitor: Visitor | None) -> HTTPResponse:
    """GET /h5/permits: for anybody."""
    text, window = door.words.text, door.bureau.window
    page = PermitsPage(
        window=(
            Fact(name=text("h5.permits.where"), words=f"{window.name}，{window.address}"),
            Fact(name=text("h5.permits.when"), words=door.bureau.hours),
            Fact(name=text("h5.permits.phone"), words=window.phone),
        ),
        bring=tuple(text(f"h5.permits.bring.{name}") for name in ("form", "identity", "place", "photo")),
        note=text("h5.permits.note"),
    )
    return shown(door, "permits.html", frame_for(request, door, visitor, PERMITS), page)


async def _scripts(request: Request, door: H5Door, standings: tuple[NoticeStanding, ...]) -> Scripts | None:
    """Only WeChat itself can show its button; elsewhere, and while it is away, the page says what to do instead."""
    if door.in_any_browser or not standings or WECHAT_BROWSER not in request.headers.get("user-agent", ""):
        return None
    address = f"{door.public_url}{NOTICES}" + (f"?{request.query_string}" if request.query_string else "")
    try:
        key = await (await door.platform()).script_key(address)
    except PlatformAwayError:
        return None
    # One request cannot mix the two kinds; the button asks for the lasting one where there is one.
    lasting = [one.template_id for one in standings if one.is_long_term]
    templates = lasting or [one.template_id for one in standings]
    return Scripts(
        app_id=key.app_id,
        timestamp=key.timestamp,
        nonce=key.nonce,
        signature=key.signature,
        templates=",".join(templates[:3]),
    )


def _line(door: H5Door, one: NoticeStanding) -> NoticeLine:
    kind = "long_term" if one.is_long_term else "one_time"
    return NoticeLine(title=door.words.text(f"h5.notices.kind.{kind}"), standing=_standing(door, one))


def _standing(door: H5Door, one: NoticeStanding) -> str:
    if one.is_refused:
        return door.words.text("h5.notices.refused")
    if one.left <= 0:
        return door.words.text("h5.notices.none")
    if one.is_long_term:
        return door.words.text("h5.notices.lasting")
    return door.words.text("h5.notices.left", count=one.left)
