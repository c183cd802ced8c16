"""The key with which the filing page may ask WeChat, instead of its browser, where one is."""

from __future__ import annotations

from sanic import HTTPResponse, Request
from sanic.response import json

from kit.http.rate_limit import by_address
from kit.problems import Busy, Invalid
from web.h5.door import H5Door
from web.h5.platform import PlatformAwayError
from web.h5.visitor import Visitor, safe_next

FILE = "/h5/file"
_KEYS_A_MINUTE = 60


async def show_script_key(request: Request, door: H5Door, _: Visitor | None) -> HTTPResponse:
    """GET /h5/file/wechat?page=/h5/file…: good for that page alone. Without it the browser is asked."""
    await door.limits.take("h5-script-key", by_address(door.addresses.of(request)), per_minute=_KEYS_A_MINUTE)
    page = str(request.args.get("page", ""))
    if safe_next(page) != page or page.partition("?")[0] != FILE:
        raise Invalid("problem.h5.script_page", field="page")
    try:
        key = await (await door.platform()).script_key(f"{door.public_url}{page}")
    except PlatformAwayError:
        raise Busy() from None
    return json(
        {"appId": key.app_id, "timestamp": key.timestamp, "nonceStr": key.nonce, "signature": key.signature}
    )
