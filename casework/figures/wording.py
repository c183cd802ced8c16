"""Figures as people read them, the same on every page."""

from __future__ import annotations

from datetime import date

from kit.calendar import WorkingCalendar
from kit.catalogue import Catalogue

NONE = "—"


HOW = ("counted", "in_time", "answer", "quantile", "satisfied")


def how(catalogue: Catalogue) -> tuple[str, ...]:
    """How figures are reckoned, a paragraph each."""
    return tuple(catalogue.text(f"figures.how.{name}") for name in HOW)


def percent(share: float | None) -> str:
    """A share with one decimal, rounded as anybody would; what is not all never looks like all, nor something like none."""
    if share is None:
        return NONE
    tenths = int(share * 1000 + 0.5 + 1e-9)
    if 0 < share < 1:
        tenths = max(1, min(tenths, 999))
    return f"{tenths / 10:g}%"


def day_minutes(calendar: WorkingCalendar) -> int:
    """The working minutes of an ordinary working day."""
    return sum(closes - opens for opens, closes in calendar.hours.spans)


def span(minutes: int | None, day: int, catalogue: Catalogue) -> str:
    """A length of working time: minutes, hours, or from one working day on working days of `day` minutes."""
    if minutes is None:
        return NONE
    if minutes < 60:
        return catalogue.text("figures.span.minutes", minutes=minutes)
    if minutes < day:
        return catalogue.text("figures.span.hours", hours=f"{round(minutes / 60, 1):g}")
    return catalogue.text("figures.span.days", days=f"{round(minutes / day, 1):g}")


def month_text(month: int) -> str:
    """As it stands in addresses and files: 2026-10."""
    return f"{month // 100:04d}-{month % 100:02d}"


def month_in(text: str) -> int | None:
    """The month of `2026-10`. None for anything else."""
    try:
        day = date.fromisoformat(f"{text}-01") if len(text) == 7 else None
    except ValueError:
        return None
    return day.year * 100 + day.month if day is not None else None


def months_before(month: int, count: int) -> int:
    """The month so many months earlier."""
    number = month // 100 * 12 + month % 100 - 1 - count
    return number // 12 * 100 + number % 12 + 1


def months_between(first: int, last: int) -> int:
    """How many months from the first to the last, both counted; less than 1 in the wrong order."""
    return (last // 100 - first // 100) * 12 + last % 100 - first % 100 + 1
