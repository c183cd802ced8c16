"""Who does a duty: a row with an expiry by the database's clock and a fencing number.

Any number of workers may run; each duty is done by one at a time. A holder that
is killed or stopped loses the duty when its lease runs out; the next holder gets
a higher fence, by which late writes of the old one can be told.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from tortoise import fields

from kit.tables import Model

if TYPE_CHECKING:
    from kit.db.change import Change
    from kit.db.database import Database


class DutyLease(Model):
    """One row a duty."""

    name = fields.CharField(max_length=64, primary_key=True)
    holder = fields.CharField(max_length=64)
    fence = fields.BigIntField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "duty_lease"


LONGEST = timedelta(minutes=1)
"""No lease is longer. One that seems to be was taken before the clock was set back, and binds nobody."""


class Lease:
    """This process's hold on one duty."""

    def __init__(self, db: Database, name: str, holder: str, *, length_s: float = 15.0) -> None:
        self._db = db
        self._name = name
        self._holder = holder
        self._length = min(timedelta(seconds=length_s), LONGEST)
        self.fence = 0
        self._sure_until = 0.0

    async def hold(self) -> bool:
        """Take or renew the lease. False when somebody else holds it.

        Between renewals (a third of its length) the answer comes from memory:
        holding costs a write every few seconds, not one a step. The memory is of
        the monotonic clock and starts before the database was asked, so it never
        outlasts the row.
        """
        asked_at = time.monotonic()
        if self.fence and asked_at < self._sure_until:
            return True
        if not self.fence and await self._is_held_elsewhere():
            # Whoever stands by looks several times a second; that must not take the writers' turn.
            return False

        async def work(change: Change) -> int:
            now = await change.database_now()
            query = DutyLease.filter(name=self._name)
            row = await (query.select_for_update() if change.is_postgres else query).first()
            if row is None:
                row = DutyLease(name=self._name, holder=self._holder, fence=1, expires_at=now + self._length)
                await DutyLease.bulk_create([row], ignore_conflicts=True)
                row = await DutyLease.get(name=self._name)
                return int(row.fence) if row.holder == self._holder else 0
            if row.holder != self._holder:
                if now < row.expires_at <= now + LONGEST:
                    return 0
                row.holder = self._holder
                row.fence += 1
            row.expires_at = now + self._length
            await row.save(update_fields=["holder", "fence", "expires_at"])
            return int(row.fence)

        self.fence = await self._db.change(work)
        self._sure_until = asked_at + self._length.total_seconds() / 3
        return self.fence > 0

    async def _is_held_elsewhere(self) -> bool:
        row = await DutyLease.get_or_none(name=self._name)
        if row is None or row.holder == self._holder:
            return False
        now = await self._db.database_now()
        return now < row.expires_at <= now + LONGEST

    async def give_up(self) -> None:
        """Let another worker have the duty at once."""

        async def work(change: Change) -> None:
            now = await change.database_now()
            await DutyLease.filter(name=self._name, holder=self._holder).update(expires_at=now)

        if self.fence:
            await self._db.change(work)
            self.fence = 0
