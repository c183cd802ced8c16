"""Pages of a list by the key of its last row: a moment and an id, as the text that leads to the next page."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kit.problems import Invalid


def page_token(at: datetime, id: UUID) -> str:
    """What leads to the page after this row."""
    return f"{at.isoformat()}~{id}"


def page_key(token: str) -> tuple[datetime, UUID]:
    """The row a page begins after. Raises Invalid for a token that somebody cut off or made up."""
    moment, _, id = token.partition("~")
    try:
        at, key = datetime.fromisoformat(moment), UUID(id)
    except ValueError:
        raise Invalid("problem.complaint.page", field="after") from None
    if at.tzinfo is None:
        raise Invalid("problem.complaint.page", field="after")
    return at, key
