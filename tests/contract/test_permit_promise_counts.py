"""What the promise counts besides decisions: applications that are late and still open, and those that were taken back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from app.cli import main
from casework.permits import accepting, correcting, deciding, pauses, withdrawing
from casework.permits.correcting import Item
from casework.permits.decision_rules import Grant
from casework.permits.delays import explain_delay
from casework.permits.desk import PermitDesk
from casework.permits.facts import figures
from casework.permits.promise import OPEN, WITHDRAWN
from casework.permits.published_models import PermitFact
from kit.clock import FixedClock
from kit.db import Database
from tests.casework_setting import CITIZEN
from tests.contract.test_permit_public import by_the_documents_script
from tests.e2e.public_setting import public_on
from tests.permit_life_setting import (
    SECTION,
    applied,
    form,
    life_desk_on,
    pass_until,
    row_of,
    surveyed,
)
from tests.permit_setting import APPROVER, CLERK

MONTH, NEXT_MONTH = 202611, 202612


async def accepted(desk: PermitDesk, east: float) -> UUID:
    id = await applied(desk, filled=form(desk, east=east))
    await accepting.accept(desk, CLERK, id)
    return id


async def late(desk: PermitDesk, clock: FixedClock, east: float = 0.1) -> UUID:
    """One that was looked at in time and is not decided in time."""
    id = await applied(desk, filled=form(desk, east=east))
    await surveyed(desk, id)
    due_at = (await row_of(id)).promise_due_at
    pass_until(clock, due_at)
    return id


async def test_what_is_late_and_still_open_is_a_miss_until_it_is_decided_and_then_once(
    database: Database, clock: FixedClock
) -> None:
    desk = await life_desk_on(database)
    assert (await figures(desk, MONTH)).whole.promised == 0
    id = await late(desk, clock)
    found = await figures(desk, MONTH)
    whole = found.whole
    assert (whole.cases, whole.still_open, whole.promised, whole.decisions_kept) == (0, 1, 1, 0)
    assert (whole.surveyed, whole.surveys_kept, whole.decision_median) == (1, 1, None)
    (miss,) = found.misses
    assert (miss.outcome, miss.late_reason, miss.decision_kept) == (OPEN, "", 0)
    assert miss.decision_limit == 810

    await explain_delay(desk, APPROVER, id, reason="人手不够")
    (miss,) = (await figures(desk, MONTH)).misses
    assert miss.late_reason == "人手不够"

    clock.advance(timedelta(days=30))
    assert (await figures(desk, MONTH)).whole.promised == 0
    assert (await figures(desk, NEXT_MONTH)).whole.still_open == 1
    await deciding.deny(desk, APPROVER, id, ground="时间过了")
    whole = (await figures(desk, NEXT_MONTH)).whole
    assert (whole.cases, whole.still_open, whole.promised, whole.decisions_kept) == (1, 0, 1, 0)


async def test_who_is_not_visited_in_time_is_counted_before_anybody_decides(
    database: Database, clock: FixedClock
) -> None:
    desk = await life_desk_on(database)
    id = await accepted(desk, 0.1)
    assert (await figures(desk, MONTH)).misses == ()
    pass_until(clock, (await row_of(id)).survey_due_at)
    (miss,) = (await figures(desk, MONTH)).misses
    assert (miss.survey_kept, miss.survey_minutes, miss.survey_limit, miss.decision_kept) == (
        0,
        None,
        60,
        None,
    )


async def test_while_the_clocks_stand_still_nothing_becomes_late(
    database: Database, clock: FixedClock
) -> None:
    desk = await life_desk_on(database)
    id = await applied(desk)
    await surveyed(desk, id)
    await pauses.pause(
        desk, APPROVER, id, kind="test", reason="检测", basis="行政许可法第四十五条", expected_days=5
    )
    pass_until(clock, (await row_of(id)).promise_due_at)
    assert (await figures(desk, MONTH)).misses == ()
    await withdrawing.withdraw(desk, CITIZEN, id, ground="不办了")
    fact = await PermitFact.get(application_id=id)
    assert (fact.outcome, fact.is_promise_kept, fact.is_survey_kept) == (WITHDRAWN, None, True)


async def test_what_was_late_before_the_clocks_stood_still_stays_late(
    database: Database, clock: FixedClock
) -> None:
    desk = await life_desk_on(database)
    id = await late(desk, clock)
    await pauses.pause(
        desk, APPROVER, id, kind="test", reason="检测", basis="行政许可法第四十五条", expected_days=5
    )
    assert (await figures(desk, MONTH)).whole.still_open == 1


@pytest.mark.parametrize("is_late", [False, True])
async def test_what_was_taken_back_is_counted_by_itself_and_as_a_miss_if_it_was_late(
    is_late: bool, database: Database, clock: FixedClock
) -> None:
    desk = await life_desk_on(database)
    id = await late(desk, clock) if is_late else await accepted(desk, 0.1)
    await withdrawing.withdraw(desk, CITIZEN, id, ground="等不及了")
    found = await figures(desk, MONTH)
    whole = found.whole
    assert (whole.cases, whole.still_open, whole.withdrawn, whole.decisions_kept) == (0, 0, 1, 0)
    assert (whole.promised, len(found.misses)) == (int(is_late), int(is_late))
    assert whole.decision_median is None


async def test_what_was_not_put_right_in_time_is_counted_as_taken_back(
    database: Database, clock: FixedClock
) -> None:
    desk = await life_desk_on(database)
    id = await applied(desk)
    await correcting.request_correction(desk, CLERK, id, [Item(item="field:area", wrong="和平面图不符")])
    pass_until(clock, (await row_of(id)).due_at)
    assert await accepting.lapse_past_limit(desk, clock.now()) == 1
    fact = await PermitFact.get(application_id=id)
    assert (fact.outcome, fact.is_promise_kept, fact.is_survey_kept) == (WITHDRAWN, None, None)


async def test_the_page_says_what_is_late_and_open_and_the_rows_say_the_same(
    database: Database, clock: FixedClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = await life_desk_on(database)
    taken_back, silent, kept = await late(desk, clock), await late(desk, clock, 0.2), await applied(desk)
    await withdrawing.withdraw(desk, CITIZEN, taken_back, ground="等不及了")
    await surveyed(desk, kept)
    await deciding.grant(desk, APPROVER, kept, Grant())
    await explain_delay(desk, APPROVER, silent, reason="人手不够")
    async with public_on(database, tmp_path, SECTION) as setting:
        async with setting.http.get("/public/promise") as page:
            text = await page.text()
        async with setting.http.get("/public/promise/2026-11.csv") as answer:
            content = await answer.read()
    for words in (
        "3 件中 1 件（33.3%）",
        "过了承诺的",
        "还没有作出决定",
        "申请人撤回",
        "人手不够",
        "承办单位还没有写明",
        "已经超时、还没有作出决定的",
    ):
        assert words in text
    file = tmp_path / "2026-11.csv"
    file.write_bytes(content)
    whole = (await figures(desk, MONTH)).whole
    assert (whole.cases, whole.still_open, whole.withdrawn) == (1, 1, 1)
    assert by_the_documents_script(file) == [
        f"踏勘 {whole.surveyed} {whole.surveys_kept} {whole.survey_median}",
        f"办结 {whole.promised} {whole.decisions_kept} {whole.decision_median}",
        "超时未办结 1 撤回 1",
    ]
    assert main(["permits", "recompute", str(file)]) == 0
    said = capsys.readouterr().out
    assert "按时办结 1/3" in said
    assert "超时未办结 1 件" in said
    assert "撤回 1 件" in said
