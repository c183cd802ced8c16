"""A deadline's arithmetic as lines a clerk or an applicant can follow."""

from __future__ import annotations

from datetime import timedelta

from kit.calendar.reckoning import Deadline, Step
from kit.catalogue import Catalogue


def explain(deadline: Deadline, catalogue: Catalogue) -> list[str]:
    """One line for each date the reckoning passed, and one for each year whose holidays are not known yet."""
    lines = [_line(step, catalogue) for step in deadline.steps]
    lines += [
        catalogue.text("calendar.step.assumed_year", year=year) for year in sorted(deadline.assumed_years)
    ]
    return lines


def _line(step: Step, catalogue: Catalogue) -> str:
    on = step.day.on
    what = {
        "date": catalogue.text("calendar.step.date", year=on.year, month=on.month, day=on.day),
        "weekday": catalogue.text(
            f"calendar.weekday.{('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')[on.weekday()]}"
        ),
        "kind": catalogue.text(f"calendar.day.{step.day.kind}", name=step.day.name),
    }
    if step.counted > timedelta(0):
        minutes, seconds = divmod(int(step.counted.total_seconds()), 60)
        key = "calendar.step.minutes" if seconds == 0 else "calendar.step.minutes_and_seconds"
        return catalogue.text(key, minutes=minutes, seconds=seconds, **what)
    if step.number is not None:
        return catalogue.text("calendar.step.numbered", number=step.number, **what)
    return catalogue.text("calendar.step.not_counted", **what)
