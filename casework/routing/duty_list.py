"""A duty list from a file: unit, person, from, to and a note a line. All of it is taken or nothing."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.desk import Desk
from casework.people.models import Staff
from casework.permissions import Operation, require
from casework.routing.models import Posting
from casework.routing.postings import NewPosting, made, may_keep, turn_of_its_own
from casework.routing.roster import Post
from kit.clock import SHANGHAI
from kit.db import Change
from kit.problems import Forbidden, Invalid, Problem

BYTES_AT_MOST = 500_000
LINES_AT_MOST = 500
_MOMENT = re.compile(
    r"(\d{4})[-/.\u5e74](\d{1,2})[-/.\u6708](\d{1,2})\u65e5?(?:[T ]+(\d{1,2})[:\uff1a](\d{2})(?:[:\uff1a]\d{2})?)?",
    re.ASCII,
)
_DAY = timedelta(days=1)


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Why a line cannot be taken: a key of the catalogue and what its sentence needs."""

    line: int
    key: str
    params: Mapping[str, object] = {}


class DutyReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file. With `faults`, nothing of it was taken. `known`: lines that stood there already."""

    taken: int = 0
    known: int = 0
    faults: tuple[Fault, ...] = ()


class DutyLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line as written, its two moments read."""

    number: int
    unit: str
    person: str
    begins_at: datetime
    ends_at: datetime
    note: str


class _Refused(Exception):
    """Undoes the transaction; carries the report out of it."""

    def __init__(self, report: DutyReport) -> None:
        super().__init__()
        self.report = report


async def import_duty_list(desk: Desk, actor: Actor, content: bytes) -> DutyReport:
    """Take over a duty list in CSV, in UTF-8 or GB 18030. Raises Invalid for a file that is none, Forbidden."""
    if actor.kind != "system":
        require(actor, Operation.KEEP_POSTINGS)
    lines, faults = read_duty_list(content)

    async def work(change: Change) -> DutyReport:
        await turn_of_its_own(change)
        taken = known = 0
        wrong = list(faults)
        people = await _people()
        for line in lines:
            try:
                if await _take(change, desk, actor, line, people):
                    taken += 1
                else:
                    known += 1
            except Problem as problem:
                if problem.status == 503:
                    raise
                wrong.append(Fault(line=line.number, key=problem.key, params=problem.params))
        if wrong:
            raise _Refused(DutyReport(faults=tuple(sorted(wrong, key=lambda one: one.line))))
        return DutyReport(taken=taken, known=known)

    try:
        return await desk.db.change(work)
    except _Refused as refused:
        return refused.report


def read_duty_list(content: bytes) -> tuple[tuple[DutyLine, ...], tuple[Fault, ...]]:
    """The lines of a file that can be read, and what is wrong with the others. Raises Invalid for no list at all."""
    if len(content) > BYTES_AT_MOST:
        raise Invalid("problem.posting.file_too_large", field="list", kilobytes=BYTES_AT_MOST // 1000)
    lines: list[DutyLine] = []
    faults: list[Fault] = []
    for number, cells in _rows(_text(content)):
        if len(lines) + len(faults) >= LINES_AT_MOST:
            raise Invalid("problem.posting.too_many_lines", field="list", at_most=LINES_AT_MOST)
        found = _line(number, cells)
        if isinstance(found, Fault):
            faults.append(found)
        else:
            lines.append(found)
    if not lines and not faults:
        raise Invalid("problem.posting.empty_file", field="list")
    return tuple(lines), tuple(faults)


def moment_of(words: str, *, is_end: bool = False) -> datetime | None:
    """A local moment, or a day: its first moment, as an end the first of the next day. None for anything else."""
    found = _MOMENT.fullmatch(words.strip())
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups()[:3])
    try:
        midnight = datetime(year, month, day, tzinfo=SHANGHAI)
        hour, minute = (int(found[4]), int(found[5])) if found[4] is not None else (24 if is_end else 0, 0)
        at = midnight + _DAY if (hour, minute) == (24, 0) else midnight.replace(hour=hour, minute=minute)
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            raise Invalid("problem.posting.not_csv", field="list") from None
    if "\x00" in text:
        raise Invalid("problem.posting.not_csv", field="list")
    return text


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Lines that say something, without the heading."""
    first = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter="\t" if "\t" in first and "," not in first else ","
    )
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            is_heading = reader.line_num == 1 and not any(char.isdigit() for char in "".join(cells[2:4]))
            if any(cells) and not is_heading:
                yield reader.line_num, cells
    except csv.Error:
        raise Invalid("problem.posting.not_csv", field="list") from None


def _line(number: int, cells: list[str]) -> DutyLine | Fault:
    if not 4 <= len(cells) <= 5 and any(cells[5:]):
        return Fault(line=number, key="problem.posting.columns")
    cells = [*cells[:5], *[""] * (5 - len(cells))]
    unit, person, begins, ends, note = cells
    begins_at, ends_at = moment_of(begins), moment_of(ends, is_end=True)
    if not unit or not person:
        return Fault(line=number, key="problem.posting.columns")
    if begins_at is None or ends_at is None:
        wrong = begins if begins_at is None else ends
        return Fault(line=number, key="problem.posting.moment", params={"moment": wrong[:30]})
    return DutyLine(number=number, unit=unit, person=person, begins_at=begins_at, ends_at=ends_at, note=note)


async def _people() -> dict[str, list[UUID]]:
    """Everybody who works here, by login and by name."""
    people: dict[str, list[UUID]] = {}
    for row in await Staff.filter(left_at=None).order_by("id"):
        for known_as in {row.login, row.name}:
            people.setdefault(known_as, []).append(row.id)
    return people


async def _take(
    change: Change, desk: Desk, actor: Actor, line: DutyLine, people: Mapping[str, list[UUID]]
) -> bool:
    """Post one line; False where it stands there already. Raises Problem."""
    unit = next((one.code for one in desk.policy.units.values() if line.unit in (one.code, one.name)), None)
    if unit is None:
        raise Invalid("problem.posting.no_such_unit", field="unit", unit=line.unit[:40])
    if not may_keep(actor, unit):
        raise Forbidden("problem.posting.not_your_unit")
    ids = people.get(line.person, ())
    if len(ids) != 1:
        key = "problem.posting.several_people" if ids else "problem.posting.no_such_person"
        raise Invalid(key, field="staff", name=line.person[:40])
    same = Posting.filter(post=Post.ON_DUTY.value, unit=unit, staff_id=ids[0], revoked_at__isnull=True)
    if await same.filter(begins_at=line.begins_at, ends_at=line.ends_at).exists():
        return False
    new = NewPosting(
        post=Post.ON_DUTY,
        staff_id=ids[0],
        unit=unit,
        begins_at=line.begins_at,
        ends_at=line.ends_at,
        note=line.note,
    )
    await made(change, desk, actor, new)
    return True
