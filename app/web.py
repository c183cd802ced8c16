"""The web application: all doors behind one server. Built before the fork, opened after it."""

from __future__ import annotations

import asyncio
import contextlib

import structlog
from sanic import Request, Sanic
from sanic.config import Config

from app.campaigns import campaign_desk, campaign_door
from app.citizen_doors import citizens_pages, mini_program_api, open311, permit_pages_of
from app.core import Settled, file_store, open_core
from app.counting import tell_counts
from app.documents import close_documents, document_desk_of
from app.doors import (
    desk_of,
    inquiry_desk_of,
    miniprogram_door,
    official_account,
    order_desk_of,
    project_desk_of,
    staff_rules,
    visit_desk_of,
)
from app.exchange import exchange_door, exchange_section
from app.facts import Facts
from app.figures import figures_desk, public_pages
from app.knowledge import Knowledge, KnowledgeState, local_figures
from app.learning import knowledge_door, last_words, miss_log
from app.meters import (
    WebMeters,
    keep_publishing,
    metrics_folder,
    watch_database,
    watch_knowledge,
    watch_rights,
)
from app.ops import QUIET_ROUTES, ops_blueprint
from app.penalties import penalty_desk_of
from app.permits import permit_desk_of, sign_desk_of
from app.platform import Platform
from app.previewing import previews
from app.profile import rule_book
from app.renewal import end_when_moved
from app.shipped import shipped_catalogue
from app.split_doors import Side, front_of, is_split, keep_apart
from app.stopping import StopNotice
from app.template_book import Templates
from app.verification import verification_blueprint
from bot.webhook import webhook_blueprint
from casework.areas.profile import MapSection
from casework.complaints.replies import RepliesSection
from casework.retention.profile import RetentionSection
from content.bureau_profile import BureauSection
from kit.http.addresses import is_forwarded
from kit.http.patience import LIMITS
from kit.http.problem_pages import ProblemAnswers
from kit.http.settled import SettledApp, SettledRouter
from kit.http.shell import install_shell
from kit.metrics import Board
from kit.problems import Forbidden
from kit.settings import Settings
from miniapp_api.blueprint import api_blueprint
from miniapp_api.exchange.blueprint import exchange_blueprint
from miniapp_api.open311.blueprint import open311_blueprint
from web.assets import load_assets
from web.console.blueprint import console_blueprint
from web.console.door import build_console
from web.console.map_door import MapDoor
from web.console.problems import problem_page as console_problem
from web.h5.blueprint import h5_blueprint
from web.h5.problems import problem_page as citizens_problem
from web.public.blueprint import public_blueprint
from web.public.problems import problem_page as public_problem
from wechat.authorize import authorize_base

MESSAGES_PER_MINUTE = 60
LARGEST_BODY = 512 * 1024
"""For anybody; who has signed in may send photos, see `web.console.bodies`."""


def build_app(
    settings: Settings,
    redis_at: str,
    knowledge: KnowledgeState,
    stopping: StopNotice | None = None,
    settled: Settled | None = None,
) -> SettledApp:
    """Routes and life cycle. Nothing is opened here: the parent must have no connections to inherit.

    `app.ctx.side` is set in each process where the console has a port of its own.
    """
    app = SettledApp("chengguan", config=_config(), router=SettledRouter(), configure_logging=False)
    app.ctx.stopping = stopping or StopNotice()
    app.ctx.side = Side.CITIZENS if settings.console_port is not None else Side.ALL
    meters = WebMeters()
    catalogue = shipped_catalogue()
    assets = load_assets()
    problems = ProblemAnswers(
        catalogue, {"/console": console_problem, "/h5": citizens_problem, "/public": public_problem}
    )
    install_shell(
        app,
        problems,
        settings.public_url,
        bare={"chengguan.wechat.receive", "chengguan.wechat.receive_miniprogram"},
        framed_by=_phones(settings) if settings.demo else (),
        forms_lead_to=(authorize_base(settings.wechat_api_base),),
        observe=meters.request,
        unlogged=QUIET_ROUTES,
    )
    if is_split(settings):
        app.register_middleware(keep_apart(settings), "request", priority=150)
    assets.install(app)
    if settings.demo:
        app.register_middleware(_refuse_proxies, "request", priority=200)
    app.blueprint(ops_blueprint(front_of(settings)))
    app.blueprint(verification_blueprint())
    app.blueprint(webhook_blueprint())
    app.blueprint(console_blueprint())
    app.blueprint(h5_blueprint())
    app.blueprint(public_blueprint())
    app.blueprint(api_blueprint())
    app.blueprint(open311_blueprint())
    app.blueprint(exchange_blueprint())
    log = structlog.get_logger("web")

    @app.before_server_start
    async def open_doors(app: Sanic) -> None:
        stack = contextlib.AsyncExitStack()
        core = await stack.enter_async_context(open_core(settings, redis_at, settled))
        app.ctx.stack, app.ctx.core = stack, core
        problems.speak(core.catalogue)
        app.ctx.renewing = asyncio.create_task(end_when_moved(core.version, settings.data_dir, log.info))
        app.ctx.facts = Facts(core)
        kind = "console" if app.ctx.side is Side.CONSOLE else "web"
        app.ctx.board = Board(metrics_folder(settings.data_dir), kind, meters.registry)
        stack.callback(app.ctx.board.close)
        watch_database(meters.registry, core.db)
        answering = Knowledge(
            knowledge, core.clock, log.info, local_figures(core.profile), swapped=app.ctx.board.publish
        )
        watch_knowledge(meters.registry, lambda: answering.version)
        app.ctx.refresher = asyncio.create_task(answering.keep_fresh())
        desk = desk_of(core)
        hearing = miss_log(core, desk)
        stack.push_async_callback(last_words, hearing)
        app.ctx.listening = asyncio.create_task(hearing.run(log.warning))
        limit = MESSAGES_PER_MINUTE if settings.rate_limits else None
        documents = document_desk_of(core)
        stack.push_async_callback(close_documents, documents)
        permits, penalties = permit_desk_of(core, documents), penalty_desk_of(core, documents)
        bot = official_account(core, desk, answering, redis_at, hearing, permits, messages_per_minute=limit)
        stack.push_async_callback(bot.close)
        app.ctx.bot = bot.door
        watch_rights(meters.registry, bot.capabilities)
        app.ctx.miniprogram = miniprogram_door(core, desk, bot)
        platform = Platform(core, meters.call)
        stack.push_async_callback(platform.close)
        inquiries, files = inquiry_desk_of(core), file_store(core)
        app.ctx.console = build_console(
            desk=desk,
            inquiries=inquiries,
            scene_address=platform.scene_address,
            keys=core.keys,
            catalogue=core.catalogue,
            assets=assets,
            files=files,
            redis=core.redis,
            bureau=core.profile.section(BureauSection),
            public_url=settings.console_url,
            amending=core.checks,
            rules=rule_book(core.profile),
            preview=previews(core),
            templates=Templates(core, platform),
            trusted_proxies=settings.trusted_proxies,
            staff_rules=staff_rules(core),
            exchange=exchange_section(core),
            follow_ups=visit_desk_of(core, desk),
            orders=order_desk_of(core, desk),
            replies=core.profile.section(RepliesSection),
            retention=core.profile.section(RetentionSection),
            figures=figures_desk(core, desk),
            map=MapDoor(core.places, core.profile.section(MapSection).base, settings.map_key),
            campaigns=campaign_door(core, desk, campaign_desk(core, bot.capabilities), platform),
            knowledge=knowledge_door(core, answering),
            documents=documents,
            permits=permits,
            signs=sign_desk_of(core),
            projects=project_desk_of(core),
            penalties=penalties,
        )
        doors = {"account": bot.door}
        if app.ctx.miniprogram is not None:
            doors["miniprogram"] = app.ctx.miniprogram
        app.ctx.counting = asyncio.create_task(tell_counts(doors, log.info))
        meters.watch_doors(doors)
        app.ctx.publishing = asyncio.create_task(keep_publishing(app.ctx.board))
        app.ctx.h5 = citizens_pages(
            core,
            desk,
            inquiries,
            assets,
            files,
            platform,
            answering,
            hearing,
            permit_pages_of(core, permits),
            penalties,
        )
        app.ctx.public = public_pages(core, desk, assets)
        app.ctx.api = mini_program_api(
            core, desk, inquiries, answering, files, platform, hearing, permits, penalties
        )
        app.ctx.open311 = open311(core, desk)
        app.ctx.exchange = exchange_door(core, desk)

    @app.after_server_stop
    async def close_doors(app: Sanic) -> None:
        app.ctx.refresher.cancel()
        app.ctx.counting.cancel()
        app.ctx.renewing.cancel()
        app.ctx.publishing.cancel()
        app.ctx.listening.cancel()
        await app.ctx.stack.aclose()

    return app


def _phones(settings: Settings) -> tuple[str, ...]:
    """Where the demo phone is: its built-in browser shows our pages beside the chat."""
    return tuple(f"http://{host}:{settings.standin_port}" for host in ("127.0.0.1", "localhost"))


async def _refuse_proxies(request: Request) -> None:
    """The demo's logins are printed on a screen: it must not be put before the public by way of a proxy."""
    if is_forwarded(request):
        raise Forbidden("problem.demo_behind_proxy")


def _config() -> Config:
    config = Config()
    config.update(
        {
            "ACCESS_LOG": False,
            "MOTD": False,
            "OAS": False,
            "REQUEST_MAX_SIZE": LARGEST_BODY,
            "REQUEST_TIMEOUT": 30,
            "RESPONSE_TIMEOUT": 60,
            "KEEP_ALIVE_TIMEOUT": 60,
            "GRACEFUL_SHUTDOWN_TIMEOUT": 15.0,
            "FALLBACK_ERROR_FORMAT": "text",
            **LIMITS,
        }
    )
    return config
