"""What a rule would say by each way: the port that knows the registered templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from casework.notifications.shape import Rule


@dataclass(frozen=True, kw_only=True)
class Previewed:
    """One way's message as its reader would see it: `fields` are (name, value).

    `note` is "" where all is well, "cut" where something was shortened to fit, "unfit" where the platform would
    refuse it, "not_set_up" where the way is not set up.
    """

    way: str
    name: str
    fields: tuple[tuple[str, str], ...]
    note: str = ""


Preview = Callable[[Rule, Mapping[str, str]], tuple[Previewed, ...]]


def no_preview(rule: Rule, params: Mapping[str, str]) -> tuple[Previewed, ...]:
    """Where no way out of the house is known."""
    return ()
