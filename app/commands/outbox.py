"""`outbox list|revive`: events that are held up, and letting them be tried again."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any
from uuid import UUID

from app.commands.running import with_database
from app.refusals import CommandRefused
from casework.actors import system
from kit.clock import local
from kit.db import Database
from kit.outbox_models import DEAD, PENDING, OutboxEvent
from kit.outbox_upkeep import dead_ids, held_up, revive

STATES = {PENDING: "等待", DEAD: "停下"}


def add(parser: Any) -> None:
    actions = parser.add_subparsers(metavar="动作", required=True, parser_class=type(parser))
    listing = actions.add_parser("list", help="列出还没处理的事件，最早的在前")
    listing.add_argument("--dead", action="store_true", help="只列多次失败后停下的")
    listing.add_argument("--limit", type=int, default=100, metavar="条数", help="最多列几条（默认 100）")
    listing.set_defaults(run=_list)
    reviving = actions.add_parser("revive", help="修好原因之后，让停下或等着重试的事件马上再试")
    which = reviving.add_mutually_exclusive_group(required=True)
    which.add_argument("--all", action="store_true", help="所有停下的")
    which.add_argument("ids", nargs="*", type=UUID, default=[], metavar="事件编号", help="见 list")
    reviving.set_defaults(run=_revive)


def _list(arguments: argparse.Namespace) -> int:
    states = (DEAD,) if arguments.dead else (PENDING, DEAD)

    async def work(db: Database) -> list[str]:
        rows = await held_up(states, max(1, arguments.limit))
        return [_line(row, db.clock.now()) for row in rows]

    lines = with_database(work)
    print("\n".join(lines) or "没有等着的事件。")
    return 0


def _line(row: OutboxEvent, now: datetime) -> str:
    minutes = max(0, int((now - row.created_at).total_seconds())) // 60
    words = [
        str(row.id),
        STATES[row.state],
        row.name,
        f"{local(row.created_at):%m-%d %H:%M}（{minutes} 分钟）",
        f"试过 {row.attempts} 次",
    ]
    if row.case_id is not None:
        words.append(f"案件 {row.case_id}")
    if row.last_error:
        words.append(row.last_error)
    return "  ".join(words)


def _revive(arguments: argparse.Namespace) -> int:
    if not arguments.all and not arguments.ids:
        raise CommandRefused("请写明事件编号，或用 --all。")

    async def work(db: Database) -> tuple[int, list[UUID]]:
        wanted = await dead_ids() if arguments.all else arguments.ids
        missed = [one for one in wanted if not await revive(db, system(), one)]
        return len(wanted) - len(missed), missed

    done, missed = with_database(work)
    for one in missed:
        print(f"{one} 不在等着的事件里：已经处理过，或没有这个编号。")
    print(f"{done} 个事件马上再试。" if done else "没有要再试的事件。")
    return 1 if missed else 0
