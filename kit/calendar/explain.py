"""A deadline's arithmetic as lines a clerk or an applicant can follow."""

from __future__ import annotations

from datetime import timedelta

from kit.calendar.reckoning import Deadline, Step
from kit.catalogue import Catalogue


def explain(deadline: Deadline, catalogue: Catalogue) -> list[str]:
    """One line for each date the reckoning passed, and one for each year whose holidays are not known yet."""
    steps = deadline.steps
    counted = [at for at, step in enumerate(steps) if step.number is not None or step.counted > timedelta(0)]
    # After the last day that counts come those over which the end is put off, where that day is no working day.
    end = counted[-1] if counted else len(steps)
    lines = [_line(step, catalogue, is_after=at > end) for at, step in enumerate(steps)]
    lines += [
        catalogue.text("calendar.step.assumed_year", year=year) for year in sorted(deadline.assumed_years)
    ]
    return lines


def _line(step: Step, catalogue: Catalogue, *, is_after: bool = False) -> str:
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
    if is_after:
        return catalogue.text(f"calendar.step.{'put_off_to' if step.day.is_working else 'put_off'}", **what)
    return catalogue.text("calendar.step.not_counted", **what)
