"""Everything the demo phone's page needs to draw itself."""

import re
from urllib.parse import urljoin

from aiohttp import web

from wechat.standin.actions import Phone, citizen_content, name_for
from wechat.standin.control import bad_request, json_response, switches_content
from wechat.standin.dispatch import COURIER, PLATFORM
from wechat.standin.phone_scan import known_scenes

OPENID = re.compile(r"[A-Za-z0-9_-]{6,64}")
LONGEST_NAME = 12


async def setup(request: web.Request) -> web.Response:
    """A citizen seen for the first time follows the account. `role=staff` is the second of two phones."""
    platform, demo = request.app[PLATFORM], request.app[PLATFORM].config.demo
    openid = request.query.get("openid", "")
    if not OPENID.fullmatch(openid):
        raise bad_request("openid must be 6 to 64 letters, digits, - or _")
    is_staff = request.query.get("role") == "staff"
    known = {citizen.openid for citizen in platform.citizens.everyone()}
    names = demo.staff_names if is_staff else demo.names
    name = request.query.get("name", "").strip()[:LONGEST_NAME] or name_for(openid, names)
    citizen = platform.citizens.meet(openid, name)
    if openid not in known:
        Phone(platform, request.app[COURIER], citizen).greet()
    content = {
        "account": demo.account,
        "citizen": citizen_content(citizen),
        "menu": platform.shown_menu(),
        "phrases": demo.staff_phrases if is_staff else demo.phrases,
        "places": demo.places,
        "photos": demo.photos,
        "voices": demo.voices,
        "films": demo.films,
        "links": demo.links,
        "scenes": known_scenes(platform),
        "templates": [one for one in platform.templates.values() if one.consent != "template"],
        "switches": switches_content(platform.switches),
        "answer_limit_s": platform.config.answer_limit_s,
        "tries": platform.config.tries,
        "console_url": urljoin(platform.config.webhook_url, "/console/"),
        "own_origins": [*platform.config.web_origins, f"{request.scheme}://{request.host}"],
        "transferred": demo.words.transferred,
        "encrypted": platform.config.aes_key is not None,
    }
    return json_response(content)
