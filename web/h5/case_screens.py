"""What the pages of one's own cases show, already in words: templates choose nothing and compute nothing."""

from __future__ import annotations

from dataclasses import dataclass

from web.h5.notice_screens import OneTap, Prompt
from web.h5.screens import Fact, Link, Picture


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """A complaint or a message in the list. `tone` colours the state, which the words say too."""

    href: str
    opening: str
    state: str
    tone: str
    note: str
    at: str
    reference: str


@dataclass(frozen=True, kw_only=True)
class CasesPage:
    """One kind of a person's matters. `more` leads to older ones, `first` back to the newest; empty where not."""

    tabs: tuple[Link, ...]
    rows: tuple[CaseRow, ...]
    none: str
    more: str = ""
    first: str = ""


@dataclass(frozen=True, kw_only=True)
class Reckoning:
    """How a promised day came about: in a sentence, day by day, and on what basis."""

    words: str
    days: tuple[str, ...]
    basis: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a case is now and what comes next. `is_late`: a promise was not kept."""

    state: str
    tone: str
    promise: str = ""
    is_late: bool = False
    reckoning: Reckoning | None = None


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of several answers."""

    value: str
    words: str
    icon: str = ""


@dataclass(frozen=True, kw_only=True)
class TextField:
    """One field of a form and what stands in it."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    wrong: str = ""
    at_most: int = 1_000
    is_optional: bool = False
    rows: int = 5


@dataclass(frozen=True, kw_only=True)
class Aspect:
    """One thing that is rated by itself, with the score that was chosen before."""

    name: str
    label: str
    choices: tuple[Choice, ...]
    chosen: str = ""


@dataclass(frozen=True, kw_only=True)
class ActForm:
    """A form that does one thing to a case. `act` is drawn at random, so that a doubled tap acts once.

    `is_told`: its words are about the bureau's own people, and the phone must not keep them either.
    """

    action: str
    revision: int
    act: str
    button: str
    is_grave: bool = False
    scores: tuple[Choice, ...] = ()
    scores_legend: str = ""
    scores_wrong: str = ""
    score: str = ""
    aspects: tuple[Aspect, ...] = ()
    aspects_title: str = ""
    text: TextField | None = None
    takes_photos: bool = False
    photos: tuple[str, ...] = ()
    photos_said: str = ""
    photos_wrong: str = ""
    is_told: bool = False


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One line of a history."""

    at: str
    what: str
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """One complaint, for whoever may see it.

    For the holder of a receipt: `leave` ends it, `claim` takes the case into the WeChat in hand, `sign_in` leads there.
    For its owner: `prompt` asks to agree to messages, `stop` ends those of the kind that led here.
    """

    reference: str
    opening: str
    standing: Standing
    facts: tuple[Fact, ...]
    back: Link | None = None
    done: str = ""
    danger: str = ""
    question: str = ""
    kin: tuple[Link, ...] = ()
    answer: str = ""
    answered: str = ""
    photos: tuple[Picture, ...] = ()
    after_photos: tuple[Picture, ...] = ()
    happenings: tuple[Happening, ...] = ()
    rating: ActForm | None = None
    rated: str = ""
    offers: tuple[Link, ...] = ()
    leave: str = ""
    claim: str = ""
    sign_in: str = ""
    danger_numbers: tuple[Link, ...] = ()
    prompt: Prompt | None = None
    stop: OneTap | None = None
    remind_from: str = ""


@dataclass(frozen=True, kw_only=True)
class ActPage:
    """One thing to do about a case, on a page of its own. Without a form it says why it cannot be done now."""

    title: str
    reference: str
    words: str
    back: Link
    form: ActForm | None
    state: str = ""
    problem: str = ""
    kept: str = ""
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class Said:
    """One side's words."""

    who: str
    at: str
    words: str
    is_ours: bool


@dataclass(frozen=True, kw_only=True)
class TalkPage:
    """One message to the bureau with everything said, and the form to go on."""

    reference: str
    title: str
    standing: Standing
    said: tuple[Said, ...]
    back: Link
    done: str = ""
    danger: str = ""
    form: ActForm | None = None
    problem: str = ""
    kept: str = ""
    offers: tuple[Link, ...] = ()
    danger_numbers: tuple[Link, ...] = ()
