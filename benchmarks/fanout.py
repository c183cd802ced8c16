"""How fast notices go out, against the HTTP client alone: same bodies, same stub, as many in flight.

Ten thousand citizens with sealed identities and consents stand in the database, each with one notice due. The real
dispatcher, channel and client send them: half by a one-time consent, which is used up, a fifth by a long-term one,
the rest as template messages. Tokens and quotas are kept in a real Valkey. The stub answers after 30 ms.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import aiohttp

from app.models import MODEL_MODULES
from app.shipped import CATALOGUE_FOLDER
from benchmarks.processes import free_port, running
from benchmarks.report import median
from benchmarks.servers import postgres
from bot.models import PushConsent
from bot.profile import MessageTemplate
from bot.push import WeChatPush
from bot.push_links import Links
from casework.complaints.events import ComplaintAccepted
from casework.events import EVENTS
from casework.notifications.dispatch import Dispatcher
from casework.notifications.models import Delivery
from casework.notifications.plan import params_of
from casework.notifications.rule_book import NotificationsSection, RuleBook
from casework.people.identities import new_account_rows
from kit.catalogue import Catalogue
from kit.clock import SystemClock
from kit.db import Change, Database
from kit.db.migrate import migrate
from kit.ids import Ids
from kit.redis import Redis, connect
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from kit.valkey import ensure_valkey
from wechat.client import account_client
from wechat.exchange import new_session

PUSHES, ROUNDS, WARM_UP = 10_000, 5, 400
STUB_MS = 30
SLOTS = 16
"""As many as the dispatcher has by default for what is not urgent; the client alone has as many in flight."""
APP_ID = "wx0123456789abcdef"
LONG_TERM, ONE_TIME, TEMPLATE = "long-term-0001", "one-time-00002", "template-00003"
_FIELDS = {"character_string1": "reference", "thing2": "title", "phrase3": "phrase", "time4": "time"}
TEMPLATES = (
    MessageTemplate(id=LONG_TERM, kind="long_term", fields=_FIELDS),  # type: ignore[arg-type]
    MessageTemplate(id=ONE_TIME, kind="one_time", fields=_FIELDS),  # type: ignore[arg-type]
    MessageTemplate(id=TEMPLATE, kind="template", fields=_FIELDS),  # type: ignore[arg-type]
)
RULE, NOTICE = "complaint_accepted_owner", "notify.complaint.accepted"
_NOW = datetime.now(UTC)
PARAMS = json.dumps(
    params_of(
        ComplaintAccepted(
            complaint_id=UUID(int=1),
            reference="QS-TS-261123-0001-A",
            account_id=None,
            at=_NOW,
            answer_by_at=_NOW,
        )
    )
)


@contextlib.contextmanager
def stub() -> Iterator[str]:
    """The platform's address."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.peers.push_stub", str(port), str(STUB_MS)]
    with running(command, {}, port):
        yield f"http://127.0.0.1:{port}"


@dataclass
class Setting:
    """One database, with what sends from it."""

    db: Database
    sealer: FieldSealer
    base: str
    session: aiohttp.ClientSession
    redis: Redis
    account_ids: list[UUID]

    def dispatcher(self) -> Dispatcher:
        """Put together as the worker does it."""
        clock = self.db.clock
        client = account_client(self.session, self.redis, APP_ID, "s" * 32, self.base, clock)
        push = WeChatPush(
            self.db,
            self.sealer,
            client,
            Catalogue.load(CATALOGUE_FOLDER),
            APP_ID,
            TEMPLATES,
            links=Links("https://cg.example.cn"),
        )
        book = RuleBook.of(NotificationsSection(), EVENTS)
        return Dispatcher(self.db, push, rules=book.get, slots=SLOTS)


@contextlib.asynccontextmanager
async def setting(url: str, folder: Path, base: str) -> AsyncIterator[Setting]:
    """A migrated database full of citizens."""
    await migrate(url, MODEL_MODULES, backup_folder=None)
    clock = SystemClock()
    db = await Database.open(url, MODEL_MODULES, clock, Ids(clock), b"k" * 32, process_wide=True)
    redis = connect(ensure_valkey(folder).url)
    try:
        async with new_session() as session:
            made = Setting(db, FieldSealer(KeyRing.random()), base, session, redis, [])
            await people(made, PUSHES + WARM_UP)
            # As a server does by itself some time after so many rows have come.
            await db.change(lambda change: change.connection.execute_script("ANALYZE"), timeout_s=60)
            yield made
    finally:
        await redis.aclose()
        await db.close()


async def people(setting: Setting, count: int) -> None:
    """So many citizens, with what they agreed to."""
    db = setting.db
    rows = [
        new_account_rows(db, setting.sealer, APP_ID, f"o{number:027d}", followed=True)
        for number in range(count)
    ]
    consents = [
        PushConsent(
            id=db.ids.new(),
            account_id=account.id,
            template_id=ONE_TIME if number % 10 < 5 else LONG_TERM,
            remaining=1,
            updated_at=db.clock.now(),
        )
        for number, (account, _) in enumerate(rows)
        if number % 10 < 7
    ]

    async def write(change: Change) -> None:
        for made in (list(one) for one in zip(*rows, strict=True)):
            await type(made[0]).bulk_create(made, batch_size=500)
        await PushConsent.bulk_create(consents, batch_size=500)

    await db.change(write, timeout_s=120)
    setting.account_ids = [account.id for account, _ in rows]


async def plan(setting: Setting, account_ids: list[UUID]) -> None:
    """One notice for each of these citizens, as the relay writes them."""

    async def write(change: Change) -> None:
        now = await change.database_now()
        rows = [
            Delivery(
                id=change.ids.new(),
                event_id=change.ids.new(),
                case_id=change.ids.new(),
                recipient_kind="account",
                recipient_id=account_id,
                rule=RULE,
                template=NOTICE,
                params=PARAMS,
                state="queued",
                attempts=0,
                fence=0,
                lane=1,
                next_at=now,
                expires_at=now + timedelta(days=3),
                created_at=now,
                updated_at=now,
            )
            for account_id in account_ids
        ]
        await Delivery.bulk_create(rows, batch_size=500)

    await setting.db.change(write, timeout_s=120)


async def ours_per_s(setting: Setting, account_ids: list[UUID]) -> float:
    """Notices a second, from the first claim until the last result is written."""
    await plan(setting, account_ids)
    stop = asyncio.Event()
    dispatcher = setting.dispatcher()
    begun, used = time.perf_counter(), time.process_time()
    sending = asyncio.create_task(dispatcher.run(stop))
    async with asyncio.timeout(300):
        while await Delivery.filter(state__in=["queued", "sending"]).exists():
            await asyncio.sleep(0.05)
    took, used = time.perf_counter() - begun, time.process_time() - used
    print(f"CPU us a push: {used / len(account_ids) * 1e6:.0f}", flush=True)
    stop.set()
    await sending
    sent = await Delivery.filter(state="sent").count()
    assert await Delivery.all().count() == sent, "a notice did not go out"
    return len(account_ids) / took


async def client_per_s(setting: Setting, count: int) -> float:
    """Messages a second of the HTTP client alone, with the bodies that were sent before."""
    async with setting.session.get(f"{setting.base}/_bodies") as response:
        kept = [(setting.base + target, body.encode()) for target, body in json.loads(await response.read())]
    upcoming = iter(range(count))
    headers = {"Content-Type": "application/json"}

    async def sender() -> None:
        for number in upcoming:
            address, body = kept[number % len(kept)]
            async with setting.session.post(address, data=body, headers=headers) as response:
                assert b'"errcode":0' in await response.read()

    begun = time.perf_counter()
    await asyncio.gather(*(sender() for _ in range(SLOTS)))
    return count / (time.perf_counter() - begun)


async def ratio_on(engine: str, url: str, folder: Path, base: str) -> float:
    """Our rate over the client's on one database; rounds in turn, the median of their ratios."""
    async with setting(url, folder, base) as made:
        await ours_per_s(made, made.account_ids[PUSHES:])
        await client_per_s(made, WARM_UP)
        ratios, each = [], PUSHES // ROUNDS
        for number in range(ROUNDS):
            client = await client_per_s(made, each)
            ours = await ours_per_s(made, made.account_ids[number * each : (number + 1) * each])
            print(f"{engine}: pushes a second: ours {ours:.0f}, the client alone {client:.0f}", flush=True)
            ratios.append(ours / client)
        used = await PushConsent.filter(template_id=ONE_TIME, remaining=0).count()
        assert used == (PUSHES + WARM_UP) // 2, f"{used} one-time consents were used up"
    return median(ratios)


def fanout_vs_client() -> float:
    """The smaller ratio of the two databases."""
    folder = Path(tempfile.mkdtemp(prefix="cgf-"))
    try:
        with stub() as base:
            sqlite = asyncio.run(ratio_on("SQLite", f"sqlite://{folder / 'bench.db'}", folder, base))
        with stub() as base, postgres() as url:
            return min(sqlite, asyncio.run(ratio_on("PostgreSQL", url, folder, base)))
    finally:
        ensure_valkey(folder).stop(adopted=True)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    print(f"{fanout_vs_client():.3f}")
