"""What filing a complaint through the API costs: CPU of the web processes a request, ours against the peer's.

Both on one PostgreSQL with a token each request is known by, the same fields and the same senders. The peer writes one
row; ours writes case, audit entry, event and guard key, and keeps a repeated request from filing twice.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import msgspec

from app.database import open_database
from app.environment import read_settings
from benchmarks.processes import cpu_seconds, free_port, running
from benchmarks.servers import our_service
from benchmarks.traffic import Account, drive
from casework.people.models import Account as Citizen
from kit.db import Change
from kit.http.sessions import Sessions
from kit.secrets import KeyRing

REQUESTS, WARM_UP, SENDERS, CITIZENS = 1_500, 200, 16, 16


def bodies(count: int) -> list[bytes]:
    """Distinct complaints of a usual length."""
    return [
        msgspec.json.encode(
            {
                "story": f"第{number}次反映：菜场北门每天早上有人摆摊占道，行人走到车道上，很危险，希望有人管一管。",
                "category": "street_vending",
                "place_text": f"湖滨路菜场北门 {number} 号摊位旁",
            }
        )
        for number in range(count)
    ]


def requests(port: int, tokens: list[str], scheme: str, count: int) -> list[bytes]:
    """Whole HTTP requests, the citizens taking turns."""
    made = []
    for number, body in enumerate(bodies(count)):
        head = (
            f"POST /api/v1/complaints HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
            f"Authorization: {scheme} {tokens[number % len(tokens)]}\r\nIdempotency-Key: {token_hex(12)}\r\n"
            f"Accept: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made


def cost_us(port: int, pid: int, tokens: list[str], scheme: str) -> float:
    """CPU microseconds a request."""
    warm = asyncio.run(drive(port, requests(port, tokens, scheme, WARM_UP), SENDERS))
    load = requests(port, tokens, scheme, REQUESTS)
    before = cpu_seconds(pid)
    results = asyncio.run(drive(port, load, SENDERS))
    used = cpu_seconds(pid) - before
    bad = [(status, body[:200]) for status, body, _ in [*warm, *results] if status != 201]
    assert not bad, bad[:3]
    return used / REQUESTS * 1e6


@contextmanager
def peer(database_url: str) -> Iterator[tuple[int, int, list[str]]]:
    """Django REST framework, gunicorn with one sync worker. Gives (port, pid, tokens)."""
    env = {"DRF_DATABASE_URL": database_url}
    command = [sys.executable, "-m", "benchmarks.peers.drf.prepare", str(CITIZENS)]
    done = subprocess.run(command, env={**os.environ, **env}, check=True, capture_output=True, text=True)
    port = free_port()
    serve = [
        sys.executable,
        "-m",
        "gunicorn",
        "-w",
        "1",
        "-b",
        f"127.0.0.1:{port}",
        "benchmarks.peers.drf.wsgi",
    ]
    with running(serve, env, port) as pid:
        yield port, pid, done.stdout.split()


@contextmanager
def ours(database_url: str) -> Iterator[tuple[int, int, list[str]]]:
    """The service as it ships, one web process. Gives (port, pid, tokens)."""
    with our_service(Account(), database_url) as (port, pid, folder):
        yield port, pid, tokens_of(database_url, folder)


def tokens_of(database_url: str, folder: Path) -> list[str]:
    """Tokens of citizens known to a service that runs."""
    return asyncio.run(_tokens(database_url, folder))


async def _tokens(database_url: str, folder: Path) -> list[str]:
    settings = read_settings({"DATABASE_URL": database_url, "DATA_DIR": str(folder)}, for_wechat=False)
    keys = KeyRing.open(settings.key_dir, create=False)
    tokens = []
    async with open_database(settings, keys) as db:
        sessions = Sessions(db, keys)
        for _ in range(CITIZENS):
            citizen = Citizen(id=db.ids.new(), created_at=db.clock.now())

            async def known(_: Change, row: Citizen = citizen) -> None:
                await row.save(force_create=True)

            await db.change(known)
            tokens.append((await sessions.create("citizen", citizen.id)).token)
    return tokens
