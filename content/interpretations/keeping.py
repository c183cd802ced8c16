"""What every change of the knowledge base shares: one at a time, one audit chain, and what an entry looks like as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from casework.actors import Actor
from content.interpretations.views import EntryView
from kit.db import Change
from kit.problems import Forbidden, Invalid
from kit.workflow import is_blank

KNOWLEDGE_CHAIN = UUID("8d0f2e86-1d2f-4d8e-9d3f-5b7a6c1e2f70")
"""The audit chain of what concerns the knowledge as a whole: releases, words of the bureau, questions set aside."""
REASON_AT_MOST = 200
_LOCK = 0x6B6E6F77


async def one_at_a_time(change: Change) -> None:
    """Whoever publishes or changes words waits here: what was checked is what comes into force. SQLite has one writer."""
    if change.is_postgres:
        await change.connection.execute_query("SELECT pg_advisory_xact_lock($1)", [_LOCK])


async def noted(change: Change, actor: Actor, action: str, facts: Mapping[str, object]) -> None:
    """An entry in the chain of the whole knowledge. The caller holds its turn: `one_at_a_time`."""
    await change.audit(KNOWLEDGE_CHAIN, actor, action, facts)


def staff_id(actor: Actor) -> UUID:
    """Who it is; what changes the knowledge is a person's. Raises Forbidden."""
    if actor.kind != "staff" or actor.id is None:
        raise Forbidden()
    return actor.id


def given_reason(reason: str) -> str:
    """The reason without blanks around it. Raises Invalid where it says nothing or too much."""
    reason = reason.strip()
    if is_blank(reason) or len(reason) > REASON_AT_MOST:
        raise Invalid("problem.knowledge.reason", field="reason", at_most=REASON_AT_MOST)
    return reason


def as_json(entry: EntryView) -> dict[str, Any]:
    """An entry as a row keeps it."""
    return dict(msgspec.to_builtins(entry))


def from_json(content: Mapping[str, Any]) -> EntryView:
    """The entry a row keeps."""
    return msgspec.convert(dict(content), EntryView)
