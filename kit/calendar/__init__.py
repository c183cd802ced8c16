"""Working time: which days and hours count, and when a period is up."""

from kit.calendar.days import CalendarError, Day, HolidayTable
from kit.calendar.hours import WorkingHours
from kit.calendar.reckoning import CalendarWarning, Deadline, Step, WorkingCalendar

__all__ = [
    "CalendarError",
    "CalendarWarning",
    "Day",
    "Deadline",
    "HolidayTable",
    "Step",
    "WorkingCalendar",
    "WorkingHours",
]
