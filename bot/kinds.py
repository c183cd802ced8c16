"""What a step of a dialogue accepts. Here: text, a place, a mobile number.

A kind is asked two things. `take` when its step is the one being asked: accept, or refuse with a reason
the citizen can act on. `recognises` when another step is being asked: is this message plainly meant for
me? A photo or a location is, wherever it comes; words are only when they cannot be anything else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import msgspec


class Spot(msgspec.Struct, frozen=True, omit_defaults=True):
    """A location message: coordinates as the phone sent them (GCJ-02 in China), and the words beside it."""

    latitude: float
    longitude: float
    label: str = ""


class Recording(msgspec.Struct, frozen=True):
    """A voice message or a film by the id of its file. `medium` is "voice" or "video"."""

    file: str
    medium: str


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """One message as the engine sees it. `word` is what the vocabulary made of the whole text.

    `picked` is filled in by the engine: which of the session's options the message names.
    """

    at: datetime
    text: str = ""
    word: str = ""
    number: int | None = None
    photo: str | None = None
    recording: Recording | None = None
    spot: Spot | None = None
    picked: str = ""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a step was told. All empty: the step was skipped. `begun`: what comes next is added to it."""

    text: str = ""
    photos: tuple[str, ...] = ()
    recordings: tuple[Recording, ...] = ()
    spot: Spot | None = None
    begun: bool = False

    def __bool__(self) -> bool:
        return bool(self.text or self.photos or self.recordings or self.spot)


@dataclass(frozen=True)
class Accepted:
    """`more`: the step may be told more before the next one is asked."""

    answer: Answer
    more: bool = False


@dataclass(frozen=True)
class Refused:
    """`reason` is the tail of a catalogue key under `dialogue.refused`."""

    reason: str
    params: Mapping[str, object] = field(default_factory=dict)


Taken = Accepted | Refused


class Kind(Protocol):
    """What the engine needs to know of a kind of answer."""

    def take(self, before: Answer, heard: Heard) -> Taken:
        """Judge a message to the step itself. `before` is what the step was told already."""
        ...

    def recognises(self, heard: Heard) -> bool:
        """Whether a message to another step is plainly meant for this one."""
        ...

    def accepts_words(self, heard: Heard) -> bool:
        """Whether words that the optional step before has no use for may be meant for this one."""
        ...

    def goes_on(self, heard: Heard) -> bool:
        """Whether words that a later, optional step has no use for plainly go on with this one's answer."""
        ...

    def show(self, answer: Answer) -> str:
        """The answer in one line of a summary."""
        ...


_SHOWN_AT_MOST = 120
_SUBJECT_AT_MOST = 6
_SENTENCES_AT_LEAST = 16
_CLAUSE = re.compile(r"[,，;；。!！\n]")
_QUESTION = re.compile(r"[?？]\s*$|(?:吗|呢|么|怎么办|咋办)[?？。.!！]?\s*$")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_BETWEEN_DIGITS = re.compile(r"[\s\-—－()（）]+")


def shown(text: str) -> str:
    """A text in one line, short enough for a summary."""
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN_AT_MOST else text[:_SHOWN_AT_MOST] + "…"


@dataclass(frozen=True)
class TextKind:
    at_least: int
    at_most: int

    def take(self, before: Answer, heard: Heard) -> Taken:
        text = heard.text.strip()
        if not text:
            return Refused("words_please")
        if before.begun and before.text not in text:
            text = f"{before.text}{'：' if _is_subject(before.text) else '。'}{text}"
        if len(text) < self.at_least:
            return Refused("too_short", {"at_least": self.at_least})
        if len(text) > self.at_most:
            return Refused("too_long", {"at_most": self.at_most})
        return Accepted(Answer(text=text))

    def recognises(self, heard: Heard) -> bool:
        return False

    def accepts_words(self, heard: Heard) -> bool:
        return bool(heard.text.strip())

    def goes_on(self, heard: Heard) -> bool:
        # A place is said in a few words; several clauses tell what happens there.
        text = heard.text.strip()
        return len(text) >= _SENTENCES_AT_LEAST and _CLAUSE.search(text[:-1]) is not None

    def show(self, answer: Answer) -> str:
        return shown(answer.text)


@dataclass(frozen=True)
class NameKind(TextKind):
    """A person's name: kept, and shown by its first character only, because what is shown is kept elsewhere too."""

    def show(self, answer: Answer) -> str:
        return answer.text[:1] + "*" * (len(answer.text) - 1)


@dataclass(frozen=True)
class PlaceKind:
    at_least: int = 2
    at_most: int = 200

    def take(self, before: Answer, heard: Heard) -> Taken:
        if heard.spot is not None:
            return Accepted(Answer(spot=heard.spot))
        text = heard.text.strip()
        if not text or _mobile_in(text) is not None:
            return Refused("place_please")
        if _QUESTION.search(text):
            return Refused("question_not_place")
        if len(text) < self.at_least:
            return Refused("too_short", {"at_least": self.at_least})
        if len(text) > self.at_most:
            return Refused("too_long", {"at_most": self.at_most})
        return Accepted(Answer(text=text))

    def recognises(self, heard: Heard) -> bool:
        return heard.spot is not None

    def accepts_words(self, heard: Heard) -> bool:
        return isinstance(self.take(Answer(), heard), Accepted)

    def goes_on(self, heard: Heard) -> bool:
        return False

    def show(self, answer: Answer) -> str:
        if answer.spot is not None:
            return shown(answer.spot.label) or f"{answer.spot.latitude:.5f}, {answer.spot.longitude:.5f}"
        return shown(answer.text)


@dataclass(frozen=True)
class MobileKind:
    """`needed`: the step cannot be skipped, so the refusal must not say that it can."""

    needed: bool = False

    def take(self, before: Answer, heard: Heard) -> Taken:
        number = _mobile_in(heard.text)
        if number is not None:
            return Accepted(Answer(text=number))
        return Refused("mobile_please") if self.needed else Refused("not_a_mobile")

    def recognises(self, heard: Heard) -> bool:
        return _mobile_in(heard.text) is not None

    def accepts_words(self, heard: Heard) -> bool:
        return self.recognises(heard)

    def goes_on(self, heard: Heard) -> bool:
        return False

    def show(self, answer: Answer) -> str:
        return f"{answer.text[:3]}****{answer.text[-4:]}"


def subject(text: str) -> Answer | None:
    """Words that only name what it is about ("占道经营"), to be added to; None when they tell a story."""
    text = text.strip()
    return Answer(text=text, begun=True) if text and _is_subject(text) else None


def _is_subject(text: str) -> bool:
    return len(text) <= _SUBJECT_AT_MOST


def looks_like_mobile(text: str) -> bool:
    """Whether the text is a mobile number and nothing else."""
    return _mobile_in(text) is not None


def _mobile_in(text: str) -> str | None:
    """The mobile number that the text consists of, as eleven digits."""
    digits = _BETWEEN_DIGITS.sub("", text.strip())
    for prefix in ("+86", "0086"):
        digits = digits.removeprefix(prefix)
    if len(digits) == 13:
        digits = digits.removeprefix("86")
    # isascii: \d takes any script's digits, and a number in another script cannot be dialled as stored.
    return digits if digits.isascii() and _MOBILE.fullmatch(digits) else None


def text(at_least: int, at_most: int) -> TextKind:
    """Words, counted in characters."""
    return TextKind(at_least, at_most)


def name(at_least: int, at_most: int) -> NameKind:
    """A person's name, counted in characters."""
    return NameKind(at_least, at_most)


location_or_text = PlaceKind()
"""A location message, or words that say where."""

mobile = MobileKind()
"""A mainland mobile number; spaces, hyphens and +86 are forgiven."""

mobile_needed = MobileKind(needed=True)
"""The same, where it cannot be left out."""
