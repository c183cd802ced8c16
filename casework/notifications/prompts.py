"""When to ask somebody to agree to messages, and to which: after filing, and while a case of theirs is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

ASKED_AT_ONCE: Final = 3
"""Templates one request may name."""
QUIET_AFTER_REFUSAL: Final = timedelta(days=7)


class Moment(StrEnum):
    """What the person just did: filed, read or gave an answer, opened a case that goes on."""

    FILED = "filed"
    ANSWERED = "answered"
    OPENED = "opened"


ENOUGH: Final = {Moment.FILED: 2, Moment.ANSWERED: 1, Moment.OPENED: 1}
"""With so many messages agreed to nobody is asked for more. Two are what most cases bring: the beginning, the answer."""


@dataclass(frozen=True)
class Held:
    """How one template stands with a person. `is_lasting`: agreed to once, it holds until it is taken back.

    `left` counts messages that were agreed to and not yet sent. `refused_at` is the last refusal, None once
    something was agreed to again.
    """

    template_id: str
    is_lasting: bool
    left: int = 0
    refused_at: datetime | None = None


def worth_asking(
    moment: Moment, held: Sequence[Held], *, is_open: bool, wants_any: bool, now: datetime
) -> tuple[str, ...]:
    """The templates to ask for now, none most of the time.

    `is_open`: there will be news to tell. Whoever wants none, and whoever has refused within a week, is left alone;
    so is whoever agreed to enough. One request never mixes lasting and single consents: lasting ones go first.
    """
    if not is_open or not wants_any or not held:
        return ()
    if any(one.refused_at is not None and now - one.refused_at < QUIET_AFTER_REFUSAL for one in held):
        return ()
    if any(one.is_lasting and one.left > 0 for one in held):
        return ()
    if sum(one.left for one in held) >= ENOUGH[moment]:
        return ()
    lasting = [one.template_id for one in held if one.is_lasting]
    single = [one.template_id for one in held if not one.is_lasting]
    return tuple((lasting or single)[:ASKED_AT_ONCE])
