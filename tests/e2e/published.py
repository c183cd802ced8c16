"""A month of figures as it was published, for the screens: made by the code itself, of cases that never were."""

from __future__ import annotations

import contextlib
import sqlite3
from random import Random
from uuid import uuid4

import msgspec

from casework.figures.anonymous import anonymous_rows, public_figures
from casework.figures.blocks import FigureRow
from casework.figures.sheet import digest_of, written
from tests import read_once
from tests.e2e.system import System

UNITS = ("街面中队", "夜间中队", "环卫中心")
CATEGORIES = ("占道经营", "噪声扰民", "暴露垃圾")
AREAS = ("望湖街道", "湖滨街道")


def publish_months(system: System, *months: int) -> None:
    """Put them straight into the system's own database, an SQLite file."""
    draw, catalogue = Random(7), read_once.catalogue()
    path = system.env["DATABASE_URL"].removeprefix("sqlite://")
    with contextlib.closing(sqlite3.connect(path, timeout=10)) as connection:
        for month in months:
            rows = anonymous_rows([_case(draw) for _ in range(200)], 5)
            content = written(rows, catalogue)
            figures = msgspec.json.encode(public_figures(rows)).decode()
            connection.execute(
                "INSERT INTO published_month (id, month, edition, figures, rows, rows_digest, published_at) "
                "VALUES (?, ?, 1, ?, ?, ?, '2026-11-15 00:00:00+00:00')",
                (str(uuid4()), month, figures, content, digest_of(content)),
            )
        connection.commit()


def _case(draw: Random) -> FigureRow:
    answered = draw.randint(60, 1_800)
    return FigureRow(
        unit=draw.choice(UNITS),
        category=draw.choices(CATEGORIES, (6, 3, 1))[0],
        area=draw.choice(AREAS),
        source="wechat",
        standing=draw.choices(("counted", "refused", "withdrawn"), (18, 1, 1))[0],
        answer_minutes=answered,
        close_minutes=answered + draw.choice((0, 0, 420)),
        in_time=int(draw.random() < 0.96),
        rating=draw.choice((None, 3, 3, 2, 1)),
        times_handed_back=int(draw.random() < 0.05),
    )
