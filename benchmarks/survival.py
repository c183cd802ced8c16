"""How fast a killed web process is replaced, and how many clients may hang up in the middle of a write."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress

from benchmarks.intake import DIALOGUE
from benchmarks.report import Figure, median
from benchmarks.servers import our_service, postgres
from benchmarks.traffic import Account, Sender, reply_text, request_bytes, text_message

HANG_UPS, RESPAWNS = 600, 5


def fork_ready_s() -> float:
    """From kill -9 of the only serving process to an answer of its successor; median of five."""
    times = []
    with our_service(Account()) as (port, _, _):
        for _ in range(RESPAWNS):
            serving = _serving(port)
            os.kill(serving, signal.SIGKILL)
            begun = time.perf_counter()
            while _serving(port) in (0, serving):
                time.sleep(0.005)
            times.append(time.perf_counter() - begun)
            time.sleep(2.5)  # a process that dies young waits before it is replaced
    return median(times)


def _serving(port: int) -> int:
    """The process that answers, 0 when none does."""
    with suppress(OSError, ValueError):
        answer = urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1)
        return int(json.load(answer)["pid"])
    return 0


async def _hang_up(port: int, request: bytes, after_s: float) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    await writer.drain()
    await asyncio.sleep(after_s)
    writer.transport.abort()


async def _torment(port: int, account: Account) -> int:
    """Clients that send a message which writes, and hang up at moments spread over its writing."""
    codec, now = account.codec(), int(time.time())
    survived = 0
    for start in range(0, HANG_UPS, 20):
        clients = []
        for number in range(start, start + 20):
            xml = text_message(f"o{number:027d}", "投诉", 10**15 + number, now)
            request = request_bytes(account, codec, "/wechat", port, xml)
            clients.append(_hang_up(port, request, 0.0005 * (number % 20)))
        await asyncio.gather(*clients)
        survived += 20 if await _still_files(port, account, 10**14 + start * 10) else 0
    return survived


async def _still_files(port: int, account: Account, base: int) -> bool:
    codec, sender = account.codec(), Sender(port)
    text = ""
    try:
        async with asyncio.timeout(10):
            for step, words in enumerate(DIALOGUE):
                xml = text_message(f"p{base:027d}", words, base + step, int(time.time()))
                _, body = await sender.post(request_bytes(account, codec, "/wechat", port, xml))
                text = reply_text(codec, body)
    except (TimeoutError, OSError, asyncio.IncompleteReadError):
        return False
    finally:
        sender.close()
    return "QS-TS-" in text


def hang_ups_survived() -> int:
    """The smaller count of the two databases."""
    counts = []
    account = Account()
    with our_service(account) as (port, _, _):
        counts.append(asyncio.run(_torment(port, account)))
    account = Account()
    with postgres() as url, our_service(account, url) as (port, _, _):
        counts.append(asyncio.run(_torment(port, account)))
    print(f"hang-ups survived: SQLite {counts[0]}, PostgreSQL {counts[1]}")
    return min(counts)


def measure() -> Iterator[Figure]:
    yield Figure("main-job", "web_fork_ready_s", fork_ready_s(), "s", 1.0)
    yield Figure("main-job", "hangups_survived", hang_ups_survived(), "clients", 500, at_least=True)
