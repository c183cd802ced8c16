"""Seven seconds of work, and WeChat sends the message at 0, 5 and 10 seconds, each time to another web process."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from benchmarks.processes import free_port, running, wait_until_it_answers
from benchmarks.traffic import Account, Sender, request_bytes, text_message
from kit.valkey import ensure_valkey

WORK_S, DELIVERIES_AT_S, MESSAGES = 7.0, (0.0, 5.0, 10.0), 12


async def _deliver(account: Account, ports: list[int], number: int) -> list[float]:
    """One message to one process after the other; how long each took to answer."""
    xml = text_message(f"o{number:027d}", "人行道上能停车吗", 10**18 + number, int(time.time()))
    begun, took = time.monotonic(), []
    for at, port in zip(DELIVERIES_AT_S, ports, strict=True):
        await asyncio.sleep(begun + at - time.monotonic())
        request = request_bytes(account, account.codec(), "/wechat", port, xml)
        sender, sent = Sender(port), time.monotonic()
        try:
            status, _ = await asyncio.wait_for(sender.post(request), 5)
            assert status == 200, status
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
            pass  # WeChat hears nothing, and sends again
        finally:
            sender.close()
        took.append(time.monotonic() - sent)
    return took


async def _deliver_all(account: Account, ports: list[int]) -> list[list[float]]:
    turned = [ports[turn:] + ports[:turn] for turn in range(len(ports))]
    return await asyncio.gather(
        *(_deliver(account, turned[number % len(ports)], number) for number in range(MESSAGES))
    )


def executions() -> float:
    """How often the busiest of the messages was worked on."""
    account, folder = Account(), Path(tempfile.mkdtemp(prefix="cgd-"))
    record, ports = folder / "worked", [free_port() for _ in DELIVERIES_AT_S]
    env = {
        **account.environ(),
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite://{folder / 'chengguan.db'}",
        "WECHAT_API_BASE": "http://127.0.0.1:9",
    }
    try:
        subprocess.run(
            [sys.executable, "-m", "app.cli", "migrate"],
            env={**os.environ, **env},
            check=True,
            capture_output=True,
        )
        with ExitStack() as stack:
            for port in ports:
                command = [
                    sys.executable,
                    "-m",
                    "benchmarks.peers.slow_conversation",
                    str(WORK_S),
                    str(record),
                ]
                stack.enter_context(running(command, {**env, "PORT": str(port)}, port, log=folder / "log"))
                wait_until_it_answers(f"http://127.0.0.1:{port}/healthz")
            took = asyncio.run(_deliver_all(account, ports))
        worked = Counter(record.read_text().split())
        assert len(worked) == MESSAGES, "a message was not worked on at all"
        print(f"{MESSAGES} messages, {len(ports)} processes: slowest try {max(map(max, took)):.2f} s")
        return float(max(worked.values()))
    finally:
        ensure_valkey(folder).stop(adopted=True)
        shutil.rmtree(folder, ignore_errors=True)
