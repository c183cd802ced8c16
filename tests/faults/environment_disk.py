"""The disk is full to the last byte, then there is room again; nobody restarts anything."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp

from tests.e2e.citizen_setting import Phone
from tests.e2e.filing_setting import OUTSIDE, Form, opened, photo
from tests.e2e.system import System
from tests.faults.citizens import Citizens, joined, told_again_s
from tests.faults.disk import Filler, on_small_disk
from tests.faults.fault import RECOVERY_S, Counts, Fault, Lane, Size, Start

FILED = re.compile(r"/h5/filed/([A-Z0-9*-]+)")
RETRYABLE = (503, 507)
READY_S = 30.0


@dataclass
class PhotoFilers:
    """Complaints with a photo on the mobile pages: each form sent again until it is taken."""

    system: System
    forms: dict[str, Form]
    """By the story."""
    taken: dict[str, str] = field(default_factory=dict)
    """The reference by the story."""
    refused: int = 0
    otherwise: list[str] = field(default_factory=list)
    """Answers that are neither taken nor to be tried again."""

    async def send_all(self) -> None:
        await asyncio.gather(*(self._send(story) for story in self.forms if story not in self.taken))

    async def _send(self, story: str) -> None:
        filled = {"group": "street", "story": story, "place": "文渊路与学林街路口"}
        try:
            answer = await self.forms[story].send(filled, [photo(side=640)])
        except aiohttp.ClientError as exc:
            self.otherwise.append(type(exc).__name__)
            return
        if found := FILED.search(answer.leads_to):
            self.taken[story] = found[1]
        elif answer.status in RETRYABLE:
            self.refused += 1
        else:
            self.otherwise.append(f"{answer.status} {answer.leads_to}")

    def counts(self) -> Counts:
        """Every case that was taken is there once, with its photo readable; every answer was one of the two."""
        rows = self.system.rows(
            "SELECT complaint.story, complaint.reference, stored_file.state FROM complaint "
            "JOIN complaint_photo ON complaint_photo.complaint_id = complaint.id "
            "JOIN stored_file ON stored_file.id = complaint_photo.file_id"
        )
        ready = [(story, reference) for story, reference, state in rows if state == "ready"]
        return Counts(
            tried=len(self.forms) + self.refused,
            lost=sum((story, reference) not in ready for story, reference in self.taken.items()),
            doubled=sum(
                sum(stored == story for stored, _, _ in rows) > 1 for story in self.forms
            ),
            unaccounted=len(self.forms) - len(self.taken) + len(self.otherwise),
            note="; ".join([f"{self.refused} forms with photos refused for now", *self.otherwise[:3]]),
        )  # fmt: skip


@contextlib.asynccontextmanager
async def photo_filers(system: System, number: int) -> AsyncIterator[PhotoFilers]:
    async with contextlib.AsyncExitStack() as stack:
        forms = {}
        for one in range(number):
            phone = Phone(system.url)
            stack.push_async_callback(phone.http.close)
            forms[f"第{one}处占道摆摊，磁盘满的时候拍的"] = await opened(phone, user_agent=OUTSIDE)
        yield PhotoFilers(system, forms)


async def disk_full(system: System, size: Size) -> Counts:
    """Filing in the chat and with photos while the disk is full; the delay is that of the main job afterwards."""
    # The reserve below which photos are refused is more than the whole of this disk.
    system.env["DISK_RESERVE_MB"] = "0"
    with contextlib.ExitStack() as stack:
        filler = await asyncio.to_thread(stack.enter_context, on_small_disk(system))
        try:
            counts = await _through(system, size, filler)
        finally:
            await asyncio.to_thread(stack.close)
    return counts


async def _through(system: System, size: Size, filler: Filler) -> Counts:
    await asyncio.to_thread(system.start)
    async with (
        photo_filers(system, size.pick(8, 3)) as filers,
        Citizens(system, "磁盘满", size.pick(8, 4)) as citizens,
    ):
        await asyncio.sleep(1)
        for _ in range(size.pick(3, 2)):  # somebody may try six times a minute
            full_until = time.monotonic() + size.pick(5, 2)
            await asyncio.to_thread(filler.fill)
            assert filler.is_full()
            await filers.send_all()
            while time.monotonic() < full_until:
                await asyncio.to_thread(filler.fill)
                await asyncio.sleep(0.2)
        in_time = len(citizens.acknowledged)
        filler.free()
        healed_s = await told_again_s(system, citizens.weixin, "磁盘满")
        await filers.send_all()
    await _photos_ready(system)
    chat = citizens.counts(0, f"{in_time} acknowledged before there was room again")
    return joined(chat, filers.counts(), late_s=healed_s)


async def _photos_ready(system: System) -> None:
    """The worker makes the copies of what was taken."""
    sql = "SELECT count(*) FROM stored_file WHERE state = 'received'"
    begun = time.monotonic()
    while time.monotonic() - begun < READY_S:
        if (await asyncio.to_thread(system.rows, sql))[0][0] == 0:
            return
        await asyncio.sleep(0.3)


FAULTS: tuple[Fault, ...] = (
    Fault("disk_full", ("I1", "I2", "I7"), disk_full, RECOVERY_S, Start.MIGRATED, Lane.WAITING),
)
