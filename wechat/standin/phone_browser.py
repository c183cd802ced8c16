"""The demo phone's built-in browser: says whose phone it is, then leads to the page.

The pretended platform's OAuth reads the cookie set here. Only pages of the web app under test and of the stand-in
itself are led to, so that this door leads nobody anywhere else.
"""

from urllib.parse import urlsplit

from aiohttp import web

from wechat.standin.control import bad_request
from wechat.standin.dispatch import PLATFORM
from wechat.standin.refusals import Refusal

PHONE_COOKIE = "standin_phone"
LONGEST_URL = 2_048


async def browse(request: web.Request) -> web.Response:
    platform, url = request.app[PLATFORM], request.query.get("url", "")
    try:
        citizen = platform.citizens.find(request.query.get("openid"))
    except Refusal:
        raise bad_request("this phone is unknown; open its page again") from None
    if len(url) > LONGEST_URL or origin_of(url) not in _shown_origins(request):
        raise bad_request("the built-in browser shows pages of this service only")
    answer = web.HTTPFound(url)
    answer.set_cookie(PHONE_COOKIE, citizen.openid, path="/", httponly=True, samesite="Lax")
    raise answer


def _shown_origins(request: web.Request) -> list[str]:
    return [*request.app[PLATFORM].config.web_origins, f"{request.scheme}://{request.host}"]


def origin_of(url: str) -> str:
    """Scheme, host and port of an http address; "" when it is none or could mean another host to a browser."""
    if any(char <= " " or char == "\\" for char in url):
        return ""
    try:
        found = urlsplit(url)
        port = found.port
    except ValueError:
        return ""
    if found.scheme not in ("http", "https") or not found.hostname or "@" in found.netloc:
        return ""
    name = f"[{found.hostname}]" if ":" in found.hostname else found.hostname
    return f"{found.scheme}://{name}" + (f":{port}" if port else "")
