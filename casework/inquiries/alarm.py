"""A message to a person may tell of danger to life; it does not wait for that person to read it."""

from __future__ import annotations

from uuid import UUID

from tortoise.models import Model

from casework.actors import Actor
from casework.dangers.alerts import new_alert_rows
from casework.dangers.finding import find_danger
from casework.dangers.models import DangerAlert
from casework.inquiries.desk import InquiryDesk


def alert_rows(
    desk: InquiryDesk, actor: Actor, *, inquiry_id: UUID, number: int, source: str, text: str
) -> tuple[DangerAlert, Model, Model] | None:
    """The rows of the alert that the `number`-th message of an inquiry raises; None for nearly all messages."""
    matched = find_danger(desk.danger, text) if desk.danger is not None else ()
    if not matched:
        return None
    return new_alert_rows(
        desk.db,
        act=f"inquiry:{inquiry_id.hex}:{number}",
        account_id=actor.id,
        source=source,
        words=text,
        matched=matched,
        actor=actor,
    )
