"""What the pages of permits show, already in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from web.console.case_screens import Coordinates, Photo
from web.console.document_screens import PapersPanel
from web.console.screens import Chip, Countdown, Fact, Link, Note, OptionGroup

AskKind = Literal["short", "long", "choice", "moment", "day", "number", "tick", "ticks", "file", "point"]


@dataclass(frozen=True, kw_only=True)
class PermitAsk:
    """One field of a form here. `kind` "moment" and "day" are the browser's own; "ticks" takes several of `groups`, those of `ticked` set.

    `sample` shows how it is filled in, `unit` stands behind the field, `map` begins a map to point on (JSON).
    """

    name: str
    kind: AskKind
    label: str
    optional: bool = False
    help: str = ""
    typed: str = ""
    wrong: str = ""
    at_most: int = 200
    groups: tuple[OptionGroup, ...] = ()
    ticked: tuple[str, ...] = ()
    unit: str = ""
    map: str = ""
    mode: str = ""
    sample: Link | None = None


@dataclass(frozen=True, kw_only=True)
class ItemAsk:
    """One item that may be asked to be put right: ticked, with what is wrong."""

    item: str
    name: str
    ticked: bool = False
    wrong_words: str = ""
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class PermitAct:
    """One move with its form. `preview` is where its paper can be looked at first, "" where it issues none."""

    move: str
    words: str
    button: str
    hint: str
    action: str
    asks: tuple[PermitAsk, ...] = ()
    items: tuple[ItemAsk, ...] = ()
    items_wrong: str = ""
    told: tuple[str, ...] = ()
    preview: str = ""
    open: bool = False
    grave: bool = False
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class PermitRow:
    """An application in the list. `clock` names which limit ends then."""

    href: str
    reference: str
    kind: str
    holder: str
    place: str
    unit: str
    who: str
    state: Chip
    due: Countdown | None
    clock: str
    marks: tuple[Chip, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PermitsPage:
    """The list of applications."""

    places: tuple[Link, ...]
    tabs: tuple[Link, ...]
    kinds: tuple[Link, ...]
    rows: tuple[PermitRow, ...]
    nothing: str
    note: str
    more: str
    first: str
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ShownField:
    """What was filled in; `is_masked`: only the audited look shows it."""

    name: str
    words: str
    is_masked: bool = False


@dataclass(frozen=True, kw_only=True)
class HandedIn:
    """A file under a material: a picture or a PDF. `seen_action` marks its original as seen."""

    photo: Photo
    is_paper: bool = False
    state: str = ""
    seen: str = ""
    seen_action: str = ""


@dataclass(frozen=True, kw_only=True)
class MaterialRow:
    name: str
    note: str
    files: tuple[HandedIn, ...]


@dataclass(frozen=True, kw_only=True)
class ClockRow:
    """A limit and how it was reckoned."""

    name: str
    due: Countdown | None
    words: str
    basis: str
    tone: str
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SurveyRow:
    """A look at the place."""

    title: str
    state: Chip
    facts: tuple[Fact, ...]
    findings: str
    photos: tuple[SurveyShot, ...]
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class SurveyShot:
    """A photo of a visit and what is known of when it was taken."""

    photo: Photo
    when: str
    is_bound: bool


@dataclass(frozen=True, kw_only=True)
class OrganRow:
    name: str
    state: Chip
    due: Countdown | None
    words: str
    at: str = ""
    act: PermitAct | None = None


@dataclass(frozen=True, kw_only=True)
class StatementRow:
    """What somebody said, and what became of it. `upload` is where a file of theirs is added."""

    title: str
    words: str
    outcome: str
    files: tuple[HandedIn, ...]
    upload: str = ""


@dataclass(frozen=True, kw_only=True)
class HeardPanel:
    """Those who were told, what they said, the hearings; `papers` are those that went to others than the applicant."""

    parties: tuple[Fact, ...]
    statements: tuple[StatementRow, ...]
    hearings: tuple[Fact, ...]
    papers: PapersPanel | None = None


@dataclass(frozen=True, kw_only=True)
class ClashRow:
    words: str
    reference: str
    href: str
    when: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class Step:
    at: str
    iso: str
    what: str
    who: str


@dataclass(frozen=True, kw_only=True)
class Revealing:
    """Masked particulars, and where to ask for them; `shown` for the one page that follows the audited look."""

    action: str
    shown: tuple[Fact, ...] = ()


@dataclass(frozen=True, kw_only=True)
class IdentityPanel:
    """Whether it is known who applies; `asks` and `action` where the clerk may write down what document they saw."""

    note: Note
    action: str = ""
    asks: tuple[PermitAsk, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PermitPage:
    """One application."""

    reference: str
    revision: str
    back: str
    title: str
    state: Chip
    marks: tuple[Chip, ...]
    due: Countdown | None
    due_words: str
    notes: tuple[Note, ...]
    facts: tuple[Fact, ...]
    fields: tuple[ShownField, ...]
    reveal: Revealing | None
    identity: IdentityPanel | None
    coordinates: Coordinates | None
    materials: tuple[MaterialRow, ...]
    clocks: tuple[ClockRow, ...]
    pauses: tuple[Fact, ...]
    corrections: tuple[Fact, ...]
    surveys: tuple[SurveyRow, ...]
    organs: tuple[OrganRow, ...]
    clashes: tuple[ClashRow, ...]
    clashes_known: bool
    papers: PapersPanel | None
    steps: tuple[Step, ...]
    acts: tuple[PermitAct, ...]
    permit: Link | None
    receipt: str
    correct: str
    lost: tuple[Note, ...] = ()
    heard: HeardPanel | None = None
