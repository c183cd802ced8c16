"""Writes docs/lifecycles.md from the tables in the code: `python -m tests.diagrams`.

The page is never edited by hand; a test says so when it is older than the tables.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import casework
import content
from bot.dialogue_shape import Ask
from bot.dialogues import DIALOGUES
from bot.kinds import MobileKind, PlaceKind, TextKind
from bot.kinds_picked import ChoiceKind, NumberKind, ParticularKind, PickKind
from bot.kinds_sent import MaterialsKind, PhotosKind, RecordingsKind
from casework.notifications.rules import SHIPPED, SILENT
from casework.notifications.shape import Audience, Bundle, Doubt, Lane, Rule
from casework.roles import STAFF_ROLES, Role
from kit.workflow import Lifecycle, Limit
from tests import read_once

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "lifecycles.md"
CATALOGUE = read_once.catalogue()

ROLES = {role: CATALOGUE.text(f"console.role.{role}") for role in STAFF_ROLES} | {
    Role.CITIZEN: "市民",
    Role.CLOCK: "时钟",
}
AUDIENCES = {
    Audience.OWNER: "当事人",
    Audience.ASSIGNEE: "承办方",
    Audience.DISPATCHERS: "派单员",
    Audience.DUTY_OFFICERS: "值班员",
    Audience.HEADS: "负责人",
    Audience.UNIT_HEADS: "承办单位负责人",
    Audience.INQUIRY_CLERKS: "派单员",
    Audience.CONTRACTOR: "外包作业人员",
    Audience.APPROVERS: "许可承办人",
    Audience.CO_SIGNERS: "会签人员",
    Audience.SURVEYORS: "踏勘人员",
    Audience.KEEPERS: "管理员和审计员",
}
UNITS = {
    "working_days": "个工作日",
    "working_minutes": "工作分钟",
    "natural_days": "个自然日",
    "natural_minutes": "分钟，不分昼夜",
}


def lifecycles() -> list[Lifecycle]:
    """Every lifecycle of the domain and of what is published, in order of name."""
    found: dict[str, Lifecycle] = {}
    packages = (casework, content)
    modules = [one for each in packages for one in pkgutil.walk_packages(each.__path__, f"{each.__name__}.")]
    for one in modules:
        if one.name.endswith(".lifecycle"):
            for value in vars(importlib.import_module(one.name)).values():
                if isinstance(value, Lifecycle):
                    found[value.name] = value
    return [found[name] for name in sorted(found)]


def page() -> str:
    """The whole page."""
    blocks = [
        "# 流程、通知、对话一览",
        "本页由 `.venv/bin/python -m tests.diagrams` 从代码里的表生成，不要手改。"
        "This page is generated from the tables in the code.",
    ]
    for table in lifecycles():
        blocks += _lifecycle(table)
    blocks += ["## 通知规则", *_rules(), "## 对话", *_dialogues()]
    return "\n\n".join(blocks) + "\n"


def _lifecycle(table: Lifecycle) -> Iterator[str]:
    yield f"## {_text(table.name + '.name')}"
    first, *arrows = table.mermaid().rstrip().splitlines()
    names = [f'    state "{_state(table, state)} {state}" as {state}' for state in table.states]
    yield "\n".join(["```mermaid", first, *names, *arrows, "```"])
    rows = []
    for move in table.moves:
        once = f"{move.at_most} 次" if move.at_most is not None else ""
        rows.append(
            (
                _text(f"{table.name}.move.{move.name}"),
                f"`{move.name}`",
                "；".join(_state(table, source) for source in move.sources),
                _state(table, move.target) if move.target is not None else "（不变）",
                "、".join(ROLES[Role(role)] for role in move.by),
                "、".join(f"`{need}`" for need in move.needs),
                once,
            )
        )
    yield _table(("操作", "标识符", "从", "到", "谁", "必须给出", "最多"), rows)
    if not table.limits:
        return
    yield "时限的默认值；单位画像在同名位置写自己的数，分类可以另定答复时限："
    yield _table(
        ("状态", "时限", "单位画像里的位置"),
        [(_state(table, state), _limit(limit), f"`{limit.basis}`") for state, limit in table.limits.items()],
    )


def _rules() -> Iterator[str]:
    yield (
        "一行一条：发生什么、告诉谁、用文案目录里的哪一组句子。给当事人的由微信发出；给工作人员的在工作台里看，"
        "标“呼叫”的同时用微信叫本人（绑定了微信的）。"
    )
    rows = [
        (
            f"`{rule.code}`",
            f"`{rule.event.name}`",
            AUDIENCES[rule.audience],
            f"`{rule.when}`" if rule.when else "",
            f"`{rule.template}`",
            _span(rule.fresh_for),
            "、".join(_manner(rule)),
        )
        for rule in SHIPPED
    ]
    yield _table(("规则", "事件", "告诉谁", "条件", "文案", "多久内有效", "怎么发"), rows)
    if SILENT:
        yield _table(
            ("不通知的事件", "理由"), [(f"`{event.name}`", reason) for event, reason in SILENT.items()]
        )


def _manner(rule: Rule) -> Iterator[str]:
    if rule.page:
        yield "呼叫"
    if rule.must:
        yield "必须告知"
    if rule.lane is not Lane.NORMAL:
        yield {Lane.URGENT: "最先", Lane.BULK: "最后"}[rule.lane]
    if rule.hold_at_night:
        yield "夜间不打扰"
    if rule.bundle is not Bundle.NEVER:
        yield {Bundle.HOURLY: "每小时汇总", Bundle.MORNING: "早上汇总", Bundle.EVENING: "傍晚汇总"}[
            rule.bundle
        ]
    if rule.on_doubt is Doubt.REPEAT:
        yield "存疑时再发"
    if rule.escalate_after is not None and rule.escalate_to is not None:
        yield f"{_span(rule.escalate_after)}无人处理升级给{AUDIENCES[rule.escalate_to]}"


def _span(span: timedelta) -> str:
    if span.days:
        return f"{span.days} 天"
    return f"{span.seconds // 3600} 小时" if span.seconds >= 3600 else f"{span.seconds // 60} 分钟"


def _dialogues() -> Iterator[str]:
    yield "取消、返回、人工、帮助、跳过和长时间没有回音由引擎统一处理，每个对话都一样。"
    for dialogue in DIALOGUES.values():
        yield f"### `{dialogue.name}`（第 {dialogue.version} 版）"
        yield _table(
            ("问", "收什么", "可以跳过"),
            [(f"`{step.name}`", _kind(step.kind), _may_skip(step)) for step in dialogue.steps],
        )
        yield "填完后先核对，回复“1”才提交。" if dialogue.confirm else "答完最后一问即提交。"


def _may_skip(step: Ask) -> str:
    if isinstance(step.kind, ChoiceKind):
        return "附近有人反映过同类的事时才问；可以跳过"
    if step.about is not None:
        return "分类要问、说的情况里又没有时才问；可以跳过"
    if not step.asked:
        return "不问，发来就收"
    return "是" if step.optional else ""


def _kind(kind: object) -> str:
    match kind:
        case TextKind():
            return f"文字，{kind.at_least} 到 {kind.at_most} 字"
        case PhotosKind():
            return f"照片，最多 {kind.at_most} 张"
        case RecordingsKind():
            return f"语音、视频，最多 {kind.at_most} 个"
        case MaterialsKind():
            return (
                f"文字 {kind.words_at_most} 字以内、照片 {kind.photos_at_most} 张以内、"
                f"语音和视频 {kind.recordings_at_most} 个以内"
            )
        case NumberKind():
            return f"数字 1 到 {kind.at_most}"
        case ParticularKind():
            return f"列出的一项，或者 {kind.at_most} 字以内"
        case PickKind() | ChoiceKind():
            return "列出的一项，回复数字"
        case PlaceKind():
            return "位置消息，或文字地点"
        case MobileKind():
            return "手机号"
    raise TypeError(f"no words for answers of the kind {type(kind).__name__}")


def _text(key: str) -> str:
    return CATALOGUE.text(key)


def _state(table: Lifecycle, state: str) -> str:
    return _text(f"{table.name}.state.{state}")


def _limit(limit: Limit) -> str:
    return f"{limit.amount} {UNITS[limit.unit]}"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = tuple(heads)
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def main() -> int:
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
