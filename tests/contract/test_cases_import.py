"""Cases that another system closed, on both engines: everything or nothing, once, and every fault by line and column."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from app.commands.cases import _sentence
from casework.actors import system
from casework.complaints.desk import Desk
from casework.complaints.filing import submit
from casework.complaints.models import Complaint
from casework.exchange.closed_cases import ClosedCase, Fault, Reader, Words, columns_of
from casework.exchange.importing import Import, Report
from casework.exchange.models import ExchangeOrder
from kit.audit.models import AuditEntry
from kit.db import Database
from kit.outbox_models import OutboxEvent
from kit.problems import Conflict
from kit.table_files import Line, TableError, opener
from tests import read_once
from tests.casework_setting import CITIZEN, POLICY, desk_on, words
from tests.conftest import MONDAY_MORNING

WORDS = Words.of(read_once.catalogue())
HEAD = (
    "工单号",
    "来电时间",
    "诉求内容",
    "分类",
    "电话",
    "纬度",
    "经度",
    "答复时间",
    "办结时间",
    "满意度",
    "承办单位",
    "多余的",
)
GOOD = (
    "〔2024〕1",
    "2024-05-06 10:20",
    "=菜场门口摆摊，占道",
    "占道摆摊",
    "138 0000 1234",
    "30.25",
    "120.16",
    "2024/5/8",
    "2024年5月8日",
    "基本满意",
    "街面中队",
    "随便",
)


@pytest.fixture
def desk(database: Database) -> Desk:
    return desk_on(database)


def line(number: int, **changes: str) -> list[str]:
    cells = dict(zip(HEAD, GOOD, strict=True)) | {"工单号": f"2024-{number}"} | changes
    return [cells[name] for name in HEAD]


def written(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8-sig") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([HEAD, *rows])
    return path


def bring(desk: Desk, path: Path, **more: object) -> Import:
    return Import(desk=desk, actor=system(), table=opener(path), words=WORDS, origin="old", **more)  # type: ignore[arg-type]


async def imported(desk: Desk, path: Path) -> Report:
    return await bring(desk, path).run()


async def rows_in_all() -> int:
    return sum([await kind.all().count() for kind in (Complaint, ExchangeOrder, AuditEntry, OutboxEvent)])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gbk", "utf-16"])
async def test_a_table_of_any_office_becomes_cases_that_tell_nobody_anything(
    desk: Desk, tmp_path: Path, encoding: str
) -> None:
    good = [GOOD] if encoding != "gbk" else [[cell.replace("〔", "[").replace("〕", "]") for cell in GOOD]]
    report = await imported(desk, written(tmp_path / "a.csv", good, encoding))
    assert (report.new, report.is_done, report.faults) == (1, True, [])
    row = await Complaint.get()
    assert (row.source, row.state, row.category, row.unit, row.rating) == (
        "import", "archived", "vending", "street", 2,
    )  # fmt: skip
    assert (row.story, row.account_id) == ("=菜场门口摆摊，占道", None)
    assert row.reference.startswith("QS-TS-240506-")
    # A date alone is no earlier than what happened on that day.
    assert row.closed_at == row.answered_at
    assert "13800001234" not in str(row.__dict__)
    assert [entry.action for entry in await AuditEntry.all()] == ["complaint.import"]
    assert await OutboxEvent.all().count() == 0


@pytest.mark.parametrize("later", [[line(1)], [line(1), line(2, 工单号="")], [line(1), line(2), line(3)]])
async def test_of_a_table_that_changes_while_it_is_read_nothing_is_imported(
    desk: Desk, tmp_path: Path, later: list[list[str]]
) -> None:
    tables = [
        opener(written(tmp_path / name, rows))
        for name, rows in (("a.csv", [line(1), line(2)]), ("b.csv", later))
    ]
    order = iter(tables)
    bringing = Import(desk=desk, actor=system(), table=lambda: next(order)(), words=WORDS, origin="old")
    with pytest.raises(Conflict, match="import_changed"):
        await bringing.run()
    assert await rows_in_all() == 0


async def test_the_same_table_again_changes_nothing_and_says_so(desk: Desk, tmp_path: Path) -> None:
    await imported(desk, written(tmp_path / "a.csv", [line(1), line(2)]))
    before = await rows_in_all()
    again = await imported(desk, written(tmp_path / "b.csv", [line(1), line(2, 诉求内容="改过"), line(3)]))
    assert (again.new, again.known, again.changed) == (1, 2, [3])
    assert await rows_in_all() == before + 3
    assert (await imported(desk, tmp_path / "a.csv")).is_done is False
    # A number that the day's own cases have is not given twice.
    view = await submit(desk, CITIZEN, words())
    assert await Complaint.filter(reference=view.reference).count() == 1


async def test_one_wrong_line_among_hundreds_keeps_everything_out_and_every_fault_is_named(
    desk: Desk, tmp_path: Path
) -> None:
    rows = [line(number) for number in range(600)]
    rows[7] = line(7, 来电时间="昨天", 电话="不详", 分类="没有这类")
    rows[599] = line(3)
    report = await imported(desk, written(tmp_path / "a.csv", rows))
    assert {(one.line, one.column, one.key) for one in report.faults} == {
        (9, "submitted_at", "moment"),
        (9, "phone", "phone"),
        (9, "category", "category"),
        (601, "number", "doubled"),
    }
    assert (report.is_done, await rows_in_all()) == (False, 0)
    lenient = bring(desk, written(tmp_path / "b.csv", [line(1, 分类="没有这类")]), lenient=True)
    assert (await lenient.check()).new == 1
    assert await rows_in_all() == 0


async def test_a_spreadsheet_is_read_with_its_dates_and_its_formulas_are_refused(
    desk: Desk, tmp_path: Path
) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEAD)
    cells: list[object] = list(GOOD)
    cells[1], cells[4], cells[8], cells[2] = (
        datetime.fromisoformat("2024-05-06 10:20"),
        13800001234,
        datetime.fromisoformat("2024-05-09"),
        "摆摊",
    )
    sheet.append(cells)
    book.save(tmp_path / "a.xlsx")
    report = await imported(desk, tmp_path / "a.xlsx")
    assert (report.new, report.faults) == (1, [])
    sheet["C2"], sheet["A2"] = "=HYPERLINK(1)", "other"
    book.save(tmp_path / "b.xlsx")
    (fault,) = (await imported(desk, tmp_path / "b.xlsx")).faults
    assert (fault.line, fault.column, fault.key) == (2, "story", "formula")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04rubbish",
        b"\xd0\xcf\x11\xe0old",
        b"\x81\xff\xff\x00",
        '工单号,诉求内容\n1,"没有配对'.encode(),
    ],
    ids=["empty", "broken-xlsx", "xls", "no-text", "quotes"],
)
async def test_files_that_are_no_table_are_refused_with_a_sentence(
    desk: Desk, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(TableError) as refused:
        report = await imported(desk, path)
        assert report.faults_in_all
        raise TableError("没有这一列")
    with pytest.raises(TableError, match="没有文件"):
        opener(tmp_path / "none.csv")
    assert str(refused.value)
    assert await rows_in_all() == 0


CELLS = st.one_of(
    st.sampled_from([*GOOD, "", "\x00", "＝1+1", "9" * 400, "2999-01-01", "NaN", "\ud800"]),
    st.text(max_size=30),
)


@given(st.lists(CELLS, max_size=14))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_line_holds_it_is_a_case_or_faults_of_that_line(cells: list[str]) -> None:
    columns, faults = columns_of(Line(1, HEAD), WORDS)
    assert faults == []
    found = Reader(POLICY, WORDS, columns, MONDAY_MORNING).read(Line(2, tuple(cells)))
    if isinstance(found, ClosedCase):
        assert found.number
        assert found.submitted_at <= found.closed_at <= MONDAY_MORNING
    else:
        assert found
        assert all(one.line == 2 and one.column in columns for one in found)


def test_every_fault_has_a_sentence_that_names_line_and_column() -> None:
    catalogue = read_once.catalogue()
    given = {"value": "x", "line": "3", "than": "submitted_at", "at_most": "9"}
    keys = [key for key in frozenset(catalogue.keys()) if key.startswith("cases_import.fault.")]
    assert len(keys) > 10
    for key in keys:
        fault = Fault(line=7, column="phone", key=key.rpartition(".")[2], params=given)
        assert _sentence(catalogue, fault).startswith("第 7 行“电话”：")


def test_moments_in_the_wrong_order_are_named_with_what_they_are_before() -> None:
    columns, _ = columns_of(Line(1, HEAD), WORDS)
    wrong = Line(2, tuple(line(1, 答复时间="2024-05-06 09:00")))
    (fault,) = Reader(POLICY, WORDS, columns, MONDAY_MORNING).read(wrong)  # type: ignore[misc]
    assert (fault.column, fault.key, dict(fault.params)) == (
        "answered_at", "before", {"than": "submitted_at"},
    )  # fmt: skip
