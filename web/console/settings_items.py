"""What of the profile can be changed in the console, on one screen: tab by tab, path by path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from content.amending import NoSuchPath, value_at
from web.console.screens import Option
from web.console.settings_kinds import CaseKind
from web.console.settings_widgets import Agreement, Periods, Sentence, Team, TimeLimit, Widget

TABS = ("bureau", "limits", "categories", "units", "consents")
NOTICE = ("title", "short", "opening", "items", "rights", "ask")
LINE, PARAGRAPH, LIMIT, WORDING = Sentence(), Sentence(is_long=True), TimeLimit(), Agreement()
CATEGORIES, UNITS, CONSENTS = "complaints.categories", "units", "consents"

FIXED: Mapping[str, tuple[tuple[str, Widget], ...]] = {
    "bureau": (
        ("bureau.name", LINE),
        ("bureau.short_name", LINE),
        ("bureau.phone", LINE),
        ("bureau.duty_phone", LINE),
        ("bureau.hotline", LINE),
        ("bureau.address", LINE),
        ("bureau.hours", LINE),
        ("bureau.window.name", LINE),
        ("bureau.window.address", LINE),
        ("bureau.window.phone", LINE),
        ("hours.periods", Periods()),
        ("texts.greeting", PARAGRAPH),
        ("texts.outside_hours", PARAGRAPH),
        ("texts.privacy", PARAGRAPH),
        ("texts.window_note", PARAGRAPH),
    ),
    "limits": (
        ("complaints.limits.accept", LIMIT),
        ("complaints.limits.answer", LIMIT),
        ("complaints.limits.wait", LIMIT),
        ("complaints.limits.close", LIMIT),
        ("complaints.limits.archive", LIMIT),
        ("inquiries.limits.answer", LIMIT),
        ("inquiries.limits.close", LIMIT),
        ("inquiries.limits.own_data", LIMIT),
    ),
    "consents": (
        ("consents.collection_notice", Agreement(NOTICE)),
        ("consents.location", WORDING),
        ("consents.phone", WORDING),
        ("consents.contact_phone", WORDING),
        ("consents.public_display", WORDING),
        ("consents.guardian", WORDING),
    ),
}


@dataclass(frozen=True)
class Item:
    """One value that can be changed. `label` is a catalogue key, or for `is_named` the name itself.

    `is_split`: what was changed within it is amended, and no more, so that the rest follows later versions.
    """

    path: str
    tab: str
    widget: Widget
    label: str
    is_named: bool = False
    is_split: bool = False

    @property
    def unit(self) -> str:
        """The code of the unit this is, "" for everything else."""
        return self.path.removeprefix(f"{UNITS}.") if self.tab == "units" else ""


def items_of(document: Mapping[str, Any], tab: str) -> tuple[Item, ...]:
    """The items of a tab, as far as this document has them."""
    if tab == "categories":
        return tuple(
            Item(f"{CATEGORIES}.{one['code']}", tab, CaseKind(), one["name"], is_named=True, is_split=True)
            for one in document.get("complaints", {}).get("categories", ())
        )
    if tab == "units":
        return tuple(
            Item(f"{UNITS}.{one['code']}", tab, Team(), one["name"], is_named=True)
            for one in document.get(UNITS, ())
        )
    return tuple(
        Item(path, tab, widget, f"console_settings.value.{path}")
        for path, widget in FIXED[tab]
        if _has(document, path)
    )


def is_found(document: Mapping[str, Any], item: Item, find: str) -> bool:
    """Whether a category is known by these words: its name, other names, keywords, codes, group."""
    if not find:
        return True
    one = value_at(document, item.path)
    groups = [
        group["name"] for group in document["complaints"]["groups"] if group["code"] == one.get("group")
    ]
    lists = [one.get(name) or () for name in ("aliases", "keywords", "other_codes")]
    said = [
        one["code"],
        one["name"],
        one.get("standard_code") or "",
        *groups,
        *(word for some in lists for word in some),
    ]
    return find.lower() in " ".join(said).lower()


def item_at(document: Mapping[str, Any], path: str) -> Item | None:
    """The item of a path, if it is one that can be changed."""
    return next((one for tab in TABS for one in items_of(document, tab) if one.path == path), None)


def choices_of(document: Mapping[str, Any]) -> dict[str, tuple[Option, ...]]:
    """The options that the document itself gives."""
    lists = {"unit": document.get(UNITS, ()), "group": document.get("complaints", {}).get("groups", ())}
    return {
        name: tuple(Option(value=one["code"], words=one["name"]) for one in items)
        for name, items in lists.items()
    }


def changed(item: Item, current: Any, value: Any) -> dict[str, Any]:
    """What is to be amended, by path; nothing where nothing was changed."""
    if value == current:
        return {}
    if not item.is_split:
        return {item.path: value}
    return {
        f"{item.path}.{name}": inner
        for name, inner in value.items()
        if inner != current.get(name) and (inner or current.get(name))
    }


def _has(document: Mapping[str, Any], path: str) -> bool:
    """Whether there is something, or at least something round it (an optional value may be missing)."""
    try:
        value_at(document, path.rpartition(".")[0])
    except NoSuchPath:
        return False
    return True
