"""Short ways to what several trouble tests need: a clerk over HTTP, citizens whom the platform knows, pushes counted."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.e2e.console_setting import Clerk, ConsoleSetting
from tests.e2e.system import System
from tests.e2e.weixin import Weixin, new_openid

FINAL = ("sent", "uncertain", "failed", "expired")


def clerk_of(system: System) -> Clerk:
    """A browser without scripts at the running system's console. Use with `async with`."""
    return Clerk(ConsoleSetting(system.url, None))  # type: ignore[arg-type]


async def file_for_followers(system: System, weixin: Weixin, number: int, about: str) -> dict[str, str]:
    """Complaints of citizens who may be written to: their openid by reference."""

    async def one(count: int) -> tuple[str, str]:
        openid = new_openid()
        await asyncio.to_thread(system.control, "citizens", {"openid": openid, "wrote": True})
        done = await weixin.file(openid, f"{about}第{count}件，烧烤油烟太大")
        return done.reference, openid

    return dict(await asyncio.gather(*(one(count) for count in range(number))))


@dataclass
class Pushes:
    """What became of the notices to citizens."""

    due: int
    states: Counter[str] = field(default_factory=Counter)
    shown: int = 0
    shown_twice: int = 0
    sent_but_not_shown: int = 0
    kills: int = 0
    settled_s: float = 0.0

    @property
    def unaccounted(self) -> int:
        return self.due - sum(self.states[state] for state in FINAL)


def count_pushes(system: System, openids: dict[str, str]) -> Pushes:
    """Compare the delivery rows with what the platform truly showed. `openids` by reference."""
    pushes = Pushes(due=len(openids))
    wanted = ", ".join(f"'{reference}'" for reference in openids)
    rows = system.rows(
        "SELECT complaint.reference, delivery.state FROM delivery JOIN complaint ON complaint.id = delivery.case_id "
        f"WHERE delivery.recipient_kind = 'account' AND complaint.reference IN ({wanted})"
    )
    shown = Counter(
        (entry["openid"], entry["text"]) for entry in system.ledger() if entry["api"] != "passive"
    )
    by_openid = Counter(openid for openid, _ in shown.elements())
    pushes.shown = sum(by_openid[openid] for openid in openids.values())
    pushes.shown_twice = sum(
        count - 1 for (openid, _), count in shown.items() if count > 1 and openid in openids.values()
    )
    for reference, state in rows:
        pushes.states[state] += 1
        if state == "sent" and not by_openid[openids[reference]]:
            pushes.sent_but_not_shown += 1
    return pushes


async def settle_pushes(system: System, openids: dict[str, str], within_s: float) -> Pushes:
    """Wait until every notice has its final state, or the time is over."""
    begun = time.monotonic()
    while True:
        pushes = await asyncio.to_thread(count_pushes, system, openids)
        pushes.settled_s = time.monotonic() - begun
        if pushes.unaccounted == 0 or pushes.settled_s > within_s:
            return pushes
        await asyncio.sleep(0.5)


async def accept_all(clerk: Clerk, references: Any) -> None:
    for reference in references:
        page = await clerk.act(reference, "accept", category="cooking_fumes")
        assert page.status == 200, (page.status, page.text[:500])
