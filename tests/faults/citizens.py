"""Citizens who go on filing, and a clerk who goes on accepting, whatever happens meanwhile; then what became of it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import TracebackType

import aiohttp

from tests.e2e.console_setting import Clerk
from tests.e2e.deeds import clerk_of, count_pushes, file_for_followers
from tests.e2e.system import System
from tests.e2e.weixin import UnansweredError, Weixin, new_openid
from tests.faults.fault import Counts

PATIENCE_S = 120.0
"""After it somebody who was never told a reference is unaccounted for."""
CLERK_WAITS_S = 15.0


@dataclass
class Citizens:
    """Use with `async with`: they file from its beginning to its end, and what was begun is finished after it.

    `about` makes the stories of this fault its own.
    """

    system: System
    about: str
    senders: int = 8
    ahead_s: float = 0.0
    pause_s: float = 0.3
    """Between two complaints of one sender: the fault shall be what slows things down."""
    weixin: Weixin = field(init=False)
    acknowledged: dict[str, str] = field(default_factory=dict)
    """The reference by the story."""
    unanswered: list[str] = field(default_factory=list)
    other_replies: int = 0

    async def __aenter__(self) -> Citizens:
        self._over = asyncio.Event()
        self.weixin = await Weixin(self.system, ahead_s=self.ahead_s).__aenter__()
        self._senders = [asyncio.create_task(self._send(number)) for number in range(self.senders)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if error is not None:
            for sender in self._senders:
                sender.cancel()
        await asyncio.gather(*self._senders, return_exceptions=error is not None)
        await self.weixin.__aexit__(kind, error, trace)

    async def _send(self, sender: int) -> None:
        number = 0
        while not self._over.is_set():
            number += 1
            await self._file(f"{self.about}，第{sender}位的第{number}件：门口烧烤油烟太大")
            await asyncio.sleep(self.pause_s)

    async def _file(self, story: str) -> None:
        try:
            done = await self.weixin.file(new_openid(), story, within_s=PATIENCE_S)
            again = await self.weixin.deliver_surely(done.sealed, within_s=PATIENCE_S)
        except (TimeoutError, UnansweredError):
            self.unanswered.append(story)
            return
        # The same message once more: the same reply, and no second case.
        self.other_replies += int(again != done.reply)
        self.acknowledged[story] = done.reference

    def counts(self, late_s: float, note: str = "") -> Counts:
        """Every story that was acknowledged is there, once; every one that was told came to an end."""
        stored = dict(self.system.rows("SELECT reference, story FROM complaint"))
        count = Counter(stored.values())
        return Counts(
            tried=len(self.acknowledged) + len(self.unanswered),
            lost=sum(stored.get(reference) != story for story, reference in self.acknowledged.items()),
            doubled=sum(count[story] > 1 for story in [*self.acknowledged, *self.unanswered])
            + self.other_replies,
            unaccounted=len(self.unanswered),
            late_s=late_s,
            note=note,
        )


async def told_again_s(system: System, weixin: Weixin, about: str) -> float:
    """Seconds until a complaint is filed, accepted by a clerk and told to its citizen: the main job, whole again."""
    begun = time.monotonic()
    openids = await file_for_followers(system, weixin, 1, f"{about}以后")
    await accept_surely(system, openids)
    while not (await asyncio.to_thread(count_pushes, system, openids)).shown:
        assert time.monotonic() - begun < PATIENCE_S, "the citizen was told nothing"
        await asyncio.sleep(0.2)
    return time.monotonic() - begun


async def accept_surely(system: System, references: Iterable[str], *, within_s: float = PATIENCE_S) -> None:
    """A clerk accepts each case, again and again until it is; a double tap changes nothing."""
    async with clerk_of(system) as clerk, asyncio.timeout(within_s):
        for reference in references:
            while not await _accepted(system, clerk, reference):
                await asyncio.sleep(0.3)


async def _accepted(system: System, clerk: Clerk, reference: str) -> bool:
    with contextlib.suppress(aiohttp.ClientError, AssertionError, ValueError, TimeoutError):
        # Also when what came was not the page of the case. A person does not wait longer for a page.
        async with asyncio.timeout(CLERK_WAITS_S):
            return await _try_to_accept(system, clerk, reference)
    return False


async def _try_to_accept(system: System, clerk: Clerk, reference: str) -> bool:
    page = await clerk.get(f"/console/cases/{reference}")
    if page.status == 200 and page.path == "/console/login":
        await clerk.log_in("diaodu", system.password)
        return False
    if page.status != 200:
        return False
    if 'id="act-accept"' not in page.text:
        return True
    await clerk.act(reference, "accept", category="cooking_fumes")
    return False


def joined(*parts: Counts, late_s: float, note: str = "") -> Counts:
    """Acts of several kinds under one fault."""
    return Counts(
        tried=sum(part.tried for part in parts),
        lost=sum(part.lost for part in parts),
        doubled=sum(part.doubled for part in parts),
        unaccounted=sum(part.unaccounted for part in parts),
        late_s=late_s,
        note="; ".join(filter(None, [note, *(part.note for part in parts)])),
    )
