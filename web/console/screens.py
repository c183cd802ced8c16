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
    """An entry of the main navigation; `key` is a catalogue key."""

    href: str
    key: str
    here: bool


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What surrounds every page: whose bureau, who is signed in, and the token for its forms.

    `alarm` is the sentence shown while nobody has taken a danger alert.
    """

    bureau_name: str
    mark: str
    csrf_token: str
    person: str = ""
    roles: str = ""
    places: tuple[Place, ...] = ()
    alarm: str = ""


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
    """Time left until a limit: words, sign and colour say the same thing."""

    words: str
    at: str
    tone: Tone
    glyph: str


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
    """One entry of a list to choose from."""

    value: str
    words: str


@dataclass(frozen=True, kw_only=True)
class QueueLine:
    """One case in the list."""

    reference: str
    href: str
    due: Countdown | None
    brief: str
    where: str
    category: str
    state: Chip
    handler: str
    submitted: str


@dataclass(frozen=True, kw_only=True)
class QueuePage:
    """The list of cases with its filters; every link carries the filters on."""

    here: str
    tabs: tuple[Link, ...]
    units: tuple[Option, ...]
    state: str
    unit: str
    mine: bool
    overdue: bool
    find: str
    rows: tuple[QueueLine, ...]
    as_of: str
    filtered: bool = False
    more: str = ""
    first: str = ""
    wrong: Note | None = None


@dataclass(frozen=True, kw_only=True)
class OptionGroup:
    """Options under one heading; an empty name means no heading."""

    name: str
    options: tuple[Option, ...]


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One field of a form, with what was typed and what is wrong with it.

    `at_most` counts characters; for photos bytes in all, past which `too_large` is said before anything is sent.
    """

    name: str
    kind: Literal["short", "long", "choice", "photos"]
    label: str
    optional: bool = False
    help: str = ""
    typed: str = ""
    wrong: str = ""
    at_most: int = 200
    too_large: str = ""
    groups: tuple[OptionGroup, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Act:
    """One move of the lifecycle as a form."""

    move: str
    words: str
    button: str
    hint: str
    action: str
    asks: tuple[Ask, ...] = ()
    open: bool = False
    grave: bool = False

    @property
    def uploads(self) -> bool:
        return any(ask.kind == "photos" for ask in self.asks)


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A picture of a case; without an address it is not ready, and the words say so."""

    words: str
    href: str = ""
    small: str = ""


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A voice message or a film; without an action it is not here yet, and the words say so."""

    words: str
    action: str = ""


@dataclass(frozen=True, kw_only=True)
class Addition:
    """Words the citizen sent later."""

    words: str
    at: str


@dataclass(frozen=True, kw_only=True)
class Coordinates:
    """Where it is, in figures, and an address that the phone's map application opens."""

    href: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Phone:
    """A phone number: masked, or in clear for the one page that follows an audited look."""

    masked: str
    action: str
    clear: str = ""


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """The category the machine guessed, and the words that led there."""

    category: str
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why the bureau does not take it on, and whose it is."""

    reason: str
    responsible_body: str


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The bureau's answer."""

    words: str
    at: str
    photos: tuple[Photo, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One line of a case's timeline."""

    at: str
    iso: str
    what: str
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One message about a case, and what became of it."""

    state: Chip
    what: str
    at: str
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class StageCountdown(Countdown):
    """A countdown that also says what is due."""

    stage: str


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """Everything about one case. `orphaned` is typed text for which there is no form any more."""

    reference: str
    revision: str
    back: str
    back_query: str
    state: Chip
    due: StageCountdown | None = None
    category: str = ""
    suggestion: Suggestion | None = None
    source: str
    submitted: str
    story: str
    photos: tuple[Photo, ...] = ()
    recordings: tuple[Recording, ...] = ()
    additions: tuple[Addition, ...] = ()
    added_photos: tuple[Photo, ...] = ()
    refusal: Refusal | None = None
    answer: Reply | None = None
    rating: str = ""
    dispute: str = ""
    place: str = ""
    coordinates: Coordinates | None = None
    phone: Phone | None = None
    handler: str
    timeline: tuple[Happening, ...] = ()
    notices: tuple[Notice, ...] = ()
    acts: tuple[Act, ...] = ()
    notes: tuple[Note, ...] = ()
    orphaned: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class DeliveryLine:
    """One notice: whether it arrived, and why not. Recipients are masked."""

    state: Chip
    what: str
    why: str
    whom: str
    tries: str
    reference: str
    at: str


@dataclass(frozen=True, kw_only=True)
class DeliveriesPage:
    """The list of messages."""

    tabs: tuple[Link, ...]
    rows: tuple[DeliveryLine, ...]
    more: str = ""
    first: str = ""
    wrong: Note | None = None


@dataclass(frozen=True, kw_only=True)
class ProblemPage:
    """A page that says no, in one sentence, with a way on."""

    title: str
    words: str
    number: str = ""
    kept: tuple[tuple[str, str], ...] = ()
