"""Files the platform wants to find at our address, as proof that the domain is ours.

They are rows: whichever of several machines is asked must have them. Nothing but such a file can be kept.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from bot.models import VerificationFile
from kit.db import Change, Database
from kit.problems import Invalid, NotFound

NAME: Final = re.compile(r"[A-Za-z0-9_]{1,64}\.txt", re.ASCII)
CONTENT_AT_MOST: Final = 400
FILES_AT_MOST: Final = 20
_PLAIN = re.compile(r"[\x20-\x7e\r\n]{1,400}", re.ASCII)


class Proof(msgspec.Struct, frozen=True):
    """One file, to the letter."""

    name: str
    content: str


async def add(db: Database, name: str, content: bytes) -> Proof:
    """Keep a file; one of the same name is replaced. Raises Invalid for what is no such file."""
    if not NAME.fullmatch(name):
        raise Invalid("problem.verification.name", field="name")
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError:
        raise Invalid("problem.verification.content", field="content") from None
    if not _PLAIN.fullmatch(text):
        raise Invalid("problem.verification.content", field="content")

    async def work(change: Change) -> Proof:
        row = await VerificationFile.get_or_none(name=name)
        if row is None:
            if await VerificationFile.all().count() >= FILES_AT_MOST:
                raise Invalid("problem.verification.too_many", field="name", at_most=FILES_AT_MOST)
            row = VerificationFile(id=change.ids.new(), name=name, content=text, added_at=change.now)
            await row.save(force_create=True)
        elif row.content != text:
            row.content, row.added_at = text, change.now
            await row.save(update_fields=["content", "added_at"])
        return Proof(name, text)

    return await db.change(work)


async def remove(db: Database, name: str) -> None:
    """The platform asks for it no more."""

    async def work(_: Change) -> None:
        if not await VerificationFile.filter(name=name).delete():
            raise NotFound("problem.verification.not_found")

    await db.change(work)


async def every() -> tuple[Proof, ...]:
    """All files, by name."""
    return tuple(Proof(row.name, row.content) for row in await VerificationFile.all().order_by("name"))


async def by_name(name: str) -> Proof | None:
    """The file of this very name."""
    row = await VerificationFile.get_or_none(name=name) if NAME.fullmatch(name) else None
    return Proof(row.name, row.content) if row is not None else None
