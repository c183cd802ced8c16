"""The console at an address of its own: there nothing but the console, and no console anywhere else.

Told apart by the port that was asked, where the console has one, or by the name of the host. A name nobody
knows is the citizens' side: the console never shows under it.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from urllib.parse import urlsplit

from sanic import Request

from kit.problems import NotFound
from kit.settings import Settings

BOTH_SIDES = ("/assets/", "/healthz", "/readyz", "/metrics")
CONSOLE = "/console"
CITIZENS = "/h5/"


class Side(StrEnum):
    """What a web process shows."""

    ALL = "all"
    CITIZENS = "citizens"
    CONSOLE = "console"


def is_split(settings: Settings) -> bool:
    """Whether the console stands apart."""
    return settings.console_port is not None or host_of(settings.console_url) != host_of(settings.public_url)


def side_of(settings: Settings) -> Callable[[Request], Side]:
    """Which side a request came in by."""
    if not is_split(settings):
        return lambda _: Side.ALL
    if settings.console_port is not None:
        return lambda request: request.app.ctx.side
    console = host_of(settings.console_url)
    return lambda request: Side.CONSOLE if request.host.lower() == console else Side.CITIZENS


def front_of(settings: Settings) -> Callable[[Request], str]:
    """Where the bare address leads: to the console, but for an address that is the citizens' alone."""
    which = side_of(settings)
    return lambda request: CITIZENS if which(request) is Side.CITIZENS else f"{CONSOLE}/"


def keep_apart(settings: Settings) -> Callable[[Request], None]:
    """Middleware: what is not on this side is not there at all (404)."""
    which = side_of(settings)

    def check(request: Request) -> None:
        path = request.path
        if path == "/" or path.startswith(BOTH_SIDES):
            return
        is_console = path == CONSOLE or path.startswith(f"{CONSOLE}/")
        if is_console != (which(request) is Side.CONSOLE):
            raise NotFound

    return check


def host_of(url: str) -> str:
    """Host and port as a browser sends them: the usual port is left out."""
    parts = urlsplit(url)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    name = (parts.hostname or "").lower()
    name = f"[{name}]" if ":" in name else name
    return name if parts.port in (None, usual) else f"{name}:{parts.port}"
