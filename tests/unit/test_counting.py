import asyncio
from collections import Counter
from types import SimpleNamespace

from app.counting import counts_of, tell_counts
from bot.webhook import Counts


def door(**unknown: int) -> SimpleNamespace:
    """As much of a door as is counted."""
    return SimpleNamespace(counts=Counts(), conversation=SimpleNamespace(unknown=Counter(unknown)))


def test_every_count_has_one_name():
    one = door(some_event=2)
    one.counts.messages = 3
    one.counts.refused["stale"] += 1
    one.conversation.unknown[""] += 1
    assert +counts_of(one) == {
        "messages": 3,
        "refused.stale": 1,
        "unknown.some_event": 2,
        "unknown.nameless": 1,
    }


async def test_only_growth_is_told_and_nothing_when_nothing_grew():
    one, said = door(), []
    telling = asyncio.create_task(
        tell_counts({"account": one}, lambda event, **facts: said.append(facts), every_s=0.01)
    )
    await asyncio.sleep(0.03)
    assert said == []
    one.counts.messages = 2
    await asyncio.sleep(0.03)
    one.conversation.unknown["novelty"] += 1
    await asyncio.sleep(0.03)
    telling.cancel()
    assert said == [{"door": "account", "messages": 2}, {"door": "account", "unknown.novelty": 1}]
