"""Cases that another system closed, brought in as a whole or not at all.

The table is gone through twice: first every line is looked at and nothing written; then the rows of all new cases are
made ready beside the database and written in one transaction. A number that was brought in before is known by the order row it left: the same line again is
reported and not doubled. Imported cases are nobody's account's, tell nobody anything, and start with one audit entry.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

import msgspec
from tortoise.exceptions import IntegrityError
from tortoise.models import Model

from casework.actors import Actor
from casework.complaints.desk import Desk
from casework.complaints.filing import KIND, Source
from casework.complaints.lifecycle import State
from casework.complaints.limits import deadline
from casework.complaints.models import Complaint
from casework.complaints.whereabouts import place_columns
from casework.complaints.wording import digest
from casework.exchange.closed_cases import ClosedCase, Fault, Reader, Words, columns_of
from casework.exchange.models import ExchangeOrder
from kit.audit.models import AuditEntry
from kit.clock import local
from kit.db.spool import Spool
from kit.problems import Conflict
from kit.references import make_reference
from kit.rows import new_row
from kit.table_files import Line

FAULTS_KEPT: Final = 1_000
TOGETHER: Final = 250
IMPORTED: Final = "import"
"""The direction of the order rows that imported cases leave."""
TIMEOUT_S: Final = 3600.0

Open = Callable[[], Iterator[Line]]
"""`kit.table_files.opener`: reads the table from its beginning."""


@dataclass
class Report:
    """What an import found: how many lines, of which so many new and known before; known ones that say something else
    now, by line; what is wrong (the first FAULTS_KEPT). `is_done`: the new ones are on record.
    """

    lines: int = 0
    new: int = 0
    known: int = 0
    changed: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    faults_in_all: int = 0
    is_done: bool = False

    def blame(self, faults: Sequence[Fault]) -> None:
        self.faults_in_all += len(faults)
        self.faults += faults[: max(0, FAULTS_KEPT - len(self.faults))]


@dataclass(frozen=True, kw_only=True)
class Import:
    """One table to bring in. `origin` is the code of the system it is from: its numbers are unique there. `progress` hears
    how many lines have been gone through, `lenient` as in `closed_cases.Reader`.
    """

    desk: Desk
    actor: Actor
    table: Open
    words: Words
    origin: str
    lenient: bool = False
    progress: Callable[[int], object] = lambda lines: None

    async def check(self) -> Report:
        """Look at every line; nothing is written. Raises TableError for a file that is no table."""
        report, _ = await self._look()
        return report

    async def run(self) -> Report:
        """Bring in what is new, all of it, if no line is wrong. Raises TableError, Conflict for a table that changed
        while it was read or that another brings in at this moment; then nothing is written.
        """
        report, days = await self._look()
        if report.faults_in_all or not report.new:
            return report
        # Before the transaction: taking numbers is one of its own.
        numbers = {on: await self._serials(on, count) for on, count in days.items()}

        with contextlib.closing(Spool(self.desk.db.reading)) as spool:
            await self._make_ready(spool, numbers)
            try:
                await self.desk.db.change(spool.pour, timeout_s=TIMEOUT_S)
            except IntegrityError:
                # Somebody else brings in the same numbers at this moment.
                raise Conflict("problem.exchange.import_twice") from None
        report.is_done = True
        return report

    async def _make_ready(self, spool: Spool, numbers: Mapping[date, Sequence[int]]) -> None:
        left, again = {on: list(reversed(those)) for on, those in numbers.items()}, Report()
        for cases in self._portions(again):
            known = await self._known(cases)
            new = [case for _, case in cases if case.number not in known]
            if any(count > len(left.get(on, ())) for on, count in Counter(map(_day, new)).items()):
                raise Conflict("problem.exchange.import_changed")
            rows = [self._rows(case, left[_day(case)].pop()) for case in new]
            for kind in (Complaint, AuditEntry, ExchangeOrder):
                spool.put([row for three in rows for row in three if type(row) is kind])
        if again.faults_in_all or any(left.values()):
            raise Conflict("problem.exchange.import_changed")

    async def _serials(self, on: date, count: int) -> list[int]:
        return [await self.desk.db.next_serial(KIND, on, block=count) for _ in range(count)]

    async def _look(self) -> tuple[Report, Counter[date]]:
        """Everything there is to say about the table, and how many new cases came on which day."""
        report, days = Report(), Counter[date]()
        for cases in self._portions(report):
            known = await self._known(cases)
            for number, case in cases:
                before = known.get(case.number)
                if before is None:
                    report.new += 1
                    days[_day(case)] += 1
                elif before == _digest(case):
                    report.known += 1
                else:
                    report.known += 1
                    report.changed.append(number)
        return report, days

    def _portions(self, report: Report) -> Iterator[list[tuple[int, ClosedCase]]]:
        """The cases of the table with their lines, some at a time; what is wrong goes into the report."""
        lines = self.table()
        header = next(lines, None)
        columns, faults = columns_of(header or Line(1, ()), self.words)
        report.blame(faults)
        if faults:
            return
        reader = Reader(self.desk.policy, self.words, columns, self.desk.db.clock.now(), lenient=self.lenient)
        seen: dict[str, int] = {}
        portion: list[tuple[int, ClosedCase]] = []
        for line in lines:
            report.lines += 1
            found = reader.read(line)
            if isinstance(found, list):
                report.blame(found)
            elif (first := seen.setdefault(found.number, line.number)) != line.number:
                twice = Fault(line=line.number, column="number", key="doubled", params={"line": str(first)})
                report.blame([twice])
            else:
                portion.append((line.number, found))
            if len(portion) >= TOGETHER:
                yield portion
                portion = []
                self.progress(report.lines)
        yield portion

    async def _known(self, cases: Sequence[tuple[int, ClosedCase]]) -> dict[str, str | None]:
        """Which of these numbers were brought in before, and what their line was."""
        numbers = [case.number for _, case in cases]
        rows = ExchangeOrder.filter(peer=self.origin, external_number__in=numbers)
        return dict(await rows.values_list("external_number", "body_digest"))

    def _rows(self, case: ClosedCase, serial: int) -> tuple[Model, ...]:
        desk, id, now = self.desk, self.desk.db.ids.new(), self.desk.db.clock.now()
        reference = make_reference(desk.bureau_code, KIND, _day(case), serial)
        complaint = new_row(
            Complaint,
            id=id,
            reference=reference,
            source=Source.IMPORT.value,
            revision=1,
            times_disputed=0,
            updated_at=now,
            **self._said(case, id),
            **self._standing(case),
        )
        order = new_row(
            ExchangeOrder,
            id=desk.db.ids.new(),
            peer=self.origin,
            external_number=case.number,
            direction=IMPORTED,
            complaint_id=id,
            external_due_at=case.due_at,
            created_at=now,
            body_digest=_digest(case),
        )
        content = {
            "source": Source.IMPORT.value,
            "origin": self.origin,
            "number": case.number,
            "story_digest": digest(desk.sealer, case.story),
        }
        facts: dict[str, object] = {
            "to": complaint.state,
            "revision": 1,
            "content": content,
            "case": {"category": case.category, "unit": case.unit, "assignee_id": None},
        }
        entry = desk.db.first_audit_row(id, self.actor, "complaint.import", facts)
        return complaint, entry, order

    def _said(self, case: ClosedCase, id: UUID) -> dict[str, object]:
        seal = self.desk.sealer
        return {
            "category": case.category,
            "story": case.story,
            "place_text": case.place_text,
            **place_columns(self.desk, case.position),
            "phone_sealed": case.phone
            and seal.seal(case.phone, table="complaint", column="phone", row_id=id),
            "phone_index": case.phone and seal.blind_index(case.phone).hex(),
            "name_sealed": case.name and seal.seal(case.name, table="complaint", column="name", row_id=id),
            "unit": case.unit,
            "answer": case.answer,
            "rating": case.rating,
            "refusal_reason": case.refusal_reason,
            "responsible_body": case.responsible_body,
        }

    def _standing(self, case: ClosedCase) -> dict[str, object]:
        """Closed cases go on as ours do: into the archive when the time to handle them once more is over."""
        state, due_at, archived_at = State(case.result), None, None
        if state is State.CLOSED:
            limit = deadline(state, case.closed_at, case.category, self.desk.policy, self.desk.calendar)
            if limit is not None and limit.at > self.desk.db.clock.now():
                due_at = limit.at
            else:
                state, archived_at = State.ARCHIVED, limit.at if limit is not None else case.closed_at
        return {
            "state": state.value,
            "state_since_at": archived_at or case.closed_at,
            "submitted_at": case.submitted_at,
            "limit_started_at": case.closed_at,
            "accepted_at": case.accepted_at,
            "answered_at": case.answered_at,
            "first_answered_at": case.answered_at,
            "answer_due_at": case.due_at,
            "closed_at": case.closed_at,
            "archived_at": archived_at,
            "due_at": due_at,
        }


def _day(case: ClosedCase) -> date:
    return local(case.submitted_at).date()


def _digest(case: ClosedCase) -> str:
    return hashlib.sha256(msgspec.json.encode(case)).hexdigest()
