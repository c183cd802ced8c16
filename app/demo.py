"""`make run`: the whole system on one machine, from nothing, until Ctrl-C.

Makes secrets, migrates, fills in demo data, then runs the stand-in, the web
processes and a worker as children and prints where to look. Every part ends
with this process, also when it is killed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.environment import demo_environ
from app.forking import die_with_parent
from kit.settings import Settings
from kit.valkey import ensure_valkey

READY_WITHIN_S = 60.0
STOP_WITHIN_S = 30.0


class DemoError(Exception):
    """The demo cannot run; the sentence says why."""


@dataclass
class Part:
    """One child process."""

    name: str
    process: subprocess.Popen[bytes]


def run_demo(environ: Mapping[str, str]) -> int:
    """Run until interrupted. Returns the exit code; raises DemoError before anything was started."""
    env = demo_environ(environ)
    settings = Settings.from_environ(env)
    _writable(settings.data_dir)
    for name, port in (("PORT", settings.port), ("STANDIN_PORT", settings.standin_port)):
        _free(settings.host if name == "PORT" else "127.0.0.1", port, name)
    command = [sys.executable, "-m", "app.cli"]
    for step in (["migrate"], ["demo", "--fill"]):
        done = subprocess.run([*command, *step], env=env, check=False)  # noqa: S603 - our own commands
        if done.returncode:
            return done.returncode
    started_here = None
    if settings.redis_url is None:
        valkey = ensure_valkey(settings.data_dir)
        started_here = valkey
        env["REDIS_URL"] = valkey.url
    parts: list[Part] = []
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    parent = os.getpid()
    code = 0
    try:
        for name in ("standin", "serve", "worker"):
            log = _log_file(settings, name)
            process = subprocess.Popen(  # noqa: S603 - our own commands
                [*command, name],
                env=env,
                stdout=log,
                stderr=log,
                # Ctrl-C goes to this process alone, which then stops the parts in order.
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(parent),
            )
            log.close()
            parts.append(Part(name, process))
        if _all_ready(settings, parts, lambda: stopping):
            _introduce(command, env)
            _say_where(settings)
        while not stopping:
            ended = [part for part in parts if part.process.poll() is not None]
            if ended:
                print(
                    f"错误：{ended[0].name} 意外结束，演示停止；原因见 {log_folder(settings) / ended[0].name}.log",
                    file=sys.stderr,
                )
                code = 1
                break
            time.sleep(0.2)
    finally:
        _stop_all(parts)
        if started_here is not None:
            started_here.stop(adopted=True)
    if stopping:
        print("已全部停止。")
    return code


def _introduce(command: list[str], env: Mapping[str, str]) -> None:
    """The account's menu and its codes, as a bureau would set them up at the platform once."""
    steps = (["wechat", "menu", "push", "--yes"], ["demo", "--introduce"])
    at_once = [
        subprocess.Popen([*command, *step], env=env, stdout=subprocess.DEVNULL)  # noqa: S603 - our own commands
        for step in steps
    ]
    for one in at_once:
        one.wait()


def log_folder(settings: Settings) -> Path:
    """Where the parts of the demo write what they have to say."""
    return settings.data_dir / "demo" / "logs"


def _log_file(settings: Settings, name: str) -> BinaryIO:
    log_folder(settings).mkdir(parents=True, exist_ok=True)
    return (log_folder(settings) / f"{name}.log").open("wb")


def _writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as exc:
        raise DemoError(
            f"数据目录 {folder} 不可写（{exc.strerror}），请换一个 DATA_DIR 或修改权限。"
        ) from exc


def _free(host: str, port: int, name: str) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as exc:
            raise DemoError(f"端口 {port} 已被占用，请关闭占用它的程序，或用 {name}=其他端口 再试。") from exc


def _all_ready(settings: Settings, parts: list[Part], stopped: object) -> bool:
    addresses = [
        f"http://127.0.0.1:{settings.standin_port}/phone",
        f"http://{settings.host}:{settings.port}/readyz",
    ]
    deadline = time.monotonic() + READY_WITHIN_S
    while addresses and time.monotonic() < deadline:
        if callable(stopped) and stopped():
            return False
        if any(part.process.poll() is not None for part in parts):
            return False
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(addresses[0], timeout=2).close()  # noqa: S310 - our own address
            addresses.pop(0)
            continue
        time.sleep(0.1)
    return not addresses


def _say_where(settings: Settings) -> None:
    from app.demo_people import DEMO_STAFF, SHOPKEEPER, demo_password

    password = demo_password(settings.data_dir)
    lines = [
        "",
        "  城管服务后台（演示）已启动",
        "",
        f"  市民手机   http://127.0.0.1:{settings.standin_port}/phone",
        f"  店主手机   http://127.0.0.1:{settings.standin_port}/phone?openid={SHOPKEEPER}",
        "             名下有登记过的招牌和整改通知，在“我的”里看",
        f"  工作台     http://{settings.host}:{settings.port}/console/",
        "",
        "  工作台账号（密码都是 " + password + "）",
        *(f"    {person.login:<12}{person.name}  {person.duty}" for person in DEMO_STAFF),
        "",
        f"  运行日志   {log_folder(settings)}",
        "  按 Ctrl-C 全部停止",
        "",
    ]
    print("\n".join(lines), flush=True)


def _stop_all(parts: list[Part]) -> None:
    for part in parts:
        if part.process.poll() is None:
            part.process.terminate()
    deadline = time.monotonic() + STOP_WITHIN_S
    for part in parts:
        try:
            part.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            part.process.kill()
            part.process.wait()
