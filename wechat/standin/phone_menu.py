"""The account's menu on the demo phone: each kind of button, and what it asks the citizen for first."""

from collections.abc import Sequence

from wechat.standin.actions import Phone, whole_label
from wechat.standin.control import bad_request
from wechat.standin.demo import Place
from wechat.standin.inbound import (
    event_elements,
    menu_photo_elements,
    menu_place_elements,
    menu_scan_elements,
)

SCANS = frozenset({"scancode_push", "scancode_waitmsg"})
TAKES_PHOTOS = frozenset({"pic_sysphoto", "pic_photo_or_album", "pic_weixin"})
LONGEST_RESULT = 2_000

Button = dict[str, object]


def press(
    phone: Phone, button: Button, *, scanned: str | None, photos: Sequence[bytes], place: Place | None
) -> None:
    """Use a button with what it asked for; refuses a button that was not given it.

    Photos and places follow as messages of their own, which is for the caller to send after this.
    """
    kind, name, key = (str(button.get(part, "")) for part in ("type", "name", "key"))
    if kind == "click":
        phone.touch_menu("CLICK", name, event_elements("CLICK", key), answered=True)
    elif kind == "view":
        phone.open_page(name, str(button.get("url", "")))
    elif kind == "miniprogram":
        path = str(button.get("pagepath", ""))
        elements = event_elements("view_miniprogram", path)
        phone.touch_menu("view_miniprogram", name, elements, answered=False)
    elif kind in SCANS:
        if not scanned or len(scanned) > LONGEST_RESULT:
            raise bad_request("this button needs a scanned code")
        answered = kind == "scancode_waitmsg"
        phone.touch_menu(kind, scanned, menu_scan_elements(kind, key, scanned), answered=answered)
    elif kind in TAKES_PHOTOS:
        if not photos:
            raise bad_request("this button needs a photo")
        phone.touch_menu(kind, name, menu_photo_elements(kind, key, photos), answered=False)
    elif kind == "location_select":
        if place is None:
            raise bad_request("this button needs a place")
        elements = menu_place_elements(key, place.latitude, place.longitude, whole_label(place), place.label)
        phone.touch_menu(kind, name, elements, answered=False)


def button_at(menu: list[Button], path: list[int]) -> Button:
    """The button at this place of the menu: one index, or two for a sub button."""
    found: object = menu
    for depth, index in enumerate(path):
        if depth == 1 and isinstance(found, dict):
            found = found.get("sub_button")
        if depth > 1 or not isinstance(found, list) or not 0 <= index < len(found):
            raise bad_request("there is no such button")
        found = found[index]
    if not isinstance(found, dict):
        raise bad_request("there is no such button")
    return found
