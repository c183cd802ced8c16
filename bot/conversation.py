"""What the official account does with a message.

What may not be heard here comes first (misconduct of our own people), then what cannot wait (danger to life).
An open conversation goes before everything else, unless the message is a command about something else. Then
commands, then numbers that take up an offer, then sentences. A question touches no SQL: whether a conversation is
open is known from `Entry.presence`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.alarms import Alarms
from bot.capabilities import Capabilities
from bot.commands import ASIDE, BEGINNING, Commands
from bot.dialogue_shape import Session
from bot.dialogues import (
    ADD_MATERIAL,
    DISPUTE_ANSWER,
    FILE_COMPLAINT,
    GUARDIAN,
    LEAVE_MESSAGE,
    RATE_ANSWER,
    WRITE_MORE,
)
from bot.filing import Filing
from bot.inbound_words import Understood, all_words, understand
from bot.kinds import looks_like_mobile, shown
from bot.late import LateReplies
from bot.people import People
from bot.phrases import Phrases
from bot.questions import Questions
from bot.replying import Reply, as_text
from bot.scenes import Scenes
from bot.sentences import Sentences
from bot.singleflight import Entry, Flight
from bot.standing_events import StandingEvents
from bot.taking_up import TakingUp
from bot.talks import SCORES, Talks
from bot.taps import OF_ANSWERS, Tap
from bot.turns import Message, Standing, Turns
from bot.vocabulary import Vocabulary
from kit.references import Reference, find_references, holds_mistyped_reference
from nlp.redact import redact
from wechat.messages import Inbound

_MAY_HOLD_REFERENCE = re.compile(r"\d{6}|[０-９]{6}")
_NAMES_A_CASE_AT_MOST = 40
"""Characters: longer messages that hold a reference tell something, and are no wish to see the case."""

_TELLS_OF_THINGS = frozenset({FILE_COMPLAINT.name, ADD_MATERIAL.name, LEAVE_MESSAGE.name, WRITE_MORE.name})
"""Dialogues whose answers may say where the danger is; the others ask for names and opinions."""

Answer = Reply | str


class Conversation:
    """One per process. `messages_per_minute` None: no limit."""

    def __init__(
        self,
        *,
        vocabulary: Vocabulary,
        phrases: Phrases,
        talks: Talks,
        commands: Commands,
        taking_up: TakingUp,
        sentences: Sentences,
        filing: Filing,
        scenes: Scenes,
        alarms: Alarms,
        capabilities: Capabilities,
        questions: Questions,
        people: People,
        turns: Turns,
        late: LateReplies,
        events: StandingEvents,
        flight: Flight,
        rebuild_presence: Callable[[], None],
        messages_per_minute: int | None = 60,
    ) -> None:
        self._vocabulary = vocabulary
        self._phrases = phrases
        self._talks = talks
        self._commands = commands
        self._taking_up = taking_up
        self._sentences = sentences
        self._filing = filing
        self._scenes = scenes
        self._alarms = alarms
        self._capabilities = capabilities
        self._questions = questions
        self._people = people
        self._turns = turns
        self._late = late
        self._events = events
        self._flight = flight
        self._rebuild_presence = rebuild_presence
        self._limit = messages_per_minute

    @property
    def unknown(self) -> Counter[str]:
        """How often what came that this release has no meaning for, by the event's name."""
        return self._events.unknown

    def may_be_kept(self, inbound: Inbound) -> bool:
        """Whether the message may be stored at all: what tells on the bureau's own people may not."""
        return not self._vocabulary.is_tip_off(all_words(inbound))

    def is_too_many(self, entry: Entry) -> bool:
        """Whether this person has sent more than is answered in a minute."""
        return self._limit is not None and entry.count > self._limit

    @property
    def alarms(self) -> Alarms:
        return self._alarms

    async def drain(self, timeout_s: float) -> None:
        """Let writes in progress end, when the process is asked to stop."""
        await self._alarms.drain(timeout_s)

    async def handle(self, inbound: Inbound, entry: Entry, message: Message, at: datetime) -> Answer:
        """The reply, or "" for a message that needs none. Raises Busy and database errors."""
        heard = understand(inbound, self._vocabulary)
        if heard.unfit == "silence":
            return await self._events.handle(inbound, message)
        words = all_words(inbound)
        danger = self._alarms.found_in(words) if words else ()
        if words and self._vocabulary.is_tip_off(words):
            # Nobody is paged for it: the officers who are told on may be the ones who would come.
            notice = self._phrases.say("bot.tip_off")
            return f"{self._alarms.numbers()}\n\n{notice}" if danger else notice
        too_many = self._phrases.say("bot.too_many") if self.is_too_many(entry) else ""
        if not danger and too_many:
            return too_many
        if not danger:
            told = await self._tell_officers(heard, entry, message)
            reply = await self._answered(inbound, heard, entry, message, at, is_danger=bool(told))
            return f"{told}\n\n{as_text(reply)}" if told else reply

        async def rest() -> str:
            # Whoever sends too much is still paged for: the words join the alert that is open.
            return too_many or as_text(
                await self._answered(inbound, heard, entry, message, at, is_danger=True)
            )

        return await self._alarms.raised(
            message, words, danger, rest, in_english=self._vocabulary.is_latin(words)
        )

    async def _tell_officers(self, heard: Understood, entry: Entry, message: Message) -> str:
        """After words of danger, pass on what says more of it: a place, a number, words that are no command."""
        if not entry.after_danger or not (heard.spot is not None or self._says_something(heard)):
            return ""
        if heard.spot is None and entry.presence is not False:
            session = (await self._turns.standing(message.openid)).session
            # A number that one of our questions asked for is sealed with what it belongs to.
            is_asked = session is not None and looks_like_mobile(heard.text)
            if is_asked or (session is not None and session.dialogue not in _TELLS_OF_THINGS):
                return ""
        return await self._alarms.told_more(message, heard.text.strip(), heard.spot)

    def _says_something(self, heard: Understood) -> bool:
        if heard.word or heard.number is not None or heard.scene or not heard.text.strip():
            return False
        return not self._named(heard.text)

    async def _answered(
        self,
        inbound: Inbound,
        heard: Understood,
        entry: Entry,
        message: Message,
        at: datetime,
        *,
        is_danger: bool = False,
    ) -> Answer:
        welcome = ""
        if inbound.event == "subscribe":
            welcome = await self._events.handle(inbound, message)
        if entry.presence is None:
            # Redis knows nothing: it is told anew, and meanwhile SQL says what is true.
            self._rebuild_presence()
            stored = await self._turns.stored_reply(message.act)
            if stored is not None:
                return await self._with_held(stored, entry, message, is_danger=is_danger)
        reply = await self._reply(heard, entry, message, at, is_danger=is_danger)
        if welcome:
            reply = f"{welcome}\n\n{as_text(reply)}"
        return await self._with_held(reply, entry, message, is_danger=is_danger)

    async def _with_held(self, reply: Answer, entry: Entry, message: Message, *, is_danger: bool) -> Answer:
        """The reply behind earlier answers that could not be sent. They wait on where nothing may go before it."""
        if entry.presence is False:
            return reply
        if is_danger or (isinstance(reply, Reply) and (reply.transfer or reply.articles)):
            await self._late.keep_waiting(message)
            return reply
        held = await self._late.held_for(message)
        return "\n\n".join((*held, as_text(reply))).rstrip() if held else reply

    async def _reply(
        self, heard: Understood, entry: Entry, message: Message, at: datetime, *, is_danger: bool
    ) -> Answer:
        if heard.media and not self._capabilities.takes_media:
            heard = Understood(unfit="bot.no_media")
        if entry.presence is False:
            return await self._free(heard, message, at, is_danger=is_danger)
        standing = await self._turns.standing(message.openid)
        if standing.session is None:
            stored = await self._turns.stored_reply(message.act)
            if stored is not None:
                return stored
            self._flight.clear(message.citizen, standing.revision)
            return await self._free(heard, message, at, is_danger=is_danger)
        return await self._talking(heard, message, standing, standing.session, at, is_danger=is_danger)

    # ---- within a conversation

    async def _talking(
        self,
        heard: Understood,
        message: Message,
        standing: Standing,
        session: Session,
        at: datetime,
        *,
        is_danger: bool,
    ) -> Answer:
        if heard.word == "person" and self._talks.is_going_on(session, at):
            return self._people.now(at) or self._with_prompt(self._people.where(at), session, at)
        begun = self._begun(heard, message, session, at)
        if begun is not None:
            return await begun
        aside = self._aside(heard, message, session, at)
        if aside is not None:
            # Something else in between: answered, and then the open question again.
            return self._with_prompt(await aside, session, at)
        if heard.unfit:
            return self._with_prompt(self._phrases.say(heard.unfit), session, at)
        if heard.scene or heard.scanned:
            return await self._scene(heard, message, at)

        if is_danger and session.dialogue == GUARDIAN.name:
            # A cry for help is nobody's name.
            return self._talks.reminder(session, at)

        async def free() -> str:
            return as_text(await self._free(heard, message, at, is_danger=is_danger))

        return await self._talks.go_on(message, heard, at, free)

    def _with_prompt(self, text: str, session: Session, at: datetime) -> str:
        return f"{text}\n\n{self._talks.reminder(session, at)}".rstrip()

    def _begun(
        self, heard: Understood, message: Message, session: Session, at: datetime
    ) -> Awaitable[str] | None:
        """What begins a short conversation on top of the open one."""
        if heard.word in SCORES and session.dialogue in (RATE_ANSWER.name, DISPUTE_ANSWER.name):
            return None
        if heard.word in BEGINNING:
            return self._commands.begin(heard.word, message, at, [])
        asked = self._vocabulary.asks_for(heard.text)
        found = self._named(heard.text) if asked else []
        if not found:
            return None
        return self._commands.about(asked, self._beside(asked, heard.text), found, message, at)

    def _aside(
        self, heard: Understood, message: Message, session: Session, at: datetime
    ) -> Awaitable[str] | None:
        """What is dealt with beside an open conversation, leaving it as it is."""
        if heard.tapped is not None:
            return self._tapped(heard.tapped, message)
        if heard.word == "report":
            return self._commands.tell("tip_off", message, at)
        if heard.word in ASIDE or (heard.from_menu and heard.word in ("ask", "help")):
            return self._commands.tell(heard.word, message, at)
        found = self._named(heard.text)
        if found and not self._talks.is_picking(session):
            return self._commands.about("", "", found, message, at)
        return None

    # ---- outside a conversation

    async def _free(self, heard: Understood, message: Message, at: datetime, *, is_danger: bool) -> Answer:
        if heard.unfit:
            return self._phrases.say(heard.unfit)
        if heard.scene or heard.scanned:
            return await self._scene(heard, message, at)
        if heard.media or heard.spot is not None:
            return await self._taking_up.keep_for_filing(heard, message)
        if heard.tapped is not None:
            return await self._tapped(heard.tapped, message)
        word = heard.word
        if word in ("file", "restart"):
            offers = await self._taking_up.offers(message)
            return await self._filing.start(message, at, sent=offers.sent, anew=word == "restart")
        if word == "person":
            return await self._people.reach(message, at, await self._taking_up.offers(message))
        if word == "leave":
            return await self._people.leave(message, at, await self._taking_up.offers(message))
        if word in OF_ANSWERS:
            return await self._tapped(Tap(OF_ANSWERS[word]), message)
        if word in ("yes", "skip", "done", "back"):
            return await self._taking_up.yes_or_no(word == "yes", message, at)
        if word:
            begun = self._commands.begin(word, message, at, [])
            return await (begun if begun is not None else self._commands.tell(word, message, at))
        if heard.number is not None:
            return await self._taking_up.number(heard.number, message, at)
        said = await self._words(heard.text.strip(), message, at, is_danger=is_danger)
        if heard.by_voice and heard.text.strip():
            return f"{self._phrases.say('qa.heard', words=shown(redact(heard.text)))}\n{said}"
        return said

    async def _tapped(self, tapped: Tap, message: Message) -> str:
        return await self._questions.said(tapped, message, await self._taking_up.offers(message))

    async def _words(self, text: str, message: Message, at: datetime, *, is_danger: bool) -> str:
        asked = self._vocabulary.asks_for(text)
        found = self._references(text)
        if found:
            return await self._commands.about(asked, self._beside(asked, text), found, message, at)
        if _MAY_HOLD_REFERENCE.search(text) and holds_mistyped_reference(text):
            return self._phrases.say("bot.cases.mistyped")
        return await self._sentences.answer(text, message, at, is_danger=is_danger)

    async def _scene(self, heard: Understood, message: Message, at: datetime) -> str:
        if heard.scene:
            return await self._scenes.open(heard.scene, message, at)
        return await self._scenes.scanned(heard.scanned, message, at)

    # ---- references

    @staticmethod
    def _references(text: str) -> list[Reference]:
        # Most sentences hold no six digits in a row: not worth a full look.
        return find_references(text) if _MAY_HOLD_REFERENCE.search(text) else []

    def _named(self, text: str) -> list[Reference]:
        return self._references(text) if len(text) < _NAMES_A_CASE_AT_MOST else []

    def _beside(self, asked: str, text: str) -> str:
        """The words beside a reference that is being added to, or rated."""
        if asked not in ("add", "rate"):
            return ""
        rest = self._vocabulary.after_prefix(asked, text)
        for one in self._references(rest):
            rest = rest.replace(str(one), "", 1)
        return rest.strip(" ：:，,。\n")
