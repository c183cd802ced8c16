"""What the platform's doors have counted, said in the log once a minute while there is something to say.

Numbers of messages, refusals, late and unanswered ones, and the names of events nobody knows: never what was
said or by whom. Each web process speaks for itself.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping

from bot.webhook import BotDoor

EVERY_S = 60.0


async def tell_counts(
    doors: Mapping[str, BotDoor], say: Callable[..., object], every_s: float = EVERY_S
) -> None:
    """For ever: say by how much each door's counts have grown."""
    before: dict[str, Counter[str]] = {name: Counter() for name in doors}
    while True:
        await asyncio.sleep(every_s)
        for name, door in doors.items():
            now = counts_of(door)
            grown = now - before[name]
            before[name] = now
            if grown:
                say("wechat.counts", door=name, **dict(sorted(grown.items())))


def counts_of(door: BotDoor) -> Counter[str]:
    """Every count of a door under one name: `messages`, `refused.stale`, `unknown.some_event`."""
    counts = door.counts
    found = Counter(
        messages=counts.messages, stale=counts.stale, late=counts.late, unanswered=counts.unanswered
    )
    for kind, several in (
        ("refused", counts.refused),
        ("failed", counts.failed),
        ("unknown", door.conversation.unknown),
    ):
        found.update({f"{kind}.{name or 'nameless'}": number for name, number in several.items()})
    return found
