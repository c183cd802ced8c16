"""A whole official account on a real SQLite database and a real Valkey, spoken to message by message."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from redis.asyncio import Redis

from app.models import MODEL_MODULES
from app.profile import complaint_policy
from bot.building import Bot, build_bot
from bot.capabilities import Capabilities
from bot.profile import WechatSection
from bot.replying import as_text, decode, encode
from bot.singleflight import Entry
from bot.turns import Message
from casework.complaints.desk import Desk
from casework.inquiries.desk import InquiryDesk
from casework.inquiries.profile import InquiriesSection
from casework.people.profile import ConsentsSection
from casework.permits.desk import PermitDesk
from casework.permits.kinds import PermitsSection
from content.bureau_profile import BureauSection, TextsSection
from content.interpretations.answering import Answerer
from content.interpretations.hearing import Door, Vote
from content.interpretations.laws import LawIndex
from content.interpretations.load import read_starter
from content.interpretations.views import Answer
from kit.calendar import WorkingCalendar
from kit.clock import FixedClock
from kit.db import Database
from kit.ids import Ids
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from tests import read_once
from tests.permit_setting import permit_desk_on
from wechat.account_kinds import Right
from wechat.codec import Codec
from wechat.messages import to_inbound

APP_ID = "wx0123456789abcdef"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
TOKEN = "transcripts"
ACCOUNT = "gh_0123456789ab"
"""The account's original id."""
TRANSFERRED = "（转给客服）"
"""Stands for the reply that hands over to customer service: it has no words."""
PATIENT_S = 5.0
"""For Redis, on a machine that is busy with other tests."""


class KeptHearing:
    """What doors pass on about questions, one vote a day for each person and entry."""

    def __init__(self, clock: FixedClock) -> None:
        self._clock = clock
        self._voted: set[tuple[str, str, date]] = set()
        self._heard: list[str] = []

    def asked(self, words: str, answer: Answer, door: Door) -> None:
        if answer.band != "answer":
            self._heard.append(f"{answer.band}: {words}")

    async def voted(self, vote: Vote) -> bool:
        kind = "not_this" if vote.not_this else "useful" if vote.helped else "useless"
        key = (vote.person, vote.slug, self._clock.now().date())
        if key in self._voted:
            return False
        self._voted.add(key)
        self._heard.append(f"{kind} {vote.slug}: {vote.words}".rstrip(": "))
        return True

    def taken(self) -> list[str]:
        heard, self._heard = self._heard, []
        return heard


class Office:
    """The bureau's side of a conversation, and everything tests want to look at."""

    def __init__(
        self,
        db: Database,
        desk: Desk,
        inquiries: InquiryDesk,
        permits: PermitDesk,
        keys: KeyRing,
        bot: Bot,
        clock: FixedClock,
        hearing: KeptHearing,
    ) -> None:
        self.db = db
        self.desk = desk
        self.inquiries = inquiries
        self.permits = permits
        self.keys = keys
        self.bot = bot
        self.clock = clock
        self.hearing = hearing
        self._numbers = count(24_000_000_000_000_001)

    def fields(self, openid: str, **content: Any) -> dict[str, Any]:
        """The parsed fields of a message, as the platform would send them."""
        common = {
            "ToUserName": ACCOUNT,
            "FromUserName": openid,
            "CreateTime": str(int(self.clock.now().timestamp())),
        }
        if content.get("MsgType") != "event":
            common["MsgId"] = str(next(self._numbers))
        return {**common, **content}

    async def hear(self, fields: dict[str, Any], presence: bool | None = None) -> str:
        """The reply to a message as text, through single flight unless `presence` is given by the test."""
        inbound = to_inbound(fields)
        door = self.bot.door
        message = Message(door.names.of(inbound.dedupe_key), door.names.of(inbound.openid), inbound)

        async def work(entry: Entry) -> bytes:
            return encode(await door.conversation.handle(inbound, entry, message, self.clock.now()))

        if presence is not None:
            stored = await work(Entry(presence=presence, count=1))
        else:
            stored = await door.flight.join(message.act, message.citizen, work)
        reply = decode(stored)
        return TRANSFERRED if reply.transfer else as_text(reply)

    async def say(self, text: str, openid: str = "oCitizen") -> str:
        return await self.hear(self.fields(openid, MsgType="text", Content=text))

    async def send(self, openid: str = "oCitizen", **content: Any) -> str:
        return await self.hear(self.fields(openid, **content))

    def pass_time(self, **length: float) -> datetime:
        return self.clock.advance(timedelta(**length))


def bureau_words(profile: Any) -> dict[str, str]:
    words = profile.section(BureauSection).placeholders()
    texts = profile.section(TextsSection)
    return {
        **words,
        "greeting": texts.greeting.format(**words),
        "privacy": texts.privacy.format(**words),
    }


async def open_office(
    db: Database,
    clock: FixedClock,
    redis_url: str | None,
    answerer: Any,
    rights: frozenset[Right] | None = None,
    **more: Any,
) -> Office:
    keys = KeyRing(
        {name: name.encode().ljust(32, b".") for name in ("audit", "fields", "files", "sessions", "seals")}
    )
    profile = read_once.profile()
    desk = Desk(
        db=db,
        calendar=WorkingCalendar(read_once.holidays()),
        policy=complaint_policy(profile),
        sealer=FieldSealer(keys),
        bureau_code="QS",
    )
    inquiries = InquiryDesk(
        db, desk.calendar, profile.section(InquiriesSection), desk.sealer, desk.bureau_code
    )
    permits = permit_desk_on(db, section=profile.section(PermitsSection), on=desk.calendar)
    kept = KeptHearing(clock)
    hearing = more.pop("hearing", kept)
    bot = build_bot(
        desk=desk,
        keys=keys,
        catalogue=read_once.catalogue(),
        answerer=answerer,
        codec=Codec(TOKEN, AES_KEY, APP_ID),
        appid=APP_ID,
        redis_url=redis_url,
        bureau_words=bureau_words(profile),
        inquiries=inquiries,
        permits=permits,
        consents=profile.section(ConsentsSection),
        public_url="https://cg.example.cn",
        hearing=hearing,
        capabilities=Capabilities(rights or profile.section(WechatSection).rights(), clock),
        **more,
    )
    return Office(db, desk, inquiries, permits, keys, bot, clock, kept)


@pytest.fixture(scope="session")
def answerer() -> Answerer:
    """The shipped knowledge."""
    return Answerer(read_starter(LawIndex.load()))


@pytest.fixture
async def sqlite_db(sqlite_url: str, clock: FixedClock) -> AsyncIterator[Database]:
    db = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), b"k" * 32, process_wide=True)
    yield db
    await db.close()


@pytest.fixture
async def office(
    sqlite_db: Database, clock: FixedClock, valkey_url: str, answerer: Answerer
) -> AsyncIterator[Office]:
    opened = await open_office(sqlite_db, clock, valkey_url, answerer, redis_timeout_s=PATIENT_S)
    assert opened.bot.line is not None
    await opened.bot.line.call(b"FLUSHALL")
    yield opened
    await opened.bot.close()


async def kept_anywhere(office: Office, redis_url: str, words: str) -> list[str]:
    """The tables and the keys of Redis that hold these words, in clear."""
    found = []
    needle = words.encode()
    with office.db.use():
        connection = office.db.reading
        names = await connection.execute_query_dict("SELECT name FROM sqlite_master WHERE type = 'table'")
        for name in (row["name"] for row in names):
            for row in await connection.execute_query_dict(f'SELECT * FROM "{name}"'):
                if any(needle in _bytes_of(value) for value in row.values()):
                    found.append(name)
    async with Redis.from_url(redis_url) as redis:
        async for key in redis.scan_iter():
            if needle in key or needle in (await redis.get(key) or b""):
                found.append(key.decode())
    return found


def _bytes_of(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
