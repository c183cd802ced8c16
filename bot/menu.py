"""The bureau profile's section `menu`, checked against the platform's limits, in the platform's shape and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal

import msgspec

from bot.inbound_words import MENU_WORDS

TOP_AT_MOST, BENEATH_AT_MOST = 3, 5
TOP_NAME_BYTES, NAME_BYTES, KEY_BYTES, LINK_BYTES = 16, 60, 128, 1_024

Send = Literal["photo", "photo_or_album", "album", "location", "scan", "scan_and_tell"]
_EVENTS: Final[dict[str, str]] = {
    "photo": "pic_sysphoto",
    "photo_or_album": "pic_photo_or_album",
    "album": "pic_weixin",
    "location": "location_select",
    "scan": "scancode_push",
    "scan_and_tell": "scancode_waitmsg",
}
_SENDS: Final = {event: send for send, event in _EVENTS.items()}


class MiniProgramButton(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of a mini-program, and the web page for phones that cannot open it."""

    app_id: Annotated[str, msgspec.Meta(pattern="^wx[0-9a-zA-Z]{6,30}$")]
    page: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_./?=&%-]{1,256}$")]
    link: str


class Leaf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A button that does something: exactly one of the four.

    `press` is a word of the bot; `link` a web address, or a path of our own beginning with a slash; `send` lets
    the citizen send a photo, a place or a scanned code.
    """

    name: str
    press: str | None = None
    link: str | None = None
    mini_program: MiniProgramButton | None = None
    send: Send | None = None

    def __post_init__(self) -> None:
        _check_name(self.name, NAME_BYTES)
        _check_deed(self)


class Button(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A button of the bar: does something itself, or opens up to five beneath it (`buttons`)."""

    name: str
    press: str | None = None
    link: str | None = None
    mini_program: MiniProgramButton | None = None
    send: Send | None = None
    buttons: Annotated[tuple[Leaf, ...], msgspec.Meta(max_length=BENEATH_AT_MOST)] = ()

    def __post_init__(self) -> None:
        _check_name(self.name, TOP_NAME_BYTES)
        if not self.buttons:
            _check_deed(self)
        elif any(deed is not None for deed in (self.press, self.link, self.mini_program, self.send)):
            raise ValueError(f"按钮“{self.name}”有下级菜单，自己就不能再有 press、link、mini_program 或 send")
        names = [leaf.name for leaf in self.buttons]
        if len(set(names)) < len(names):
            raise ValueError(f"按钮“{self.name}”的下级里有同名的")


class MenuSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `menu`: up to three buttons with up to five beneath each. Empty: the account's menu is let be."""

    buttons: Annotated[tuple[Button, ...], msgspec.Meta(max_length=TOP_AT_MOST)] = ()


def _check_name(name: str, at_most: int) -> None:
    size = len(name.encode())
    if not name.strip() or size > at_most:
        raise ValueError(f"按钮名称“{name}”应有 1 到 {at_most} 个字节（一个汉字 3 个字节），现在是 {size} 个")


def _check_deed(button: Leaf | Button) -> None:
    deeds = [one for one in (button.press, button.link, button.mini_program, button.send) if one is not None]
    if len(deeds) != 1:
        raise ValueError(f"按钮“{button.name}”的 press、link、mini_program、send 要写一个，而且只写一个")
    if button.press is not None and button.press not in MENU_WORDS:
        raise ValueError(
            f"按钮“{button.name}”的代号“{button.press}”不认识，可用的有：{'、'.join(MENU_WORDS)}"
        )
    link = button.link if button.mini_program is None else button.mini_program.link
    if link is not None:
        _check_link(button.name, link)


def _check_link(name: str, link: str) -> None:
    is_ours = link.startswith("/") and not link.startswith("//")
    if not is_ours and not link.startswith(("https://", "http://")):
        raise ValueError(f"按钮“{name}”的链接应以 https:// 开头，本系统自己的页面以 / 开头")
    if len(link.encode()) > LINK_BYTES:
        raise ValueError(f"按钮“{name}”的链接超过 {LINK_BYTES} 个字节")


def platform_menu(section: MenuSection, public_url: str) -> dict[str, Any]:
    """The section as `menu/create` wants it. `public_url` completes the paths of our own pages."""
    return {"button": [_button(one, public_url) for one in section.buttons]}


def _button(button: Button | Leaf, public_url: str) -> dict[str, Any]:
    if isinstance(button, Button) and button.buttons:
        return {"name": button.name, "sub_button": [_button(leaf, public_url) for leaf in button.buttons]}
    made: dict[str, Any] = {"name": button.name}
    if button.press is not None:
        return made | {"type": "click", "key": button.press}
    if button.send is not None:
        return made | {"type": _EVENTS[button.send], "key": button.send}
    if button.mini_program is not None:
        mini = button.mini_program
        url = _address(mini.link, public_url)
        return made | {"type": "miniprogram", "url": url, "appid": mini.app_id, "pagepath": mini.page}
    return made | {"type": "view", "url": _address(button.link or "", public_url)}


def _address(link: str, public_url: str) -> str:
    return f"{public_url}{link}" if link.startswith("/") else link


class Entry(msgspec.Struct, frozen=True):
    """A button of any menu, ours or the platform's. `kind` is the platform's type, `does` its key, link or page."""

    top: str
    name: str
    kind: str
    does: str

    @property
    def path(self) -> str:
        return f"{self.top} / {self.name}" if self.name else self.top


def entries(menu: Mapping[str, Any]) -> list[Entry]:
    """All buttons that do something, in order. Reads `menu/create`'s shape and that of the current menu."""
    found = menu.get("selfmenu_info", menu.get("menu", menu))
    buttons = found.get("button") if isinstance(found, Mapping) else None
    return [entry for button in _dicts(buttons) for entry in _entries(button)]


def _entries(button: Mapping[str, Any]) -> Iterator[Entry]:
    beneath = button.get("sub_button")
    leaves = _dicts(beneath.get("list") if isinstance(beneath, Mapping) else beneath)
    top = str(button.get("name", ""))
    if not leaves:
        yield Entry(top, "", str(button.get("type", "")), _does(button))
    for leaf in leaves:
        yield Entry(top, str(leaf.get("name", "")), str(leaf.get("type", "")), _does(leaf))


def _does(button: Mapping[str, Any]) -> str:
    if button.get("type") == "miniprogram":
        return f"{button.get('appid', '')} {button.get('pagepath', '')}"
    return str(button.get("key") or button.get("url") or button.get("value") or "")


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


class Difference(msgspec.Struct, frozen=True):
    """`what` is "same", "added", "removed" or "changed"; `before` is None for an added, `after` for a removed one."""

    what: str
    before: Entry | None
    after: Entry | None


def differences(before: list[Entry], after: list[Entry]) -> list[Difference]:
    """What pushing `after` over `before` does, in the order of `after`, what goes away last."""
    known = {entry.path: entry for entry in before}
    found = []
    for entry in after:
        old = known.pop(entry.path, None)
        what = "added" if old is None else "same" if old == entry else "changed"
        found.append(Difference(what, old, entry))
    return [*found, *(Difference("removed", entry, None) for entry in known.values())]


class Imported(msgspec.Struct, frozen=True):
    """A section made from the account's menu, and the buttons that cannot be taken over."""

    section: dict[str, Any]
    left_out: tuple[Entry, ...]


def imported(menu: Mapping[str, Any]) -> Imported:
    """The account's menu as the section's YAML wants it.

    Pictures, films, texts and articles that were set up on the platform's web site have no counterpart in
    `menu/create`; keys the bot has no word for would do nothing. Both are left out and named.
    """
    left_out: list[Entry] = []
    found = menu.get("selfmenu_info", menu.get("menu", menu))
    buttons: list[dict[str, Any]] = []
    for button in _dicts(found.get("button") if isinstance(found, Mapping) else None):
        made = _imported(button, left_out)
        if made is not None:
            buttons.append(made)
    return Imported({"buttons": buttons}, tuple(left_out))


def _imported(button: Mapping[str, Any], left_out: list[Entry]) -> dict[str, Any] | None:
    beneath = button.get("sub_button")
    leaves = _dicts(beneath.get("list") if isinstance(beneath, Mapping) else beneath)
    top = str(button.get("name", ""))
    if not leaves:
        return _leaf(button, top, "", left_out)
    made = [_leaf(leaf, top, str(leaf.get("name", "")), left_out) for leaf in leaves]
    kept = [leaf for leaf in made if leaf is not None]
    return {"name": top, "buttons": kept} if kept else None


def _leaf(button: Mapping[str, Any], top: str, name: str, left_out: list[Entry]) -> dict[str, Any] | None:
    kind, does = str(button.get("type", "")), _does(button)
    made: dict[str, Any] = {"name": name or top}
    if kind == "click" and does in MENU_WORDS:
        return made | {"press": does}
    if kind == "view" and does.startswith(("https://", "http://")):
        return made | {"link": does}
    if kind in _SENDS:
        return made | {"send": _SENDS[kind]}
    if kind == "miniprogram":
        app_id, page = str(button.get("appid", "")), str(button.get("pagepath", "")).strip("/")
        link = str(button.get("url", ""))
        return made | {"mini_program": {"app_id": app_id, "page": page, "link": link}}
    left_out.append(Entry(top, name, kind, does))
    return None
