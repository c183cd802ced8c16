"""Figures kept with the cases, made into months, published once a month is over: on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from casework.actors import system
from casework.complaints import actions
from casework.complaints.models import Complaint
from casework.events import EVENTS
from casework.figures.anonymous import public_figures
from casework.figures.building import build_changed
from casework.figures.desk import FiguresDesk
from casework.figures.keeping import FigureKeeper, FigureWalk, mark
from casework.figures.models import CaseFigure, FigureMonth, PublishedMonth
from casework.figures.profile import FiguresSection
from casework.figures.publishing import figures_in, publish, publish_due
from casework.figures.queries import FigureReader
from casework.figures.reckoning import Asked, Line
from casework.figures.sheet import digest_of, read
from kit.audit.models import AuditEntry
from kit.clock import FixedClock, local
from kit.db import Change, Database
from kit.outbox import Relay
from kit.problems import Conflict, Forbidden
from tests import read_once
from tests.casework_setting import CITIZEN, DISPATCHER, HANDLER, HEAD, desk_on, filed, person

CATALOGUE = read_once.catalogue()


class Bureau:
    """A desk, a relay that keeps figures, and a clock that the test moves."""

    def __init__(self, db: Database, clock: FixedClock) -> None:
        self.db, self.clock, self.desk = db, clock, desk_on(db)
        self.walk, self.reader = FigureWalk(self.desk), FigureReader(db)
        self.figures = FiguresDesk(desk=self.desk, section=FiguresSection(fewest=2))

    async def relay(self) -> None:
        handlers = dict.fromkeys(EVENTS, (FigureKeeper(self.desk),))
        await Relay(self.db, handlers, lambda name, id, exc: pytest.fail(f"{exc!r}")).step()

    async def whole(self, **codes: frozenset[str]) -> Line:
        """The line of all months, as of now."""
        await self.relay()
        await build_changed(self.db)
        return (
            await self.reader.read(Asked(first_month=202601, last_month=202712, codes=codes))
        ).report.whole

    def at(self, day: int, hour: int, month: int = 11) -> None:
        """A moment of 2026 in Shanghai."""
        self.clock.set(datetime(2026, month, day, hour, tzinfo=local(self.clock.now()).tzinfo))


@pytest.fixture
def bureau(database: Database, clock: FixedClock) -> Bureau:
    return Bureau(database, clock)


async def worked_through(bureau: Bureau, story: str = "路口有人摆摊，占道") -> Complaint:
    """Filed on Monday at 09:30, handed back once, answered on Tuesday at 10:00, rated satisfied."""
    desk = bureau.desk
    bureau.at(23, 9)
    case = await filed(desk, story=story)
    await actions.accept(desk, DISPATCHER, case.id, category="vending")
    await actions.assign(desk, DISPATCHER, case.id, unit="street")
    await actions.hand_back(desk, HANDLER, case.id, ground="不在辖区")
    await actions.assign(desk, DISPATCHER, case.id, unit="street")
    bureau.at(24, 10)
    await actions.answer(desk, HANDLER, case.id, text="已清理。")
    await actions.rate(desk, CITIZEN, case.id, score=3)
    return await Complaint.get(id=case.id)


async def test_a_case_counts_from_filing_to_its_rating(bureau: Bureau) -> None:
    case = await worked_through(bureau)
    line = await bureau.whole()
    figure = await CaseFigure.get(complaint_id=case.id)
    # Seven hours on Monday, one on Tuesday.
    assert (figure.month, figure.answer_minutes, figure.close_minutes) == (202611, 480, 480)
    assert (line.in_time, line.satisfied, line.handed_back, line.answer_median) == (1.0, 1.0, 1.0, 480)
    assert (await bureau.whole(unit=frozenset({"night"}))).counts["counted"] == 0
    assert (await bureau.whole(unit=frozenset({"street"}), source=frozenset({"wechat"}))).close_p90 == 480


async def test_withdrawn_and_refused_cases_are_shown_and_not_counted(bureau: Bureau) -> None:
    desk = bureau.desk
    for number in range(3):
        case = await filed(desk, story=f"第{number}件")
        if number == 0:
            await actions.withdraw(desk, CITIZEN, case.id)
        elif number == 1:
            await actions.refuse(desk, DISPATCHER, case.id, reason="欠薪", responsible_body="人社局")
    counts = (await bureau.whole()).counts
    assert (counts["counted"], counts["withdrawn"], counts["refused"]) == (1, 1, 1)


async def test_a_case_without_an_answer_is_late_from_its_limit_on(bureau: Bureau) -> None:
    case = await filed(bureau.desk)
    await actions.accept(bureau.desk, DISPATCHER, case.id, category="vending")
    assert (await bureau.whole()).counts["judged"] == 0
    bureau.clock.set(bureau.clock.now() + timedelta(days=9))
    assert await bureau.walk.step() == 1
    line = await bureau.whole()
    assert (line.counts["judged"], line.counts["in_time"]) == (1, 0)


async def test_the_walk_adopts_cases_from_before_and_mends_what_was_reckoned_otherwise(
    bureau: Bureau,
) -> None:
    case = await worked_through(bureau)
    assert await bureau.walk.step() == 1
    assert await bureau.walk.step() == 0

    async def spoil(change: Change) -> None:
        await CaseFigure.filter(complaint_id=case.id).update(answer_minutes=1)
        await mark(change, {202611})

    await bureau.db.change(spoil)
    # Another start: perhaps with another calendar.
    assert await FigureWalk(bureau.desk).step() == 1
    assert (await bureau.whole()).answer_median == 480


async def test_a_month_is_made_anew_only_when_it_has_changed(bureau: Bureau) -> None:
    await filed(bureau.desk)
    await bureau.relay()
    assert await build_changed(bureau.db) == 1
    assert await build_changed(bureau.db) == 0
    row = await FigureMonth.get(month=202611)
    assert (row.revision, row.cases) == (row.built_revision, 1)


async def test_a_month_is_published_after_its_day_and_comes_out_of_its_rows_again(bureau: Bureau) -> None:
    for _ in range(3):
        await worked_through(bureau)
    await bureau.relay()
    with pytest.raises(Conflict):
        await publish(bureau.figures, CATALOGUE, HEAD, 202611)
    bureau.at(14, 9, month=12)
    assert await publish_due(bureau.figures, CATALOGUE, system()) == 0
    bureau.at(15, 9, month=12)
    assert await publish_due(bureau.figures, CATALOGUE, system()) == 1
    assert await publish_due(bureau.figures, CATALOGUE, system()) == 0
    row = await PublishedMonth.get(month=202611)
    assert row.rows_digest == digest_of(row.rows)
    assert public_figures(read(row.rows, CATALOGUE)) == figures_in(row)
    assert (figures_in(row).whole.counted, figures_in(row).whole.answer_median) == (3, 480)
    for secret in ("摆摊，占道", "QS-TS", str(person(1)), "2026-11-23"):
        assert secret not in row.rows


async def test_another_edition_needs_a_reason_and_leaves_the_earlier_digest_in_the_chain(
    bureau: Bureau,
) -> None:
    await worked_through(bureau)
    await bureau.relay()
    bureau.at(15, 9, month=12)
    first = await publish(bureau.figures, CATALOGUE, HEAD, 202611)
    with pytest.raises(Forbidden):
        await publish(bureau.figures, CATALOGUE, DISPATCHER, 202611, "更正")
    with pytest.raises(Conflict):
        await publish(bureau.figures, CATALOGUE, HEAD, 202611)
    second = await publish(bureau.figures, CATALOGUE, HEAD, 202611, "补录一件")
    assert (first.edition, second.edition) == (1, 2)
    chain = await AuditEntry.filter(case_id=second.id).order_by("position")
    assert [entry.actor_id for entry in chain] == [HEAD.id, HEAD.id]
    assert f'"earlier":"{first.rows_digest}"' in chain[1].detail
