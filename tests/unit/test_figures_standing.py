"""What one case counts for: one matter once, time from filing, in time by the limit as it stood."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from casework.complaints.models import Complaint
from casework.figures.publishing import due_month
from casework.figures.standing import Beside, Standing, figure_of, standing_of
from casework.figures.wording import month_in, months_before, months_between, percent, span
from kit.catalogue import Catalogue
from kit.rows import new_row
from tests.casework_setting import calendar, person

FILED = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
"""Monday, 09:30."""
HOUR = timedelta(hours=1)


def case(**more: object) -> Complaint:
    fields = {
        "id": person(1),
        "source": "wechat",
        "state": "assigned",
        "submitted_at": FILED,
        "times_disputed": 0,
    }
    return new_row(Complaint, **(fields | more))


@pytest.mark.parametrize(
    ("row", "beside", "standing"),
    [
        (case(), Beside(), Standing.COUNTED),
        (case(source="import", state="archived"), Beside(), Standing.IMPORTED),
        (case(state="merged", merged_into_id=person(2)), Beside(), Standing.MERGED),
        (case(state="closed", merged_into_id=person(2)), Beside(), Standing.MERGED),
        (case(state="split"), Beside(), Standing.SPLIT),
        (case(state="closed"), Beside(has_parts=True), Standing.SPLIT),
        (case(state="withdrawn"), Beside(), Standing.WITHDRAWN),
        (case(state="refused"), Beside(), Standing.REFUSED),
        (case(state="archived"), Beside(), Standing.COUNTED),
    ],
)
def test_one_matter_counts_once(row: Complaint, beside: Beside, standing: Standing) -> None:
    assert standing_of(row, beside) is standing


def figures(row: Complaint, now: datetime = FILED + 30 * HOUR) -> tuple[object, ...]:
    found = figure_of(row, Beside(), calendar(), now)
    return tuple(found[name] for name in ("in_time", "answer_minutes", "close_minutes", "due_at"))


def test_an_open_case_is_late_only_once_its_own_limit_has_passed() -> None:
    due = FILED + 40 * HOUR
    assert figures(case(due_at=due)) == (None, None, None, due)
    assert figures(case(due_at=due), due + HOUR) == (0, None, None, None)
    # The citizen's time: not the bureau's to be late in.
    assert figures(case(state="waiting", due_at=FILED)) == (None, None, None, None)
    assert figures(case(state="submitted", due_at=FILED)) == (0, None, None, None)


def test_the_first_answer_decides_whether_it_was_in_time_and_the_last_how_long_it_took() -> None:
    answered = {
        "state": "closed",
        "first_answered_at": FILED + 2 * HOUR,
        "answered_at": FILED + 25 * HOUR,
        "closed_at": FILED + 300 * HOUR,
    }
    assert figures(case(**answered, answer_due_at=FILED + 2 * HOUR)) == (1, 120, 480, None)
    assert figures(case(**answered, answer_due_at=FILED + HOUR)) == (0, 120, 480, None)
    # From before limits were remembered: nobody can say.
    assert figures(case(**answered))[0] is None
    assert figures(case(**{**answered, "state": "reopened"}, answer_due_at=FILED + HOUR)) == (
        0,
        120,
        None,
        None,
    )


def test_a_case_that_does_not_count_has_no_figures() -> None:
    assert figures(case(state="withdrawn", answered_at=FILED + HOUR, answer_due_at=FILED)) == (None,) * 4


def test_a_case_belongs_to_the_local_month_it_was_filed_in() -> None:
    late = case(submitted_at=datetime(2026, 10, 31, 16, 30, tzinfo=UTC))
    assert figure_of(late, Beside(), calendar(), FILED)["month"] == 202611


def test_a_month_is_due_on_its_day_of_the_next() -> None:
    assert due_month(date(2026, 12, 14), 15) == 202610
    assert due_month(date(2026, 12, 15), 15) == 202611
    assert due_month(date(2027, 1, 2), 15) == 202611


def test_months_and_figures_in_words() -> None:
    assert (month_in("2026-10"), month_in("2026-13"), month_in("26-10"), month_in("2026-1x")) == (
        202610,
        None,
        None,
        None,
    )
    assert (months_before(202601, 1), months_before(202612, -1)) == (202512, 202701)
    assert months_between(202511, 202602) == 4
    assert (percent(0.9999), percent(1.0), percent(None)) == ("99.9%", "100%", "—")
    assert (percent(28 / 89), percent(0.0001), percent(0.0)) == ("31.5%", "0.1%", "0%")
    words = Catalogue({"figures.span.minutes": "{minutes}m", "figures.span.hours": "{hours}h",
                       "figures.span.days": "{days}d"})  # fmt: skip
    assert [span(one, 420, words) for one in (None, 0, 59, 90, 419, 420, 1000)] == [
        "—",
        "0m",
        "59m",
        "1.5h",
        "7h",
        "1d",
        "2.4d",
    ]
