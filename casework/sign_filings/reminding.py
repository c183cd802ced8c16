"""Holders are reminded of the yearly look before it is due, and once more, with the bureau, when it did not come.

A reminder is a row: that it was given stands on the sign, and what is to be told in the outbox, in one transaction. A look
sets both marks back.
"""

from __future__ import annotations

from datetime import date, timedelta

from tortoise.queryset import QuerySet

from casework.sign_filings.desk import SignDesk
from casework.sign_filings.events import SignCheckDue, SignCheckMissed
from casework.sign_filings.models import Sign
from casework.sign_filings.moving import told
from kit.clock import local
from kit.db import Change

TOGETHER = 200


async def remind_of_checks(desk: SignDesk, at_most: int = TOGETHER) -> int:
    """Remind some, each once before and once after; how many. Nothing where nobody is due."""
    today = local(desk.db.clock.now()).date()
    soon, missed = _soon(today, desk.section.remind_days_before), _missed(today)
    # Asked outside a transaction first: an idle worker must not take the writer's turn.
    if not await soon.exists() and not await missed.exists():
        return 0

    async def work(change: Change) -> int:
        first = await soon.order_by("check_due_on", "id").limit(at_most)
        late = await missed.order_by("check_due_on", "id").limit(at_most)
        for kind, rows in ((SignCheckDue, first), (SignCheckMissed, late)):
            for row in rows:
                change.emit(told(kind, row, change, due_on=str(row.check_due_on)), row.id)
        await Sign.filter(id__in=[row.id for row in first]).update(reminded_at=change.now)
        await Sign.filter(id__in=[row.id for row in late]).update(missed_at=change.now)
        return len(first) + len(late)

    return await desk.db.change(work)


def _soon(today: date, days: int) -> QuerySet[Sign]:
    until = today + timedelta(days=days)
    return Sign.filter(ended_at=None, reminded_at=None, check_due_on__gte=today, check_due_on__lte=until)


def _missed(today: date) -> QuerySet[Sign]:
    return Sign.filter(ended_at=None, missed_at=None, check_due_on__lt=today)
