"""Holds every dialogue: begins it, takes it one message further, ends it, and brings up what lay beneath it.

What a dialogue is for stands elsewhere: whoever begins one says with what (`Beginning`), and for each dialogue
there is one `Finish` that turns its answers into a change. Each message is one durable step (`bot.turns`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

import msgspec
from tortoise.models import Model

from bot.dialogue import advance, asking, begin, without
from bot.dialogue_prompts import prompt
from bot.dialogue_shape import CONFIRM, Asked, Dialogue, Option, Outcome, Say, Session, Word
from bot.dialogues import DIALOGUES, FILE_COMPLAINT, RATE_ANSWER
from bot.inbound_words import Understood
from bot.kinds import Answer, Heard, Recording
from bot.kinds_picked import PickKind
from bot.media import waiting_fetch
from bot.models import MediaFetch
from bot.phrases import Phrases
from bot.turns import Message, Next, Standing, Turns
from kit.db import Database
from kit.problems import Problem
from kit.sealing import FieldSealer

SCORES: Mapping[str, int] = {"satisfied": 3, "on_the_whole": 2, "unsatisfied": 1}
_WORDS = frozenset(Word)


@dataclass(frozen=True)
class Beginning:
    """What a dialogue begins with. `rows` are written with its first turn, `before` is said before its question.

    `taken_back`: purposes the citizen does not agree to any more.
    """

    dialogue: Dialogue
    known: Mapping[str, Answer] = field(default_factory=dict)
    subject: str = ""
    about: str = ""
    options: tuple[Option, ...] = ()
    rows: tuple[Model, ...] = ()
    before: str = ""
    taken_back: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ending:
    """A dialogue whose questions are all answered."""

    account_id: UUID
    session: Session
    answers: Mapping[str, Answer]
    message: Message
    at: datetime


@dataclass(frozen=True)
class Ended:
    """What came of it: words, rows to be written with the turn, and what is asked next.

    `taken_back`: the purpose whose consent ended with it; drafts beneath lose what was kept for it.
    """

    text: str
    rows: tuple[Model, ...] = ()
    following: Beginning | None = None
    taken_back: str = ""


Make = Callable[[Standing], Awaitable[Beginning | str]]
"""Decides what to begin with; a text says that there is nothing to begin."""
Finish = Callable[[Ending], Awaitable[Ended]]
"""Raises Problem: then the dialogue stays open and the sentence says why. May be called again for one message."""

Wonder = Callable[[UUID, Session | None, Session], Awaitable[tuple[Asked, ...]]]
"""What is to be asked beside the dialogue's own steps: whose it is, the session before the message and after it.

It is asked after each message, so that whatever reads rows does so only when their ground has changed."""


class Talks:
    """One per process. `is_unfit`: words that may not be kept at all, whatever they answer."""

    def __init__(
        self,
        db: Database,
        sealer: FieldSealer,
        turns: Turns,
        phrases: Phrases,
        is_unfit: Callable[[str], bool],
    ) -> None:
        self._db = db
        self._sealer = sealer
        self._turns = turns
        self._phrases = phrases
        self._is_unfit = is_unfit
        self._finish: dict[str, Finish] = {}
        self._wonder: dict[str, Wonder] = {}

    def finishes(self, dialogue: Dialogue, finish: Finish) -> None:
        """Say what the end of a dialogue leads to."""
        self._finish[dialogue.name] = finish

    def wonders(self, dialogue: Dialogue, wonder: Wonder) -> None:
        """Say what a dialogue asks beside its own steps."""
        self._wonder[dialogue.name] = wonder

    async def _wondering(
        self, account_id: UUID, dialogue: Dialogue, before: Session | None, session: Session, say: Say
    ) -> tuple[Session, Say]:
        """The session after a message, with the questions that its answers lead to."""
        wonder = self._wonder.get(dialogue.name)
        if wonder is None or say.outcome is not Outcome.ASKED:
            return session, say
        return asking(dialogue, before, session, say, await wonder(account_id, before, session))

    # ---- beginning

    async def start(self, message: Message, at: datetime, make: Make, *, anew: bool = False) -> str:
        """Begin a dialogue, on top of an open one that has answers already. A complaint's draft is never replaced."""

        async def decide(standing: Standing) -> Next:
            session = self._live(standing.session, at)
            made = await make(standing)
            if isinstance(made, str):
                return Next(self._and_reminder(made, session, at), session, write=False)
            if made.dialogue is FILE_COMPLAINT and session is not None and not anew:
                draft = _find(session, FILE_COMPLAINT.name)
                if draft is not None:
                    return Next(self._phrases.say("bot.resume_offer"), session, write=False)
            return await self._begun(standing, made, session, at)

        return await self._turns.step(message, decide)

    async def _begun(
        self, standing: Standing, made: Beginning, session: Session | None, at: datetime
    ) -> Next:
        beneath = session
        while beneath is not None and (beneath.dialogue == made.dialogue.name or not beneath.answers):
            beneath = beneath.beneath
        begun, say = begin(
            made.dialogue,
            at,
            known=dict(made.known),
            subject=made.subject,
            about=made.about,
            options=made.options,
            beneath=beneath,
            taken_back=made.taken_back,
        )
        begun, say = await self._wondering(standing.account_id, made.dialogue, None, begun, say)
        return Next((made.before + "\n" + self._phrases.lines(say.lines)).strip(), begun, made.rows)

    def fetch_row(self, account_id: UUID, file_id: UUID, media_id: str, medium: str = "") -> MediaFetch:
        """The unsaved job of taking a photo ("") or recording over from the platform."""
        row = waiting_fetch(self._db, self._sealer, account_id, file_id, media_id)
        row.medium = medium or None
        return row

    # ---- going on

    async def go_on(
        self, message: Message, heard: Understood, at: datetime, free: Callable[[], Awaitable[str]]
    ) -> str:
        """One message further in the open conversation. `free` answers what turns out not to belong to it."""
        elsewhere = ""

        async def decide(standing: Standing) -> Next:
            nonlocal elsewhere
            elsewhere = ""
            session = standing.session
            if session is None:
                # It ended while this message was on its way.
                elsewhere = "ended"
                return Next("", None, write=False)
            dialogue = DIALOGUES.get(session.dialogue)
            if dialogue is None or dialogue.version != session.version:
                elsewhere = "gone"
                return self._given_up(session, at)
            if heard.word == "file":
                return await self._file_again(standing, dialogue, session, at)
            file_id = self._db.ids.new() if heard.media else None
            after, say = advance(dialogue, session, _heard(heard, session, at, file_id))
            if say.outcome is Outcome.STALE:
                elsewhere = "stale"
                return Next("", session, write=False)
            if say.outcome is Outcome.GONE:
                elsewhere = "gone"
                return self._given_up(session, at)
            if self._holds_unfit(after, say):
                return Next(
                    self._and_reminder(self._phrases.say("bot.tip_off"), session, at), session, write=False
                )
            if say.outcome is Outcome.FINISHED:
                return await self._ended(standing, session, say, message, at)
            if after is None:
                return self._beneath(self._text(say), session.beneath, at)
            after, say = await self._wondering(standing.account_id, dialogue, session, after, say)
            rows: tuple[Model, ...] = ()
            if file_id is not None and _keeps(after, file_id):
                rows = (self.fetch_row(standing.account_id, file_id, heard.media, heard.medium),)
            return Next(self._text(say), after, rows, write=after != session)

        reply = await self._turns.step(message, decide)
        if elsewhere == "ended":
            return await free()
        if elsewhere == "stale":
            return await free() + "\n" + self.footer(await self._session_of(message), at)
        if elsewhere == "gone" and heard.word not in _WORDS:
            return (reply + "\n\n" + await free()).strip()
        return reply

    def is_going_on(self, session: Session, at: datetime) -> bool:
        """Whether a conversation is neither given up nor so old that words may be about something else."""
        dialogue = DIALOGUES.get(session.dialogue)
        if dialogue is None:
            return False
        return advance(dialogue, session, Heard(at=at))[1].outcome not in (Outcome.STALE, Outcome.GONE)

    @staticmethod
    def is_picking(session: Session) -> bool:
        """Whether one of several things is being picked, which may be done by its name."""
        dialogue = DIALOGUES.get(session.dialogue)
        if dialogue is None or session.step == CONFIRM:
            return False
        return isinstance(dialogue.steps[dialogue.position(session.step)].kind, PickKind)

    async def _session_of(self, message: Message) -> Session | None:
        return (await self._turns.standing(message.openid)).session

    def reminder(self, session: Session | None, at: datetime) -> str:
        """The open question once more, or the offer to go on with an old draft."""
        dialogue = DIALOGUES.get(session.dialogue) if session is not None else None
        if session is None or dialogue is None:
            return ""
        _, say = advance(dialogue, session, Heard(at=at))
        if say.outcome is Outcome.STALE:
            return self.footer(session, at)
        return "" if say.outcome is Outcome.GONE else self._phrases.lines(prompt(dialogue, session))

    def footer(self, session: Session | None, at: datetime) -> str:
        """That something was left open a while ago; "" when there is nothing any more."""
        session = self._live(session, at)
        if session is None:
            return ""
        return self._phrases.say("bot.resume_footer", what=self._phrases.say(f"{session.dialogue}.called"))

    def _and_reminder(self, text: str, session: Session | None, at: datetime) -> str:
        return f"{text}\n\n{self.reminder(session, at)}".rstrip()

    async def _file_again(
        self, standing: Standing, dialogue: Dialogue, session: Session, at: datetime
    ) -> Next:
        """To complain, said in the middle of something."""
        outcome = advance(dialogue, session, Heard(at=at))[1].outcome
        if outcome is Outcome.GONE or _find(session, FILE_COMPLAINT.name) is None:
            return await self._begun(standing, Beginning(FILE_COMPLAINT), self._live(session, at), at)
        if outcome is Outcome.STALE:
            return Next(self._phrases.say("bot.resume_offer"), session, write=False)
        if session.dialogue != FILE_COMPLAINT.name and not session.answers:
            # Nothing was said yet to what lies on top: the complaint goes on.
            return self._beneath("", _find(session, FILE_COMPLAINT.name), at)
        return Next(self._phrases.lines(prompt(dialogue, session)), session, write=False)

    def _given_up(self, session: Session, at: datetime) -> Next:
        dialogue = DIALOGUES.get(session.dialogue)
        if dialogue is None:
            return self._beneath(self._phrases.say("bot.draft_unknown"), session.beneath, at)
        what = self._phrases.say(f"{dialogue.name}.called")
        return self._beneath(self._phrases.say("bot.draft_gone", what=what), session.beneath, at)

    def _beneath(self, text: str, session: Session | None, at: datetime) -> Next:
        """The conversation on top has ended: the one it was begun in comes up again."""
        session = self._live(session, at)
        return Next(self._and_reminder(text, session, at).strip(), session)

    def _live(self, session: Session | None, at: datetime) -> Session | None:
        """The topmost conversation that is not given up."""
        while session is not None:
            dialogue = DIALOGUES.get(session.dialogue)
            if (
                dialogue is not None
                and advance(dialogue, session, Heard(at=at))[1].outcome is not Outcome.GONE
            ):
                return session
            session = session.beneath
        return None

    def _holds_unfit(self, after: Session | None, say: Say) -> bool:
        """Whether words sent one by one have become what may not be kept."""
        answers: Iterable[Answer] = after.answers.values() if after is not None else say.answers.values()
        return any(one.text and self._is_unfit(one.text) for one in answers)

    def _text(self, say: Say) -> str:
        text = self._phrases.lines(say.lines)
        if say.outcome in (Outcome.PERSON, Outcome.HELP):
            return f"{self._phrases.say('bot.help')}\n\n{text}"
        return text

    # ---- finishing

    async def _ended(
        self, standing: Standing, session: Session, say: Say, message: Message, at: datetime
    ) -> Next:
        finish = self._finish[session.dialogue]
        try:
            ended = await finish(Ending(standing.account_id, session, say.answers, message, at))
        except Problem as problem:
            # What was said stays; the sentence says what to change.
            return Next(self._and_reminder(self._phrases.problem(problem), session, at), session, write=False)
        if ended.following is None:
            beneath = _without(session.beneath, ended.taken_back) if ended.taken_back else session.beneath
            following = self._beneath(ended.text, beneath, at)
        else:
            made = replace(ended.following, before=ended.text)
            following = await self._begun(standing, made, session.beneath, at)
        return Next(following.reply, following.session, (*ended.rows, *following.rows))


def _without(session: Session | None, purpose: str) -> Session | None:
    """The drafts without what was kept for a purpose that is not agreed to any more."""
    if session is None:
        return None
    dialogue = DIALOGUES.get(session.dialogue)
    session = msgspec.structs.replace(session, beneath=_without(session.beneath, purpose))
    return without(dialogue, session, purpose) if dialogue is not None else session


def _find(session: Session | None, name: str) -> Session | None:
    while session is not None and session.dialogue != name:
        session = session.beneath
    return session


def _heard(heard: Understood, session: Session, at: datetime, file_id: UUID | None) -> Heard:
    number = heard.number
    if session.dialogue == RATE_ANSWER.name and heard.word in SCORES:
        number = SCORES[heard.word]
    file = str(file_id) if file_id is not None else None
    return Heard(
        at=at,
        text=heard.text,
        word=heard.word if heard.word in _WORDS else "",
        number=number,
        photo=None if heard.medium else file,
        recording=Recording(file, heard.medium) if file is not None and heard.medium else None,
        spot=heard.spot,
    )


def _keeps(session: Session, file_id: UUID) -> bool:
    file = str(file_id)
    return any(
        file in one.photos or any(file == recording.file for recording in one.recordings)
        for one in session.answers.values()
    )
