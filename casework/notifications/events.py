"""What has happened on the way to and from people, apart from any feature's case."""

from __future__ import annotations

from typing import ClassVar

from casework.case_event import CaseEvent


class MediaNotReceived(CaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Photos, voice messages or films that a citizen sent could not be taken over and are to be sent again.

    `medium` is "photo", "voice" or "video", or empty for several kinds; `reference` the case they belong to, if
    any; `count` how many.
    """

    name: ClassVar[str] = "media.not_received"
    medium: str
    reference: str = ""
    count: int = 1


EVENTS: tuple[type[MediaNotReceived], ...] = (MediaNotReceived,)
