"""Databases with 200,000 permits, made in seconds, and an open desk on each for the parts that measure."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import cos, radians
from pathlib import Path
from uuid import UUID

import asyncpg

from app.core import open_core
from app.documents import document_desk_of
from app.environment import read_settings
from app.permits import permit_desk_of
from benchmarks.complaints_frame import POSTGRES, SQLITE, _postgres
from benchmarks.report import Figure
from casework.areas.cells import cell_of
from casework.permits.desk import PermitDesk
from kit.db.database import sqlite_path
from kit.shapes import METRES_A_DEGREE
from kit.valkey import ensure_valkey

PERMITS = 200_000
ENGINES = (SQLITE, POSTGRES)
CENTRE = (33.6, 119.03)
"""Latitude and longitude of the town; its permits lie within `HALF_M` of it, most of them along a few streets."""
HALF_M, STREETS = 6_000.0, 60
YEARS_BACK = 3
COLUMNS = (
    "id", "number", "code", "application_id", "kind", "kind_name", "state", "state_since_at", "revision", "holder_kind",
    "holder_sealed", "holder_shown", "place_text", "latitude", "longitude", "outline", "place_cell", "area_m2",
    "valid_from_at", "valid_until_at", "terms", "granted_at", "ended_at", "updated_at",
)  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """What a part measures on: an open desk whose database is that of this task's queries; `at` is when the permits were
    made. What a part writes stays for those after it: it makes rows of its own.
    """

    engine: str
    desk: PermitDesk
    folder: Path
    permits: int
    at: datetime


Part = Callable[[Frame], Awaitable[list[Figure]]]


def run_on(engine: str, folder: Path, permits: int, parts: Sequence[Part]) -> list[Figure]:
    """What the parts measure on one engine, in a database made for it."""
    home = folder / f"permits-{engine.lower()}"
    home.mkdir(exist_ok=True)
    home.chmod(0o755)
    with _address(engine, home) as url:
        env = {**os.environ, "DATA_DIR": str(home), "DATABASE_URL": url}
        subprocess.run(
            [sys.executable, "-m", "app.cli", "migrate"], env=env, check=True, stdout=subprocess.DEVNULL
        )
        begun, at = time.monotonic(), datetime.now(UTC).replace(microsecond=0)
        asyncio.run(_load(url, permits, at))
        print(f"{engine}: {permits} permits in {time.monotonic() - begun:.0f} s", flush=True)
        try:
            return asyncio.run(_measured(engine, url, home, permits, at, parts))
        finally:
            ensure_valkey(home).stop(adopted=True)


@contextlib.contextmanager
def _address(engine: str, home: Path) -> Iterator[str]:
    if engine == SQLITE:
        yield f"sqlite://{home / 'chengguan.db'}"
    else:
        with _postgres(home) as url:
            yield url


async def _measured(
    engine: str, url: str, home: Path, permits: int, at: datetime, parts: Sequence[Part]
) -> list[Figure]:
    settings = read_settings({"DATA_DIR": str(home), "DATABASE_URL": url}, for_wechat=False)
    found: list[Figure] = []
    async with open_core(settings, ensure_valkey(home).url) as core:
        desk = permit_desk_of(core, document_desk_of(core))
        for part in parts:
            found.extend(await part(Frame(engine, desk, home, permits, at)))
    return found


def spot(draw: random.Random) -> tuple[float, float]:
    """Latitude and longitude of a place where something is permitted: four of five lie along one of the streets."""
    if draw.random() < 0.8:
        street = draw.randrange(STREETS)
        across = (street // 2 - STREETS / 4) * HALF_M * 2 / (STREETS / 2) + draw.gauss(0, 8)
        along = draw.gauss(0, HALF_M / 3)
        east, north = (along, across) if street % 2 else (across, along)
    else:
        east, north = draw.uniform(-HALF_M, HALF_M), draw.uniform(-HALF_M, HALF_M)
    latitude = CENTRE[0] + north / METRES_A_DEGREE
    return latitude, CENTRE[1] + east / (METRES_A_DEGREE * cos(radians(CENTRE[0])))


def outline(latitude: float, longitude: float, wide_m: float, deep_m: float) -> str:
    """A GeoJSON rectangle around a point."""
    east = wide_m / 2 / (METRES_A_DEGREE * cos(radians(latitude)))
    north = deep_m / 2 / METRES_A_DEGREE
    corners = [(-east, -north), (east, -north), (east, north), (-east, north), (-east, -north)]
    ring = [[round(longitude + x, 7), round(latitude + y, 7)] for x, y in corners]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def _rows(permits: int, at: datetime) -> Iterator[tuple[object, ...]]:
    """Granted over three years, from a day to a quarter long; those of the last weeks reach into the months to come."""
    draw = random.Random(20261123)
    for number in range(permits):
        latitude, longitude = spot(draw)
        begins = at + timedelta(minutes=draw.randrange(-YEARS_BACK * 525_600, 60 * 1440))
        ends = begins + timedelta(hours=draw.choice((9, 10, 24, 48, 72, 168, 720, 2160)))
        wide, deep = draw.uniform(2, 20), draw.uniform(2, 4)
        is_over = ends <= at
        id = UUID(int=draw.getrandbits(128), version=4)
        yield (
            id, f"城管许〔{number}〕", f"c{number:039d}", UUID(int=draw.getrandbits(128), version=4), "stall", "设摊",
            "expired" if is_over else "in_force", begins, 1, "organisation", b"-", "某店", f"第 {number} 处",
            latitude, longitude, outline(latitude, longitude, wide, deep) if number % 2 else None,
            cell_of(latitude, longitude), round(wide * deep, 1), begins, ends, "[]", begins,
            ends if is_over else None, at,
        )  # fmt: skip


async def _load(url: str, permits: int, at: datetime) -> None:
    rows = _rows(permits, at)
    if url.startswith("sqlite://"):
        with contextlib.closing(sqlite3.connect(sqlite_path(url))) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            holes = ", ".join("?" * len(COLUMNS))
            connection.executemany(
                f"INSERT INTO permit ({', '.join(COLUMNS)}) VALUES ({holes})",
                ([_kept(one) for one in row] for row in rows),
            )
            connection.commit()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    raw = await asyncpg.connect(url)
    try:
        await raw.copy_records_to_table("permit", records=rows, columns=list(COLUMNS))
        await raw.execute("VACUUM ANALYZE permit")
    finally:
        await raw.close()


def _kept(value: object) -> object:
    """A value as SQLite keeps it."""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return str(value) if isinstance(value, UUID) else value
