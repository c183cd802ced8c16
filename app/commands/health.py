"""`health`: what is wrong right now, and which runbook to open."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from typing import Any

from app.environment import read_settings


def add(parser: Any) -> None:
    parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")
    parser.set_defaults(run=_health)


def _health(arguments: argparse.Namespace) -> int:
    from app.health import figures, judge, sentence

    settings = read_settings(for_wechat=False)
    findings = judge(asyncio.run(figures(settings)), time.time())
    wrong = [one for one in findings if one.is_wrong]
    if arguments.json:
        told = [
            {
                "alert": one.check.alert,
                "figure": one.figure,
                "wrong": one.is_wrong,
                "runbook": one.check.runbook,
            }
            for one in findings
        ]
        # Infinity is no JSON.
        print(json.dumps(told, ensure_ascii=False).replace("Infinity", "null"))
    else:
        print("\n".join(sentence(one) for one in findings))
        print(f"{len(wrong)} 处不对。" if wrong else "没有发现不对的地方。")
    return 1 if wrong else 0
