"""Trouble, and a count of what survived it. Short in `make test`, long in `make faults`."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode

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
                await send_and_reset(system.port, "/wechat", sealed, random.uniform(0, 0.03))

        await asyncio.gather(*(one(number) for number in range(clients)))
    return clients


async def send_and_reset(port: int, path: str, sealed: Sealed, after_s: float) -> None:
    """Send a whole request, wait a moment, reset the connection."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    head = f"POST {path}?{urlencode(sealed.query)} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(sealed.body)}\r\n\r\n"
    writer.write(head.encode() + sealed.body)
    await writer.drain()
    await asyncio.sleep(after_s)
    writer.transport.abort()
