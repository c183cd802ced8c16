from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from kit.calendar import CalendarError, HolidayTable, WorkingCalendar, WorkingHours
from kit.calendar.explain import explain
from kit.catalogue import Catalogue
from kit.clock import SHANGHAI
from kit.workflow import Limit

TABLE = HolidayTable.load()
CALENDAR = WorkingCalendar(TABLE)
TEXTS = Catalogue.load(Path(__file__).parents[2] / "content/catalogue/zh_CN/calendar.yaml")
ENGLISH = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Tomb-sweeping Day",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-autumn Festival",
    "国庆节": "National Day",
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def shown(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def test_every_day_of_the_shipped_years_agrees_with_the_oracle():
    on = date(2024, 1, 1)
    while on < date(2027, 1, 1):
        day = TABLE.day(on)
        assert day.is_working == chinese_calendar.is_workday(on), on
        assert not day.assumed
        off, name = chinese_calendar.get_holiday_detail(on)
        if name is not None and (off or day.kind == "make_up_working_day"):
            assert name in [ENGLISH[part] for part in day.name.split("、")], on
        on += timedelta(days=1)


def test_each_shipped_year_names_its_source():
    assert all("国办发明电" in source for source in TABLE.years.values())
    assert list(TABLE.years) == [2024, 2025, 2026]


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-11-23 09:30", 60, "2026-11-23 10:30"),
        ("2026-11-23 11:30", 60, "2026-11-23 14:30"),
        ("2026-11-23 11:00", 60, "2026-11-23 12:00"),
        ("2026-11-23 12:30", 60, "2026-11-23 15:00"),
        ("2026-11-23 17:30", 60, "2026-11-24 09:30"),
        ("2026-11-23 03:00", 240, "2026-11-23 15:00"),
        ("2026-11-27 17:59", 2, "2026-11-30 09:01"),
        ("2026-09-30 17:30", 60, "2026-10-08 09:30"),
        ("2026-02-13 17:30", 60, "2026-02-14 09:30"),
        ("2026-11-22 10:00", 0, "2026-11-23 09:00"),
        ("2026-11-23 10:00", 420, "2026-11-24 10:00"),
    ],
)
def test_working_minutes_run_while_offices_are_open(start, minutes, due):
    deadline = CALENDAR.add_working_minutes(at(start), minutes)
    assert shown(deadline.at) == due
    assert deadline.at.tzinfo is UTC
    assert deadline.assumed_years == frozenset()


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-11-23 09:30", 1, "2026-11-24 18:00"),
        ("2026-11-23 23:59", 1, "2026-11-24 18:00"),
        ("2026-11-27 09:30", 1, "2026-11-30 18:00"),
        ("2026-11-28 09:30", 1, "2026-11-30 18:00"),
        ("2026-09-30 09:30", 2, "2026-10-09 18:00"),
        ("2026-10-09 09:30", 1, "2026-10-10 18:00"),
        ("2026-11-23 09:30", 7, "2026-12-02 18:00"),
    ],
)
def test_working_days_begin_to_count_on_the_next_working_day(start, days, due):
    assert shown(CALENDAR.add_working_days(at(start), days).at) == due


@pytest.mark.parametrize(
    ("start", "days", "last_on"),
    [
        ("2026-11-23 09:30", 15, date(2026, 12, 8)),
        ("2026-09-16 09:30", 15, date(2026, 10, 8)),
        ("2026-11-20 09:30", 1, date(2026, 11, 23)),
        ("2026-11-23 09:30", 1, date(2026, 11, 24)),
    ],
)
def test_natural_days_end_with_the_day_or_after_the_days_off(start, days, last_on):
    deadline = CALENDAR.add_natural_days(at(start), days)
    assert deadline.on == last_on
    assert shown(deadline.at) == f"{last_on + timedelta(days=1)} 00:00"


def test_a_lifecycles_limit_is_counted_in_its_own_unit():
    start = at("2026-11-23 09:30")
    assert CALENDAR.due(Limit(working_minutes=60, basis="b"), start) == CALENDAR.add_working_minutes(
        start, 60
    )
    assert CALENDAR.due(Limit(working_days=1, basis="b"), start) == CALENDAR.add_working_days(start, 1)
    assert CALENDAR.due(Limit(natural_days=15, basis="b"), start) == CALENDAR.add_natural_days(start, 15)
    assert CALENDAR.due(Limit(natural_minutes=5, basis="b"), start) == CALENDAR.add_natural_minutes(start, 5)


def test_natural_minutes_run_by_night_and_on_days_off():
    deadline = CALENDAR.add_natural_minutes(at("2026-10-03 23:58"), 5)
    assert (shown(deadline.at), deadline.on, deadline.steps) == ("2026-10-04 00:03", date(2026, 10, 4), ())


def test_a_missing_year_goes_by_weekdays_and_says_so():
    deadline = CALENDAR.add_working_days(at("1998-12-31 10:00"), 1)
    assert shown(deadline.at) == "1999-01-01 18:00"
    assert deadline.assumed_years == {1998, 1999}
    assert CALENDAR.add_working_minutes(at("1999-01-04 10:00"), 1).assumed_years == {1999}
    assert "1999" in explain(deadline, TEXTS)[-1]


def test_the_check_warns_of_a_missing_year_from_december_on():
    last = max(TABLE.years)
    assert CALENDAR.check(date(last, 11, 30)) == []
    (warning,) = CALENDAR.check(date(last, 12, 1))
    assert (warning.key, warning.year) == ("calendar.warning.next_year_missing", last + 1)
    assert [one.year for one in CALENDAR.check(date(last + 1, 12, 31))] == [last + 1, last + 2]
    assert f"{last + 1}.yaml" in TEXTS.text(warning.key, year=warning.year)


def test_a_deadline_can_be_explained_line_by_line():
    lines = explain(CALENDAR.add_working_minutes(at("2026-02-13 17:30:30"), 60), TEXTS)
    assert lines == [
        "2026年2月13日（周五，工作日）：计 29 分 30 秒",
        "2026年2月14日（周六，春节调休上班日）：计 30 分 30 秒",
    ]
    lines = explain(CALENDAR.add_working_days(at("2026-09-30 09:00"), 1), TEXTS)
    assert lines[0] == "2026年9月30日（周三，工作日）：不计"
    assert lines[1] == "2026年10月1日（周四，国庆节放假）：不计"
    assert lines[-1] == "2026年10月8日（周四，工作日）：第 1 日"
    lines = explain(CALENDAR.add_natural_days(at("2026-11-23 10:00"), 5), TEXTS)
    assert lines[-3:] == [
        "2026年11月28日（周六，周末）：第 5 日",
        "2026年11月29日（周日，周末）：末日不上班，顺延",
        "2026年11月30日（周一，工作日）：顺延到这一天",
    ]


def test_a_warning_moment_is_reckoned_backwards():
    assert shown(CALENDAR.subtract_working_minutes(at("2026-11-24 09:30"), 60).at) == "2026-11-23 17:30"
    assert shown(CALENDAR.subtract_working_minutes(at("2026-11-23 14:00"), 60).at) == "2026-11-23 11:00"


def test_time_between_counts_open_offices_only():
    assert CALENDAR.working_minutes_between(at("2026-11-23 11:00"), at("2026-11-23 15:00")) == 120
    assert CALENDAR.working_minutes_between(at("2026-11-23 15:00"), at("2026-11-23 11:00")) == -120
    assert CALENDAR.working_minutes_between(at("2026-10-01 00:00"), at("2026-10-07 23:00")) == 0
    assert CALENDAR.working_days_between(date(2026, 9, 30), date(2026, 10, 10)) == 3
    assert CALENDAR.working_days_between(date(2026, 10, 10), date(2026, 9, 30)) == -3


def test_a_naive_moment_or_an_absurd_period_is_refused():
    with pytest.raises(ValueError, match="aware"):
        CALENDAR.add_working_minutes(datetime(2026, 1, 1), 1)  # noqa: DTZ001
    for wrong in (
        lambda: CALENDAR.add_working_minutes(at("2026-01-05 09:00"), -1),
        lambda: CALENDAR.add_working_days(at("2026-01-05 09:00"), 0),
        lambda: CALENDAR.add_natural_days(at("2026-01-05 09:00"), 10**9),
        lambda: CALENDAR.add_working_days(at("9999-12-30 09:00"), 5),
    ):
        with pytest.raises(ValueError):
            wrong()


def test_summer_hours_hold_in_their_season():
    usual = WorkingHours().spans
    summer = ("05-01", "09-30", ((510, 720), (900, 1110)))
    calendar = WorkingCalendar(TABLE, WorkingHours(usual, (summer,)))
    assert shown(calendar.add_working_minutes(at("2026-07-06 12:30"), 1).at) == "2026-07-06 15:01"
    assert shown(calendar.add_working_minutes(at("2026-11-23 12:30"), 1).at) == "2026-11-23 14:01"
    winter = WorkingHours(usual, (("11-01", "02-15", ((600, 960),)),))
    assert winter.spans_on(date(2026, 1, 5)) == ((600, 960),)
    assert winter.spans_on(date(2026, 2, 16)) == usual


@pytest.mark.parametrize(
    "spans",
    [(), ((720, 540),), ((540, 720), (660, 1080)), ((840, 1080), (540, 720)), ((540, 1441),), ((-1, 60),)],
)
def test_hours_that_make_no_sense_are_refused(spans):
    with pytest.raises(ValueError, match="办公时间"):
        WorkingHours(spans)
    with pytest.raises(ValueError, match="办公时间"):
        WorkingHours(seasons=(("05-01", "09-30", spans),))


def test_a_season_is_given_by_month_and_day():
    with pytest.raises(ValueError, match="月日"):
        WorkingHours(seasons=(("5-1", "09-30", ((540, 720),)),))


YEAR = "year: 2027\nsource: 自拟\nholidays:\n  - {name: 元旦, from: 2027-01-01, to: 2027-01-03}\n"


def test_a_bureau_can_add_next_year_before_we_ship_it(tmp_path):
    (tmp_path / "2027.yaml").write_text(YEAR)
    table = HolidayTable.load(tmp_path)
    assert table.day(date(2027, 1, 1)).name == "元旦"
    assert table.fingerprint != TABLE.fingerprint
    assert WorkingCalendar(table).check(date(2026, 12, 1)) == []


@pytest.mark.parametrize(
    ("addition", "said"),
    [
        ("  - {name: 国庆, from: 2028-10-01, to: 2028-10-02}\n", "不在这一年"),
        ("  - {name: 元旦, from: 2027-01-02, to: 2027-01-02}\n", "写了两次"),
        ("  - {name: 元旦, from: 2027-05-05, to: 2027-05-01}\n", "起止不对"),
        ("  - {name: '', from: 2027-05-05, to: 2027-05-05}\n", "没有写名称"),
        ("make_up_working_days:\n  - {name: 元旦, date: 2027-01-05}\n", "不是周末"),
        ("make_up_days: []\n", "不像一年的放假安排"),
        ("  - [\n", "YAML 格式有误"),
    ],
)
def test_a_wrong_table_is_explained(tmp_path, addition, said):
    (tmp_path / "2027.yaml").write_text(YEAR + addition)
    with pytest.raises(CalendarError, match=said):
        HolidayTable.load(tmp_path)
