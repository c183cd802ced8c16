"""Puts the stand-in together: the pretended API, the tester's door and the demo phone on one loopback port."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

from aiohttp import web

from wechat.standin.config import StandinConfig, is_loopback
from wechat.standin.control import add_control
from wechat.standin.control_account import add_account_control
from wechat.standin.control_people import add_people_control
from wechat.standin.control_pushes import add_push_control
from wechat.standin.courier import Courier
from wechat.standin.dispatch import COURIER, LARGEST_FILE_BYTES, PLATFORM, STOPPING, add_endpoints
from wechat.standin.memory import Memory
from wechat.standin.oauth_pages import add_oauth_pages
from wechat.standin.phone import add_phone
from wechat.standin.platform import new_platform
from wechat.standin.public_pages import add_public_pages

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PROXY_HEADERS = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")
PAGE_HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; frame-src 'self' {framed}"
)


def build_app(config: StandinConfig) -> web.Application:
    """The application; its platform is at `app[PLATFORM]`, its courier, once started, at `app[COURIER]`."""
    app = web.Application(middlewares=[_only_this_machine], client_max_size=LARGEST_FILE_BYTES)
    app[PLATFORM] = new_platform(config)
    app[COURIER] = Courier(app[PLATFORM])
    app[STOPPING] = asyncio.Event()
    app.on_response_prepare.append(_add_page_headers)
    app.on_shutdown.append(_say_goodbye)
    app.cleanup_ctx.append(_memory)
    app.cleanup_ctx.append(_courier)
    add_endpoints(app)
    add_control(app)
    add_account_control(app)
    add_people_control(app)
    add_push_control(app)
    add_oauth_pages(app)
    add_public_pages(app)
    add_phone(app)
    return app


def run(config: StandinConfig) -> None:
    """Serve until interrupted. OSError when the port is taken."""
    web.run_app(
        build_app(config),
        host=config.host,
        port=config.port,
        print=None,
        access_log=None,
        shutdown_timeout=1.0,
    )


@web.middleware
async def _only_this_machine(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses what reached us through a proxy, under a foreign name, or from a foreign page."""
    host = request.host.rpartition(":")[0] if not request.host.endswith("]") else request.host
    name = (host or request.host).strip("[]")
    if not is_loopback(name) or any(header in request.headers for header in PROXY_HEADERS):
        raise web.HTTPForbidden(text="the stand-in answers this machine only")
    origin = request.headers.get("Origin")
    if origin is not None and request.method not in ("GET", "HEAD") and not _is_own(origin, request):
        raise web.HTTPForbidden(text="the stand-in answers its own pages only")
    return await handler(request)


def _is_own(origin: str, request: web.Request) -> bool:
    return origin == f"{request.scheme}://{request.host}"


async def _add_page_headers(request: web.Request, response: web.StreamResponse) -> None:
    if request.path.startswith("/phone"):
        response.headers.update(PAGE_HEADERS)
        policy = PAGE_POLICY.format(framed=" ".join(request.app[PLATFORM].config.web_origins))
        response.headers["Content-Security-Policy"] = policy
    if request.path.startswith("/phone/static"):
        response.headers["Cache-Control"] = "no-cache"


async def _courier(app: web.Application) -> AsyncIterator[None]:
    await app[COURIER].start()
    yield
    await app[COURIER].stop()


async def _memory(app: web.Application) -> AsyncIterator[None]:
    path = app[PLATFORM].config.memory
    if path is None:
        yield
        return
    memory = Memory(app[PLATFORM], path)
    memory.recall()
    keeping = asyncio.create_task(memory.keep_up())
    yield
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping
    memory.keep()


async def _say_goodbye(app: web.Application) -> None:
    app[STOPPING].set()
    app[PLATFORM].feed.close()
