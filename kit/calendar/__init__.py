"""Working time: which days and hours count, and when a period is up."""

from kit.calendar.days import CalendarError, Day, HolidayTable
from kit.calendar.hours import Season, WorkingHours, WorkingTime
from kit.calendar.reckoning import CalendarWarning, Deadline, Step, WorkingCalendar

__all__ = [
    "CalendarError",
    "CalendarWarning",
    "Day",
    "Deadline",
    "HolidayTable",
    "Season",
    "Step",
    "WorkingCalendar",
    "WorkingHours",
    "WorkingTime",
]
