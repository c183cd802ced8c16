"""The menu at the foot of the chat, and what the account answers by itself."""

from collections.abc import Mapping

from wechat.standin.call import OK, Answer, Call
from wechat.standin.feed import EVERYONE
from wechat.standin.reading import text_of
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


def current_menu(call: Call) -> Answer:
    """`get_current_selfmenu_info`: whatever menu there is, however it was made."""
    shown = call.platform.shown_menu()
    buttons: list[dict[str, object]] = []
    for button in shown:
        subs = button.get("sub_button")
        buttons.append(
            {"name": button["name"], "sub_button": {"list": subs}}
            if isinstance(subs, list) and subs
            else button
        )
    return {"is_menu_open": int(bool(shown)), "selfmenu_info": {"button": buttons}}


def auto_replies(call: Call) -> Answer:
    """`get_current_autoreply_info`: what a tester says was set by hand; none otherwise."""
    return call.platform.account.auto_replies or {"is_add_friend_reply_open": 0, "is_autoreply_open": 0}
