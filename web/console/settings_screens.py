"""What the settings' pages show, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.console.screens import Ask, Chip, Link, Note


@dataclass(frozen=True, kw_only=True)
class SettingLine:
    """One value: what it is, what it says, whether it was changed here. Without `href` it can only be read."""

    label: str
    value: str
    href: str
    state: Chip | None = None


@dataclass(frozen=True, kw_only=True)
class SettingsPage:
    """One tab. `asks` is the form for a new unit, `finds` says what a list of categories is searched by."""

    tabs: tuple[Link, ...]
    title: str
    lead: str
    rows: tuple[SettingLine, ...]
    asks: tuple[Ask, ...] = ()
    notes: tuple[Note, ...] = ()
    find: str = ""
    finds: str = ""
    is_searched: bool = False
    more: str = ""
    first: str = ""


@dataclass(frozen=True, kw_only=True)
class ChangeLine:
    """One row of the history."""

    at: str
    who: str
    what: str
    value: str
    reason: str
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class SettingPage:
    """One value with its form. `restore` and `remove` are where their forms go, empty where there is none."""

    tabs: tuple[Link, ...]
    title: str
    lead: str
    now: str
    shipped: str
    action: str
    asks: tuple[Ask, ...]
    seen: int
    reason: Ask
    changes: tuple[ChangeLine, ...]
    restore: str = ""
    remove: str = ""
    preview: str = ""
    placeholders: tuple[str, ...] = ()
    is_text: bool = False
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HistoryPage:
    """Who changed what."""

    tabs: tuple[Link, ...]
    rows: tuple[ChangeLine, ...]
    more: str = ""
    first: str = ""
