"""Trouble, and a count of what survived it: for `make test`, and parts of the faults of `make faults`."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

import aiohttp
import psutil

from tests.e2e.deeds import accept_all, clerk_of, count_pushes, file_for_followers
from tests.e2e.system import System
from tests.e2e.weixin import Sealed, Weixin, new_openid

SENDERS = 8
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass
class Filed:
    """Complaints that were acknowledged, by the words they were told in."""

    kills: int = 0
    acknowledged: dict[str, str] = field(default_factory=dict)
    other_replies: list[str] = field(default_factory=list)
    tries: int = 0

    def lost(self, system: System) -> list[str]:
        stored = dict(system.rows("SELECT reference, story FROM complaint"))
        return [story for story, reference in self.acknowledged.items() if stored.get(reference) != story]

    def doubled(self, system: System) -> list[str]:
        count = Counter(story for (story,) in system.rows("SELECT story FROM complaint"))
        return [story for story in self.acknowledged if count[story] > 1]


async def file_while_killing(system: System, kills: int, *, every_s: float = 2.5) -> Filed:
    """Eight senders file complaint after complaint while the whole web process group dies again and again."""
    filed = Filed()
    stop = asyncio.Event()
    async with Weixin(system) as weixin:

        async def send(sender: int) -> None:
            number = 0
            while not stop.is_set():
                number += 1
                story = f"第{sender}位市民的第{number}件：门口烧烤油烟太大"
                done = await weixin.file(new_openid(), story)
                filed.acknowledged[story] = done.reference
                # The same message once more: the same reply, and no second case.
                again = await weixin.deliver_surely(done.sealed)
                if again != done.reply:
                    filed.other_replies.append(again)

        async def kill() -> None:
            try:
                for _ in range(kills):
                    await asyncio.sleep(every_s * random.uniform(0.6, 1.2))
                    system.kill("serve")
                    filed.kills += 1
                    await asyncio.to_thread(system.start, "serve")
                await asyncio.sleep(0.5)
            finally:
                stop.set()

        async with asyncio.TaskGroup() as group:
            group.create_task(kill())
            for sender in range(SENDERS):
                group.create_task(send(sender))
        filed.tries = weixin.tries
    return filed


async def hang_up(system: System, clients: int) -> int:
    """Clients whose connection is reset in the middle of their write. Returns how many did."""
    gate = asyncio.Semaphore(64)
    async with Weixin(system) as weixin:

        async def one(number: int) -> None:
            story = f"我要投诉第{number}家烧烤店油烟太大"
            sealed = weixin.seal(weixin.text(new_openid(), story))
            async with gate:
                await send_and_reset(system.port, wechat_request(sealed), random.uniform(0, 0.03))

        await asyncio.gather(*(one(number) for number in range(clients)))
    return clients


async def hang_up_in_the_console(system: System, references: list[str]) -> int:
    """A clerk accepts each case with a connection that is reset in the middle of the write."""
    async with clerk_of(system) as clerk:
        await clerk.log_in("diaodu", system.password)
        cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in clerk.http.cookie_jar)
        for reference in references:
            page = await clerk.get(f"/console/cases/{reference}")
            fields = {
                "csrf_token": page.hidden("csrf_token"),
                "expected_revision": page.hidden("expected_revision", "accept"),
                "category": "cooking_fumes",
            }
            body = urlencode(fields).encode()
            head = (
                f"POST /console/cases/{reference}/accept HTTP/1.1\r\nHost: 127.0.0.1:{system.port}\r\n"
                f"Origin: {system.url}\r\nAccept: text/html\r\nCookie: {cookies}\r\n"
                f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            await send_and_reset(system.port, head.encode() + body, random.uniform(0, 0.03))
    return len(references)


def wechat_request(sealed: Sealed) -> bytes:
    head = f"POST /wechat?{urlencode(sealed.query)} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    return f"{head}Content-Length: {len(sealed.body)}\r\n\r\n".encode() + sealed.body


async def send_and_reset(port: int, request: bytes, after_s: float) -> None:
    """Send a whole request, wait a moment, reset the connection."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    writer.write(request)
    await writer.drain()
    await asyncio.sleep(after_s)
    writer.transport.abort()


# ---- restarts


async def heal(system: System, hurt: Callable[[], None]) -> float:
    """Seconds after `hurt` until a complaint is filed, accepted by a clerk and told to the citizen."""
    async with Weixin(system) as weixin, clerk_of(system) as clerk:
        await clerk.log_in("diaodu", system.password)
        hurt()
        begun = time.monotonic()
        openids = await file_for_followers(system, weixin, 1, "重启")
        while True:
            try:
                await clerk.log_in("diaodu", system.password)
                await accept_all(clerk, openids)
                break
            except (aiohttp.ClientError, AssertionError):
                if time.monotonic() - begun > 60:
                    raise
                await asyncio.sleep(0.3)
        while not count_pushes(system, openids).shown:
            assert time.monotonic() - begun < 60, "the citizen was told nothing"
            await asyncio.sleep(0.2)
    return time.monotonic() - begun


def kill_valkey(system: System) -> None:
    os.kill(json.loads((system.folder / "valkey" / "state.json").read_text())["pid"], signal.SIGKILL)


def kill_one_web_process(system: System) -> None:
    psutil.Process(system.parts["serve"].pid).children()[0].kill()


def kill_and_restart(system: System, name: str) -> None:
    system.kill(name)
    system.start(name)


def kill_database_sessions(system: System) -> None:
    system.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
