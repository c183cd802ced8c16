"""What was deleted because somebody asked, noted outside the database: whoever restores an older backup brings it back.

A line of JSON for each, in a file of its year, with ids and nothing about anybody. The audit entries are the truth; the
worker copies them out. What goes because its time is over needs no line: it goes again by itself.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec

from bot.forgetting import forget_accounts
from casework.actors import system
from casework.complaints.desk import Desk
from casework.complaints.forgetting import forget_case, forget_thread
from casework.complaints.models import Complaint
from casework.complaints.restricting import restrict_case
from casework.people import consents, phones
from casework.people.consents import Purpose
from casework.people.forgetting import forget_at_once
from casework.people.models import PersonalConsent
from casework.permits.forgetting import forget_application
from casework.retention.profile import ArchiveDuty
from kit.audit.models import AuditEntry
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, NotFound

OVERLAP: Final = timedelta(minutes=10)
"""An entry may become visible after one that was made later."""
AT_ONCE: Final = 5_000

Remove = Callable[[UUID], Awaitable[object]]


class Erasure(msgspec.Struct, frozen=True):
    """That an act of deletion was done, by the id of its audit entry; `of` is the case, thread or account."""

    entry: UUID
    at: datetime
    action: str
    of: UUID


class Repeated(msgspec.Struct, frozen=True):
    """How many were done again, how many needed it no more, and the cases that are not over yet in this database."""

    done: int
    needless: int
    waiting: tuple[UUID, ...]


def erasures_folder(data_dir: Path) -> Path:
    """Where the lines are. No backup holds it: it is what is newer than the backup."""
    return data_dir / "erasures"


async def note_erasures(folder: Path) -> int:
    """Append what is not there yet. Returns how many lines; safe to repeat. Raises OSError."""
    # Also with nothing to note: a folder that is missing after a loss is no folder without deletions.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = {one.entry: one.at for one in read_erasures(folder)}
    found = AuditEntry.filter(action__in=list(_ACTS))
    if known:
        found = found.filter(at__gt=max(known.values()) - OVERLAP)
    rows = await found.order_by("at").limit(AT_ONCE).only("id", "at", "action", "case_id")
    new = [Erasure(row.id, row.at, row.action, row.case_id) for row in rows if row.id not in known]
    for one in new:
        _append(folder / f"erasures-{local(one.at).year}.jsonl", one)
    return len(new)


def read_erasures(place: Path) -> Iterator[Erasure]:
    """Every line of a folder or of one file, oldest year first. A line cut short by a kill is passed over.

    Raises OSError for a place that cannot be read.
    """
    for path in sorted(place.glob("erasures-*.jsonl")) if place.is_dir() else [place]:
        with path.open("rb") as file:
            for line in file:
                try:
                    yield _LINE.decode(line)
                except msgspec.DecodeError:
                    continue


async def repeat_erasures(
    desk: Desk,
    place: Path,
    remove: Remove,
    *,
    instead: str,
    duty: ArchiveDuty | None,
    only_count: bool = False,
) -> Repeated:
    """Do again what this database does not know to be done. Raises OSError."""
    done, needless, waiting = 0, 0, []
    for one in read_erasures(place):
        since = AuditEntry.filter(case_id=one.of, action=one.action, at__gte=one.at)
        if one.action not in _ACTS or await since.exists():
            needless += 1
            continue
        try:
            if not only_count:
                await _ACTS[one.action](desk, one.of, remove, instead, duty)
            done += 1
        except NotFound:
            needless += 1
        except Conflict:
            waiting.append(one.of)
    return Repeated(done, needless, tuple(waiting))


def _append(path: Path, one: Erasure) -> None:
    with path.open("ab") as file:
        # Behind a line that was cut short, a new one begins.
        file.write((b"" if _ends_whole(path) else b"\n") + msgspec.json.encode(one) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _ends_whole(path: Path) -> bool:
    if path.stat().st_size == 0:
        return True
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"


async def _case(desk: Desk, id: UUID, remove: Remove, instead: str, duty: ArchiveDuty | None) -> None:
    # Without the archive duty: it was looked at when this was done first.
    for gone in await forget_case(desk.db, system(), id, instead=instead, sealer=desk.sealer):
        await remove(gone)


async def _application(desk: Desk, id: UUID, remove: Remove, instead: str, duty: ArchiveDuty | None) -> None:
    for gone in await forget_application(desk.db, system(), id, instead=instead):
        await remove(gone)


async def _thread(desk: Desk, id: UUID, remove: Remove, instead: str, duty: ArchiveDuty | None) -> None:
    await forget_thread(desk.db, system(), id, instead=instead)


async def _restrict(desk: Desk, id: UUID, remove: Remove, instead: str, duty: ArchiveDuty | None) -> None:
    if duty is not None:
        await restrict_case(desk.db, system(), id, basis=duty.basis)


async def _account(desk: Desk, id: UUID, remove: Remove, instead: str, duty: ArchiveDuty | None) -> None:
    await forget_at_once(desk.db, system(), id, forget_accounts)


async def _phone(desk: Desk, id: UUID, remove: Remove, instead: str, duty: ArchiveDuty | None) -> None:
    async def work(change: Change) -> None:
        # In the chain of whoever held it: a person's account, or the case in which it stood.
        row = await change.lock(Complaint, id)
        if row is None:
            await phones.forget(change, system(), frozenset((id,)), "restored")
        elif row.phone_sealed is not None:
            row.phone_sealed = row.phone_index = None
            await row.save(update_fields=["phone_sealed", "phone_index"])
            await change.audit(id, system(), "account.forget_phone", {})

    await desk.db.change(work)


async def _consent(desk: Desk, id: UUID, remove: Remove, instead: str, duty: ArchiveDuty | None) -> None:
    row = await PersonalConsent.get_or_none(id=id)
    if row is not None:
        await consents.revoke(desk.db, system(), row.account_id, Purpose(row.purpose))


_LINE = msgspec.json.Decoder(Erasure)
_ACTS: Mapping[str, Callable[[Desk, UUID, Remove, str, ArchiveDuty | None], Awaitable[None]]] = {
    "complaint.forget": _case,
    "complaint.restrict": _restrict,
    "inquiry.forget": _thread,
    "permit_application.forget": _application,
    "account.forget": _account,
    "account.forget_phone": _phone,
    "consent.revoke": _consent,
}
"""The acts of deletion by the action of their audit entry, and how each is done again."""
