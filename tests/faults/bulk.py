"""Complaints by the thousand, each with one notice to its citizen due, and what became of those notices.

    python -m tests.faults.bulk PREFIX < citizens

files one complaint for each line (an openid, then the subscriptions of that person) in a process of its own, through
the product's own filing, and prints the reference of each. From the mobile page: then the receipt is a notice.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

import aiohttp

from tests.e2e.system import ROOT, System
from tests.e2e.weixin import new_openid
from tests.faults.fault import Counts

LONG_TERM = "standin-case-progress-long-term-0000000001"
ONE_TIME = "standin-case-progress-one-time-00000000002"
TEMPLATE = "standin-case-progress-template-0000000003"
FINAL = ("sent", "uncertain", "failed", "expired")
TOGETHER = 100


@dataclass
class Bulk:
    """Citizens who are owed one notice each: their openid by the reference of the case."""

    prefix: str
    openids: dict[str, str]
    ledger_from: int


async def file_in_bulk(system: System, number: int, ways: Sequence[Sequence[str]] = ((),)) -> Bulk:
    """`ways`: the subscriptions people have, taken in turn; whoever has none gets a customer-service message."""
    prefix = f"批量{token_hex(4)}"
    people = [(new_openid(), ways[count % len(ways)]) for count in range(number)]
    ledger_from = max((one["id"] for one in await asyncio.to_thread(system.ledger)), default=0)
    await _introduce(system, people)
    filing = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.bulk", prefix, env=system.env, cwd=ROOT,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    printed, _ = await filing.communicate("\n".join(" ".join((id, *has)) for id, has in people).encode())
    assert filing.returncode == 0, "nothing could be filed in bulk"
    return Bulk(prefix, json.loads(printed), ledger_from)


async def _introduce(system: System, people: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Make everybody known to the platform, as somebody who wrote a moment ago."""
    gate = asyncio.Semaphore(32)
    async with aiohttp.ClientSession(system.standin_url) as http:

        async def one(openid: str, templates: Sequence[str]) -> None:
            known = {"openid": openid, "wrote": True, "consents": dict.fromkeys(templates, 1)}
            async with gate, http.post("/_standin/citizens", json=known) as answer:
                assert answer.status == 200, await answer.text()

        await asyncio.gather(*(one(*person) for person in people))


@contextlib.contextmanager
def slow_platform(system: System, milliseconds: int) -> Iterator[None]:
    """Every call takes so long, so that there always are messages on their way."""
    system.control("pushes", {"delay_ms": milliseconds})
    try:
        yield
    finally:
        system.control("pushes", {"delay_ms": 0})


# ---- what became of it


@dataclass
class Fate:
    """The notices of a bulk, row by row held against what the platform truly showed."""

    due: int
    states: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    shown: int = 0
    shown_twice: int = 0
    sent_not_shown: int = 0
    unaccounted: int = 0

    def counts(self, late_s: float, note: str) -> Counts:
        states = ", ".join(f"{count} {state}" for state, count in sorted(self.states.items()))
        reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(self.reasons.items()))
        return Counts(
            tried=self.due,
            lost=self.sent_not_shown,
            doubled=self.shown_twice,
            unaccounted=self.unaccounted,
            late_s=late_s,
            note=f"{states}; {self.shown} shown; {f'{reasons}; ' if reasons else ''}{note}",
        )


def fate_of(system: System, bulk: Bulk) -> Fate:
    """At most one notice may be seen for each row; a row that says "sent" must have been seen."""
    rows = system.rows(
        "SELECT complaint.reference, delivery.state, delivery.channel, delivery.final_reason FROM delivery "
        "JOIN complaint ON complaint.id = delivery.case_id "
        f"WHERE delivery.recipient_kind = 'account' AND complaint.story LIKE '{bulk.prefix}%'"
    )
    entries: list[dict[str, Any]] = system.get_json(
        f"{system.standin_url}/_standin/ledger?after={bulk.ledger_from}"
    )["entries"]
    shown = Counter(entry["openid"] for entry in entries if entry["api"] != "passive")
    fate = Fate(due=len(bulk.openids))
    owed = Counter(bulk.openids[reference] for reference, *_ in rows)
    for openid in bulk.openids.values():
        fate.shown += shown[openid]
        fate.shown_twice += max(0, shown[openid] - max(1, owed[openid]))
    for reference, state, channel, reason in rows:
        fate.states[state] += 1
        if state not in ("sent", "queued", "sending"):
            fate.reasons[str(reason)] += 1
        if state == "sent" and channel != "console" and not shown[bulk.openids[reference]]:
            fate.sent_not_shown += 1
    ended = {reference for reference, state, *_ in rows if state in FINAL}
    fate.unaccounted = len(bulk.openids.keys() - ended)
    return fate


def states_of(system: System, bulk: Bulk) -> dict[str, str]:
    """The state of each notice by the reference of the case."""
    return dict(
        system.rows(
            "SELECT complaint.reference, delivery.state FROM delivery JOIN complaint ON complaint.id = delivery.case_id "
            f"WHERE delivery.recipient_kind = 'account' AND complaint.story LIKE '{bulk.prefix}%'"
        )
    )


def settled(system: System, bulk: Bulk) -> int:
    """How many of the notices have come to their end."""
    return int(_count(system, bulk, f"AND delivery.state IN {FINAL}"))


def planned(system: System, bulk: Bulk) -> int:
    """How many of the notices have a row."""
    return int(_count(system, bulk, ""))


def _count(system: System, bulk: Bulk, more: str) -> Any:
    return system.rows(
        "SELECT count(*) FROM delivery JOIN complaint ON complaint.id = delivery.case_id "
        f"WHERE delivery.recipient_kind = 'account' AND complaint.story LIKE '{bulk.prefix}%' {more}"
    )[0][0]


async def settle(system: System, bulk: Bulk, within_s: float) -> tuple[Fate, float]:
    """Wait until every notice has its final state, or the time is over. Returns the fate and the seconds."""
    begun = time.monotonic()
    while (took := time.monotonic() - begun) < within_s:
        if await asyncio.to_thread(settled, system, bulk) >= len(bulk.openids):
            break
        await asyncio.sleep(0.5)
    return await asyncio.to_thread(fate_of, system, bulk), took


# ---- in the process that files


async def _file(prefix: str, people: Sequence[Sequence[str]]) -> dict[str, str]:
    from app.core import open_core, redis_url
    from app.doors import desk_of
    from app.environment import read_settings
    from bot.models import PushConsent
    from casework.actors import citizen
    from casework.complaints.filing import NewComplaint, Source, new_complaint_rows
    from casework.people.identities import identity_key, new_account_rows
    from kit.db import Intake

    settings = read_settings()
    references: dict[str, str] = {}
    async with open_core(settings, redis_url(settings)) as core:
        desk, appid = desk_of(core), settings.wechat_app_id

        async def one(number: int, openid: str, *templates: str) -> None:
            account, identity = new_account_rows(core.db, desk.sealer, appid, openid, followed=True)
            story = f"{prefix}第{number}件，烧烤油烟太大"
            new = NewComplaint(account_id=account.id, story=story, source=Source.H5)
            made = await new_complaint_rows(desk, citizen(account.id), new)
            now = core.clock.now()
            consents = [
                PushConsent(
                    id=core.ids.new(), account_id=account.id, template_id=one, remaining=1, updated_at=now
                )
                for one in templates
            ]
            key = identity_key(desk.sealer, appid, openid)
            await core.db.write(Intake((key,), b"", (account, identity, *made.rows, *consents), b""))
            references[made.reference] = openid

        for start in range(0, len(people), TOGETHER):
            some = enumerate(people[start : start + TOGETHER], start)
            await asyncio.gather(*(one(number, *person) for number, person in some))
    return references


def main(prefix: str, lines: Sequence[str]) -> Mapping[str, str]:
    return asyncio.run(_file(prefix, [line.split() for line in lines]))


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.stdin.read().splitlines())))
