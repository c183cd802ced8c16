"""A city's own list of categories: read whole or not at all, put in force with its open cases, and told apart field by field."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.category_columns import COLUMNS, cells_of
from app.category_import import check_open_cases, checked_map, differences, put_in_force, told
from app.category_list import Defaults, NewList, read_list
from app.commands.categories import _check_whole, _written
from app.profile import PROFILE_REFUSED, complaint_policy, whole_profile
from app.refusals import CommandRefused
from app.shipped import SHIPPED_PROFILE
from casework.actors import Actor, citizen
from casework.complaints.desk import Desk
from casework.complaints.filing import NewComplaint, Source, submit
from casework.complaints.models import Complaint
from casework.roles import Role
from content import amendments
from content.amendments import Checks
from content.profile_store import load_profile
from kit.audit.models import AuditEntry
from kit.catalogue import Catalogue
from kit.db import Change, Database
from kit.profile import read_profile
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from kit.table_files import TableError
from tests.casework_setting import calendar, person

ADMIN = Actor(kind="staff", id=person(9), roles=frozenset({Role.ADMINISTRATOR}), name="管理员")
CHECKS = Checks(whole_profile, PROFILE_REFUSED, Catalogue({}))
DEFAULTS = Defaults(unit="dispatch", group="other")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(dict(read_profile(SHIPPED_PROFILE))))
    return found


def exported(document: dict[str, Any]) -> list[list[str]]:
    section = document["complaints"]
    majors = {(one["kind"], one["code"]): one["name"] for one in section["majors"]}
    rows = [cells_of(one, majors) for one in section["categories"]]
    return [[one.headings[0] for one in COLUMNS], *([row[one.name] for one in COLUMNS] for row in rows)]


def csv_of(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "list.csv"
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def refusal(path: Path, document: dict[str, Any], defaults: Defaults = DEFAULTS) -> str:
    with pytest.raises(CommandRefused) as refused:
        read_list(path, document, defaults)
    return str(refused.value)


@pytest.mark.parametrize("is_sheet", [False, True])
async def test_what_is_exported_is_imported_as_no_change_at_all(
    tmp_path: Path, document: dict[str, Any], is_sheet: bool
) -> None:
    table: Sequence[Sequence[str]] = exported(document)
    path = tmp_path / ("list.xlsx" if is_sheet else "list.csv")
    path.write_bytes(await _written(table, is_sheet=is_sheet))
    new = read_list(path, document, Defaults())
    assert differences(document, new).is_empty
    before = msgspec.convert(document["complaints"]["categories"], list[dict[str, Any]])
    assert [one["code"] for one in new.categories] == [one["code"] for one in before]
    assert new.majors == document["complaints"]["majors"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_headings_in_chinese_or_english_and_every_encoding_of_an_office(
    tmp_path: Path, document: dict[str, Any], encoding: str
) -> None:
    chinese = csv_of(tmp_path, "小类,小类码,一般时限", "道路积水,406,4工作时", encoding=encoding)
    made = read_list(chinese, document, DEFAULTS).categories
    assert made[0]["code"] == "flooding"
    assert made[0]["limits"]["ordinary"] == {"working_hours": 4}
    assert made[0]["limits"]["emergency"] == {"working_hours": 2}
    english = csv_of(
        tmp_path, "code,name,kind,standard_code,unit,group", "ice,结冰,event,0407,sanitation,road"
    )
    assert read_list(english, document, Defaults()).categories[0]["code"] == "ice"


def test_a_part_of_what_one_category_stood_for_begins_as_that_one(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    path = csv_of(tmp_path, "类型,小类码,小类", "部件,0101,上水井盖", "部件,102,污水井盖", "部件,0777,新部件")
    first, second, third = read_list(path, document, DEFAULTS).categories
    assert (first["code"], second["code"], third["code"]) == ("manhole", "p0102", "p0777")
    assert second["unit"] == "facilities"
    assert second["verify"]
    assert second["major"] == "01"
    assert "0102" not in first["other_codes"]
    assert (third["unit"], third["group"]) == ("dispatch", "other")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["甲,乙", "1,2"], "没有“代码”，也没有“名称”"),
        (["代码,名称,代码", "a,b,c"], "“代码”这一列有两个"),
        (["代码,名称"], "只有表头"),
        (["代码,名称", "Litter,垃圾"], "第 2 行：代码“Litter”不对"),
        (["代码,名称", "litter,垃圾", "litter,再来"], "第 3 行：代码 litter 和第 2 行重复"),
        (["代码,名称", "a,甲", "b,甲"], "第 3 行：名称“甲”和第 2 行重复"),
        (["代码,名称,单位", "a,甲,天上"], "第 2 行：没有叫“天上”的承办单位"),
        (["代码,名称,市民选项", "a,甲,天上"], "第 2 行：没有叫“天上”的市民选项"),
        (["代码,名称,一般时限", "litter,垃圾,3"], "第 2 行：“一般时限”“3”不是时限"),
        (["代码,名称,类型", "a,甲,丙"], "第 2 行：“类型”“丙”不认识"),
        (["代码,名称,核查", "a,甲,也许"], "第 2 行：“核查”“也许”不认识"),
        (["名称", "从来没有过的分类"], "第 2 行：“从来没有过的分类”没有代码"),
        (["代码,名称,大类码", "a,甲,99"], "第 2 行：没有写明事件大类 99 叫什么"),
        (["代码,名称,小类码", "a,甲,0102", "b,乙,102"], "第 3 行：小类码 0102 和第 2 行重复"),
        (["代码,名称,追问", "a,甲,（选项：是|否）"], "第 1 个追问没有写问什么"),
        (["代码,名称", "a," + "长" * 61], "太长，名称最多 60 个字"),
    ],
)
def test_a_broken_list_is_refused_with_line_and_reason(
    tmp_path: Path, document: dict[str, Any], lines: list[str], words: str
) -> None:
    assert words in refusal(csv_of(tmp_path, *lines), document)


@pytest.mark.parametrize(
    "content", [b"", b"\xd0\xcf\x11\xe0old", b"PK\x03\x04broken", b'a,"b\n', b"\xff\xfe\x00"]
)
def test_what_is_no_table_is_refused(tmp_path: Path, document: dict[str, Any], content: bytes) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with pytest.raises((TableError, CommandRefused)):
        read_list(path, document, DEFAULTS)


def test_a_list_that_leaves_a_rule_of_routing_without_its_category_is_refused(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    new = read_list(csv_of(tmp_path, "名称", "井盖缺损"), document, DEFAULTS)
    with pytest.raises(CommandRefused, match="派单规则 litter_on_patrol"):
        _check_whole(document, new)


# ---- in force, on both databases


@pytest.fixture
async def desk(database: Database, document: dict[str, Any]) -> Desk:
    async def work(change: Change) -> None:
        await load_profile(change, document)

    await database.change(work)
    policy = complaint_policy(whole_profile(document))
    return Desk(
        db=database,
        calendar=calendar(),
        policy=policy,
        sealer=FieldSealer(KeyRing.random()),
        bureau_code="QS",
    )


async def put(desk: Desk, new: NewList, *pairs: str, seen: int | None = None) -> int:
    found = differences(await amendments.document_in_force(CHECKS), new)
    mapped = checked_map(found, pairs)
    at = (await amendments.version())[1] if seen is None else seen

    async def work(change: Change) -> int:
        return await put_in_force(
            change, desk, ADMIN, CHECKS, new, found, mapped, reason="换本市清单", seen=at
        )

    return await desk.db.change(work)


def without(document: dict[str, Any], code: str, folder: Path, **changed: str) -> NewList:
    head, *rows = exported(document)
    kept = [row for row in rows if row[0] != code]
    for name, words in changed.items():
        kept[0][head.index(name)] = words
    path = folder / "list.csv"
    path.write_text(
        "\n".join(",".join(f'"{cell}"' for cell in row) for row in [head, *kept]), encoding="utf-8"
    )
    return read_list(path, document, Defaults())


async def test_open_cases_of_a_category_that_goes_are_moved_or_nothing_is_imported(
    desk: Desk, document: dict[str, Any], tmp_path: Path
) -> None:
    view = await submit(
        desk,
        citizen(person(1)),
        NewComplaint(account_id=person(1), story="狗叫了一夜", source=Source.H5, category="dogs"),
    )
    new = without(document, "dogs", tmp_path, 一般时限="4个工作时")
    with pytest.raises(CommandRefused, match="“犬只扰民”（dogs）还有 1 件在办"):
        await put(desk, new)
    assert await amendments.in_force("profile") == ()
    for wrong in ("dogs", "dogs=moon", "litter=other"):
        with pytest.raises(CommandRefused, match="--map"):
            await put(desk, new, wrong)
    assert await put(desk, new, "dogs=other") == 1
    row = await Complaint.get(id=view.id)
    assert (row.category, row.revision) == ("other", 2)
    entry = await AuditEntry.filter(case_id=view.id, action="complaint.reclassify").first()
    assert entry is not None
    assert entry.actor_id == ADMIN.id
    policy = complaint_policy(whole_profile(await amendments.document_in_force(CHECKS)))
    assert "dogs" not in policy.categories
    assert policy.category_name("dogs") == "犬只扰民"
    first = next(iter(policy.categories.values()))
    assert first.limits is not None
    assert first.limits.ordinary is not None
    assert first.limits.ordinary.working_hours == 4


async def test_a_list_replaces_what_was_amended_before_and_is_refused_when_somebody_was_faster(
    desk: Desk, document: dict[str, Any], tmp_path: Path
) -> None:
    async def rename(change: Change) -> None:
        await amendments.amend_profile(
            change, ADMIN, {"complaints.categories.dogs.name": "养犬"}, "试", checks=CHECKS
        )

    await desk.db.change(rename)
    new = without(document, "poultry", tmp_path)
    with pytest.raises(Exception, match="changed_meanwhile"):
        await put(desk, new, seen=0)
    found = differences(await amendments.document_in_force(CHECKS), new)
    counts = await check_open_cases(found, {})
    report = told(found, {}, counts, ("备注",))
    assert "改动 1 类：\n  犬只扰民（dogs）：名称 养犬 → 犬只扰民" in report
    assert "取消 1 类：\n  擅自饲养家禽家畜（poultry）：在办 0 件" in report
    assert "没有用到的列：备注" in report
    await put(desk, new)
    assert differences(await amendments.document_in_force(CHECKS), new).is_empty
    await put(desk, read_list(tmp_path / "list.csv", document, Defaults()))
