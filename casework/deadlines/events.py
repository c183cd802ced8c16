"""What has happened to a running limit."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from casework.case_event import CaseEvent


class DeadlineReached(CaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """So much of a limit has passed: `mark` is "half", "most", "due" or "overdue".

    `what` says in Chinese what is to be done, `left` how long there is still (or, once it is due, since when), as
    they stood then. `organ_unit` is whose people are to answer, of another organ. `overtaken` when a later mark was reached in the same breath, so that this one is no news.
    """

    name: ClassVar[str] = "deadline.reached"
    case_kind: str
    of_id: UUID
    reference: str
    clock: str
    mark: str
    due_at: datetime
    what: str
    left: str
    unit: str | None = None
    assignee_id: UUID | None = None
    contractor_id: UUID | None = None
    organ_unit: str | None = None
    overtaken: bool = False

    @property
    def case_id(self) -> UUID | None:
        return self.of_id


EVENTS: tuple[type[CaseEvent], ...] = (DeadlineReached,)
