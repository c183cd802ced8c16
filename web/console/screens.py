"""What each console page shows, already in words: templates choose nothing and compute nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["plain", "brand", "good", "soon", "late", "again"]


@dataclass(frozen=True, kw_only=True)
class Link:
    """A place to go; `here` marks the one the reader is at."""

    href: str
    words: str
    here: bool = False


@dataclass(frozen=True, kw_only=True)
class Place:
    """An entry of the main navigation; `key` is a catalogue key. On a phone one that `folds` is in the drawer."""

    href: str
    key: str
    here: bool
    folds: bool = False


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What surrounds every page: whose bureau, who is signed in, and the token for its forms.

    `places` stand in the masthead, `more` in its drawer. `alarm` is the sentence shown while nobody has taken a danger alert, `now_ms` the server's clock, by which the
    browser counts down; `unread` is how many notices the reader has not seen.
    """

    bureau_name: str
    mark: str
    csrf_token: str
    person: str = ""
    roles: str = ""
    places: tuple[Place, ...] = ()
    more: tuple[Place, ...] = ()
    alarm: str = ""
    now_ms: int = 0
    unread: int = 0


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A name and what it is; `href` is where more of it stands."""

    name: str
    words: str
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class Note:
    """A sentence at the head of a page."""

    words: str
    tone: Tone = "good"
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A state in words, with a colour that only underlines them."""

    words: str
    tone: Tone


@dataclass(frozen=True, kw_only=True)
class Countdown:
    """Time left until a limit: words, sign and colour say the same thing.

    `iso` is the limit itself where the page keeps counting, empty where the time is the citizen's.
    """

    words: str
    at: str
    tone: Tone
    glyph: str
    iso: str = ""


@dataclass(frozen=True, kw_only=True)
class LoginPage:
    """`kept` carries what somebody was typing when the session ended, by field name."""

    next: str
    login: str = ""
    wrong: str = ""
    note: Note | None = None
    kept: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Option:
    """One entry of a list to choose from. `find` are further words by which it is found."""

    value: str
    words: str
    find: str = ""


@dataclass(frozen=True, kw_only=True)
class OptionGroup:
    """Options under one heading; an empty name means no heading."""

    name: str
    options: tuple[Option, ...]


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One field of a form, with what was typed and what is wrong with it.

    `templates` are texts to begin from, `map` is the beginning of a map to point on (JSON). `at_most` counts characters; for photos bytes in all, past which `too_large` is said before anything is sent.
    """

    name: str
    kind: Literal["short", "long", "choice", "photos", "tick", "point"]
    label: str
    optional: bool = False
    help: str = ""
    typed: str = ""
    wrong: str = ""
    at_most: int = 200
    too_large: str = ""
    groups: tuple[OptionGroup, ...] = ()
    templates: tuple[Fact, ...] = ()
    map: str = ""


@dataclass(frozen=True, kw_only=True)
class ResumePage:
    """A form that came without a session, after signing in again.

    `fields` go with it once more, `shown` is what was typed, to be read.
    """

    action: str
    fields: tuple[tuple[str, str], ...]
    shown: tuple[str, ...]
    way_out: str
    note: Note


@dataclass(frozen=True, kw_only=True)
class ProblemPage:
    """A page that says no, in one sentence, with a way on."""

    title: str
    words: str
    number: str = ""
    kept: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class StepLine:
    """One try of an outgoing message; `way` is how, "" where there is only one."""

    at: str
    outcome: str
    why: str
    way: str = ""
