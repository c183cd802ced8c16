"""Making one day's seal: the row to store and the document to publish."""

from __future__ import annotations

import json
from collections.abc import AsyncIterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kit.audit.models import AuditSeal
from kit.audit.seal import (
    Head,
    SealContent,
    TreeBuilder,
    head_line,
    is_signed,
    key_id_of,
    public_key_of,
    sign,
)
from kit.clock import local


@dataclass(frozen=True, slots=True)
class Sealed:
    """A seal that is ready: the unsaved row, and the published file's name and text."""

    row: AuditSeal
    file_name: str
    document: str


class SealDocumentError(ValueError):
    """A published document is damaged; the message says how."""


async def seal(
    heads: AsyncIterable[Head], previous: AuditSeal | None, *, private_key: bytes, id: UUID, at: datetime
) -> Sealed:
    """Seal `heads`, the last entry of every chain in the order of case ids, as of `at`.

    Read them in pages by key; whether an entry added meanwhile is in or not does not matter, for the next
    seal has it. `previous` is the newest seal so far. ValueError if this local date has been sealed already.
    """
    sealed_on = local(at).date()
    if previous is not None and sealed_on <= previous.sealed_on:
        raise ValueError(f"{sealed_on} has been sealed already")
    tree, lines = TreeBuilder(), []
    async for head in heads:
        tree.add(head)
        lines.append(head_line(head))
    public_key = public_key_of(private_key)
    row = AuditSeal(
        id=id,
        number=1 if previous is None else previous.number + 1,
        sealed_on=sealed_on,
        sealed_at=at,
        previous_root=b"" if previous is None else bytes(previous.root),
        root=tree.root(),
        heads_count=tree.count,
        heads="".join(lines),
        key_id=key_id_of(public_key),
        signature=b"",
    )
    row.signature = sign(private_key, content_of(row))
    return Sealed(row, f"audit-seal-{sealed_on}.json", published_document(row, public_key))


def content_of(row: AuditSeal) -> SealContent:
    """What the row's signature covers."""
    return SealContent(
        number=row.number,
        sealed_on=row.sealed_on,
        heads_count=row.heads_count,
        previous_root=bytes(row.previous_root),
        root=bytes(row.root),
    )


def published_document(row: AuditSeal, public_key: bytes) -> str:
    """The JSON text to publish. It names no case: only the root, so that it cannot be unsaid later."""
    document = {
        "format": "chengguan audit seal v1",
        "number": row.number,
        "sealed_on": row.sealed_on.isoformat(),
        "heads_count": row.heads_count,
        "previous_root": bytes(row.previous_root).hex(),
        "root": bytes(row.root).hex(),
        "hash": "SM3",
        "signature_algorithm": "Ed25519",
        "public_key": public_key.hex(),
        "key_id": key_id_of(public_key),
        "signature": bytes(row.signature).hex(),
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def read_document(text: str, public_keys: tuple[bytes, ...]) -> SealContent:
    """What a published document attests. SealDocumentError unless one of `public_keys` signed it."""
    try:
        document = json.loads(text)
        content = SealContent(
            number=int(document["number"]),
            sealed_on=date.fromisoformat(document["sealed_on"]),
            heads_count=int(document["heads_count"]),
            previous_root=bytes.fromhex(document["previous_root"]),
            root=bytes.fromhex(document["root"]),
        )
        signature = bytes.fromhex(document["signature"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SealDocumentError("not a seal document, or a damaged one") from error
    if not any(is_signed(key, content, signature) for key in public_keys):
        raise SealDocumentError("signed by none of the known keys")
    return content
