"""What it takes until a published answer is what everybody hears: two web processes and a worker, asked all the while.

*qa_swap_s*: seconds from the transaction that publishes a reworded answer until the last answer with the old words, and
until every process said that it has swapped. The slowest of several publications, on the slower of the two databases.
A clerk publishes in the console, which first shows what it would do. Printed beside it: the slowest question asked from
that look on until everybody has swapped, and the slowest in the seconds before.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode
from uuid import UUID

import msgspec

from app.core import Core, open_core
from app.environment import read_settings
from benchmarks.report import Figure
from benchmarks.servers import our_service, postgres
from benchmarks.traffic import Account
from casework.actors import Actor, system
from casework.people.passwords import Passwords
from casework.people.staff import add_staff
from casework.roles import Role
from content.interpretations import drafts, publishing
from content.interpretations.drafts import NewDraft
from content.interpretations.queries import every_entry
from content.interpretations.views import EntryView
from kit.http.sessions import Sessions
from kit.valkey import ensure_valkey

PROCESSES = 2
ASKERS, PAUSE_S, QUIET_S, WATCHED_S = 4, 0.02, 3.0, 3.0
ENTRY = "sign-filing"
MARKS = ("（甲）", "（乙）", "（丙）")
SWAPPED = b"knowledge_swapped"


@dataclass(frozen=True)
class Heard:
    """One request: when it was answered (seconds since the epoch), how long it took, and which words came."""

    at: float
    took_s: float
    mark: str


class Stream:
    """Citizens who ask one question again and again, each time on a new connection, so that every process is asked."""

    def __init__(self, port: int, question: str) -> None:
        self._port = port
        head = (
            f"GET /h5/ask?q={quote(question)} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
        )
        self._request = head.encode()
        self.heard: list[Heard] = []

    async def run(self) -> None:
        """Ask until cancelled."""
        await asyncio.gather(*(self._ask_on() for _ in range(ASKERS)))

    async def _ask_on(self) -> None:
        while True:
            begun = time.perf_counter()
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            writer.write(self._request)
            page = await reader.read(-1)
            writer.close()
            if not page.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(page[:80])
            text = page.decode()
            mark = next((mark for mark in MARKS if mark in text), "")
            self.heard.append(Heard(time.time(), time.perf_counter() - begun, mark))
            await asyncio.sleep(PAUSE_S)

    def worst_s(self, since: float, until: float) -> float:
        """The longest request answered in that time."""
        return max(one.took_s for one in self.heard if since <= one.at <= until)


def swap_s() -> float:
    """The slower of the two databases."""
    sqlite = _swapped("SQLite", None)
    with postgres() as url:
        return max(sqlite, _swapped("PostgreSQL", url))


def figures() -> list[Figure]:
    return [Figure("qa", "qa_swap_s", swap_s(), "s", 2)]


def _swapped(engine: str, url: str | None) -> float:
    with our_service(Account(), url, processes=PROCESSES) as (port, _, folder):
        database = url or f"sqlite://{folder / 'chengguan.db'}"
        environ = {"DATA_DIR": str(folder), "DATABASE_URL": database}
        with _worker({**Account().environ(), **environ, "PORT": str(port)}):
            return asyncio.run(_measured(engine, port, folder, environ))


async def _measured(engine: str, port: int, folder: Path, environ: dict[str, str]) -> float:
    settings = read_settings(environ, for_wechat=False)
    async with open_core(settings, ensure_valkey(folder).url) as core:
        entry = next(one for one in await every_entry() if one.slug == ENTRY)
        writer, reviewer = await _editors(core)
        cookie = f"cg_staff={(await Sessions(core.db, core.keys).create('staff', _id(writer))).token}"
        stream = Stream(port, entry.question)
        asking = asyncio.create_task(stream.run())
        slowest = 0.0
        for number, mark in enumerate(MARKS, start=1):
            reworded = msgspec.structs.replace(entry, answer=entry.answer + mark, version=number)
            draft = await _approved(core, writer, reviewer, reworded)
            await asyncio.sleep(QUIET_S)
            before = stream.worst_s(time.time() - QUIET_S, time.time())
            begun = time.time()
            looked_s, ordered_s = await asyncio.to_thread(_publish, port, cookie, draft)
            release = (await publishing.releases())[0]
            published_at = release.made_at.timestamp()
            said_at = await _all_said(folder / "serve.log", number * PROCESSES)
            await asyncio.sleep(WATCHED_S)
            old = [one.at for one in stream.heard if one.mark != mark]
            took = max(said_at, *old) - published_at
            during = stream.worst_s(begun, time.time())
            print(
                f"{engine}: looked at in {looked_s:.2f} s, ordered in {ordered_s:.2f} s, swapped after {took:.3f} s; "
                f"slowest request {during * 1000:.0f} ms, before {before * 1000:.0f} ms",
                flush=True,
            )
            slowest = max(slowest, took)
            if asking.done():
                await asking
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking
    return slowest


async def _editors(core: Core) -> tuple[Actor, Actor]:
    """Who words and publishes, and who reviews the law."""
    actors = []
    for login, role in (("bianji", Role.EDITOR), ("fazhi", Role.LEGAL_REVIEWER)):
        member = await add_staff(
            core.db, Passwords(), system(), login=login, name=login, password="a-long-password",
            grants=[(role, None)],
        )  # fmt: skip
        actors.append(Actor(kind="staff", id=member.id, roles=frozenset({role}), name=login))
    return actors[0], actors[1]


def _id(actor: Actor) -> UUID:
    assert actor.id is not None
    return actor.id


def _publish(port: int, cookie: str, draft: UUID) -> tuple[float, float]:
    """As a clerk does it: look at what it would do, then give the order. Seconds that each took."""
    address = f"http://127.0.0.1:{port}/console/knowledge/publish"
    look = urllib.request.Request(f"{address}?draft={draft}", headers={"Cookie": cookie})
    begun = time.perf_counter()
    with urllib.request.urlopen(look, timeout=60) as answered:
        page = answered.read().decode()
    fields = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', _form(page))
    typed = urlencode([*fields, ("reason", "bench")]).encode()
    shown = time.perf_counter()
    order = urllib.request.Request(address, data=typed, headers={"Cookie": cookie})
    with urllib.request.urlopen(order, timeout=60) as answered:
        if "/releases/" not in answered.url:
            raise RuntimeError(f"nothing was published: {answered.url}")
    return shown - begun, time.perf_counter() - shown


def _form(page: str) -> str:
    return next(
        one
        for one in re.findall(r"<form.*?</form>", page, re.S)
        if 'action="/console/knowledge/publish"' in one and 'method="post"' in one
    )


async def _approved(core: Core, writer: Actor, reviewer: Actor, entry: EntryView) -> UUID:
    draft = await drafts.propose(core.db, writer, NewDraft(kind="entry", content=entry))
    await drafts.approve_edit(core.db, writer, draft)
    await drafts.approve_law(core.db, reviewer, draft)
    return draft


async def _all_said(log: Path, times: int, within_s: float = 20) -> float:
    """When the processes had said that often, all together, that they swapped."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if log.read_bytes().count(SWAPPED) >= times:
            return time.time()
        await asyncio.sleep(0.01)
    raise RuntimeError(f"the processes did not say {times} times that they swapped")


@contextlib.contextmanager
def _worker(env: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "worker"],
        env={**os.environ, **env, "WECHAT_API_BASE": "http://127.0.0.1:9"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(3)
        if process.poll() is not None:
            raise RuntimeError("the worker ended")
        yield
    finally:
        process.terminate()
        process.wait(60)
