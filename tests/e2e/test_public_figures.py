"""What is published: a page without scripts and cookies that caches may keep, and rows that come out the same again."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from app.cli import main
from casework.actors import system
from casework.figures.keeping import FigureWalk
from casework.figures.models import PublishedMonth
from casework.figures.publishing import figures_in, publish
from kit.clock import FixedClock
from kit.db import Database
from tests import read_once
from tests.casework_setting import desk_on, filed
from tests.e2e.public_setting import public_on

CATALOGUE = read_once.catalogue()


@pytest.fixture
async def site(database: Database, clock: FixedClock, tmp_path: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """The public pages of a bureau with six cases of November, in December."""
    desk = desk_on(database)
    for number in range(6):
        await filed(desk, story=f"第{number}件：路口有人摆摊")
    await FigureWalk(desk).step()
    clock.set(clock.now() + timedelta(days=30))
    async with public_on(database, tmp_path) as setting:
        setting.http.figures = setting.door.figures  # type: ignore[attr-defined]
        yield setting.http


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
