"""Access tokens that are refused for ever, then end again and again, under four processes and a worker.

    python -m tests.faults.platform_tokens BASE VALKEY_URL OPENID CALLS_A_SECOND

is one of the four: the real client, keeper and Valkey. It calls until SIGTERM and prints how its calls ended.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.e2e.system import ROOT, System
from tests.e2e.weixin import new_openid
from tests.faults.bulk import TEMPLATE, file_in_bulk, settle
from tests.faults.citizens import joined
from tests.faults.fault import Counts, Fault, Lane, Size, Start

PROCESSES, CALLS_A_SECOND = 4, 12
TOKEN_CALLS_A_MINUTE = 5
REFUSED_S, ENDING_S, END_EVERY_S = 25.0, 30.0, 4.0
RECOVERED_S = 120.0
"""A token that was refused though it was new is left alone for a minute; whatever waited for it goes out then."""
SENDS = ("message/template/send", "message/custom/send", "message/subscribe/bizsend")
FIELDS = {"character_string1": "QS-1", "thing2": "占道", "phrase3": "已受理", "time4": "2026年11月23日"}


async def token_storm(system: System, size: Size) -> Counts:
    """At most five token calls in any minute; every call ends, with a result or with a reason; no notice is lost."""
    system.start("standin", "worker")
    openid, samples = new_openid(), [(time.monotonic() - 1, 0)]
    await asyncio.to_thread(system.control, "citizens", {"openid": openid, "wrote": True})
    async with _sampled(system, samples):
        callers = [_caller(system, openid) for _ in range(size.pick(PROCESSES, 2))]
        try:
            for endpoint in SENDS:
                system.control("faults", {"endpoint": endpoint, "kind": "token_40001"})
            bulk = await file_in_bulk(system, size.pick(60, 10))
            await asyncio.sleep(size.pick(25, 3))
            system.control("faults", method="DELETE")
            for _ in range(size.pick(8, 1)):
                await asyncio.sleep(END_EVERY_S)
                system.control("tokens/expire")
            fate, took = await settle(system, bulk, RECOVERED_S)
        finally:
            ended = [await asyncio.to_thread(_end, caller) for caller in callers]
    calls = sum(ended, Counter[str]())
    worst = max(late - early for at, early in samples for then, late in samples if 0 <= then - at <= 60)
    shown = sum(entry["openid"] == openid for entry in system.ledger())
    begun = calls.pop("begun")
    told = Counts(
        tried=begun,
        lost=max(0, calls["sent"] - shown),
        doubled=max(0, shown - calls["sent"] - calls["no_answer"]),
        unaccounted=begun - calls.total() + max(0, worst - TOKEN_CALLS_A_MINUTE),
        note=f"{worst} token calls in the worst minute; "
        + ", ".join(f"{n} {one}" for one, n in calls.items()),
    )
    return joined(
        told, fate.counts(took, ""), late_s=took, note="late: settled after the platform took tokens again"
    )


@asynccontextmanager
async def _sampled(system: System, samples: list[tuple[float, int]]) -> AsyncIterator[None]:
    """(moment, token calls until then), twice a second."""

    async def look() -> None:
        while True:
            counted = await asyncio.to_thread(system.get_json, f"{system.standin_url}/_standin/calls")
            samples.append((time.monotonic(), counted["calls"].get("/cgi-bin/stable_token", 0)))
            await asyncio.sleep(0.5)

    looking = asyncio.create_task(look())
    try:
        yield
    finally:
        looking.cancel()


def _caller(system: System, openid: str) -> subprocess.Popen[str]:
    from kit.valkey import ensure_valkey

    valkey = ensure_valkey(system.folder).url
    arguments = [system.standin_url, valkey, openid, str(CALLS_A_SECOND)]
    command = [sys.executable, "-m", "tests.faults.platform_tokens", *arguments]
    return subprocess.Popen(command, env=system.env, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _end(caller: subprocess.Popen[str]) -> Counter[str]:
    caller.terminate()
    try:
        return Counter(json.loads(caller.communicate(timeout=30)[0]))
    finally:
        caller.kill()


# ---- one of the four


async def call(base: str, valkey_url: str, openid: str, rate: float) -> Counter[str]:
    """How the calls ended, by reason, beside how many were "begun"."""
    from kit.clock import SystemClock
    from kit.redis import connect
    from wechat.client import account_client
    from wechat.errors import WeChatError
    from wechat.exchange import new_session

    stop, ends = asyncio.Event(), Counter[str]()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    redis = connect(valkey_url)
    async with new_session() as session, asyncio.TaskGroup() as group:
        app_id, secret = os.environ["WECHAT_APP_ID"], os.environ["WECHAT_APP_SECRET"]
        client = account_client(session, redis, app_id, secret, base, SystemClock())

        async def send() -> None:
            ends["begun"] += 1
            try:
                await client.send_template(openid, TEMPLATE, FIELDS)
                ends["sent"] += 1
            except WeChatError as error:
                ends[error.meaning.name] += 1

        while not stop.is_set():
            group.create_task(send())
            await asyncio.sleep(1 / rate)
    await redis.aclose()
    return ends


def main(base: str, valkey_url: str, openid: str, rate: str) -> int:
    import logging

    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    print(json.dumps(asyncio.run(call(base, valkey_url, openid, float(rate)))))
    return 0


FAULTS = (
    Fault(
        "token_storm",
        ("I3",),
        token_storm,
        limit_s=RECOVERED_S,
        start=Start.MIGRATED,
        lane=Lane.CLOCK,
    ),
)

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
