"""What dialogues, the places people stand in them and what they are told are made of. Data only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from bot.kinds import Answer, Kind, TextKind

STALE_AFTER = timedelta(hours=2)
KEPT_FOR = timedelta(days=7)

CONFIRM = ""
"""The step name of a session whose questions are all answered and which waits for the citizen's yes."""


class Word(StrEnum):
    """What a whole message may mean to the engine, whatever words it used."""

    CANCEL = "cancel"
    BACK = "back"
    PERSON = "person"
    HELP = "help"
    SKIP = "skip"
    DONE = "done"
    YES = "yes"
    RESUME = "resume"
    RESTART = "restart"


class Outcome(StrEnum):
    """What became of a message. PERSON and HELP ask the caller for words of its own before the prompt."""

    ASKED = "asked"
    REFUSED = "refused"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    PERSON = "person"
    HELP = "help"
    STALE = "stale"
    GONE = "gone"


class Asked(msgspec.Struct, frozen=True, omit_defaults=True):
    """A question of the session's own, in words: what is asked about this complaint and no other.

    Without a text it is none, and only keeps a place among the others. `values` are what the first choices stand for.
    """

    text: str
    choices: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ask:
    """One question. An optional one may be skipped.

    `asked` False: taken when it is sent, never asked for. `unless`: not asked when the named step was answered so.
    `about` is the place among the session's own questions; the step is there only when the session has so many.
    `consent` is the purpose that must be agreed to before the answer may be kept; the question says so.
    `begun`: what was said before the dialogue may begin the answer, although nothing is summed up at its end.
    """

    name: str
    kind: Kind
    optional: bool = False
    asked: bool = True
    unless: tuple[str, str] | None = None
    consent: str = ""
    about: int | None = None
    begun: bool = False

    def is_due(self, answers: Mapping[str, Answer], questions: Sequence[Asked] = ()) -> bool:
        """Whether the step is asked at all after these answers, in a session with these questions of its own."""
        if self.about is not None:
            return self.about < len(questions) and bool(questions[self.about].text)
        if self.unless is None:
            return self.asked
        name, given = self.unless
        return self.asked and answers.get(name, Answer()).text != given


@dataclass(frozen=True)
class Dialogue:
    """Questions in order. `version` rises when steps change meaning: older drafts are then given up.

    `confirm`: show a summary and wait for a yes; else the last answer finishes. `notice` is the purpose that the
    summary tells of in any case.
    """

    name: str
    version: int
    steps: tuple[Ask, ...]
    confirm: bool = True
    notice: str = ""

    def position(self, name: str) -> int:
        return next(i for i, step in enumerate(self.steps) if step.name == name)

    def texts(self) -> list[str]:
        """Every catalogue key of its own that this dialogue may say."""
        keys = [f"{self.name}.cancelled", f"{self.name}.called"]
        for step in self.steps:
            if step.about is not None:
                keys += [f"{self.name}.{verb}_question" for verb in ("ask", "change", "show")]
                continue
            if not step.asked:
                keys += [f"{self.name}.show_{step.name}"]
                continue
            keys += [f"{self.name}.ask_{step.name}", f"{self.name}.change_{step.name}"]
            may_begin = step.begun or (self.confirm and isinstance(step.kind, TextKind))
            keys += [f"{self.name}.more_{step.name}"] if may_begin else []
            keys += [f"{self.name}.show_{step.name}"] if self.confirm else []
            keys += [f"{self.name}.none_{step.name}"] if self.confirm and step.optional else []
            keys += [f"{self.name}.agree_{step.name}"] if step.consent else []
            keys += [f"{self.name}.ask_{step.name}_only"] if step.consent and not step.optional else []
        return [*keys, f"{self.name}.summary", f"{self.name}.confirm"] if self.confirm else keys


class Option(msgspec.Struct, frozen=True):
    """One of several to pick from: its name, and the words it is shown with."""

    value: str
    words: str


class Session(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where one citizen stands in one dialogue.

    `subject` is what it is about (a case's id), if anything, and `about` the words its texts may show for that.
    `questions` are those that only this session asks.
    `beneath` is the conversation this one was begun in the middle of. `told` says which purposes the citizen was
    shown the wording of, and when; `taken_back` which ones they do not agree to any more.
    """

    dialogue: str
    version: int
    at: datetime
    step: str
    answers: dict[str, Answer] = msgspec.field(default_factory=dict)
    subject: str = ""
    about: str = ""
    options: tuple[Option, ...] = ()
    questions: tuple[Asked, ...] = ()
    beneath: Session | None = None
    told: dict[str, datetime] = msgspec.field(default_factory=dict)
    taken_back: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """A text of the catalogue."""

    key: str
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Say:
    """What to tell the citizen, and what the message amounted to."""

    outcome: Outcome
    lines: tuple[Line, ...] = ()
    answers: dict[str, Answer] = field(default_factory=dict)
