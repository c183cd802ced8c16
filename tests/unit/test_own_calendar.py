"""A bureau adds a year that was announced after this version was made."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from app.profile import PROFILE_SECTIONS, calendar_of
from app.shipped import SHIPPED_PROFILE
from kit.calendar import CalendarError, HolidayTable
from kit.profile import build_profile, read_profile

NEXT = max(HolidayTable.load().years) + 1
NEXT_YEAR = f"""
year: {NEXT}
source: 国办发明电〔{NEXT - 1}〕9号
holidays:
  - {{name: 元旦, from: {NEXT}-01-01, to: {NEXT}-01-03}}
make_up_working_days: []
"""


@pytest.fixture(scope="module")
def profile():
    return build_profile(read_profile(SHIPPED_PROFILE), PROFILE_SECTIONS)


def test_a_year_in_the_data_folder_counts_and_ends_the_warning(profile, tmp_path: Path) -> None:
    december = date(NEXT - 1, 12, 1)
    (warning,) = calendar_of(profile, tmp_path).check(december)
    assert (warning.key, warning.year) == ("calendar.warning.next_year_missing", NEXT)
    (tmp_path / "calendar").mkdir()
    (tmp_path / "calendar" / f"{NEXT}.yaml").write_text(NEXT_YEAR, encoding="utf-8")
    calendar = calendar_of(profile, tmp_path)
    assert calendar.check(december) == []
    assert not calendar.days.day(date(NEXT, 1, 1)).is_working
    assert NEXT - 1 in calendar.days.years


def test_a_wrong_year_in_the_data_folder_is_one_sentence_with_its_file(profile, tmp_path: Path) -> None:
    (tmp_path / "calendar").mkdir()
    (tmp_path / "calendar" / f"{NEXT}.yaml").write_text("year: 二〇二七\n", encoding="utf-8")
    with pytest.raises(CalendarError, match=rf"{NEXT}\.yaml") as raised:
        calendar_of(profile, tmp_path)
    assert "\n" not in str(raised.value)
