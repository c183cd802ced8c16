"""Messages, their recipients and rules in a clerk's words."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from casework.notifications.preferences import WINDOW
from casework.notifications.queries import DeliveryLine
from web.console.door import ConsoleDoor

TAIL = 4


def whom(door: ConsoleDoor, row: DeliveryLine, names: Mapping[UUID, str]) -> str:
    """Staff by name, citizens masked."""
    if row.recipient_kind == "staff":
        return names.get(row.recipient_id, door.words.text("console.deliveries.nobody"))
    if row.recipient_kind == WINDOW:
        return door.words.text("console.deliveries.window", tail=row.recipient_id.hex[-TAIL:])
    return door.words.text("console.deliveries.citizen", tail=row.recipient_id.hex[-TAIL:])


def rule_words(door: ConsoleDoor, code: str) -> str:
    """What a rule tells and to whom; a rule nobody knows any more by its code."""
    text, rule = door.words.text, door.rules.get(code)
    if rule is None:
        key = f"console_notices.bundle_rule.{code}"
        return text(key) if door.words.catalogue.has(key) else code
    audience = text(f"console_notices.audience.{rule.audience.value}")
    return text("console_notices.rule", title=text(f"{rule.template}.title"), audience=audience)
