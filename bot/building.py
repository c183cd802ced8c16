"""Puts the official account together from what the composition root has opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bot.adding import Adding
from bot.alarms import Alarms
from bot.answers import Answerer, AnswerTexts
from bot.auto_replies import AutoReplies, AutoRepliesSection
from bot.capabilities import Capabilities
from bot.cases import Cases
from bot.commands import Commands
from bot.conversation import Conversation
from bot.door_alarms import DoorAlarms
from bot.filing import Filing
from bot.held_replies import held_citizens
from bot.inquiring import Inquiring
from bot.late import LateReplies
from bot.line import Line
from bot.miniprogram_pushes import SOURCE, MiniProgramPushes
from bot.miniprogram_replies import MiniProgramReplies
from bot.nearby import Nearby
from bot.notices import Notices
from bot.people import People
from bot.permits import Permits
from bot.personal import Personal, consent_words
from bot.phrases import Phrases
from bot.questions import Questions
from bot.rating import Rating
from bot.replying import Reply
from bot.scenes import Scenes
from bot.sentences import Sentences
from bot.singleflight import SCRIPTS, Entry, Flight, Names
from bot.standing_events import StandingEvents
from bot.taking_up import TakingUp
from bot.talks import Talks
from bot.turns import Message, Turns, open_conversations
from bot.vocabulary import Vocabulary
from bot.webhook import BUDGET_S, BotDoor, Counts
from bot.withdrawing import Withdrawing
from casework.complaints.desk import Desk
from casework.inquiries.desk import InquiryDesk
from casework.notifications.prompts import Moment
from casework.notifications.wishes import NoticeWishes, to_ask
from casework.people.profile import ConsentsSection
from casework.permits.desk import PermitDesk
from content.interpretations.gists import shipped_gists
from content.interpretations.hearing import Hearing, NoHearing
from kit.catalogue import Catalogue
from kit.secrets import KeyRing
from wechat.account_kinds import AccountKind, Right
from wechat.codec import Codec, Refusal
from wechat.messages import Inbound


@dataclass(frozen=True)
class Bot:
    """All parts that somebody outside needs: the door, and for the worker the conversation and its memory."""

    door: BotDoor
    conversation: Conversation
    phrases: Phrases
    line: Line | None
    flight: Flight
    capabilities: Capabilities

    async def answer_late(
        self, inbound: Inbound, entry: Entry, message: Message, at: datetime
    ) -> Reply | str:
        """The reply to a message another process left lying; for `bot.late.LateSending`."""
        return await self.conversation.handle(inbound, entry, message, at)

    async def close(self) -> None:
        """Finish what is in progress, then hang up."""
        await self.flight.drain(5.0)
        await self.conversation.drain(5.0)
        if self.line is not None:
            await self.line.close()


def build_bot(
    *,
    desk: Desk,
    keys: KeyRing,
    catalogue: Catalogue,
    answerer: Answerer,
    codec: Codec,
    appid: str,
    redis_url: str | None,
    bureau_words: Mapping[str, str],
    inquiries: InquiryDesk,
    permits: PermitDesk,
    consents: ConsentsSection,
    public_url: str,
    messages_per_minute: int | None = 60,
    capabilities: Capabilities | None = None,
    auto_replies: AutoReplies | None = None,
    wishes: NoticeWishes | None = None,
    hearing: Hearing | None = None,
    budget_s: float = BUDGET_S,
    redis_timeout_s: float = 0.2,
) -> Bot:
    """One per process, after the fork.

    `bureau_words` are placeholders every text may use: `BureauSection.placeholders()` plus `greeting` and
    `privacy` of the section `texts`, themselves filled in. `messages_per_minute` None: no limit.
    `consents` is the profile's section, `public_url` is where our pages stand.
    `capabilities` None: those of a certified service account; `auto_replies` None: there are none; `wishes` None:
    nobody is asked to agree to messages. `hearing` None: nobody learns from questions.
    """
    db, sealer = desk.db, desk.sealer
    auto_replies = auto_replies or AutoReplies(AutoRepliesSection())
    capabilities = capabilities or Capabilities.of_kind(AccountKind.CERTIFIED_SERVICE, db.clock)
    line = Line(redis_url, SCRIPTS, timeout_s=redis_timeout_s) if redis_url is not None else None
    flight = Flight(line)
    public_url = public_url.rstrip("/")
    words = {**bureau_words, **consent_words(consents), "public_url": public_url}
    phrases = Phrases(catalogue, words, lambda: capabilities.tells_news, lambda: capabilities.takes_media)
    vocabulary = Vocabulary(
        catalogue,
        ours=(word for category in desk.policy.categories.values() for word in category.keywords),
    )
    turns = Turns(db, flight, sealer, appid)
    late = LateReplies(db, sealer, capabilities, flight.hint)

    async def awaited() -> list[tuple[str, int]]:
        """Whose next message must look into SQL. An open conversation's hint goes before a bare one."""
        return [*await held_citizens(db), *await open_conversations(db)]

    talks = Talks(db, sealer, turns, phrases, vocabulary.is_tip_off)
    texts = AnswerTexts(catalogue, phrases, shipped_gists(), public_url)
    questions = Questions(answerer, texts, phrases, flight, hearing or NoHearing())
    cases = Cases(desk, phrases)
    personal = Personal(db, sealer, consents, talks, phrases)

    async def asks_consent(account_id: UUID) -> bool:
        if wishes is None or not capabilities.may(Right.SUBSCRIBE_MESSAGE):
            return False
        return bool(await to_ask(wishes, account_id, Moment.FILED, is_open=True, clock=db.clock))

    nearby = Nearby(desk, phrases, keys)
    filing = Filing(
        desk, talks, phrases, flight, personal, nearby, lambda: capabilities.takes_media, asks_consent
    )
    rating = Rating(desk, cases, talks, phrases)
    withdrawing = Withdrawing(desk, cases, talks, phrases)
    adding = Adding(desk, cases, talks, turns, phrases)
    inquiring = Inquiring(inquiries, talks, turns, phrases)
    own_permits = Permits(permits, turns, phrases, public_url)
    scenes = Scenes(db, keys, filing, talks, flight, phrases, public_url)
    people = People(
        phrases=phrases,
        capabilities=capabilities,
        is_office_hour=desk.calendar.is_working_moment,
        inquiring=inquiring,
        flight=flight,
    )
    taking_up = TakingUp(
        phrases=phrases,
        turns=turns,
        flight=flight,
        questions=questions,
        people=people,
        cases=cases,
        filing=filing,
        rating=rating,
        adding=adding,
        inquiring=inquiring,
        permits=own_permits,
        scenes=scenes,
    )
    conversation = Conversation(
        vocabulary=vocabulary,
        phrases=phrases,
        talks=talks,
        commands=Commands(
            phrases=phrases,
            turns=turns,
            flight=flight,
            cases=cases,
            rating=rating,
            withdrawing=withdrawing,
            adding=adding,
            inquiring=inquiring,
            permits=own_permits,
            personal=personal,
            notices=Notices(db, turns, phrases, capabilities, wishes),
        ),
        taking_up=taking_up,
        sentences=Sentences(
            vocabulary=vocabulary,
            phrases=phrases,
            questions=questions,
            auto_replies=auto_replies,
            filing=filing,
            inquiring=inquiring,
            taking_up=taking_up,
            turns=turns,
            flight=flight,
        ),
        filing=filing,
        questions=questions,
        people=people,
        scenes=scenes,
        alarms=Alarms(db, turns, phrases, flight, desk.policy.danger),
        capabilities=capabilities,
        turns=turns,
        late=late,
        events=StandingEvents(db, turns, phrases, auto_replies),
        flight=flight,
        rebuild_presence=lambda: flight.rebuild(awaited),
        messages_per_minute=messages_per_minute,
    )
    door = BotDoor(
        codec=codec,
        conversation=conversation,
        flight=flight,
        names=Names.of_keys(keys),
        late=late,
        clock=db.clock,
        refusals={kind: phrases.say(f"bot.door.{kind}") for kind in Refusal},
        alarms=DoorAlarms(line),
        budget_s=budget_s,
    )
    return Bot(door, conversation, phrases, line, flight, capabilities)


def build_miniprogram_door(bot: Bot, *, desk: Desk, codec: Codec, appid: str) -> BotDoor:
    """The door of the mini-program's own pushes, beside the account's and on the same connections."""
    turns = Turns(desk.db, bot.flight, desk.sealer, appid)
    return replace(
        bot.door,
        codec=codec,
        conversation=MiniProgramPushes(
            db=desk.db,
            turns=turns,
            phrases=bot.phrases,
            alarms=bot.conversation.alarms.at_another_door(turns, SOURCE),
            replies=MiniProgramReplies(desk.db, desk.sealer),
            is_tip_off=lambda inbound: not bot.conversation.may_be_kept(inbound),
            is_too_many=bot.conversation.is_too_many,
        ),
        alarms=DoorAlarms(bot.line),
        counts=Counts(),
        app="miniprogram:",
        takes_json=True,
    )
