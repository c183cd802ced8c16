"""What each page shows, already in words: templates choose nothing and compute nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Link:
    """A place to go; `here` marks the one the reader is at, `icon` is one of `ui.icon`."""

    href: str
    words: str
    here: bool = False
    icon: str = ""


@dataclass(frozen=True, kw_only=True)
class Option:
    """One of the choices of `ui.choices`; `icon` is one of `ui.icon`."""

    value: str
    words: str
    icon: str = ""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What surrounds every page. `print_href` changes the size of print and comes back here.

    `style` is the whole sheet for a browser that has not got it yet, under `nonce`; `sheet` is its address.
    """

    bureau_name: str
    mark: str
    csrf_token: str
    is_large: bool
    print_href: str
    print_words: str
    phone: str
    hotline: str
    sheet: str
    places: tuple[Link, ...] = ()
    style: str = ""
    nonce: str = ""
    is_print_chosen: bool = False
    normal_href: str = ""


@dataclass(frozen=True, kw_only=True)
class MessagePage:
    """One thing to say, and where to go from here. `role` is how a screen reader is told: alert or status."""

    title: str
    words: str
    role: str
    links: tuple[Link, ...] = ()
    number: str = ""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A name and what stands there."""

    name: str
    words: str


@dataclass(frozen=True, kw_only=True)
class CodePage:
    """What a sign is about. `code` is what can be sent to the account, empty once the sign is retired."""

    title: str
    facts: tuple[Fact, ...]
    code: str
    file: str = ""
    words: str


@dataclass(frozen=True, kw_only=True)
class Telling:
    """What a person is to be told once about their data. It stands in nobody's way."""

    title: str
    words: str
    version: str


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A photo; without an address it cannot be shown (yet), and the words say why."""

    words: str
    href: str = ""
    small: str = ""


@dataclass(frozen=True, kw_only=True)
class ConsentCard:
    """One consent: what it is for, whether it is given, and the one thing to do about it."""

    version: str
    title: str
    words: str
    standing: str
    is_given: bool
    action: str
    button: str
    warning: str = ""


@dataclass(frozen=True, kw_only=True)
class LinkedAccount:
    """Another account of the same person. `action` parts it."""

    words: str
    since: str
    action: str


@dataclass(frozen=True, kw_only=True)
class GuardianForm:
    """A guardian as it stands, and what was typed where it could not be used."""

    title: str
    words: str
    standing: str
    is_given: bool
    name: str = ""
    phone: str = ""
    wrong: str = ""


@dataclass(frozen=True, kw_only=True)
class DataPage:
    """What we keep of a person, and what they may do about it."""

    notice_title: str
    notice_opening: str
    collected: tuple[tuple[str, str, str], ...]
    rights: str
    ask: str
    phone: str
    consents: tuple[ConsentCard, ...]
    guardian: GuardianForm
    linked: tuple[LinkedAccount, ...]
    done: str = ""
