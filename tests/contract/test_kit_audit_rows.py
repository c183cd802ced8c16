"""What the chain authenticates survives a round trip through both databases, to the microsecond."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from kit.audit.models import AuditEntry, AuditSeal
from kit.audit.seal import Head, public_key_of
from kit.audit.sealing import seal
from kit.audit.verify import VerifyKeys, verify
from tests.conftest import AUDIT_KEY

SIGNING_KEY = b"s" * 32
KEYS = VerifyKeys(AUDIT_KEY, (public_key_of(SIGNING_KEY),))


@dataclass(frozen=True)
class Somebody:
    kind: str
    id: UUID | None


async def entries():
    for row in await AuditEntry.all().order_by("case_id", "position"):
        yield row


async def heads():
    last = {row.case_id: Head(row.case_id, row.position, bytes(row.mac)) async for row in entries()}
    for _, head in sorted(last.items()):
        yield head


async def test_chains_and_seals_verify_after_a_round_trip(database, clock):
    one, two = database.ids.new(), database.ids.new()

    async def act(change):
        await change.audit(
            one, Somebody("citizen", database.ids.new()), "submit", {"事由": "占道\u0000", "n": 1}
        )
        await change.audit(two, Somebody("clock", None), "close", {})

    async def keep(change):
        await sealed.row.save(force_create=True)

    for _ in range(3):
        await database.change(act)
        clock.advance(timedelta(microseconds=1_234_567))
    sealed = await seal(heads(), None, private_key=SIGNING_KEY, id=database.ids.new(), at=clock.now())
    await database.change(keep)
    seals = await AuditSeal.all()
    assert [finding async for finding in verify(entries(), seals, KEYS)] == []

    async def tamper(change):
        await AuditEntry.filter(case_id=one, position=3).delete()
        await AuditEntry.filter(case_id=two, position=2).update(action="open")

    await database.change(tamper)
    found = [(f.kind, f.case_id, f.position) async for f in verify(entries(), seals, KEYS)]
    assert found == [("cut_off", one, 3), ("altered", two, 2)]
