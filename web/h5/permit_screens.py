"""What the pages of permits show, already in words: templates choose nothing and compute nothing."""

from __future__ import annotations

from dataclasses import dataclass

from web.h5.screens import Fact, Link, Option


@dataclass(frozen=True, kw_only=True)
class KindRow:
    """One kind in the list, in the words people use for it."""

    href: str
    plain: str
    name: str
    promise: str
    fee: str


@dataclass(frozen=True, kw_only=True)
class KindsPage:
    """All that can be applied for. `drafts` are one's own that wait to be gone on with."""

    kinds: tuple[KindRow, ...]
    window: tuple[Fact, ...]
    drafts: tuple[Link, ...] = ()
    lost: str = ""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A paper to hand in. `sample` leads to one filled in as it should be."""

    name: str
    note: str
    sample: str = ""


@dataclass(frozen=True, kw_only=True)
class KindPage:
    """One kind: how long, what it costs, what to have at hand, what it rests on."""

    name: str
    plain: str
    summary: str
    facts: tuple[Fact, ...]
    papers: tuple[Wanted, ...]
    organs: tuple[Fact, ...]
    basis: tuple[str, ...]
    begin: str
    window: tuple[Fact, ...]


@dataclass(frozen=True, kw_only=True)
class CheckPage:
    """One question, or what the answers come to.

    `kept` are the answers given before, by name. `verdict`: "go_on", "no_permit", "not_possible" or "other".
    """

    title: str
    action: str
    back: Link
    kept: tuple[Fact, ...] = ()
    name: str = ""
    ask: str = ""
    hint: str = ""
    options: tuple[Option, ...] = ()
    wrong: str = ""
    count: str = ""
    verdict: str = ""
    tone: str = ""
    heading: str = ""
    because: str = ""
    basis: tuple[str, ...] = ()
    on: Link | None = None
    begin: tuple[Fact, ...] = ()
    said: tuple[Fact, ...] = ()


@dataclass(frozen=True, kw_only=True)
class InputView:
    """One field of the form. `look` is how it is drawn: "line", "area", "date", "span", "one", "many" or "place".

    `governs`: others are asked or not by what is chosen here.
    """

    name: str
    label: str
    look: str
    hint: str = ""
    value: str = ""
    chosen: tuple[str, ...] = ()
    until: str = ""
    options: tuple[Option, ...] = ()
    wrong: str = ""
    optional: bool = False
    mode: str = ""
    fills: str = ""
    most: int = 0
    governs: bool = False
    latitude: str = ""
    longitude: str = ""
    datum: str = ""
    outline: str = ""


@dataclass(frozen=True, kw_only=True)
class HeldFile:
    """A file under a material; `remove` is its key."""

    words: str
    remove: str
    small: str = ""
    is_bad: bool = False


@dataclass(frozen=True, kw_only=True)
class MaterialView:
    """A paper that is asked for, and what was handed in."""

    code: str
    name: str
    note: str
    sample: str
    files: tuple[HeldFile, ...]
    takes: str
    room: int
    wrong: str = ""
    optional: bool = False
    at_window: str = ""


@dataclass(frozen=True, kw_only=True)
class StepPage:
    """One step of the form. `shown` are the fields on the page, `clashes` what else is at that place and time."""

    title: str
    kind: str
    steps: tuple[Link, ...]
    action: str
    step: str
    revision: int
    inputs: tuple[InputView, ...] = ()
    materials: tuple[MaterialView, ...] = ()
    lead: str = ""
    tone: str = ""
    problem: str = ""
    faults: tuple[Link, ...] = ()
    clashes: tuple[str, ...] = ()
    clashes_seen: bool = False
    back: str = ""
    next_words: str = ""
    discard: str = ""
    discard_key: str = ""
    is_helped: bool = False
    token: str = ""
    map_setup: str = ""
    corrected: tuple[Fact, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PreviewPart:
    """A step as it will be submitted, and the way back to it."""

    title: str
    href: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, kw_only=True)
class ClaimRow:
    """An application that the window entered with the visitor's own telephone."""

    reference: str
    words: str


@dataclass(frozen=True, kw_only=True)
class ClaimPage:
    """Taking an application of the window into one's own account."""

    action: str
    reference: str
    secret: str
    by_phone: tuple[ClaimRow, ...]
    wrong: str = ""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A sentence with its colour, and where to go about it."""

    words: str
    tone: str
    link: Link | None = None


@dataclass(frozen=True, kw_only=True)
class PreviewPage:
    """Exactly what will be submitted."""

    kind: str
    steps: tuple[Link, ...]
    parts: tuple[PreviewPart, ...]
    faults: tuple[Link, ...]
    action: str
    revision: int
    deliveries: tuple[Option, ...]
    promise: str
    fee: str
    truth: str
    button: str
    discard: str
    discard_key: str
    is_correcting: bool
    back: str
    identity: Told | None = None
    problem: str = ""
    delivery: str = ""


@dataclass(frozen=True, kw_only=True)
class ApplicationRow:
    """An application in the list; `tone` colours the state, which the words say too."""

    href: str
    title: str
    state: str
    tone: str
    note: str
    at: str
    reference: str


@dataclass(frozen=True, kw_only=True)
class OwnPermitsPage:
    """Everything of one's own: what is being filled in, what was applied for, what was granted."""

    drafts: tuple[ApplicationRow, ...]
    permits: tuple[ApplicationRow, ...]
    rows: tuple[ApplicationRow, ...]
    more: str = ""
    first: str = ""
    done: str = ""


@dataclass(frozen=True, kw_only=True)
class ClockLine:
    """One limit: what it is about, until when, and how that was reckoned."""

    name: str
    words: str
    tone: str
    lines: tuple[str, ...]
    basis: str


@dataclass(frozen=True, kw_only=True)
class Organ:
    """What another organ was asked, and how long it took."""

    name: str
    words: str
    is_late: bool


@dataclass(frozen=True, kw_only=True)
class OwnForm:
    """A form of one's own application: what it does, and what was typed and sent along (`files`) where it was not taken."""

    action: str
    revision: int
    wrong: str = ""
    typed: str = ""
    score: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ApplicationPage:
    """One application of one's own."""

    title: str
    reference: str
    state: str
    tone: str
    plain: str
    place: str
    done: str
    clocks: tuple[ClockLine, ...]
    pauses: tuple[Fact, ...]
    correction: tuple[Fact, ...]
    correction_note: str
    correct: OwnForm | None
    surveys: tuple[Fact, ...]
    organs: tuple[Organ, ...]
    late_reason: str
    ground: str
    remedies: str
    """What can be done about a no, empty where there was none."""
    papers: tuple[Link, ...]
    permit: Link | None
    said: tuple[Fact, ...]
    handed_in: tuple[Fact, ...]
    history: tuple[Fact, ...]
    fee: str
    withdraw: OwnForm | None
    rate: OwnForm | None
    scores: tuple[Option, ...]
    rated: str
    problem: str = ""
    is_new: bool = False
    promise: str = ""
    heard: tuple[Fact, ...] = ()
    heard_files: tuple[Link, ...] = ()
    state_own: OwnForm | None = None
    answers: tuple[Option, ...] = ()
    is_asked: bool = False
    """They were told that they may ask for a hearing, and have not answered."""


@dataclass(frozen=True, kw_only=True)
class EPermitPage:
    """A permit that was granted, as its holder sees it. `qr` is an SVG; empty where it is not to be shown any more."""

    id: str
    number: str
    kind: str
    state: str
    tone: str
    is_in_force: bool
    facts: tuple[Fact, ...]
    terms: tuple[str, ...]
    note: str
    qr: str
    code: str
    verify: str
    verify_at: str
    papers: tuple[Link, ...]
    application: Link | None
    acts: tuple[Link, ...]
    problem: str = ""
    lines: tuple[str, ...] = ()
    heard: tuple[Fact, ...] = ()
    heard_files: tuple[Link, ...] = ()
    state_own: OwnForm | None = None
    answers: tuple[Option, ...] = ()
