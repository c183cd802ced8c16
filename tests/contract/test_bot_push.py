"""Notices and photos between the official account and the strict stand-in, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import msgspec
import pytest
from aiohttp.test_utils import TestServer

from app.models import MODEL_MODULES
from bot.consent_counting import note_consents
from bot.media import fetch_media, waiting_fetch
from bot.models import MediaFetch, PushConsent
from bot.profile import MessageTemplate
from bot.push import NOT_BOUND, REASONS, WeChatPush
from casework.notifications.channel import DeliveryMessage, Final, Retry, Sent, Uncertain
from casework.notifications.dispatch import Dispatcher
from casework.notifications.models import Delivery
from casework.people.identities import new_account_rows, note_follow
from casework.people.models import WechatIdentity
from kit.clock import FixedClock
from kit.db import Change, Database, Intake
from kit.files.models import StoredFile
from kit.files.store import LocalFileStore
from kit.ids import Ids
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from tests import read_once
from tests.conftest import AUDIT_KEY
from wechat.client import WeChatClient
from wechat.errors import MEANINGS_OF_SENDS
from wechat.exchange import new_session
from wechat.messages import Consent
from wechat.standin.config import StandinConfig
from wechat.standin.server import build_app
from wechat.tokens import TokenKeeper

APP_ID, SECRET = "wx0123456789abcdef", "a-secret-of-ours"
CITIZEN = "oCitizen-1"
LONG_TERM = "standin-case-progress-long-term-0000000001"
ONE_TIME = "standin-case-progress-one-time-00000000002"
TEMPLATE = "standin-case-progress-template-0000000003"
TEMPLATES = (
    MessageTemplate(
        id=TEMPLATE,
        kind="template",
        fields={"character_string1": "reference", "thing2": "title", "phrase3": "phrase", "time4": "time"},
    ),
    MessageTemplate(
        id=ONE_TIME,
        kind="one_time",
        fields={"character_string1": "reference", "thing2": "title", "time3": "time", "thing4": "thing"},
    ),
    MessageTemplate(
        id=LONG_TERM,
        kind="long_term",
        fields={"character_string1": "reference", "thing2": "title", "phrase3": "phrase", "time4": "time"},
    ),
)


class Standin:
    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self.base = base
        self._session = session

    async def post(self, path: str, content: dict[str, Any]) -> None:
        async with self._session.post(f"{self.base}/_standin/{path}", json=content) as response:
            assert response.status == 200, await response.text()

    async def meet(self, *, wrote: bool, **consents: int) -> None:
        names = {"long_term": LONG_TERM, "one_time": ONE_TIME}
        counted = {names[name]: count for name, count in consents.items()}
        await self.post("citizens", {"openid": CITIZEN, "wrote": wrote, "consents": counted})

    async def fault(self, endpoint: str, kind: str) -> None:
        await self.post("faults", {"endpoint": endpoint, "kind": kind, "times": 1, "seconds": 1.0})

    async def delivered(self) -> list[dict[str, Any]]:
        async with self._session.get(f"{self.base}/_standin/ledger") as response:
            return [one for one in (await response.json())["entries"] if one["openid"] == CITIZEN]


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session() as opened:
        yield opened


@pytest.fixture
async def standin(clock: FixedClock, session: aiohttp.ClientSession) -> AsyncIterator[Standin]:
    config = StandinConfig(
        app_id=APP_ID,
        app_secret=SECRET,
        token="token",
        aes_key=None,
        webhook_url="http://127.0.0.1:9/wechat",
        clock=clock,
        seed=1,
    )
    async with TestServer(build_app(config)) as server:
        yield Standin(str(server.make_url("")).rstrip("/"), session)


@pytest.fixture
def client(standin: Standin, session: aiohttp.ClientSession, clock: FixedClock) -> WeChatClient:
    return WeChatClient(
        session, TokenKeeper(None, session, APP_ID, SECRET, standin.base, clock), standin.base
    )


@pytest.fixture
def sealer() -> FieldSealer:
    return FieldSealer(KeyRing.random())


@pytest.fixture
async def account_id(database: Database, sealer: FieldSealer) -> UUID:
    rows = new_account_rows(database, sealer, APP_ID, CITIZEN)
    await database.write(Intake(keys=("new",), body_hash=b"", rows=rows, result=b""))
    return rows[0].id


@pytest.fixture
def push(database: Database, sealer: FieldSealer, client: WeChatClient) -> WeChatPush:
    return WeChatPush(database, sealer, client, read_once.catalogue(), APP_ID, TEMPLATES)


def accepted(account_id: UUID, clock: FixedClock) -> DeliveryMessage:
    return DeliveryMessage(
        id=UUID("0193b000-0000-7000-8000-000000000001"),
        case_id=None,
        recipient_kind="account",
        recipient_id=account_id,
        rule="complaint.refused:owner",
        template="notify.complaint.refused",
        params={"reference": "QS-TS-261123-0001-A", "reason": "属于学校管理。", "responsible_body": "教育局"},
        attempt=1,
        expires_at=clock.now() + timedelta(days=3),
    )


async def consent(database: Database, account_id: UUID, *templates: str) -> None:
    async def work(change: Any) -> None:
        await note_consents(change, account_id, [Consent(one, True) for one in templates])

    await database.change(work)


async def test_a_long_term_consent_comes_first_and_is_not_used_up(
    database: Database, push: WeChatPush, standin: Standin, account_id: UUID, clock: FixedClock
) -> None:
    await standin.meet(wrote=True, long_term=1, one_time=1)
    await consent(database, account_id, LONG_TERM, ONE_TIME)
    for _ in range(2):
        outcome = await push.send(accepted(account_id, clock))
        assert isinstance(outcome, Sent)
        assert outcome.channel == "subscribe"
    assert await PushConsent.filter(remaining=1).count() == 2
    assert len(await standin.delivered()) == 2


async def test_a_one_time_consent_is_used_up_and_then_the_template_message_goes(
    database: Database, push: WeChatPush, standin: Standin, account_id: UUID, clock: FixedClock
) -> None:
    await standin.meet(wrote=False, one_time=1)
    await consent(database, account_id, ONE_TIME)
    channels = [await push.send(accepted(account_id, clock)) for _ in range(2)]
    assert [outcome.channel for outcome in channels if isinstance(outcome, Sent)] == ["subscribe", "template"]
    assert await PushConsent.filter(remaining=0).count() == 1


async def test_a_consent_the_platform_does_not_know_of_is_forgotten(
    database: Database, push: WeChatPush, standin: Standin, account_id: UUID, clock: FixedClock
) -> None:
    await standin.meet(wrote=True)
    await consent(database, account_id, LONG_TERM)
    outcome = await push.send(accepted(account_id, clock))
    assert isinstance(outcome, Sent)
    assert outcome.channel == "template"
    assert await PushConsent.filter(remaining=0).count() == 1


async def test_without_templates_a_customer_message_says_it_whole(
    database: Database,
    sealer: FieldSealer,
    client: WeChatClient,
    standin: Standin,
    account_id: UUID,
    clock: FixedClock,
) -> None:
    push = WeChatPush(database, sealer, client, read_once.catalogue(), APP_ID)
    await standin.meet(wrote=True)
    assert await push.send(accepted(account_id, clock)) == Sent("custom")
    text = (await standin.delivered())[0]["text"]
    assert "QS-TS-261123-0001-A" in text
    assert "教育局" in text


async def test_outside_the_window_nobody_is_reached_and_the_reason_is_told(
    database: Database,
    sealer: FieldSealer,
    client: WeChatClient,
    standin: Standin,
    account_id: UUID,
    clock: FixedClock,
) -> None:
    push = WeChatPush(database, sealer, client, read_once.catalogue(), APP_ID)
    await standin.meet(wrote=True)
    clock.advance(timedelta(hours=49))
    assert await push.send(accepted(account_id, clock)) == Final("window_closed")
    assert await standin.delivered() == []


async def test_who_left_or_never_came_is_not_written_to(
    database: Database, push: WeChatPush, standin: Standin, account_id: UUID, clock: FixedClock
) -> None:
    identity = await WechatIdentity.get(account_id=account_id)

    async def leave(change: Any) -> None:
        await note_follow(change, identity.id, follows=False)

    await database.change(leave)
    assert await push.send(accepted(account_id, clock)) == Final("not_following")
    stranger = UUID("0193b000-0000-7000-8000-000000000002")
    assert await push.send(accepted(stranger, clock)) == Final("recipient_unknown")


async def test_a_lost_answer_is_uncertain_and_a_busy_platform_is_asked_again(
    database: Database,
    sealer: FieldSealer,
    client: WeChatClient,
    standin: Standin,
    account_id: UUID,
    clock: FixedClock,
) -> None:
    push = WeChatPush(database, sealer, client, read_once.catalogue(), APP_ID)
    await standin.meet(wrote=True)
    await standin.fault("/cgi-bin/message/custom/send", "busy")
    outcome = await push.send(accepted(account_id, clock))
    assert isinstance(outcome, Retry)
    assert outcome.reason == "busy"
    await standin.fault("/cgi-bin/message/custom/send", "reset_after")
    assert await push.send(accepted(account_id, clock)) == Uncertain("no_answer")
    assert len(await standin.delivered()) == 1


@pytest.mark.parametrize("then", ["consent", "wrote"])
async def test_a_template_message_that_may_have_been_shown_is_said_by_no_other_way(
    database: Database, push: WeChatPush, standin: Standin, account_id: UUID, clock: FixedClock, then: str
) -> None:
    await standin.meet(wrote=False)
    await standin.fault("/cgi-bin/message/template/send", "reset_after")
    message = accepted(account_id, clock)
    outcome = await push.send(message)
    assert isinstance(outcome, Retry)
    assert len(await standin.delivered()) == 1
    # By the next try another way has opened, or the template's is closed for a moment.
    if then == "consent":
        await standin.meet(wrote=True, long_term=1)
        await consent(database, account_id, LONG_TERM)
    else:
        await standin.meet(wrote=True)
        await standin.fault("/cgi-bin/message/template/send", "busy")
    again = await push.send(
        msgspec.structs.replace(message, attempt=2, last_reason=outcome.reason, lost_s=3.0)
    )
    assert isinstance(again, Sent | Retry | Uncertain)
    assert isinstance(again, Sent) or again.reason == "no_answer"
    assert len(await standin.delivered()) == 1


async def test_a_template_message_is_asked_for_no_longer_than_the_platform_remembers_it(
    database: Database, push: WeChatPush, standin: Standin, account_id: UUID, clock: FixedClock
) -> None:
    await standin.meet(wrote=False)
    await standin.fault("/cgi-bin/message/template/send", "reset_after")
    await plan_one(database, account_id)
    dispatcher = Dispatcher(database, push)
    assert await dispatcher.step() == 1
    row = await Delivery.get()
    assert (row.state, row.last_reason) == ("queued", "no_answer")
    assert row.lost_at is not None
    # The platform is away until it has forgotten that it ever sent it.
    clock.advance(timedelta(minutes=11))

    async def eleven_minutes_later(change: Change) -> None:
        now = await change.database_now()
        await Delivery.all().update(lost_at=now - timedelta(minutes=11), next_at=now)

    await database.change(eleven_minutes_later)
    assert await dispatcher.step() == 1
    row = await Delivery.get()
    assert (row.state, row.final_reason) == ("uncertain", "no_answer")
    assert len(await standin.delivered()) == 1


async def test_a_lost_template_message_is_shown_once_and_ends_as_sent(
    database: Database, push: WeChatPush, standin: Standin, account_id: UUID
) -> None:
    await standin.meet(wrote=True)
    await standin.fault("/cgi-bin/message/template/send", "reset_after")
    await plan_one(database, account_id)
    dispatcher = Dispatcher(database, push)
    await dispatcher.step()

    async def at_once(change: Change) -> None:
        await Delivery.all().update(next_at=await change.database_now())

    # A busy platform in between does not make it forget that the message may have been shown.
    await standin.fault("/cgi-bin/message/template/send", "busy")
    for _ in range(2):
        await database.change(at_once)
        await dispatcher.step()
    row = await Delivery.get()
    assert (row.state, row.channel, row.attempts) == ("sent", "template", 3)
    assert len(await standin.delivered()) == 1


async def plan_one(database: Database, account_id: UUID) -> None:
    async def work(change: Change) -> None:
        now = await change.database_now()
        await Delivery(
            id=change.ids.new(),
            event_id=change.ids.new(),
            recipient_kind="account",
            recipient_id=account_id,
            rule="complaint.refused:owner",
            template="notify.complaint.refused",
            params='{"reference": "QS-TS-261123-0001-A", "reason": "不归我们管。", "responsible_body": "教育局"}',
            state="queued",
            attempts=0,
            fence=0,
            next_at=now,
            expires_at=now + timedelta(days=3),
            created_at=now,
            updated_at=now,
        ).save(force_create=True)

    await database.change(work)


async def test_a_database_that_is_away_makes_nothing_uncertain(
    sealer: FieldSealer, client: WeChatClient, database_url: str, account_id: UUID, clock: FixedClock
) -> None:
    away = await Database.open(database_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY)
    push = WeChatPush(away, sealer, client, read_once.catalogue(), APP_ID, TEMPLATES)
    await consent(away, account_id, ONE_TIME)
    await away.close()
    # The transaction that would use up the consent finds no database.
    assert isinstance(await push.send(accepted(account_id, clock)), Retry)


def test_every_reason_has_a_sentence_for_clerks() -> None:
    catalogue = read_once.catalogue()
    for reason in {*REASONS.values(), NOT_BOUND, "other"}:
        assert catalogue.has(f"delivery.reason.{reason}")
    assert {meaning.name for meaning in MEANINGS_OF_SENDS.values()} - set(REASONS) <= {"too_often"}


# ---- photos


async def waiting(database: Database, sealer: FieldSealer, account_id: UUID, media_id: str) -> MediaFetch:
    row = waiting_fetch(database, sealer, account_id, database.ids.new(), media_id)
    await database.write(Intake(keys=(f"m:{media_id}",), body_hash=b"", rows=(row,), result=b""))
    return row


async def uploaded(client: WeChatClient) -> str:
    from io import BytesIO

    from PIL import Image

    picture = BytesIO()
    Image.new("RGB", (64, 48), "green").save(picture, "JPEG")
    return await client.media_upload("image", picture.getvalue(), "p.jpg", "image/jpeg")


async def make_due(database: Database) -> None:
    """Postponed by the database's clock, which no test can turn."""
    past = await database.database_now() - timedelta(seconds=1)

    async def work(_: object) -> None:
        await MediaFetch.filter(state="waiting").update(next_at=past)

    await database.change(work)


async def test_a_photo_is_fetched_once_and_kept_under_its_id(
    database: Database, sealer: FieldSealer, client: WeChatClient, account_id: UUID, tmp_path: Path
) -> None:
    store = LocalFileStore(tmp_path, KeyRing.random())
    row = await waiting(database, sealer, account_id, await uploaded(client))
    assert await fetch_media(database, client, store, sealer) == 1
    assert await fetch_media(database, client, store, sealer) == 0
    assert (await MediaFetch.get(id=row.id)).state == "fetched"
    stored = await StoredFile.get(id=row.file_id)
    assert (stored.account_id, stored.sniffed_type) == (account_id, "image/jpeg")
    assert (await store.read_original(row.file_id, bytes(stored.wrapped_key)))[:2] == b"\xff\xd8"


async def test_a_photo_the_platform_no_longer_has_is_given_up(
    database: Database, sealer: FieldSealer, client: WeChatClient, account_id: UUID, tmp_path: Path
) -> None:
    row = await waiting(database, sealer, account_id, "no-such-medium")
    ended: list[str] = []
    store = LocalFileStore(tmp_path, KeyRing.random())
    await fetch_media(database, client, store, sealer, on_end=ended.append)
    assert ended == ["lost"]
    assert (await MediaFetch.get(id=row.id)).reason


async def test_a_photo_is_asked_for_again_when_the_platform_is_busy_but_not_for_ever(
    database: Database,
    sealer: FieldSealer,
    client: WeChatClient,
    standin: Standin,
    account_id: UUID,
    clock: FixedClock,
    tmp_path: Path,
) -> None:
    store = LocalFileStore(tmp_path, KeyRing.random())
    row = await waiting(database, sealer, account_id, await uploaded(client))
    await standin.fault("/cgi-bin/media/get", "html_502")
    await fetch_media(database, client, store, sealer)
    assert (await MediaFetch.get(id=row.id)).state == "waiting"
    assert await fetch_media(database, client, store, sealer) == 0
    await make_due(database)
    await fetch_media(database, client, store, sealer)
    assert (await MediaFetch.get(id=row.id)).state == "fetched"


async def test_what_is_no_photo_is_refused(
    database: Database, sealer: FieldSealer, client: WeChatClient, account_id: UUID, tmp_path: Path
) -> None:
    class Scribbles:
        async def media_get(self, media_id: str) -> tuple[bytes, str]:
            return b"MZ this is a program", "image/jpeg"

    row = await waiting(database, sealer, account_id, "scribbles")
    await fetch_media(database, Scribbles(), LocalFileStore(tmp_path, KeyRing.random()), sealer)
    assert (await MediaFetch.get(id=row.id)).state == "refused"
    assert {file.state for file in await StoredFile.all()} == {"refused"}
