"""The worker's daily seal over all audit chains, and the folder its documents are published from.

Two things are kept for each day: the row and the published document. The row is
written first; whatever document is missing is written again from its row, so a
kill between the two heals at the next step. A document that is there is never
written over: if a row was taken away and its day sealed anew, the document that
contradicts it is the evidence.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from tortoise.exceptions import IntegrityError

from app.audit_rows import chain_heads
from kit.audit.models import AuditSeal
from kit.audit.seal import SealContent, key_id_of
from kit.audit.sealing import SealDocumentError, published_document, read_document, seal
from kit.clock import local
from kit.db import Change, Database
from kit.secrets import SIGNING_NAME, KeyRing

_DOCUMENTS = "audit-seal-*.json"


def published_folder(data_dir: Path) -> Path:
    """Where the documents of the seals are, for everyone to fetch."""
    return data_dir / "published" / "audit"


async def seal_heads(db: Database, keys: KeyRing, folder: Path) -> int:
    """Seal today's heads unless that is done, and publish what is not yet published.

    Returns how much was done: seals made plus documents written. Any number of
    calls a day, also at the same time, make one seal.
    """
    made = 0
    newest = await AuditSeal.all().order_by("-number").first()
    now = db.clock.now()
    # Not `!=`: a clock set back must not seal a day twice.
    if newest is None or newest.sealed_on < local(now).date():
        sealed = await seal(
            chain_heads(db), newest, private_key=keys.secret(SIGNING_NAME), id=db.ids.new(), at=now
        )

        async def keep(_: Change) -> None:
            await sealed.row.save(force_create=True)

        # Number and day are unique: whoever sealed at the same time was first.
        with contextlib.suppress(IntegrityError):
            await db.change(keep, timeout_s=60)
            made = 1
    return made + await _publish_missing(keys, folder)


def read_published(folder: Path, public_keys: tuple[bytes, ...]) -> tuple[list[SealContent], list[str]]:
    """What the documents in a folder attest, and the names of those that are damaged or not ours."""
    contents, damaged = [], []
    for path in sorted(folder.glob(_DOCUMENTS)):
        try:
            contents.append(read_document(path.read_text(encoding="utf-8"), public_keys))
        except (SealDocumentError, UnicodeDecodeError):
            damaged.append(path.name)
    return contents, damaged


async def _publish_missing(keys: KeyRing, folder: Path) -> int:
    there = {path.name for path in folder.glob(_DOCUMENTS)}
    ours = AuditSeal.filter(key_id=key_id_of(keys.verify_key))
    written = 0
    for day in await ours.order_by("number").values_list("sealed_on", flat=True):
        name = f"audit-seal-{day}.json"
        if name not in there:
            row = await ours.get(sealed_on=day)
            written += _write_new(folder / name, published_document(row, keys.verify_key))
    return written


def _write_new(path: Path, text: str) -> int:
    """Whole or not at all, durable, and never over an existing file. Returns how many files were written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return 0
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return 1
