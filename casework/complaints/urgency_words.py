"""How fast a story asks to be seen to, judged by its words: those of danger, and those the bureau listed."""

from __future__ import annotations

from typing import Annotated

import msgspec

from casework.complaints.urgency import Urgency
from casework.complaints.wording import folded
from casework.dangers.finding import find_danger
from casework.dangers.profile import DangerSection

Word = Annotated[str, msgspec.Meta(min_length=1, max_length=30)]


class UrgencyWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words that make a case urgent, or an emergency; held folded (`wording.folded`)."""

    urgent: tuple[Word, ...] = ()
    emergency: tuple[Word, ...] = ()

    def __post_init__(self) -> None:
        both = sorted(set(self.urgent) & set(self.emergency))
        if both:
            raise ValueError(f"urgency_words 里“{'、'.join(both)}”既写成急又写成特急")

    def ready(self) -> UrgencyWords:
        """The same, folded."""
        return UrgencyWords(
            urgent=tuple(map(folded, self.urgent)), emergency=tuple(map(folded, self.emergency))
        )


def urgency_by_words(
    story: str, words: UrgencyWords, danger: DangerSection
) -> tuple[Urgency, tuple[str, ...]]:
    """The highest urgency any word speaks for, and those words."""
    endangered = find_danger(danger, story)
    text = folded(story)
    grave = tuple(word for word in words.emergency if word in text)
    if endangered or grave:
        return Urgency.EMERGENCY, tuple(dict.fromkeys((*endangered, *grave)))
    hurried = tuple(word for word in words.urgent if word in text)
    return (Urgency.URGENT, hurried) if hurried else (Urgency.ORDINARY, ())
