"""Moments, spans of time and states in a clerk's words."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from casework.complaints.lifecycle import State
from kit.catalogue import Catalogue
from kit.clock import local, shown_end
from web.console.screens import Chip, Countdown, Tone

SOON = timedelta(hours=4)
"""From here on a limit counts as near, as does any that ends today."""

STATE_TONES: dict[State, Tone] = {
    State.SUBMITTED: "brand",
    State.ACCEPTED: "plain",
    State.REFUSED: "plain",
    State.ASSIGNED: "soon",
    State.WAITING: "plain",
    State.HANDLED: "brand",
    State.ANSWERED: "good",
    State.REOPENED: "again",
    State.MERGED: "plain",
    State.SPLIT: "plain",
    State.CLOSED: "good",
    State.WITHDRAWN: "plain",
    State.ARCHIVED: "plain",
}
NEAR_DAYS = {0: "console.time.today", -1: "console.time.yesterday", 1: "console.time.tomorrow"}
RECEIPTS = frozenset({"delivered", "user_block", "system_failed"})
"""What the platform reports in words of ours; whatever else it says is "other"."""
DELIVERY_TONES: dict[str, Tone] = {"sent": "good", "uncertain": "soon", "failed": "late", "expired": "late"}


class Words:
    """Says what the console says, from the catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.text = catalogue.text

    def moment(self, at: datetime, now: datetime) -> str:
        """A wall-clock time, as short as it stays clear."""
        return self._moment(local(at), local(now).date())

    def _moment(self, shown: datetime, today: date) -> str:
        # Of a list some hundred are said on a page: formatting by hand is a third of what strftime takes.
        return self._said(shown, f"{shown.hour:02d}:{shown.minute:02d}", today)

    def _said(self, on: date, time: str, today: date) -> str:
        near = NEAR_DAYS.get(on.toordinal() - today.toordinal())
        if near is not None:
            return self.text(near, time=time)
        day = f"{on.month:02d}-{on.day:02d}"
        return f"{day} {time}" if on.year == today.year else f"{on.year}-{day} {time}"

    def end(self, at: datetime, now: datetime) -> str:
        """When something ends. Midnight belongs to the day that ends with it."""
        on, time = shown_end(at)
        return self._said(on, time, local(now).date())

    def span(self, length: timedelta) -> str:
        """A length of time in its two largest units."""
        minutes = int(abs(length).total_seconds() // 60)
        days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
        if days >= 3 or (days and not hours):
            return self.text("console.due.days", days=days)
        if days:
            return self.text("console.due.days_hours", days=days, hours=hours)
        if hours and rest:
            return self.text("console.due.hours_minutes", hours=hours, minutes=rest)
        if hours:
            return self.text("console.due.hours", hours=hours)
        return self.text("console.due.minutes", minutes=rest) if rest else self.text("console.due.moment")

    def countdown(self, state: State, due_at: datetime | None, now: datetime) -> Countdown | None:
        """The limit that runs in this state, or None where none does."""
        if due_at is None:
            return None
        if state in (State.ANSWERED, State.WAITING):
            left, at = due_at - now, self.end(due_at, now)
            # The citizen's time to object or to reply: nothing for the bureau to hurry about.
            name = "citizen" if state is State.ANSWERED else "reply"
            key = name if left > NOTHING else f"{name}_over"
            return Countdown(words=self._due(key, left), at=at, tone="plain", glyph="…")
        return self.time_left(due_at, now)

    def time_left(self, due_at: datetime | None, now: datetime) -> Countdown | None:
        """The bureau's own time until a limit, or past it."""
        if due_at is None:
            return None
        left = due_at - now
        shown, today = local(due_at), local(now).date()
        at, iso = self.end(due_at, now), shown.isoformat(timespec="seconds")
        if left <= NOTHING:
            return Countdown(words=self._due("late", left), at=at, tone="late", glyph="!", iso=iso)
        if left <= SOON or shown.date() == today:
            return Countdown(words=self._due("left", left), at=at, tone="soon", glyph="◔", iso=iso)
        return Countdown(words=self._due("left", left), at=at, tone="good", glyph="✓", iso=iso)

    def state(self, state: State) -> Chip:
        """A case's state."""
        return Chip(words=self.text(f"console.state.{state.value}"), tone=STATE_TONES[state])

    def delivery_state(self, state: str) -> Chip:
        """What became of a message."""
        return Chip(
            words=self.text(f"console.deliveries.state.{state}"), tone=DELIVERY_TONES.get(state, "plain")
        )

    def receipt(self, receipt: str | None) -> str:
        """What the platform reported about a message it had taken; "" while it said nothing."""
        if not receipt:
            return ""
        known = receipt if receipt in RECEIPTS else "other"
        return self.text(f"console.deliveries.receipt.{known}")

    def _due(self, key: str, left: timedelta) -> str:
        return self.text(f"console.due.{key}", span=self.span(left))


NOTHING = timedelta(0)
