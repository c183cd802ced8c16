"""What the page of a case shows, already in words: templates choose nothing and compute nothing."""

from __future__ import annotations

from dataclasses import dataclass

from web.console.exchange_screens import ExchangePanel
from web.console.kin_screens import KinPanel
from web.console.order_panel_screens import OrderPanel
from web.console.routing_screens import WhyHere
from web.console.screens import Ask, Chip, Countdown, Link, Note


@dataclass(frozen=True, kw_only=True)
class Act:
    """One move of the lifecycle, or an act beside them, as a form.

    `key` names the form itself, so that sending it twice counts once.
    """

    move: str
    words: str
    button: str
    hint: str
    action: str
    asks: tuple[Ask, ...] = ()
    open: bool = False
    grave: bool = False
    key: str = ""

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
    """Where it is, in figures, and an address that the phone's map application opens.

    `area` names the bureau's own areas that it lies in, `setup` is the beginning of a small map (JSON, "" where there
    are no areas to draw), `map` the large one at that place.
    """

    href: str
    words: str
    area: str = ""
    is_outside: bool = False
    setup: str = ""
    map: str = ""


@dataclass(frozen=True, kw_only=True)
class Phone:
    """Who filed it: masked, or in clear for the one page that follows an audited look.

    `masked` and `name` are empty where none was given; `correct` is where both are put right on request.
    """

    masked: str
    action: str
    clear: str = ""
    name: str = ""
    clear_name: str = ""
    correct: str = ""


@dataclass(frozen=True, kw_only=True)
class Unmasking:
    """Numbers and names in the words are masked: where to read them as written, or that this page shows them so."""

    action: str
    is_clear: bool


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """What the machine makes of the words, each as a sentence with the words that led there; empty: nothing.

    `category` says how sure it is where that was measured; `elsewhere` whose trouble it may be instead.
    """

    category: str = ""
    words: tuple[str, ...] = ()
    urgency: str = ""
    urgency_words: tuple[str, ...] = ()
    elsewhere: str = ""
    elsewhere_words: tuple[str, ...] = ()


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
class Written:
    """A note that a colleague wrote."""

    by: str
    at: str
    iso: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Internal:
    """What staff wrote for each other, and the form for more, for whoever may write."""

    notes: tuple[Written, ...]
    act: Act | None


@dataclass(frozen=True, kw_only=True)
class Public:
    """What the public sees of a case, if anything, and the forms to change that. `marked` is what in the citizen's
    words may lead to somebody, with what it was taken for.
    """

    shown: str
    place: str
    since: str
    release: Act
    withdraw: Act | None
    marked: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """Everything about one case. `orphaned` is typed text for which there is no form any more.

    `told` is the form for news to the citizen, apart from `internal`, what staff write for each other. `reckoning` are
    the lines that lead to the limit, `chain` is where an auditor reads the case's audit chain, `exchange` what other
    platforms have to do with it, `routing` why it was sent where it is, `kin` the cases that hang together with it,
    `orders` what contractors were asked to do about it, `work_photos` what waits there for the answer.
    """

    reference: str
    revision: str
    back: str
    back_query: str
    state: Chip
    marks: tuple[Chip, ...] = ()
    due: StageCountdown | None = None
    category: str = ""
    suggestion: Suggestion | None = None
    source: str
    submitted: str
    story: str
    particulars: tuple[tuple[str, str], ...] = ()
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
    filed_from: Link | None = None
    phone: Phone | None = None
    unmasking: Unmasking | None = None
    shows_citizen: bool = True
    handler: str
    stands_in: str = ""
    reckoning: tuple[str, ...] = ()
    timeline: tuple[Happening, ...] = ()
    notices: tuple[Notice, ...] = ()
    acts: tuple[Act, ...] = ()
    told: Act | None = None
    internal: Internal | None = None
    public: Public | None = None
    chain: str = ""
    notes: tuple[Note, ...] = ()
    exchange: ExchangePanel | None = None
    routing: WhyHere | None = None
    kin: KinPanel | None = None
    orders: OrderPanel | None = None
    work_photos: tuple[Photo, ...] = ()
    orphaned: tuple[tuple[str, str], ...] = ()

    @property
    def has_map(self) -> bool:
        """Whether a map is drawn: of where it is, or to say so."""
        shown = self.coordinates is not None and self.coordinates.setup != ""
        return shown or any(ask.map for act in self.acts for ask in act.asks)
