"""Puts a new list of categories in force: what changes, what stands in its way, and the amendment with the open cases moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.category_columns import COLUMNS, cells_of
from app.category_list import NewList
from app.profile import complaint_policy, whole_profile
from app.refusals import CommandRefused
from casework.actors import Actor
from casework.complaints.desk import Desk
from casework.complaints.mapping import map_category, open_cases_of
from content.amending import PROFILE
from content.amendments import Checks, amend_profile, document_in_force, in_force
from kit.db import Change

SECTION = "complaints"
_PATHS = tuple(f"{SECTION}.{name}" for name in ("categories", "majors", "former"))
Made = dict[str, Any]


@dataclass(frozen=True)
class Differences:
    """The new list beside the one in force, by code. `changed`: what each field said and says, in words."""

    names: Mapping[str, str]
    added: tuple[str, ...] = ()
    changed: Mapping[str, tuple[tuple[str, str, str], ...]] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    same: int = 0
    reordered: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.changed or self.gone or self.reordered)


def differences(document: Mapping[str, Any], new: NewList) -> Differences:
    """What the new list adds, changes field by field, and leaves out."""
    section = document[SECTION]
    old_cells = _cells(section["categories"], section.get("majors", ()))
    new_cells = _cells(new.categories, new.majors)
    changed = {}
    for code, cells in new_cells.items():
        if code in old_cells and cells != old_cells[code]:
            changed[code] = tuple(
                (column.headings[0], old_cells[code][column.name], cells[column.name])
                for column in COLUMNS
                if cells[column.name] != old_cells[code][column.name]
            )
    kept = [code for code in old_cells if code in new_cells]
    return Differences(
        names={code: cells["name"] for code, cells in {**old_cells, **new_cells}.items()},
        added=tuple(code for code in new_cells if code not in old_cells),
        changed=changed,
        gone=tuple(code for code in old_cells if code not in new_cells),
        same=len(kept) - len(changed),
        reordered=kept != [code for code in new_cells if code in old_cells],
    )


def checked_map(found: Differences, pairs: Iterable[str]) -> dict[str, str]:
    """`old=new` as typed, checked against the lists. Raises CommandRefused."""
    result: dict[str, str] = {}
    for pair in pairs:
        old, _, new = (part.strip() for part in pair.partition("="))
        if not old or not new:
            raise CommandRefused(f"--map {pair} 不对，写成 旧代码=新代码。")
        if old not in found.gone:
            raise CommandRefused(f"--map {pair}：新清单没有取消 {old}，不用转。")
        if new not in found.names or new in found.gone:
            raise CommandRefused(f"--map {pair}：新清单里没有 {new}。")
        result[old] = new
    return result


async def check_open_cases(found: Differences, mapped: Mapping[str, str]) -> Mapping[str, int]:
    """The open cases of what goes. Raises CommandRefused where nobody said where they go to."""
    counts = await open_cases_of(found.gone)
    homeless = {code: count for code, count in counts.items() if code not in mapped}
    if homeless:
        sentences = [
            f"“{found.names[code]}”（{code}）还有 {count} 件在办，加上 --map {code}=新代码 把它们转过去。"
            for code, count in homeless.items()
        ]
        raise CommandRefused("\n".join(["新清单取消的分类里还有案件在办，没有导入：", *sentences]))
    return counts


async def put_in_force(
    change: Change,
    desk: Desk,
    actor: Actor,
    checks: Checks,
    new: NewList,
    found: Differences,
    mapped: Mapping[str, str],
    *,
    reason: str,
    seen: int,
) -> int:
    """Lay the list over the profile and move the open cases; how many were moved. All within the change.

    `seen` is the number of the latest amendment when the list was read. Raises Conflict, Unfit, CommandRefused.
    """
    await check_open_cases(found, mapped)
    section = (await document_in_force(checks))[SECTION]
    values = {
        f"{SECTION}.categories": new.categories,
        f"{SECTION}.majors": new.majors,
        f"{SECTION}.former": _former(section, found, mapped),
    }
    # What was amended within the old list is part of the new one now, or gone.
    within = [
        one.path for one in await in_force(PROFILE) if one.path.startswith(tuple(f"{p}." for p in _PATHS))
    ]
    await amend_profile(change, actor, values, reason, checks=checks, seen=seen, restored=within)
    policy = complaint_policy(whole_profile(await document_in_force(checks)))
    moved = 0
    for old, code in mapped.items():
        moved += await map_category(replace(desk, policy=policy), change, actor, old, code)
    return moved


def told(
    found: Differences, mapped: Mapping[str, str], counts: Mapping[str, int], unused: Iterable[str]
) -> str:
    """The report, for a terminal."""
    lines = [
        f"新增 {len(found.added)} 类" + (f"：{_named(found, found.added)}" if found.added else "") + "。"
    ]
    lines.append(f"改动 {len(found.changed)} 类" + ("：" if found.changed else "。"))
    for code, fields in found.changed.items():
        said = "；".join(f"{name} {_short(old)} → {_short(new)}" for name, old, new in fields)
        lines.append(f"  {found.names[code]}（{code}）：{said}")
    lines.append(f"取消 {len(found.gone)} 类" + ("：" if found.gone else "。"))
    for code in found.gone:
        into = f"，转到 {found.names[mapped[code]]}（{mapped[code]}）" if code in mapped else ""
        lines.append(f"  {found.names[code]}（{code}）：在办 {counts.get(code, 0)} 件{into}")
    lines.append(f"不变 {found.same} 类{'，顺序有变' if found.reordered else ''}。")
    if left := "、".join(unused):
        lines.append(f"没有用到的列：{left}。")
    return "\n".join(lines)


def _cells(categories: Iterable[Made], majors: Iterable[Made]) -> dict[str, dict[str, str]]:
    names = {(one["kind"], one["code"]): one["name"] for one in majors}
    return {one["code"]: cells_of(one, names) for one in categories}


def _former(section: Mapping[str, Any], found: Differences, mapped: Mapping[str, str]) -> list[Made]:
    """The names of what is no longer given, those of before included; whoever comes back is no former one."""
    kept = {one["code"]: one for one in section.get("former", ())}
    for code in found.gone:
        into = {"into": mapped[code]} if code in mapped else {}
        kept[code] = {"code": code, "name": found.names[code], **into}
    return [one for code, one in kept.items() if code in found.gone or code not in found.names]


def _named(found: Differences, codes: Iterable[str]) -> str:
    return "、".join(f"{found.names[code]}（{code}）" for code in codes)


def _short(words: str) -> str:
    words = words.replace("\n", " / ")
    return (words[:40] + "…" if len(words) > 40 else words) or "（空）"
