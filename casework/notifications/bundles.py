"""Notices that are told together: rows that wait until their bundle goes out, and the duty that makes it.

A bundle is a delivery of its own. The rows in it stay `bundled` until it has reached its end, which is theirs too
(`dispatch` settles both in one transaction). What would be alone in its bundle goes out by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from casework.notifications.models import Delivery
from casework.notifications.preferences import STAFF
from casework.notifications.shape import Lane
from casework.notifications.states import BUNDLED, QUEUED
from kit.db import Change, Database
from kit.quiet_hours import QuietHours

BUNDLE_RULES: Final = ("bundle_owner", "bundle_staff")
FRESH_FOR: Final = timedelta(hours=12)
LINES_AT_MOST: Final = 8
RECIPIENTS_AT_MOST: Final = 100

Line = Callable[[str, str], str]
"""(template, reference) -> one line of the bundle's text."""


async def make_bundles(db: Database, line: Line, quiet: QuietHours | None = None) -> int:
    """Make the bundles whose time has come. Returns how many recipients were seen to.

    A worker that comes late makes none in the quiet hours: nobody is woken by what could wait for hours anyhow.
    Safe to run in several workers and to repeat: rows are locked by their recipient's oldest, and marked with the
    bundle they are in.
    """
    now = await db.database_now()
    if quiet is not None and quiet.covers(now):
        return 0
    waiting = (
        await Delivery.filter(state=BUNDLED, digest_at__lte=now, digest_id=None)
        .order_by("digest_at", "recipient_id")
        .limit(RECIPIENTS_AT_MOST * LINES_AT_MOST)
        .only("id", "recipient_id")
    )
    recipients = list(dict.fromkeys(row.recipient_id for row in waiting))[:RECIPIENTS_AT_MOST]
    for recipient_id in recipients:
        await _bundle(db, recipient_id, line)
    return len(recipients)


async def _bundle(db: Database, recipient_id: UUID, line: Line) -> None:
    async def work(change: Change) -> None:
        now = await change.database_now()
        query = Delivery.filter(
            state=BUNDLED, digest_at__lte=now, digest_id=None, recipient_id=recipient_id
        ).order_by("id")
        rows = await (query.select_for_update(skip_locked=True) if change.is_postgres else query)
        by_kind: dict[str, list[Delivery]] = defaultdict(list)
        for row in rows:
            by_kind[row.recipient_kind].append(row)
        for kind, some in by_kind.items():
            await _tell_together(change, kind, some, now, line)

    await db.change(work)


async def _tell_together(
    change: Change, kind: str, rows: Sequence[Delivery], now: datetime, line: Line
) -> None:
    ids = [row.id for row in rows]
    if len(rows) == 1:
        await Delivery.filter(id__in=ids).update(
            state=QUEUED, digest_at=None, next_at=now, expires_at=max(rows[0].expires_at, now + FRESH_FOR)
        )
        return
    for_staff = kind == STAFF
    bundle = Delivery(
        id=change.ids.new(),
        event_id=change.ids.new(),
        case_id=None,
        recipient_kind=kind,
        recipient_id=rows[0].recipient_id,
        rule=BUNDLE_RULES[for_staff],
        template="notify.staff.bundle" if for_staff else "notify.bundle",
        params=msgspec.json.encode(_params(rows, line)).decode(),
        state=QUEUED,
        attempts=0,
        fence=0,
        lane=int(Lane.NORMAL),
        next_at=now,
        expires_at=now + FRESH_FOR,
        created_at=change.now,
        updated_at=change.now,
        # Each notice in it is read in the console by itself.
        read_at=change.now if for_staff else None,
    )
    await bundle.save(force_create=True)
    await Delivery.filter(id__in=ids).update(digest_id=bundle.id, updated_at=change.now)


def _params(rows: Sequence[Delivery], line: Line) -> dict[str, str]:
    lines = []
    for row in rows[:LINES_AT_MOST]:
        params = msgspec.json.decode(row.params, type=dict[str, str])
        lines.append(line(row.template, params.get("reference", "")))
    left = len(rows) - len(lines)
    return {"count": str(len(rows)), "lines": "\n".join(lines), "left": str(left)}
