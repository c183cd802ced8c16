"""QR codes of the account, codes and links of the mini-program."""

import re
from datetime import timedelta
from functools import lru_cache
from io import BytesIO

import segno
from PIL import Image

from wechat.standin.call import Answer, Binary, Call
from wechat.standin.reading import text_of, whole_number
from wechat.standin.refusals import Refusal

LONGEST_SCENE = 64
LONGEST_PAGE_SCENE = 32
PAGE_SCENE = re.compile(r"[0-9a-zA-Z!#$&'()*+,/:;=?@\-._~]{1,32}")
PAGE = re.compile(r"[A-Za-z0-9_\-]+(?:/[A-Za-z0-9_\-]+)*")
LARGEST_NUMBER = 2**32 - 1
MOST_PERMANENT_NUMBERS = 100_000
LONGEST_LIFE_S = 2_592_000
DEFAULT_LIFE_S = 60
LONGEST_QUERY = 1_024
LONGEST_LINK_DAYS = 30
SHORTEST_SIDE, LONGEST_SIDE = 280, 1_280


def create_qrcode(call: Call) -> Answer:
    action = text_of(call.document, "action_name")
    if action not in ("QR_SCENE", "QR_STR_SCENE", "QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE"):
        raise Refusal(40052, "invalid action name")
    info = call.document.get("action_info")
    scene = info.get("scene") if isinstance(info, dict) else None
    if not isinstance(scene, dict):
        raise Refusal(40053, "invalid action info")
    is_number, is_permanent = "STR" not in action, "LIMIT" in action
    if is_number:
        value = scene.get("scene_id")
        largest = MOST_PERMANENT_NUMBERS if is_permanent else LARGEST_NUMBER
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= largest:
            raise Refusal(40053, "invalid action info")
        text = str(value)
    else:
        text = text_of(scene, "scene_str")
        if not 1 <= len(text) <= LONGEST_SCENE:
            raise Refusal(40053, "invalid action info")
    if is_permanent:
        code = call.platform.codes.create(text, is_number=is_number, lives=None)
        return {"ticket": code.ticket, "url": code.url}
    seconds = (
        whole_number(call.document, "expire_seconds", 1, LONGEST_LIFE_S)
        if "expire_seconds" in call.document
        else DEFAULT_LIFE_S
    )
    code = call.platform.codes.create(text, is_number=is_number, lives=timedelta(seconds=seconds))
    return {"ticket": code.ticket, "expire_seconds": seconds, "url": code.url}


def show_qrcode(call: Call) -> Answer:
    """The picture of a code, by its ticket."""
    code = call.platform.codes.find(call.query.get("ticket", ""))
    if code is None:
        raise Refusal(40035, "invalid ticket")
    return Binary(picture_of(code.url, 430), "image/jpeg", "qrcode.jpg")


def page_code(call: Call) -> Answer:
    """`getwxacodeunlimit`: a picture, or JSON when refused."""
    scene = text_of(call.document, "scene")
    if not PAGE_SCENE.fullmatch(scene):
        raise Refusal(40169, "invalid length for scene, or the data is not json string")
    page = _checked_page(text_of(call.document, "page"))
    width = 430
    if "width" in call.document:
        width = whole_number(call.document, "width", SHORTEST_SIDE, LONGEST_SIDE)
    address = f"weixin://dl/business/?t={call.platform.config.miniapp_app_id}&p={page}&s={scene}"
    return Binary(picture_of(address, width), "image/jpeg", "page.jpg")


def page_link(call: Call) -> Answer:
    """`generate_urllink`: leads from a browser into the mini-program for at most thirty days."""
    path = text_of(call.document, "path")
    if path:
        _checked_page(path.removeprefix("/"))
    if len(text_of(call.document, "query")) > LONGEST_QUERY:
        raise Refusal(40212, "invalid query")
    if call.document.get("expire_type", 0) == 1 and "expire_interval" in call.document:
        whole_number(call.document, "expire_interval", 1, LONGEST_LINK_DAYS)
    short = "".join(call.platform.random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=11))
    return {"errcode": 0, "errmsg": "ok", "url_link": f"https://wxaurl.cn/{short}"}


def _checked_page(page: str) -> str:
    """A page inside the mini-program: no leading slash, no query."""
    if page and not PAGE.fullmatch(page):
        raise Refusal(41030, "invalid page")
    return page


@lru_cache(maxsize=64)
def picture_of(address: str, side: int) -> bytes:
    """A JPEG of the QR code, `side` pixels wide."""
    drawn, shown = BytesIO(), BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="png", scale=4, border=4)
    with Image.open(drawn) as image:
        image.convert("RGB").resize((side, side), Image.Resampling.NEAREST).save(shown, "JPEG", quality=85)
    return shown.getvalue()
