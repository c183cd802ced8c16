"""What is published: a page without scripts and cookies that caches may keep, and rows that come out the same again."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
from sanic import Sanic

from app.cli import main
from casework.actors import system
from casework.figures.desk import FiguresDesk
from casework.figures.keeping import FigureWalk
from casework.figures.models import PublishedMonth
from casework.figures.profile import FiguresSection
from casework.figures.publishing import figures_in, publish
from kit.clock import FixedClock
from kit.db import Database
from kit.http.problem_pages import ProblemAnswers
from kit.http.shell import install_shell
from tests import read_once
from tests.casework_setting import desk_on, filed
from tests.e2e.console_setting import BUREAU
from web.public.blueprint import public_blueprint
from web.public.door import build_public
from web.public.problems import problem_page

CATALOGUE = read_once.catalogue()


@pytest.fixture
async def site(database: Database, clock: FixedClock) -> AsyncIterator[aiohttp.ClientSession]:
    """The public pages of a bureau with six cases of November, in December."""
    desk, assets = desk_on(database), read_once.assets()
    figures = FiguresDesk(desk=desk, section=FiguresSection())
    for number in range(6):
        await filed(desk, story=f"第{number}件：路口有人摆摊")
    await FigureWalk(desk).step()
    clock.set(clock.now() + timedelta(days=30))
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    app = Sanic(f"public-{uuid4().hex[:8]}", configure_logging=False)
    app.config.update({"ACCESS_LOG": False, "TOUCHUP": False})
    install_shell(app, ProblemAnswers(CATALOGUE, {"/public": problem_page}), url)
    assets.install(app)
    app.blueprint(public_blueprint())
    app.ctx.public = build_public(figures=figures, bureau=BUREAU, catalogue=CATALOGUE, assets=assets)
    app.ctx.figures = figures
    server = await app.create_server(sock=listening, return_asyncio_server=True)
    assert server is not None
    await server.startup()
    await server.start_serving()
    try:
        async with aiohttp.ClientSession(url, headers={"accept": "text/html"}) as http:
            http.figures = figures  # type: ignore[attr-defined]
            yield http
    finally:
        await server.close()
        listening.close()
        Sanic._app_registry.pop(app.name)


async def test_a_published_month_is_shown_to_anybody_and_its_rows_come_out_the_same_again(
    site: aiohttp.ClientSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with site.get("/public/figures") as nothing:
        assert "还没有公布过数据" in await nothing.text()
    await publish(site.figures, CATALOGUE, system(), 202611)  # type: ignore[attr-defined]
    async with site.get("/public/figures") as page:
        text = await page.text()
        assert "2026年11月" in text
        assert "<script" not in text
        assert "set-cookie" not in page.headers
        assert page.headers["cache-control"] == "public, max-age=300"
        tag = page.headers["etag"]
    async with site.get("/public/figures", headers={"if-none-match": tag}) as again:
        assert again.status == 304
    async with site.get("/public/figures?month=2026-11&print=large") as large:
        assert 'class="large"' in await large.text()
    for lost in (
        "/public/figures?month=2026-10",
        "/public/figures/2026-10.csv",
        "/public/figures/2026-11.exe",
    ):
        async with site.get(lost) as answer:
            assert (answer.status, "还没有公布" in await answer.text()) == (404, True)
    async with site.get("/public/figures/2026-11.csv") as answer:
        content = await answer.read()
    row = await PublishedMonth.get(month=202611)
    file = tmp_path / "2026-11.csv"
    file.write_bytes(content)
    assert main(["figures", "recompute", str(file), "--json"]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["digest"] == row.rows_digest
    assert found["figures"] == json.loads(row.figures)
    assert figures_in(row).whole.filed == 6


def test_a_file_that_is_no_published_sheet_is_refused_with_the_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a,b\n")
    assert main(["figures", "recompute", str(file)]) == 2
    assert "不是公布的数据表" in capsys.readouterr().err
    head = ",".join(CATALOGUE.text(f"figures.rows.{name}") for name in (
        "unit", "category", "area", "standing", "in_time", "answer_minutes", "close_minutes", "rating", "handed_back"
    ))  # fmt: skip
    file.write_text(f"{head}\n街面中队,占道,湖滨,计入,1,x,2,3,0\n")
    assert main(["figures", "recompute", str(file)]) == 2
    assert "第 2 行" in capsys.readouterr().err
    assert main(["figures", "recompute", str(tmp_path / "none.csv")]) == 2
