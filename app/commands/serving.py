"""`serve`, `worker`, `migrate`, `demo`, `standin`: the processes themselves."""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path
from typing import Any

from app.environment import demo_environ, read_settings, standin_environ


def add(group: Any) -> None:
    serve = group.add_parser("serve", help="启动网页与接口服务（主进程看护若干子进程）")
    serve.set_defaults(run=_serve)
    worker = group.add_parser("worker", help="启动后台任务：派发、推送、媒体、期限、封存")
    worker.set_defaults(run=_worker)
    migrate = group.add_parser("migrate", help="升级数据库结构，并装入单位画像和起步知识")
    migrate.set_defaults(run=_migrate)
    demo = group.add_parser("demo", help="演示：一条命令启动全部部件")
    demo.add_argument("--fill", action="store_true", help="只装入演示数据，不启动")
    demo.add_argument("--introduce", action="store_true", help="只向微信替身登记菜单之外的场景码，不启动")
    demo.set_defaults(run=_demo)
    standin = group.add_parser("standin", help="启动微信替身和演示手机（仅限本机），参数见 standin --help")
    standin.set_defaults(run=_standin)


def _serve(_: argparse.Namespace) -> int:
    from app.serve import serve

    return serve(read_settings())


def _worker(_: argparse.Namespace) -> int:
    from app.worker import run_worker

    return run_worker(read_settings())


def _migrate(_: argparse.Namespace) -> int:
    from app.setting_up import set_up

    return asyncio.run(set_up(read_settings(for_wechat=False)))


def _demo(arguments: argparse.Namespace) -> int:
    if arguments.fill:
        from app.demo_filling import fill

        return asyncio.run(fill(read_settings(demo_environ(os.environ))))
    if arguments.introduce:
        from app.demo_filling import introduce

        return asyncio.run(introduce(read_settings(demo_environ(os.environ))))
    from app.demo import run_demo

    return run_demo(os.environ)


def _standin(arguments: argparse.Namespace) -> int:
    from app.arguments import Parser
    from wechat.standin.command import main

    env = standin_environ(os.environ)
    memory = Path(env["DATA_DIR"]) / "demo" / "standin.json"
    return main(["--memory", str(memory), *arguments.rest], env, Parser)
