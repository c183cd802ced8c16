"""Random walks through every time that the law keeps out of the limits (行政许可法 45), and through the time to answer
across a holiday with make-up days, on both engines.

Until when is worked out once more, from the days written down here and what the walk did itself, not from the rows.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from casework.documents.models import IssuedDocument
from casework.permits import (
    accepting,
    correcting,
    deciding,
    delivering,
    extending,
    hearings,
    pauses,
    surveying,
)
from casework.permits.desk import PermitDesk
from casework.permits.drafts import begin
from casework.permits.hearing_models import PermitHearing
from casework.permits.lifecycle import FLOWS
from casework.permits.pauses import KINDS
from casework.permits.submitting import submit
from kit.audit.models import AuditEntry
from kit.audit.verify import check_chain
from kit.clock import FixedClock, local
from kit.db import Database
from kit.problems import Conflict, Problem
from tests.casework_setting import CITIZEN
from tests.conftest import AUDIT_KEY
from tests.permit_life_setting import (
    FITS,
    OTHER_APPROVER,
    SECOND,
    VISIT,
    applied,
    form,
    life_desk_on,
    row_of,
)
from tests.permit_setting import APPROVER, CLERK, PERMIT_HEAD, SURVEYOR

OFF = ((2, 15, 2, 23), (4, 4, 4, 6), (5, 1, 5, 5), (6, 19, 6, 21))
MADE_UP = (date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9))
"""Of 国办发明电〔2025〕7号, the half-year in which the walks take place."""
LAW = {"reason": "依法需要", "basis": "行政许可法第四十五条"}
ANSWER, DECIDE, MORE, PROMISE, HOLD = 5, 20, 10, 1, 20
"""Working days: 行政许可法 32, 42 with what the head may add, what the kind promises, 47."""

ON_BOTH = [
    *(pytest.param("sqlite", seed) for seed in range(4)),
    pytest.param("postgres", 4, marks=pytest.mark.postgres),
]
"""One walk on PostgreSQL, where each statement is a way to a server and back."""


def is_worked(on: date) -> bool:
    """Whether the offices are open that day."""
    is_off = any(date(2026, a, b) <= on <= date(2026, c, d) for a, b, c, d in OFF)
    return on in MADE_UP or (on.weekday() < 5 and not is_off)


def worked_after(on: date) -> Iterator[date]:
    """The working days after a day, without end."""
    while True:
        on += timedelta(days=1)
        if is_worked(on):
            yield on


def end_of(began_at: datetime, working_days: int) -> datetime:
    """The end of office hours on the last of so many working days."""
    days = worked_after(local(began_at).date())
    last = [next(days) for _ in range(working_days)][-1]
    return datetime.combine(last, time(10, 0), UTC)  # 18:00 here


def days_between(began_at: datetime, ended_at: datetime) -> int:
    """The working days after the one day up to and with the other."""
    first, last = local(began_at).date(), local(ended_at).date()
    return sum(is_worked(first + timedelta(days=one)) for one in range(1, (last - first).days + 1))


@dataclass
class Still:
    """A time in which the clocks stand still, as the walk knows it. `until_at`: the applicant was told so."""

    began_at: datetime
    until_at: datetime
    is_hearing: bool = False
    ended_at: datetime | None = None


@dataclass
class Walk:
    """One application in hand and what happened to it."""

    desk: PermitDesk
    clock: FixedClock
    dice: random.Random
    id: UUID
    accepted_at: datetime
    days: int = DECIDE
    stood: list[Still] = field(default_factory=list)
    hearing_until_at: datetime | None = None
    """Of a hearing that was called while the clocks stood still for something else."""
    left: list[str] = field(default_factory=lambda: list(KINDS))

    @property
    def lasting(self) -> Still | None:
        return next((one for one in self.stood if one.ended_at is None), None)

    def due_at(self, working_days: int) -> datetime:
        """A limit and the working days it stood still; what was over before it stopped stays over."""
        due = end_of(self.accepted_at, working_days)
        for one in self.stood:
            if one.began_at >= due:
                break
            if one.ended_at is not None:
                working_days += days_between(one.began_at, one.ended_at)
                due = end_of(self.accepted_at, working_days)
        return due

    def go_on(self) -> None:
        """What lasts is over; a hearing that was called meanwhile keeps the clocks where they are."""
        lasting = self.lasting
        assert lasting is not None
        lasting.ended_at = min(self.clock.now(), lasting.until_at)
        until_at, self.hearing_until_at = self.hearing_until_at, None
        if until_at is not None and days_between(lasting.ended_at, until_at) > 0:
            self.stood.append(Still(lasting.ended_at, until_at, is_hearing=True))

    async def pause(self) -> None:
        kind = self.dice.choice(self.left or KINDS)
        days = self.dice.randint(1, 6)
        await pauses.pause(self.desk, APPROVER, self.id, kind=kind, expected_days=days, **LAW)  # type: ignore[arg-type]
        self.stood.append(Still(self.clock.now(), end_of(self.clock.now(), days)))
        self.left = [one for one in self.left if one != kind]

    async def resume(self) -> None:
        await pauses.resume(self.desk, APPROVER, self.id)
        self.go_on()

    async def clock_comes_by(self) -> None:
        while await pauses.resume_past_expected(self.desk, self.clock.now()):
            assert self.lasting is not None
            assert self.lasting.until_at <= self.clock.now()
            self.go_on()
        assert self.lasting is None or self.lasting.until_at > self.clock.now()

    async def call_hearing(self) -> None:
        await hearings.call_hearing(self.desk, APPROVER, self.id, basis="行政许可法第四十六条")
        now, until_at = self.clock.now(), end_of(self.clock.now(), HOLD)
        if self.lasting is None:
            self.stood.append(Still(now, until_at, is_hearing=True))
        else:
            self.hearing_until_at = until_at

    async def arrange_hearing(self) -> None:
        at = hearings.earliest_at(self.desk, self.clock.now()) + timedelta(hours=self.dice.choice([0, 15]))
        presider = OTHER_APPROVER.id or self.id
        wish = hearings.Arrangement(
            meeting_at=at, place="三楼", presider_id=presider, announcement="欢迎旁听"
        )
        await hearings.arrange_hearing(self.desk, APPROVER, self.id, wish)

    async def end_hearing(self) -> None:
        if self.dice.random() < 0.5:
            await hearings.record_hearing(self.desk, APPROVER, self.id, record="无异议", confirmed="均已签字")
        else:
            await hearings.call_off_hearing(self.desk, APPROVER, self.id, reason="不再要求")
        self.hearing_until_at = None
        if self.lasting is not None and self.lasting.is_hearing:
            self.go_on()

    async def extend(self) -> None:
        # Before it is over only, and before the clocks stopped that stand still now.
        at = self.lasting.began_at if self.lasting is not None else self.clock.now()
        is_over = self.due_at(self.days) <= at
        await extending.extend(self.desk, PERMIT_HEAD, self.id, reason="情况复杂")
        assert not is_over
        self.days = DECIDE + MORE

    async def look_at_it(self) -> None:
        if (await row_of(self.id)).state == "surveyed":
            await surveying.survey_again(self.desk, APPROVER, self.id, ground="再看")
            return
        visit = await surveying.schedule(self.desk, APPROVER, self.id, VISIT)
        await surveying.record(self.desk, SURVEYOR, visit, FITS)
        await surveying.confirm(self.desk, SECOND, visit)

    async def decide_too_early(self) -> None:
        """Nothing is decided while the clocks stand still."""
        if self.lasting is not None:
            with pytest.raises(Conflict, match="is_paused"):
                await deciding.deny(self.desk, APPROVER, self.id, ground="不行", late_reason="等")

    async def check(self) -> None:
        row = await row_of(self.id)
        assert row.state in FLOWS[row.flow].states
        assert FLOWS[row.flow].moves_from(row.state)
        assert row.statutory_due_at == self.due_at(self.days)
        assert row.promise_due_at == self.due_at(PROMISE)
        assert (row.due_at is None) == (self.lasting is not None)
        if row.due_at is not None:
            ends = [row.statutory_due_at, row.promise_due_at]
            if row.surveyed_at is None and row.survey_due_at is not None:
                ends.append(row.survey_due_at)
            assert row.due_at == min(ends)
        kept = await pauses.pause_rows(self.id)
        known = sorted((one.began_at, one.ended_at or one.until_at) for one in self.stood)
        assert [
            (one.started_at, one.ended_at or pauses.expected_end_at(self.desk, one)) for one in kept
        ] == known

    async def end(self) -> None:
        """From wherever it stands there is a way out."""
        if await PermitHearing.filter(application_id=self.id, state__in=("called", "arranged")).exists():
            await hearings.call_off_hearing(self.desk, APPROVER, self.id, reason="不再要求")
        if self.lasting is not None and (await row_of(self.id)).due_at is None:
            await pauses.resume(self.desk, APPROVER, self.id)
        if (await row_of(self.id)).state != "surveyed":
            await self.look_at_it()
        await deciding.deny(self.desk, APPROVER, self.id, ground="不行", late_reason="依法听证、检验")
        await delivering.deliver(self.desk, CLERK, self.id, delivery="window", recipient="张三")
        row = await row_of(self.id)
        assert (row.state, row.due_at) == ("delivered", None)
        assert all(one.ended_at is not None for one in await pauses.pause_rows(self.id))


async def papers_are_numbered_once(id: UUID) -> None:
    """One number a paper and one paper a pause; the chain is whole."""
    issued = await IssuedDocument.filter(about_id=id)
    numbers = [one.number for one in issued if one.number is not None]
    assert len(numbers) == len(set(numbers))
    told = [one.document_id for one in await pauses.pause_rows(id)]
    assert sorted(map(str, told)) == sorted(str(one.id) for one in issued if one.kind == "pause")
    chain = await AuditEntry.filter(case_id=id).order_by("position")
    assert len(chain) > 2
    assert list(check_chain(AUDIT_KEY, chain, {})) == []


@pytest.mark.parametrize(("database_url", "seed"), ON_BOTH, indirect=["database_url"])
async def test_walks_enter_and_leave_every_pause_and_limits_move_by_the_working_days_that_do_not_count(
    seed: int, database: Database, clock: FixedClock
) -> None:
    clock.set(datetime(2026, 2, 5 + seed, 2, 0, tzinfo=UTC))
    dice = random.Random(seed)
    desk = await life_desk_on(database)
    id = await applied(desk, filled=form(desk, surface="carriageway" if seed % 2 else "footway"))
    await accepting.accept(desk, CLERK, id)
    walk = Walk(desk, clock, dice, id, clock.now())
    acts = [
        *(3 * [walk.pause]), *(2 * [walk.resume]), *(3 * [walk.clock_comes_by]), walk.call_hearing,
        walk.arrange_hearing, walk.end_hearing, walk.extend, walk.look_at_it, walk.decide_too_early,
    ]  # fmt: skip
    for step in range(500):
        clock.advance(timedelta(hours=dice.choice([0, 0, 1, 5, 20])))
        with contextlib.suppress(Problem):
            await dice.choice(acts)()
        await walk.check()
        if not walk.left and step > 60:
            break
    assert {one.kind for one in await pauses.pause_rows(id)} == set(KINDS)
    await walk.end()
    await papers_are_numbered_once(id)


@pytest.mark.parametrize(("database_url", "seed"), ON_BOTH, indirect=["database_url"])
async def test_the_deemed_acceptance_clock_walks_across_a_holiday_with_make_up_days(
    seed: int, database: Database, clock: FixedClock
) -> None:
    # Spring Festival: 15 to 23 February are off, Saturday 14 and 28 February are worked.
    dice = random.Random(seed)
    desk = await life_desk_on(database)
    for _ in range(4):
        clock.set(datetime(2026, 2, dice.randint(5, 27), dice.randint(0, 23), 30, tzinfo=UTC))
        id, received_at = await applied(desk, filled=form(desk)), clock.now()
        is_corrected = dice.random() < 0.5
        while (row := await row_of(id)).state != "accepted":
            assert row.state == "submitted"
            assert row.due_at == end_of(received_at, ANSWER)
            clock.set(min(clock.now() + timedelta(hours=dice.choice([1, 7, 30, 70])), row.due_at))
            is_due = clock.now() == row.due_at
            if is_corrected and not is_due:
                # The days begin anew when the corrected papers come.
                await _send_back_and_forth(desk, clock, dice, id)
                received_at, is_corrected = clock.now(), False
            assert await accepting.accept_past_limit(desk, clock.now()) == int(is_due)
        assert row.is_deemed
        assert row.accepted_at == row.received_at == received_at
        assert (row.promise_due_at, row.statutory_due_at) == (
            end_of(received_at, PROMISE),
            end_of(received_at, DECIDE),
        )
        # What silence took in late goes on as anything else: what is missed stays missed, the law's limit stands still.
        walk = Walk(desk, clock, dice, id, received_at)
        await walk.pause()
        clock.advance(timedelta(days=dice.randint(0, 12)))
        await walk.resume()
        await walk.check()
        await papers_are_numbered_once(id)


async def _send_back_and_forth(desk: PermitDesk, clock: FixedClock, dice: random.Random, id: UUID) -> None:
    wrong = correcting.Item(item="field:phone", wrong="打不通")
    await correcting.request_correction(desk, CLERK, id, [wrong])
    clock.advance(timedelta(hours=dice.randint(1, 60)))
    draft_id = await begin(desk, CITIZEN, "stall", application_id=id, filled=form(desk))
    await submit(desk, CITIZEN, draft_id, source="h5")
