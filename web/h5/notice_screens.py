"""What the pages about notices show, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.h5.screens import Link, Option


@dataclass(frozen=True, kw_only=True)
class NoticeLine:
    """One kind of message and whether it may be sent."""

    title: str
    standing: str


@dataclass(frozen=True, kw_only=True)
class Scripts:
    """For WeChat's own consent button, drawn by the script at `source`."""

    app_id: str
    timestamp: int
    nonce: str
    signature: str
    templates: str
    source: str


@dataclass(frozen=True, kw_only=True)
class NoticesPage:
    """Which messages reach the person, and how to change that. `may_need_button`: there is more to agree to."""

    words: str
    lines: tuple[NoticeLine, ...]
    scripts: Scripts | None = None
    may_need_button: bool = True


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """Asks to agree to messages: with WeChat's button where it can be shown, else with a link that explains."""

    words: str
    link: Link
    scripts: Scripts | None = None


@dataclass(frozen=True, kw_only=True)
class TopicCard:
    """One topic: what it is, what may be chosen, what comes in any case. `options` empty: nothing to choose."""

    name: str
    title: str
    about: str
    options: tuple[Option, ...]
    chosen: str
    must: str


@dataclass(frozen=True, kw_only=True)
class OneTap:
    """A form that sets one topic at a tap, and says what comes all the same."""

    action: str
    name: str
    value: str
    at: str
    button: str
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class ChoicesPage:
    """All topics with one button to keep the choices, and one to end or begin everything."""

    cards: tuple[TopicCard, ...]
    reach: str
    is_off: bool
    done: str = ""
    undo: OneTap | None = None


@dataclass(frozen=True, kw_only=True)
class StopPage:
    """Where a link that stops notices leads. `button` empty: there is nothing to do (any more)."""

    title: str
    words: str
    must: str = ""
    action: str = ""
    button: str = ""
    is_undo: bool = False
    role: str = ""
