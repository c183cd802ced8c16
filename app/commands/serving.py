"""`serve`, `worker`, `migrate`, `demo`, `standin`: the processes themselves."""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path
from typing import Any

from app.environment import demo_environ, read_settings, standin_environ
from app.importing import uncollected


def add_serve(parser: Any) -> None:
    parser.set_defaults(run=_serve)


def add_worker(parser: Any) -> None:
    parser.set_defaults(run=_worker)


def add_migrate(parser: Any) -> None:
    parser.set_defaults(run=_migrate)


def add_demo(parser: Any) -> None:
    parser.add_argument("--fill", action="store_true", help="只装入演示数据，不启动")
    parser.add_argument("--introduce", action="store_true", help="只向微信替身登记菜单之外的场景码，不启动")
    parser.set_defaults(run=_demo)


def add_standin(parser: Any) -> None:
    parser.set_defaults(run=_standin)


def _serve(_: argparse.Namespace) -> int:
    with uncollected():
        from app.serve import serve

    return serve(read_settings())


def _worker(_: argparse.Namespace) -> int:
    with uncollected():
        from app.worker import run_worker

    return run_worker(read_settings())


def _migrate(_: argparse.Namespace) -> int:
    with uncollected():
        from app.setting_up import set_up

    return asyncio.run(set_up(read_settings(for_wechat=False)))


def _demo(arguments: argparse.Namespace) -> int:
    if arguments.fill:
        with uncollected():
            from app.demo_filling import fill

        return asyncio.run(fill(read_settings(demo_environ(os.environ))))
    if arguments.introduce:
        with uncollected():
            from app.demo_introducing import introduce

        return asyncio.run(introduce(read_settings(demo_environ(os.environ))))
    from app.demo import run_demo

    return run_demo(os.environ)


def _standin(arguments: argparse.Namespace) -> int:
    from app.arguments import Parser
    from wechat.standin.command import main

    env = standin_environ(os.environ)
    memory = Path(env["DATA_DIR"]) / "demo" / "standin.json"
    return main(["--memory", str(memory), *arguments.rest], env, Parser)
