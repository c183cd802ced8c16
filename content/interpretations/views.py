"""What the rest of the program sees of the knowledge base."""

from datetime import date
from typing import Literal

import msgspec


class Citation(msgspec.Struct, frozen=True):
    """One article of one version of a law; `label` is how it is printed."""

    law: str
    article: int
    version_on: date
    label: str


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """One published question and answer. `sensitive`: about money, penalties, deadlines or rights.

    `topic` joins entries about one matter (follow-up questions stay within it); `link` is where the answer leads:
    "permit:KIND", "complaint:GROUP" or "". `answer` and `more` may hold `{name}` for a figure of the bureau's own;
    `local` says the words that stand there until the profile names one. `version` counts its publications.
    """

    slug: str
    question: str
    phrasings: tuple[str, ...]
    answer: str
    more: str = ""
    citations: tuple[Citation, ...]
    category: str
    sensitive: bool = False
    valid_from_on: date
    valid_until_on: date | None = None
    topic: str = ""
    link: str = ""
    local: dict[str, str] = {}
    version: int = 1


class SuggestedQuestion(msgspec.Struct, frozen=True):
    """A question to offer when the asked one was not clear."""

    slug: str
    question: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What to do with a question, and why.

    `entry` and `citations` are set in the band "answer" only; `matched` are the asked words the entry was found by,
    `phrasing` is the wording of it that lies nearest; `reason` is one word for staff and metrics; `confidence` is the
    probability, 0 to 1, that the first entry found is the one meant.
    """

    band: Literal["answer", "unsure", "lost"]
    entry: EntryView | None = None
    citations: tuple[Citation, ...] = ()
    matched: tuple[str, ...] = ()
    phrasing: str = ""
    suggestions: tuple[SuggestedQuestion, ...] = ()
    confidence: float = 0.0
    reason: str = ""
