"""`chengguan upgrade`, run by the new program: look first, back up, change the schema, try a start, say the way back."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.backing_up import ROOM_FACTOR, back_up_all
from app.database import open_database
from app.key_check import check_keys
from app.meters import metrics_folder
from app.setting_up import set_up
from casework.notifications.models import Delivery
from casework.notifications.states import QUEUED, SENDING
from kit.db.standing import Standing, known_steps, standing_of
from kit.leases import DutyLease
from kit.metrics import living
from kit.outbox_models import DEAD, PENDING, OutboxEvent
from kit.secrets import KeyRing
from kit.settings import Settings

TRIED_PAGES = ("/healthz", "/readyz", "/h5/", "/console/login", "/metrics")
TRIAL_S = 60.0


@dataclass(frozen=True)
class Looked:
    """One thing looked at before anything is done. `is_in_the_way`: it must be put right first."""

    sentence: str
    is_in_the_way: bool = False


async def upgrade(settings: Settings, to: Path, *, only_check: bool = False) -> int:
    """Returns the exit code: 0 upgraded (or nothing in the way), 1 something in the way, or the trial failed."""
    standing = await standing_of(settings.database_url)
    looked = [*_schema(standing), *_processes(settings), _room(to, settings, standing)]
    if standing.applied and not standing.unknown(known_steps()):
        looked += await _content(settings, standing)
    for one in looked:
        print(f"{'✗' if one.is_in_the_way else '✓'} {one.sentence}")
    if any(one.is_in_the_way for one in looked):
        print("没有升级：请先处理打 ✗ 的各项。")
        return 1
    if only_check:
        print("可以升级。")
        return 0
    made = await back_up_all(settings, to)
    print(f"✓ 已备份到 {made.folder}。")
    try:
        await set_up(settings, backed_up=True)
        fault = await asyncio.to_thread(_trial, settings)
    except Exception as error:
        print(f"✗ 升级没有完成：{error}")
        _say_way_back(made.folder)
        raise
    if fault:
        print(f"✗ 试启动没有成功：{fault}")
        _say_way_back(made.folder)
        return 1
    print("✓ 试启动成功。现在可以启动 serve 和 worker。")
    _say_way_back(made.folder)
    return 0


def _say_way_back(folder: Path) -> None:
    print(
        "要退回：停止 serve 和 worker，换回原来的程序并 make install，再执行\n"
        f"  chengguan restore {folder} --set-aside --moved\n"
        "升级之后又运行过的，不要加 --moved；升级之后收到的办件留在被挪到一边的库里。"
    )


def _schema(standing: Standing) -> list[Looked]:
    known = known_steps()
    unknown = standing.unknown(known)
    if not standing.applied:
        return [Looked("数据库里还没有建表：新安装请用 chengguan migrate。", True)]
    if unknown:
        return [Looked(f"数据库比程序新（{'、'.join(unknown)}）：请换不低于该版本的程序。", True)]
    lacking = standing.lacking(known)
    return [
        Looked(
            f"数据库结构要升级 {len(lacking)} 步：{'、'.join(lacking)}。"
            if lacking
            else "数据库结构已是最新。"
        )
    ]


def _processes(settings: Settings) -> list[Looked]:
    running = living(metrics_folder(settings.data_dir))
    if running:
        return [Looked(f"{'、'.join(running)} 还在运行：请先停止 serve 和 worker。", True)]
    return [Looked("这个数据目录上没有在运行的进程。")]


def _room(to: Path, settings: Settings, standing: Standing) -> Looked:
    place = next(one for one in (to, *to.absolute().parents) if one.exists())
    # The copy, and room for the tables that are built anew.
    needed = int(standing.bytes_size * 2 * ROOM_FACTOR) + (64 << 20)
    free = min(shutil.disk_usage(place).free, shutil.disk_usage(settings.data_dir).free)
    enough = f"磁盘空间：剩 {free >> 20} MB，约需 {needed >> 20} MB"
    return Looked(f"{enough}。" if free >= needed else f"{enough}，请先腾出空间。", free < needed)


async def _content(settings: Settings, standing: Standing) -> list[Looked]:
    """The keys, and what other machines may still be doing. Tables of this version may lack columns: only old ones."""
    keys = KeyRing.open(settings.key_dir, create=False)
    async with open_database(settings, keys) as db:
        await check_keys(keys)
        now = await db.database_now()
        working = await DutyLease.filter(expires_at__gt=now).count()
        sending = await Delivery.filter(state=SENDING, lease_until__gt=now).count()
        waiting = (
            await OutboxEvent.filter(state=PENDING).count() + await Delivery.filter(state=QUEUED).count()
        )
        dead = await OutboxEvent.filter(state=DEAD).count()
    looked = [Looked("密钥与数据库相符。")]
    if working or sending:
        looked.append(
            Looked("别处还有 worker 在干活：请停止全部 worker，刚停的等一分钟再试。", is_in_the_way=True)
        )
    looked.append(
        Looked(f"等待派发和发送的有 {waiting} 件，升级后接着办。" if waiting else "没有等待派发和发送的。")
    )
    if dead:
        looked.append(Looked(f"有 {dead} 个事件多次失败后已停下，升级不受影响；原因见日志 event_failed。"))
    return looked


def _trial(settings: Settings) -> str:
    """Start the web processes on a port of their own and look at a few pages. Returns what is wrong, "" if nothing."""
    port = _free_port()
    env = {
        **os.environ,
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "PUBLIC_URL": settings.public_url,
        "CONSOLE_URL": "",
        "CONSOLE_PORT": "",
        "METRICS_TOKEN": "",
        "WEB_PROCESSES": "1",
        "STOP_NOTICE_S": "0",
    }
    # A file, not a pipe: nobody reads while it runs.
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve"], env=env, stdout=subprocess.DEVNULL, stderr=said
        )
        try:
            return _pages(port, process, said)
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=40)
            process.kill()
            process.wait()


def _pages(port: int, process: subprocess.Popen[bytes], said: IO[bytes]) -> str:
    deadline = time.monotonic() + TRIAL_S
    waiting, last = list(TRIED_PAGES), ""
    while waiting:
        if process.poll() is not None:
            said.seek(0)
            words = said.read().decode(errors="replace").strip()
            return f"serve 启动后退出（代码 {process.returncode}）：{words[-600:]}"
        if time.monotonic() > deadline:
            return f"{waiting[0]} 在 {TRIAL_S:.0f} 秒内没有正常回答（{last}）"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{waiting[0]}", timeout=10) as answer:
                answer.read()
            waiting.pop(0)
        except (urllib.error.URLError, OSError) as error:
            last = str(error)
            time.sleep(0.2)
    return ""


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
