"""Several processes write to one SQLite file at once: all get their turn, none is told that it is locked."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import textwrap
from pathlib import Path

from app.models import MODEL_MODULES
from kit.clock import FixedClock
from kit.db import Database
from kit.db.models import SerialBlock
from kit.ids import Ids
from tests.conftest import AUDIT_KEY, MONDAY_MORNING

ROOT = Path(__file__).parents[2]

WRITER = """
    import asyncio, json, sys, time
    from app.models import MODEL_MODULES
    from kit.clock import SystemClock
    from kit.db import Database
    from kit.db.models import SerialBlock
    from kit.ids import Ids

    async def main(url, name, seconds):
        clock = SystemClock()
        db = await Database.open(url, MODEL_MODULES, clock, Ids(clock), b"k" * 32, process_wide=True)
        print("ready", flush=True)
        sys.stdin.readline()
        waits = []

        async def read_then_write(change):
            # The pattern that a deferred BEGIN turns into "database is locked".
            block = await SerialBlock.get(name="shared")
            block.next += 1
            await block.save()
            await SerialBlock(name=f"{name}-{len(waits)}-{time.monotonic_ns()}", next=1).save(force_create=True)

        end = time.monotonic() + float(seconds)
        while time.monotonic() < end:
            begun = time.monotonic()
            await db.change(read_then_write)
            waits.append(time.monotonic() - begun)
        await db.close()
        print(json.dumps(waits))

    asyncio.run(main(*sys.argv[1:]))
"""


async def start(url: str, name: str, seconds: float) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", textwrap.dedent(WRITER), url, name, str(seconds)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=4 * 1024 * 1024,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


async def opened(url: str) -> Database:
    clock = FixedClock(MONDAY_MORNING)
    return await Database.open(url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)


async def shared_block(db: Database) -> None:
    async def work(_: object) -> None:
        await SerialBlock(name="shared", next=0).save(force_create=True)

    await db.change(work)


async def test_three_processes_that_read_and_write_at_once_all_progress(sqlite_url: str) -> None:
    db = await opened(sqlite_url)
    try:
        await shared_block(db)
        writers = [await start(sqlite_url, name, 3.0) for name in ("one", "two", "three")]
        results = await asyncio.gather(*(writer.communicate(b"go\n") for writer in writers))
        assert [writer.returncode for writer in writers] == [0, 0, 0]
        waits = [json.loads(printed) for printed, _ in results]
        written = [len(one) for one in waits]
        assert (await SerialBlock.get(name="shared")).next == sum(written)
        assert await SerialBlock.all().count() == 1 + sum(written)
        # Turns in the order of coming: nobody gets a multiple of another's share, or waits for seconds.
        assert min(written) >= 20
        assert max(written) < 3 * min(written), written
        ordered = sorted(wait for one in waits for wait in one)
        assert ordered[int(len(ordered) * 0.99)] < 1.0
    finally:
        await db.close()


async def test_a_writer_killed_in_the_middle_blocks_nobody_and_leaves_nothing_half_written(
    sqlite_url: str,
) -> None:
    db = await opened(sqlite_url)
    try:
        await shared_block(db)
        survivor = await start(sqlite_url, "survivor", 2.5)
        assert survivor.stdin is not None
        survivor.stdin.write(b"go\n")
        for number in range(3):
            victim = await start(sqlite_url, f"victim{number}", 60)
            assert victim.stdin is not None
            victim.stdin.write(b"go\n")
            await asyncio.sleep(0.2)
            victim.send_signal(signal.SIGKILL)
            await victim.wait()
        printed, _ = await survivor.communicate()
        assert survivor.returncode == 0
        assert max(json.loads(printed)) < 2.0
        rows = await SerialBlock.all().count() - 1
        assert (await SerialBlock.get(name="shared")).next == rows
        assert await SerialBlock.filter(name__startswith="victim").count() > 0
    finally:
        await db.close()
