"""Who gets to see the figures, and which host name shows what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from prometheus_client import CollectorRegistry, Counter
from sanic import HTTPResponse, Request, Sanic, text

from app.environment import read_settings
from app.ops import ops_blueprint
from app.split_doors import front_of, is_split, keep_apart
from app.stopping import StopNotice
from kit.http.patience import LIMITS
from kit.http.problem_pages import ProblemAnswers
from kit.http.shell import install_shell
from kit.metrics import Board, living
from kit.settings import Settings, SettingsError
from tests import read_once
from tests.e2e.door_setting import listening

_serial = iter(range(1000))


def settings_of(**environ: str) -> Settings:
    return read_settings(environ, for_wechat=False)


class Facts:
    """A database that has nothing to say."""

    async def read(self) -> list[Any]:
        return []


@asynccontextmanager
async def served(tmp_path: Path, **environ: str) -> AsyncIterator[aiohttp.ClientSession]:
    """The real blueprint and the real fence, with a page on each side."""
    settings = settings_of(**environ)
    app = Sanic(f"addresses{next(_serial)}", configure_logging=False)
    app.config.update(LIMITS)
    install_shell(app, ProblemAnswers(read_once.catalogue()), settings.public_url)
    if is_split(settings):
        app.register_middleware(keep_apart(settings), "request", priority=150)
    app.blueprint(ops_blueprint(front_of(settings)))
    registry = CollectorRegistry()
    Counter("chengguan_something", "Something.", registry=registry).inc()
    board = Board(tmp_path / "metrics", "web", registry)
    app.ctx.core = SimpleNamespace(settings=settings)
    app.ctx.board, app.ctx.facts, app.ctx.stopping = board, Facts(), StopNotice()

    async def page(_: Request, rest: str = "") -> HTTPResponse:
        return text("here")

    for number, path in enumerate(
        ("/console", "/console/<rest:path>", "/h5/<rest:path>", "/assets/<rest:path>")
    ):
        app.add_route(page, path, name=f"page{number}")
    async with listening(app) as url, aiohttp.ClientSession(url) as session:
        yield session
    board.close()


async def status(session: aiohttp.ClientSession, path: str, **headers: str) -> int:
    named = {name.replace("_", "-"): content for name, content in headers.items()}
    async with session.get(path, headers=named, allow_redirects=False) as answer:
        return answer.status


async def test_the_figures_want_the_token_where_one_is_set_from_this_machine_too(tmp_path: Path) -> None:
    async with served(tmp_path, METRICS_TOKEN="tell-me") as session:
        assert await status(session, "/metrics") == 401
        assert await status(session, "/metrics", Authorization="Bearer wrong") == 401
        assert await status(session, "/metrics", Authorization="Bearer 错的") == 401
        assert await status(session, "/metrics", Authorization="Bearer tell-me") == 200
        assert (
            await status(session, "/metrics", Authorization="Bearer tell-me", X_Forwarded_For="203.0.113.7")
            == 200
        )


@pytest.mark.parametrize("header", ["X_Forwarded_For", "Forwarded", "X_Real_IP", "Via"])
async def test_without_a_token_the_figures_are_for_this_machine_and_no_proxy(
    tmp_path: Path, header: str
) -> None:
    async with served(tmp_path) as session:
        assert await status(session, "/metrics") == 200
        assert await status(session, "/metrics", **{header: "127.0.0.1"}) == 403


async def test_a_host_name_of_its_own_shows_the_console_and_nothing_else_does(tmp_path: Path) -> None:
    urls = {"PUBLIC_URL": "https://cg.example.gov.cn", "CONSOLE_URL": "https://CGdesk.example.gov.cn"}
    async with served(tmp_path, **urls) as session:
        for host, console, citizens in (
            ("cgdesk.example.gov.cn", 200, 404),
            ("CGDESK.example.gov.cn", 200, 404),
            ("cg.example.gov.cn", 404, 200),
            ("203.0.113.9", 404, 200),
            ("cgdesk.example.gov.cn.evil.example", 404, 200),
        ):
            assert await status(session, "/console", Host=host) == console, host
            assert await status(session, "/console/login", Host=host) == console, host
            assert await status(session, "/h5/me", Host=host) == citizens, host
            assert await status(session, "/assets/x.css", Host=host) == 200, host
            assert await status(session, "/healthz", Host=host) == 200, host
        # What some proxy says about the host is not believed.
        assert (
            await status(
                session, "/console", Host="cg.example.gov.cn", X_Forwarded_Host="cgdesk.example.gov.cn"
            )
            == 404
        )


def test_faulty_addresses_of_the_console_are_told_beforehand() -> None:
    for environ, words in (
        ({"CONSOLE_PORT": "8000"}, "CONSOLE_PORT 要与 PORT 不同"),
        ({"CONSOLE_PORT": "8001", "PUBLIC_URL": "https://cg.example.gov.cn"}, "还要填 CONSOLE_URL"),
        ({"CONSOLE_URL": "cgdesk"}, "CONSOLE_URL"),
        ({"STOP_NOTICE_S": "600"}, "STOP_NOTICE_S"),
    ):
        with pytest.raises(SettingsError, match=words):
            settings_of(**environ)
    alone = settings_of(PUBLIC_URL="https://cg.example.gov.cn")
    assert (alone.console_url, is_split(alone)) == ("https://cg.example.gov.cn", False)


def test_a_place_belongs_to_whoever_holds_it_and_the_dead_are_not_shown(tmp_path: Path) -> None:
    first, second = (Board(tmp_path, "web", CollectorRegistry()) for _ in range(2))
    registry = CollectorRegistry()
    Counter("done", "Done.", registry=registry).inc(7)
    worker = Board(tmp_path, "worker", registry)
    worker.publish()
    assert living(tmp_path) == ["web-0", "web-1", "worker-0"]
    assert b'done_total{process="worker-0"} 7.0' in first.page()
    worker.close()
    assert b"worker-0" not in first.page()
    first.close()
    assert Board(tmp_path, "web", CollectorRegistry()).place == "web-0"
    second.close()
