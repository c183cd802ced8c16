"""Sending on both engines: the urgent first, repeats where a rule says so, trails, bundles, consents in one go."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from bot.models import PushConsent
from bot.notice_choices import NoticeChoices, choices_of
from bot.profile import MessageTemplate
from bot.push import WeChatPush
from bot.push_reading import read
from casework.actors import citizen
from casework.notifications import trail
from casework.notifications.channel import DeliveryMessage, Retry, SendOutcome, Sent, Tried, Uncertain
from casework.notifications.dispatch import Dispatcher
from casework.notifications.models import Delivery
from casework.notifications.pace import Pace
from casework.notifications.rules import SHIPPED
from casework.notifications.settling import REPEATS_AT_MOST
from casework.notifications.shape import Doubt, Lane, Rule, Topic, Way
from casework.notifications.sms import LoggedSms
from casework.people.identities import new_account_rows
from casework.people.models import Account
from kit.catalogue import Catalogue
from kit.db import Change, Database
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from tests.casework_setting import person
from tests.conftest import MONDAY_MORNING
from wechat.errors import WeChatError, from_code

PLAIN = next(rule for rule in SHIPPED if rule.code == "complaint_accepted_owner")
REPEATING = replace(PLAIN, code="repeating", on_doubt=Doubt.REPEAT)
APP_ID = "wx0123456789abcdef"
ONE_TIME = MessageTemplate(id="one-time", kind="one_time", fields={"thing1": "title"})
TEMPLATE = MessageTemplate(id="template", kind="template", fields={"thing1": "title"})


def rules(code: str) -> Rule | None:
    return {rule.code: rule for rule in (*SHIPPED, REPEATING)}.get(code)


async def queue(db: Database, count: int = 1, *, to: list[UUID] | None = None, **values: Any) -> list[UUID]:
    """Rows that are due; `values` override what is ordinary."""
    made: list[UUID] = []

    async def work(change: Change) -> None:
        made.clear()
        now = await change.database_now()
        for number in range(count):
            common = {
                "id": change.ids.new(),
                "event_id": change.ids.new(),
                "recipient_kind": "account",
                "recipient_id": to[number] if to else person(7000 + number),
                "rule": PLAIN.code,
                "template": PLAIN.template,
                "params": '{"reference": "QS-TS-261123-0001-A"}',
                "state": "queued",
                "attempts": 0,
                "fence": 0,
                "lane": int(Lane.NORMAL),
                "next_at": now,
                "expires_at": now + timedelta(days=3),
                "created_at": now,
                "updated_at": now,
            }
            row = Delivery(**{**common, **values})
            await row.save(force_create=True)
            made.append(row.id)

    await db.change(work)
    return made


class Post:
    """A channel that keeps what it was given and answers as told."""

    def __init__(self, answer: Callable[[DeliveryMessage], Awaitable[SendOutcome]] | SendOutcome) -> None:
        self.seen: list[DeliveryMessage] = []
        self._answer = answer

    async def send(self, delivery: DeliveryMessage) -> SendOutcome:
        self.seen.append(delivery)
        return await self._answer(delivery) if callable(self._answer) else self._answer


async def test_an_urgent_call_waits_for_at_most_one_send_of_a_flood(database: Database) -> None:
    await queue(database, 60)

    async def slow(_: DeliveryMessage) -> SendOutcome:
        await asyncio.sleep(0.03)
        return Sent("custom")

    post, stop = Post(slow), asyncio.Event()
    dispatcher = Dispatcher(database, post, slots=4, urgent_slots=1)
    running = asyncio.create_task(dispatcher.run(stop, idle_s=0.05))
    while len(post.seen) < 8:
        await asyncio.sleep(0.005)
    (urgent,) = await queue(database, lane=int(Lane.URGENT), recipient_id=person(1))
    begun_before = len(post.seen)
    async with asyncio.timeout(10):
        while urgent not in [message.id for message in post.seen]:
            await asyncio.sleep(0.005)
    stop.set()
    await running
    position = [message.id for message in post.seen].index(urgent)
    assert position - begun_before <= 8, "the call waited behind more than what was just being claimed"
    assert await Delivery.filter(state="queued").exists()


async def test_slots_kept_for_calls_are_not_taken_by_other_notices(database: Database) -> None:
    await queue(database, 5)
    await queue(database, 2, lane=int(Lane.BULK))
    await queue(database, 3, lane=int(Lane.URGENT))
    assert await Dispatcher(database, Post(Sent("custom")), slots=2, urgent_slots=2).step() == 4
    left = Counter([row.lane for row in await Delivery.filter(state="queued")])
    assert left == {Lane.NORMAL: 4, Lane.BULK: 2}


async def test_a_row_of_an_earlier_release_goes_in_the_ordinary_lane(database: Database) -> None:
    await queue(database, lane=None)
    assert await Dispatcher(database, Post(Sent("custom"))).step() == 1
    row = await Delivery.get()
    assert (row.state, row.lane) == ("sent", Lane.NORMAL)
    assert row.settled_at is not None


@pytest.mark.parametrize(("rule", "tries"), [(PLAIN.code, 1), (REPEATING.code, 1 + REPEATS_AT_MOST)])
async def test_doubt_is_silence_or_a_repeat_that_is_counted_and_bounded(
    database: Database, rule: str, tries: int
) -> None:
    await queue(database, rule=rule)
    post = Post(Uncertain("no_answer"))
    dispatcher = Dispatcher(database, post, rules=rules, back_off_s=0.0)
    while await dispatcher.step():
        pass
    row = await Delivery.get()
    assert (row.state, len(post.seen), row.repeats or 0) == ("uncertain", tries, tries - 1)
    assert row.lost_at is not None
    assert [step.outcome for step in trail.read(row.trail)] == ["uncertain"] * tries
    assert [message.lost_s is None for message in post.seen] == [True] + [False] * (tries - 1)


async def test_a_lapsed_lease_is_repeated_where_the_rule_prefers_it(database: Database) -> None:
    now = await database.database_now()
    held = {"state": "sending", "fence": 1, "attempts": 1, "lease_until": now - timedelta(seconds=1)}
    silent, again = await queue(database, **held), await queue(database, rule=REPEATING.code, **held)
    dispatcher = Dispatcher(database, Post(Sent("custom")), rules=rules)
    assert await dispatcher.step() == 1
    found = {row.id: row for row in await Delivery.all()}
    assert (found[silent[0]].state, found[silent[0]].final_reason) == ("uncertain", "lease_lapsed")
    assert (found[again[0]].state, found[again[0]].repeats, found[again[0]].fence) == ("sent", 1, 3)


async def test_what_may_have_been_shown_before_it_went_stale_is_not_called_untold(database: Database) -> None:
    now = await database.database_now()
    await queue(database, lost_at=now - timedelta(hours=1), expires_at=now - timedelta(seconds=1))
    await Dispatcher(database, Post(Sent("custom"))).step()
    assert (await Delivery.get()).state == "uncertain"


async def test_a_bundle_ends_what_is_in_it(database: Database) -> None:
    (bundle,) = await queue(database, rule="bundle_owner")
    members = await queue(database, 3, state="bundled", digest_id=bundle)
    await Dispatcher(database, Post(Sent("template", "77"))).step()
    rows = [(row.state, row.channel) for row in await Delivery.filter(id__in=members)]
    assert rows == [("sent", "template")] * 3


async def test_the_trail_names_every_way_and_keeps_the_first_and_the_latest(database: Database) -> None:
    await queue(database)
    told = (Tried("long_term", trail.PASSED, "refused"), Tried("template", trail.RETRY, "busy"))
    dispatcher = Dispatcher(database, Post(Retry(0, "busy", tried=told)), back_off_s=0.0)
    for _ in range(8):
        await dispatcher.step()
    steps = trail.read((await Delivery.get()).trail)
    assert len(steps) == trail.AT_MOST
    assert {(step.way, step.outcome) for step in steps} == {("long_term", "passed"), ("template", "retry")}


def test_a_pace_lets_so_many_begin_and_no_more() -> None:
    pace, begun = Pace(100.0, 16), 0
    for tick in range(201):
        count = pace.of(16, tick * 0.01)
        pace.spend(count)
        begun += count
    assert 190 <= begun <= 216
    assert Pace(None, 16).of(9, 0.0) == 9


# ---- by WeChat


class Platform:
    """Takes what it is told to take, and remembers it."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.fails: WeChatError | None = None

    def _take(self, way: str, openid: str) -> str:
        if self.fails is not None:
            raise self.fails
        self.sent.append((way, openid))
        return "1"

    async def send_custom_text(self, openid: str, text: str) -> None:
        self._take("custom", openid)

    async def subscribe_bizsend(self, openid: str, template_id: str, *_: Any, **__: Any) -> str:
        return self._take("one_time", openid)

    async def send_template(self, openid: str, template_id: str, *_: Any, **__: Any) -> str:
        return self._take("template", openid)


@pytest.fixture
def sealer() -> FieldSealer:
    return FieldSealer(KeyRing.random())


@pytest.fixture
def words() -> Catalogue:
    named = {"title": "t", "text": "x", "thing": "h", "phrase": "p"}
    texts = {f"{PLAIN.template}.{name}": words for name, words in named.items()}
    stops = {"bot.way_out.stop_all": "s", "bot.way_out.label_all": "l", "bot.way_out.label": "l"}
    more = {f"bot.way_out.stop.{topic}": "s" for topic in Topic} | {
        f"notices.topic.{topic}": "t" for topic in Topic
    }
    return Catalogue(texts | stops | more)


async def citizens(db: Database, sealer: FieldSealer, count: int, consents: int = 0) -> list[UUID]:
    made = [new_account_rows(db, sealer, APP_ID, f"oCitizen-{number}") for number in range(count)]

    async def work(change: Change) -> None:
        for account, identity in made:
            await account.save(force_create=True)
            await identity.save(force_create=True)
            if consents:
                row = PushConsent(
                    id=change.ids.new(),
                    account_id=account.id,
                    template_id=ONE_TIME.id,
                    remaining=consents,
                    updated_at=change.now,
                )
                await row.save(force_create=True)

    await db.change(work)
    return [account.id for account, _ in made]


async def test_two_dispatchers_use_up_exactly_the_consents_there_are(
    database: Database, sealer: FieldSealer, words: Catalogue
) -> None:
    ids = await citizens(database, sealer, 3, consents=4)
    await queue(database, 30, to=ids * 10)
    platform = Platform()
    push = WeChatPush(database, sealer, platform, words, APP_ID, (ONE_TIME, TEMPLATE))

    async def drain() -> None:
        dispatcher = Dispatcher(database, push, slots=5, rules=rules)
        while await dispatcher.step():
            pass

    await asyncio.gather(drain(), drain())
    assert Counter(way for way, _ in platform.sent) == {"one_time": 12, "template": 18}
    assert {row.remaining for row in await PushConsent.all()} == {0}
    assert await Delivery.filter(state="sent").count() == 30


async def test_a_consent_comes_back_only_when_the_message_certainly_did_not_go(
    database: Database, sealer: FieldSealer, words: Catalogue
) -> None:
    ids = await citizens(database, sealer, 1, consents=2)
    platform = Platform()
    push = WeChatPush(database, sealer, platform, words, APP_ID, (ONE_TIME,))
    dispatcher = Dispatcher(database, push, rules=rules, back_off_s=0.0)
    await queue(database, to=ids)
    platform.fails = from_code(-1, "system error")
    await dispatcher.step()
    assert (await PushConsent.get()).remaining == 2
    # A sender that was killed in the middle: whether it was used up nobody knows.
    taken = await database.change(lambda change: push.prepare(change, [message_to(ids[0])]))
    assert len(taken) == 1
    assert (await PushConsent.get()).remaining == 1


def message_to(account_id: UUID) -> DeliveryMessage:
    return DeliveryMessage(
        id=person(1),
        case_id=None,
        recipient_kind="account",
        recipient_id=account_id,
        rule=PLAIN.code,
        template=PLAIN.template,
        params={},
        attempt=1,
        expires_at=MONDAY_MORNING,
        topic="progress",
    )


async def test_ways_are_gone_in_the_order_of_the_rule_and_no_others(
    database: Database, sealer: FieldSealer, words: Catalogue
) -> None:
    ids = await citizens(database, sealer, 1, consents=1)
    platform = Platform()
    push = WeChatPush(database, sealer, platform, words, APP_ID, (ONE_TIME, TEMPLATE), sms=LoggedSms())
    custom_first = replace(PLAIN, ways=(Way.CUSTOM, Way.ONE_TIME))
    only_template = replace(PLAIN, ways=(Way.TEMPLATE,))
    for rule in (custom_first, only_template):
        await queue(database, to=ids)
        await Dispatcher(database, push, rules=lambda _, rule=rule: rule).step()
    assert [way for way, _ in platform.sent] == ["custom", "template"]
    assert (await PushConsent.get()).remaining == 1


async def test_who_wants_none_is_told_only_what_must_be_told(
    database: Database, sealer: FieldSealer, words: Catalogue
) -> None:
    ids = await citizens(database, sealer, 2)

    async def one_person(change: Change) -> None:
        await Account.filter(id=ids[1]).update(merged_into_id=ids[0])

    await database.change(one_person)
    await NoticeChoices(database).choose(citizen(ids[0]), ids[0], {Topic.PROGRESS: "none"})
    platform = Platform()
    push = WeChatPush(database, sealer, platform, words, APP_ID, (TEMPLATE,))
    for must in (False, True):
        await queue(database, to=[ids[1]])
        await Dispatcher(database, push, rules=lambda _, must=must: replace(PLAIN, must=must)).step()
    assert len(platform.sent) == 1
    states = Counter([row.state for row in await Delivery.all()])
    assert states == {"failed": 1, "sent": 1}
    known = await database.change(
        lambda change: read(change, [message_to(ids[1])], APP_ID, None, hold_consents=False)
    )
    held = await choices_of(ids[1])
    assert known.reach[person(1)].unwanted == {topic for topic, choice in held.items() if choice == "none"}


async def test_a_text_message_goes_to_a_known_number_and_only_where_the_rule_lists_it(
    database: Database, sealer: FieldSealer, words: Catalogue
) -> None:
    known, unknown = await citizens(database, sealer, 2)
    sealed = sealer.seal("13800001111", table="account", column="phone", row_id=known)

    async def verify(change: Change) -> None:
        await Account.filter(id=known).update(phone_sealed=sealed, phone_verified_at=change.now)

    await database.change(verify)
    push = WeChatPush(database, sealer, Platform(), words, APP_ID, sms=LoggedSms())
    await queue(database, 2, to=[known, unknown])
    await Dispatcher(database, push, rules=lambda _: replace(PLAIN, ways=(Way.SMS,))).step()
    rows = {row.recipient_id: (row.state, row.channel) for row in await Delivery.all()}
    assert rows == {known: ("sent", "sms"), unknown: ("failed", None)}
