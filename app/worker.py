"""`chengguan worker`: everything that happens without a request. Any number may run."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import socket
from collections.abc import Callable, Collection
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog

from app.campaigns import campaign_desk
from app.core import Core, file_store, open_core, redis_url
from app.documents import close_documents, document_desk_of
from app.doors import (
    deadline_desk_of,
    desk_of,
    inquiry_desk_of,
    official_account,
    order_desk_of,
    visit_desk_of,
)
from app.duties import Duty, Roster
from app.erasures import erasures_folder, note_erasures
from app.exchange import courier, exchange_section
from app.figures import FiguresDuty
from app.gauge_sources import build_gauges
from app.gauges import LOOK_S
from app.housekeeping import purge
from app.knowledge import Knowledge, build_knowledge, local_figures
from app.learning import last_words, miss_log
from app.meters import (
    WorkerMeters,
    beat,
    keep_publishing,
    metrics_folder,
    watch_database,
    watch_knowledge,
    watch_rights,
)
from app.penalties import penalty_desk_of
from app.permits import end_permits, pass_time, permit_desk_of, sign_desk_of
from app.platform import Platform
from app.posting import Posting
from app.profile import rule_book
from app.pushing import build_push, bundle_line
from app.renewal import until
from app.sealing import published_folder, seal_heads
from bot.late_sending import LateSending
from bot.mass import MassSending
from bot.media import fetch_media
from bot.receipts import settle_receipts
from bot.unionids import UnionidWalk
from casework.complaints.actions import close_answered_past_limit
from casework.complaints.calendar_change import CalendarWatch
from casework.complaints.clock_acts import archive_closed_past_limit, resume_waiting_past_limit
from casework.complaints.desk import Desk
from casework.complaints.media import files_of_cases
from casework.complaints.splitting import close_split_through
from casework.dangers.paging import page_again
from casework.deadlines.planning import DeadlinePlanner, adopt_cases
from casework.deadlines.sounding import sound_due
from casework.events import EVENTS
from casework.exchange.orders import accept_orders
from casework.exchange.planning import ExchangePlanner
from casework.figures.keeping import FigureKeeper
from casework.follow_up_visits.planning import VisitPlanner
from casework.inquiries.actions import close_answered_past_limit as close_inquiries
from casework.notifications.alerts import escalate_unanswered
from casework.notifications.bundles import make_bundles
from casework.notifications.dispatch import LEASE_S, Dispatcher
from casework.notifications.page_watch import judge_pages
from casework.notifications.plan import Planner
from casework.penalties.case_queries import files_of_requests
from casework.penalties.case_upkeep import reckon_cases
from casework.penalties.queries import files_of_notices
from casework.permits.calendar_change import PermitCalendarWatch
from casework.permits.key_lists import publish_due
from casework.permits.materials import files_of_permits
from casework.permits.platform import PlatformPlanner
from casework.permits.reminding import remind_before_end
from casework.retention.anonymising import keep_no_longer
from casework.retention.profile import RetentionSection
from casework.sign_filings.checking import files_of_signs
from casework.sign_filings.hazards import HazardKeeper
from casework.sign_filings.reminding import remind_of_checks
from casework.work_orders.ending import OrderKeeper
from content.bureau_profile import BureauSection
from content.campaigns.reporting import CampaignReports
from content.campaigns.sending import CampaignSending
from content.interpretations.misses import forget_misses
from kit.clock import local
from kit.files.decoder import Decoder
from kit.files.duty import decode_pending, sweep_strays
from kit.files.models import FileState, StoredFile
from kit.files.upload_duty import tend_uploads
from kit.files.uploads import Uploads
from kit.leases import Lease
from kit.logs import configure_logging
from kit.metrics import Board
from kit.outbox import Relay
from kit.passing import passes
from kit.secrets import KeyRing
from kit.settings import Settings
from kit.signing_keys import SigningKeys

STRAYS_AFTER = timedelta(days=1)
PUSH_LOOK_S = 0.5
OPENED_AGAIN_AFTER_S = 1.0
PACE_PER_S = 200.0
"""Notices that are not urgent: 720,000 an hour, and the webhook beside it answers as ever."""
NICE = 10
"""Whoever waits for an answer goes first on this machine."""


def run_worker(settings: Settings, *, lease_s: float = LEASE_S) -> int:
    """Work until SIGTERM or SIGINT; what is being sent is finished first. `lease_s`: of what is being sent."""
    configure_logging()
    # Refused before the embedded Valkey is started: it would be left running.
    KeyRing.open(settings.key_dir, create=False)
    redis_at = redis_url(settings)
    # After the embedded Valkey was started: the web processes use it too.
    os.nice(NICE)
    asyncio.run(_work(settings, redis_at, lease_s))
    return 0


async def _work(settings: Settings, redis_at: str, lease_s: float) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    has_worked = False
    while not stop.is_set():
        try:
            async with contextlib.AsyncExitStack() as stack:
                core = await stack.enter_async_context(open_core(settings, redis_at))
                has_worked = True
                # What was changed in the console is taken over by opening everything anew.
                await until(stop, core.version, partial(_work_with, core, redis_at, stack, lease_s))
        except Exception as error:
            # Whoever starts a worker must see that it cannot begin; one that has begun waits for the database.
            if not has_worked or not passes(error):
                raise
            structlog.get_logger("worker").warning("opening_again", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), OPENED_AGAIN_AFTER_S)


async def _work_with(
    core: Core, redis_at: str, stack: contextlib.AsyncExitStack, lease_s: float, over: asyncio.Event
) -> None:
    await work(core, redis_at, over, stack, lease_s=lease_s)


async def work(
    core: Core,
    redis_at: str,
    stop: asyncio.Event,
    stack: contextlib.AsyncExitStack,
    *,
    lease_s: float = LEASE_S,
) -> None:
    """Build the duties and do them until `stop`."""
    log = structlog.get_logger("worker")
    settings, db = core.settings, core.db
    meters = WorkerMeters()
    watch_database(meters.registry, db)
    meters_at = metrics_folder(settings.data_dir)
    board = Board(meters_at, "worker", meters.registry)
    stack.callback(board.close)
    publishing = asyncio.create_task(keep_publishing(board, also=partial(beat, meters_at)))
    stack.callback(publishing.cancel)
    # Two containers may share a host's name and a process id.
    holder = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
    platform = Platform(core, meters.call)
    stack.push_async_callback(platform.close)
    clients = await platform.clients()
    client = clients.account
    store = file_store(core)
    decoder = Decoder()
    stack.push_async_callback(decoder.close)
    desk, inquiries = desk_of(core), inquiry_desk_of(core)
    rescoring = core.settings.rescoring
    known = await build_knowledge(core.clock, local_figures(core.profile), rescoring=rescoring)
    answering = Knowledge(known, core.clock, log.info, swapped=board.publish)
    watch_knowledge(meters.registry, lambda: answering.version)
    refresher = asyncio.create_task(answering.keep_fresh())
    stack.callback(refresher.cancel)
    hearing = miss_log(core, desk)
    stack.push_async_callback(last_words, hearing)
    listening = asyncio.create_task(hearing.run(log.warning))
    stack.callback(listening.cancel)
    documents = document_desk_of(core)
    stack.push_async_callback(close_documents, documents)
    permits, bureau = permit_desk_of(core, documents), core.profile.section(BureauSection)
    signs = sign_desk_of(core)
    bot = official_account(core, desk, answering, redis_at, hearing, permits)
    stack.push_async_callback(bot.close)
    watch_rights(meters.registry, bot.capabilities)
    gauges = build_gauges(core, desk, bot.capabilities)
    meters.registry.register(gauges)
    deadlines, platforms = deadline_desk_of(core, desk, inquiries), exchange_section(core)
    posting = Posting()
    stack.push_async_callback(posting.close)
    exchange = courier(core, desk, posting, log.error)
    calendar_watch, permit_watch = CalendarWatch(desk), PermitCalendarWatch(permits)
    penalty_cases = penalty_desk_of(core, documents)
    visits = VisitPlanner(visit_desk_of(core, desk))
    orders = OrderKeeper(order_desk_of(core, desk))
    book = rule_book(core.profile)
    relay = Relay(
        db,
        dict.fromkeys(
            EVENTS,
            (
                Planner(book),
                DeadlinePlanner(deadlines),
                ExchangePlanner(platforms),
                PlatformPlanner(platforms, permits),
                FigureKeeper(desk),
                visits,
                orders,
                HazardKeeper(),
            ),
        ),
        lambda name, id, exc: log.error(
            "event_failed", event_name=name, id=str(id), error=type(exc).__name__
        ),
    )
    push = build_push(core, desk, bot, clients)
    dispatcher = Dispatcher(
        db,
        push,
        rules=book.get,
        pace_per_s=PACE_PER_S,
        lease_s=lease_s,
        on_failure=lambda id, error: log.error("channel_failed", delivery=id, error=error),
    )
    late = LateSending(
        db, desk.sealer, bot.answer_late, client, bot.capabilities, bot.flight.hint, clients.mini_program
    )

    async def decode() -> int:
        # Asked outside a transaction first: an idle worker must not take the writer's turn.
        if not await StoredFile.filter(state=FileState.RECEIVED.value).exists():
            return 0
        return await decode_pending(db, store, decoder)

    unionids = UnionidWalk(db, desk.sealer, settings.wechat_app_id, client, bot.capabilities)
    fetch = partial(fetch_media, db, client, store, desk.sealer, capabilities=bot.capabilities)

    async def sound() -> int:
        return await sound_due(
            deadlines, lambda id, exc: log.error("alarm_failed", case=str(id), error=type(exc).__name__)
        )

    mass, campaigns = MassSending(client, bot.capabilities), campaign_desk(core, bot.capabilities)
    campaign_sending = CampaignSending(campaigns, mass, report=log.error)
    campaign_reports = CampaignReports(campaigns, mass)

    figures, retention = FiguresDuty(core, desk), core.profile.section(RetentionSection)
    tombstone = core.catalogue.text("privacy.anonymised")
    keep_no_longer_step = partial(keep_no_longer, desk, retention, store.delete, instead=tombstone)
    bundle = partial(make_bundles, db, partial(bundle_line, core.catalogue), book.quiet)

    def leased(name: str, step: object, pause_s: float, *wakes: str) -> Duty:
        return Duty(name, step, pause_s, Lease(db, name, holder), wakes)  # type: ignore[arg-type]

    roster = Roster(
        [
            leased("relay", relay.step, 0.3, "exchange"),
            Duty("exchange", exchange.step, 2.0),
            leased("orders", lambda: accept_orders(desk, platforms), 2.0, "relay"),
            Duty("media", fetch, 1.0, wakes=("decode",)),
            Duty("decode", decode, 1.0),
            leased("late", late.step, 2.0),
            leased("receipts", lambda: settle_receipts(db), 5.0),
            Duty("campaigns", campaign_sending.step, 2.0),
            leased("campaign_reports", campaign_reports.step, 5.0, "campaigns"),
            leased("unionids", unionids.step, 30.0),
            leased("danger", lambda: page_again(db, desk.policy.danger), 5.0, "relay"),
            leased("alerts", lambda: escalate_unanswered(db), 5.0, "relay"),
            leased("bundles", bundle, 30.0),
            leased("page_watch", lambda: judge_pages(db, log.error), 2.0, "relay"),
            Duty("deadlines", sound, 10.0, wakes=("relay",)),
            leased("unplanned", lambda: adopt_cases(deadlines), 60.0, "deadlines"),
            leased("close", lambda: close_answered_past_limit(desk, core.clock.now()), 60.0, "relay"),
            leased("waiting", lambda: resume_waiting_past_limit(desk, core.clock.now()), 60.0, "relay"),
            leased("reckon", calendar_watch.step, 30.0, "relay"),
            leased("split", lambda: close_split_through(desk), 60.0, "relay"),
            leased("archive", lambda: archive_closed_past_limit(desk, core.clock.now()), 60.0, "relay"),
            leased("inquiries", lambda: close_inquiries(inquiries, core.clock.now()), 60.0, "relay"),
            leased("permits", lambda: pass_time(permits), 60.0, "relay"),
            leased("permit_ends", lambda: end_permits(permits), 60.0, "relay"),
            leased("permit_reminders", lambda: remind_before_end(db, permits.section), 60.0, "relay"),
            leased("sign_checks", lambda: remind_of_checks(signs), 60.0, "relay"),
            leased("permit_lists", lambda: publish_due(db, SigningKeys(settings.key_dir), bureau.name), 15.0),
            leased("permit_reckon", permit_watch.step, 30.0, "relay"),
            leased("penalty_reckon", lambda: reckon_cases(penalty_cases), 30.0, "relay"),
            leased("figures", figures.step, 5.0),
            leased("seal", lambda: seal_heads(db, core.keys, published_folder(settings.data_dir)), 300.0),
            leased("gauges", gauges.step, LOOK_S),
            leased("calendar", lambda: _check_calendar(desk, core, log.error), 3600.0),
            leased("purge", lambda: purge(db, retention), 3600.0),
            leased("retention", keep_no_longer_step, 300.0),
            leased("misses", lambda: forget_misses(db), 300.0),
            leased("erasures", lambda: note_erasures(erasures_folder(settings.data_dir)), 60.0),
            leased("uploads", lambda: tend_uploads(Uploads(db, store), _held_files), 60.0, "decode"),
            leased("strays", lambda: sweep_strays(store, before=core.clock.now() - STRAYS_AFTER), 86_400.0),
        ],
        log=log.error,
        counted=meters.step,
    )
    log.info("working", holder=holder)
    await asyncio.gather(roster.run(stop), _push(dispatcher, stop, log.error))
    log.info("stopped")


async def _held_files(ids: Collection[UUID]) -> set[UUID]:
    """Which of these files a case, an application for a permit or a sign holds."""
    return (
        await files_of_cases(ids)
        | await files_of_permits(ids)
        | await files_of_notices(ids)
        | await files_of_requests(ids)
        | await files_of_signs(ids)
    )


async def _check_calendar(desk: Desk, core: Core, alarm: Callable[..., object]) -> int:
    """A year without a holiday table does not stop anything, but somebody has to be told, hour after hour."""
    for warning in desk.calendar.check(local(core.clock.now()).date()):
        alarm(
            "calendar_year_missing",
            year=warning.year,
            remedy=core.catalogue.text(warning.key, year=warning.year),
        )
    return 0


async def _push(dispatcher: Dispatcher, stop: asyncio.Event, report: Callable[..., object]) -> None:
    """Dispatch until told to stop; a database that goes away is waited for."""
    while not stop.is_set():
        try:
            await dispatcher.run(stop, idle_s=PUSH_LOOK_S)
        except Exception as exc:  # noqa: BLE001 - outermost loop: reported, then tried again
            report("push_failed", error=type(exc).__name__, exc_info=exc)
            await asyncio.sleep(PUSH_LOOK_S)
