"""`audit verify`, `calendar check`: does what is stored still hold?"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

from app.audit_rows import all_entries
from app.database import open_database
from app.environment import read_settings
from app.profile import calendar_of, profile_in_force
from app.refusals import CommandRefused
from app.sealing import published_folder, read_published
from app.shipped import CATALOGUE_FOLDER
from kit.audit.models import AuditEntry, AuditSeal
from kit.audit.verify import Finding, VerifyKeys, verify
from kit.catalogue import Catalogue
from kit.clock import SystemClock, local
from kit.secrets import KeyRing


def add_audit(audit: Any) -> None:
    actions = audit.add_subparsers(metavar="动作", required=True, parser_class=type(audit))
    verifying = actions.add_parser("verify", help="核验全部办件的审计链和每日封存")
    verifying.add_argument(
        "--published", type=Path, help="已公布的封存文件所在文件夹（默认 DATA_DIR/published/audit）"
    )
    verifying.add_argument("--json", action="store_true", help="以 JSON 输出结果")
    verifying.set_defaults(run=_verify)


def add_calendar(calendar: Any) -> None:
    actions = calendar.add_subparsers(metavar="动作", required=True, parser_class=type(calendar))
    checking = actions.add_parser("check", help="检查节假日数据是否齐备")
    checking.add_argument("--on", type=date.fromisoformat, help="按哪一天检查（默认今天），如 2026-12-01")
    checking.set_defaults(run=_calendar)


def _verify(arguments: argparse.Namespace) -> int:
    settings = read_settings(for_wechat=False)
    keys = KeyRing.open(settings.key_dir, create=False)
    catalogue = Catalogue.load(CATALOGUE_FOLDER)
    folder = arguments.published or published_folder(settings.data_dir)
    if arguments.published is not None and not folder.is_dir():
        raise CommandRefused(f"没有文件夹 {folder}。")
    published, damaged = read_published(folder, (keys.verify_key,))

    async def run() -> tuple[list[Finding], int]:
        async with open_database(settings, keys) as db:
            seen = 0

            async def entries() -> AsyncIterator[AuditEntry]:
                nonlocal seen
                async for row in all_entries(db):
                    seen += 1
                    if seen % 50_000 == 0:
                        print(f"已核验 {seen} 条…", file=sys.stderr)
                    yield row

            seals = await AuditSeal.all().order_by("number")
            verify_keys = VerifyKeys(mac=keys.secret("audit"), seal_public_keys=(keys.verify_key,))
            return [one async for one in verify(entries(), seals, verify_keys, published)], seen

    findings, seen = asyncio.run(run())
    sentences = [catalogue.text("audit.finding.published_damaged", file=name) for name in damaged]
    sentences += [catalogue.text(finding.key, **finding.params) for finding in findings]
    if arguments.json:
        found = [{"kind": one.kind, **one.params} for one in findings]
        found += [{"kind": "published_damaged", "file": name} for name in damaged]
        print(json.dumps({"entries": seen, "findings": found}, ensure_ascii=False, default=str))
    else:
        print("\n".join([*sentences, f"共 {seen} 条记录，发现 {len(sentences)} 处问题。"]))
    return 1 if sentences else 0


def _calendar(arguments: argparse.Namespace) -> int:
    settings = read_settings(for_wechat=False)
    keys = KeyRing.open(settings.key_dir, create=False)
    catalogue = Catalogue.load(CATALOGUE_FOLDER)

    async def run() -> int:
        async with open_database(settings, keys):
            calendar = calendar_of(await profile_in_force(), settings.data_dir)
            today = arguments.on or local(SystemClock().now()).date()
            warnings = calendar.check(today)
            for warning in warnings:
                print(catalogue.text(warning.key, year=warning.year))
            years = "、".join(str(year) for year in calendar.days.years)
            print(f"已有年份：{years}；{len(warnings)} 处需要处理。")
            return 1 if warnings else 0

    return asyncio.run(run())
