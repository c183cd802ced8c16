"""Tokens, the menu, followers and the platform's addresses."""

from collections.abc import Mapping

from wechat.standin.call import OK, Answer, Call, text_of
from wechat.standin.feed import EVERYONE
from wechat.standin.refusals import Refusal

MOST_BUTTONS = 3
MOST_SUB_BUTTONS = 5
LONGEST_NAME_BYTES = 16
LONGEST_SUB_NAME_BYTES = 60
LONGEST_KEY_BYTES = 128
LONGEST_URL_BYTES = 1_024
KEYED_BUTTONS = frozenset(
    {"click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin"}
    | {"location_select"}
)


def stable_token(call: Call) -> Answer:
    _wants_client_credential(text_of(call.document, "grant_type"))
    force = call.document.get("force_refresh", False)
    if not isinstance(force, bool):
        raise Refusal(47003, "argument invalid! force_refresh is not a boolean")
    token, seconds = call.platform.tokens.stable(
        text_of(call.document, "appid"), text_of(call.document, "secret"), force=force
    )
    return {"access_token": token, "expires_in": seconds}


def plain_token(call: Call) -> Answer:
    _wants_client_credential(call.query.get("grant_type", ""))
    token, seconds = call.platform.tokens.plain(call.query.get("appid", ""), call.query.get("secret", ""))
    return {"access_token": token, "expires_in": seconds}


def _wants_client_credential(grant_type: str) -> None:
    if grant_type != "client_credential":
        raise Refusal(40002, "invalid grant_type")


def callback_addresses(call: Call) -> Answer:
    return {"ip_list": [call.platform.config.host]}


def user_information(call: Call) -> Answer:
    citizen = call.platform.citizens.find(call.query.get("openid"))
    if not citizen.followed:
        return {"subscribe": 0, "openid": citizen.openid}
    # Since 2021 the platform answers nickname and portrait with empty strings.
    return {
        "subscribe": 1,
        "openid": citizen.openid,
        "nickname": "",
        "sex": 0,
        "language": call.query.get("lang", "zh_CN"),
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "subscribe_time": int(citizen.followed_at.timestamp()),
        "remark": "",
        "groupid": 0,
        "tagid_list": [],
        "subscribe_scene": "ADD_SCENE_SEARCH",
        "qr_scene": 0,
        "qr_scene_str": "",
    }


def create_menu(call: Call) -> Answer:
    buttons = call.document.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= MOST_BUTTONS:
        raise Refusal(40016, "invalid button size")
    call.platform.menu = [_checked_button(button) for button in buttons]
    call.platform.feed.publish(EVERYONE, "menu", call.platform.shown_menu())
    return OK


def _checked_button(button: object) -> dict[str, object]:
    if not isinstance(button, dict):
        raise Refusal(40015, "invalid button type")
    subs = button.get("sub_button")
    if not subs:
        return _checked_leaf(button, LONGEST_NAME_BYTES, 40018, "invalid button name size")
    _bounded(text_of(button, "name"), LONGEST_NAME_BYTES, 40018, "invalid button name size")
    if not isinstance(subs, list) or len(subs) > MOST_SUB_BUTTONS:
        raise Refusal(40023, "invalid sub button size")
    leaves = [
        _checked_leaf(sub, LONGEST_SUB_NAME_BYTES, 40025, "invalid sub button name size") for sub in subs
    ]
    return {"name": button["name"], "sub_button": leaves}


def _checked_leaf(button: Mapping[str, object], longest: int, code: int, message: str) -> dict[str, object]:
    _bounded(text_of(button, "name"), longest, code, message)
    kind = text_of(button, "type")
    leaf: dict[str, object] = {"type": kind, "name": button["name"]}
    if kind in KEYED_BUTTONS:
        _bounded(text_of(button, "key"), LONGEST_KEY_BYTES, 40019, "invalid button key size")
        return leaf | {"key": button["key"]}
    if kind not in ("view", "miniprogram"):
        raise Refusal(40017, "invalid button type")
    _bounded(text_of(button, "url"), LONGEST_URL_BYTES, 40020, "invalid button url size")
    if not text_of(button, "url").startswith(("http://", "https://")):
        raise Refusal(40055, "invalid url domain")
    leaf["url"] = button["url"]
    if kind == "miniprogram":
        for name in ("appid", "pagepath"):
            _bounded(text_of(button, name), LONGEST_URL_BYTES, 40054, "invalid button url")
            leaf[name] = button[name]
    return leaf


def _bounded(text: str, longest: int, code: int, message: str) -> None:
    if not 1 <= len(text.encode()) <= longest:
        raise Refusal(code, message)


def get_menu(call: Call) -> Answer:
    if call.platform.menu is None:
        raise Refusal(46003, "menu no exist")
    buttons = [{**button, "sub_button": button.get("sub_button", [])} for button in call.platform.menu]
    return {"menu": {"button": buttons, "menuid": 468_201_177}}


def delete_menu(call: Call) -> Answer:
    call.platform.menu = None
    call.platform.feed.publish(EVERYONE, "menu", call.platform.shown_menu())
    return OK
