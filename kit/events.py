"""What happened, as frozen data. No database here: features declare their events without one."""

from __future__ import annotations

from typing import ClassVar

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of all events. Subclasses set `name` ('complaint.accepted') and raise `version` on change."""

    name: ClassVar[str] = ""
    version: ClassVar[int] = 1
