"""A backup while people file, restored elsewhere: whatever was acknowledged before it began is there (I10)."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.e2e.canaries import photo_with_traces, send_photo
from tests.e2e.deeds import clerk_of
from tests.e2e.system import ROOT, System
from tests.e2e.weixin import REFERENCE, Weixin, new_openid
from tests.faults.citizens import Citizens
from tests.faults.fault import Counts, Fault, Size, Start
from tests.faults.stored import new_database

PASSPHRASE = "correct horse battery staple\n"
RESTORED_S = 60.0
"""From the command until somebody has filed where it was restored."""
PICTURE = re.compile(r'"(/console/[^"]*(?:photos|files)/[^"]*)"')


async def backup_restore(system: System, size: Size) -> Counts:
    """Under load, into an empty folder and database, with the keys; and what is said where they are lost."""
    system.start()
    with_photos = [await _filed_with_photo(system) for _ in range(size.pick(3, 1))]
    async with Citizens(system, "备份", senders=4) as citizens:
        while len(citizens.acknowledged) < size.pick(60, 8):
            await asyncio.sleep(0.05)
        before = dict(citizens.acknowledged)
        await asyncio.to_thread(system.cli, "backup", "--to", str(system.folder / "backups"))
    (backup,) = (system.folder / "backups").glob("chengguan-*")
    sealed = str(system.folder / "keys.sealed")
    given = ("--keys", sealed, "--passphrase-stdin")
    await asyncio.to_thread(system.cli, "backup", *given, given=PASSPHRASE)
    elsewhere = await asyncio.to_thread(_another, system)
    begun = time.monotonic()
    try:
        wrong = int(not await asyncio.to_thread(_says_what_is_lost, elsewhere, backup, len(with_photos)))
        await asyncio.to_thread(elsewhere.cli, "restore", str(backup), *given, given=PASSPHRASE)
        restored = dict(elsewhere.rows("SELECT reference, story FROM complaint"))
        wrong += int("0 处问题" not in await asyncio.to_thread(elsewhere.cli, "audit", "verify"))
        await asyncio.to_thread(elsewhere.start, "serve")
        async with Weixin(elsewhere) as weixin:
            again = (await weixin.file(new_openid(), "恢复之后的第一件：门口烧烤油烟太大")).reference
        took = time.monotonic() - begun
        wrong += [await _shows_photo(elsewhere, system.password, one) for one in with_photos].count(False)
    finally:
        await asyncio.to_thread(elsewhere.close)
    return Counts(
        tried=len(before) + len(with_photos),
        lost=sum(restored.get(reference) != story for story, reference in before.items())
        + len(set(with_photos) - restored.keys()),
        doubled=int(again in citizens.acknowledged.values()),
        unaccounted=wrong,
        late_s=took,
        note=f"{len(citizens.acknowledged) - len(before)} more while it was made; late: restored and used",
    )


async def _filed_with_photo(system: System) -> str:
    openid = new_openid()
    await asyncio.to_thread(system.get_json, f"{system.standin_url}/phone/setup?openid={openid}")
    count = "SELECT count(*) FROM stored_file WHERE state = 'ready'"
    before = system.rows(count)[0][0]
    async with Weixin(system) as weixin:
        await weixin.say(openid, "我要投诉楼下烧烤油烟太大")
        await asyncio.to_thread(send_photo, system, openid, photo_with_traces())
        async with asyncio.timeout(30):
            while (await asyncio.to_thread(system.rows, count))[0][0] == before:
                await asyncio.sleep(0.2)
        for words in ("完成", "文一路 88 号门口", "跳过"):
            await weixin.say(openid, words)
        found = REFERENCE.search(await weixin.say(openid, "1"))
    assert found is not None
    return found[0]


async def _shows_photo(system: System, password: str, reference: str) -> bool:
    """Whether the photo of a case opens in the console."""
    async with clerk_of(system) as clerk:
        await clerk.log_in("diaodu", password)
        found = PICTURE.search((await clerk.get(f"/console/cases/{reference}")).text)
        if found is None:
            return False
        async with clerk.http.get(found[1].replace("&amp;", "&")) as answer:
            return answer.status == 200 and (await answer.read()).startswith(b"\xff\xd8")


def _another(system: System) -> System:
    """Another machine: an empty folder, an empty database of the same engine."""
    folder = Path(tempfile.mkdtemp(prefix="else-", dir=system.folder.parent))
    folder.chmod(0o755)
    return System(folder, new_database(system.env["DATABASE_URL"]))


def _says_what_is_lost(system: System, backup: Path, photos: int) -> bool:
    """Without the keys nothing is restored, and it is said in numbers what would not open."""
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "restore", str(backup)],
        env=system.env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = ("没有这份备份所用的密钥", f"{photos} 件照片", "--without-keys")
    return done.returncode == 2 and all(one in done.stderr for one in said)


FAULTS = (Fault("backup_restore", ("I10",), backup_restore, limit_s=RESTORED_S, start=Start.MIGRATED),)
