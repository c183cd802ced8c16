"""The command `chengguan`: one sentence and a non-zero exit on bad input, never a traceback."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from app import commands
from app.arguments import USAGE, Parser
from app.importing import uncollected
from app.refusals import refusals


def build_parser(only: str | None = None) -> Parser:
    """All commands with their arguments; each sets `run`, a function of the parsed arguments.

    With `only`, the others are there by name alone.
    """
    parser = Parser(prog="chengguan", description="城管执法局微信服务后台")
    parser.set_defaults(run=None)
    group = parser.add_subparsers(metavar="命令", parser_class=Parser)
    commands.add_all(group, only)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    # What we store is for the service's own user alone.
    os.umask(0o077)
    given = list(sys.argv[1:] if argv is None else argv)
    with uncollected():
        parser = build_parser(only=given[0] if given else "")
    # The stand-in has options of its own, which argparse would not hand on.
    arguments = parser.parse_args(given[:1] if given[:1] == ["standin"] else given)
    arguments.rest = given[1:]
    run: Callable[[argparse.Namespace], int] | None = arguments.run
    if run is None:
        parser.print_help(sys.stderr)
        return USAGE
    try:
        return run(arguments)
    except refusals() as exc:
        for sentence in str(exc).splitlines():
            print(f"错误：{sentence}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing more may be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as exc:
        print(f"错误：{_why_unusable(exc)}", file=sys.stderr)
        return USAGE


def _why_unusable(exc: OSError) -> str:
    """A full disk, a read-only folder, a database that is down: the operator's to mend, by name."""
    if isinstance(exc, ConnectionError):
        return f"连接不上所需的服务（{exc.strerror}），请检查 DATABASE_URL 和 REDIS_URL。"
    if exc.filename is None:
        return f"系统拒绝了操作（{exc.strerror or exc}）。"
    return f"无法使用 {exc.filename}（{exc.strerror}），请检查磁盘空间和权限。"


if __name__ == "__main__":
    sys.exit(main())
