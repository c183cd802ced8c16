"""How fast a complaint has to be seen to."""

from __future__ import annotations

from enum import StrEnum


class Urgency(StrEnum):
    """Three steps: a category's limits may differ by them, and so may where a case goes."""

    ORDINARY = "ordinary"
    URGENT = "urgent"
    EMERGENCY = "emergency"
