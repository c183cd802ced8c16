"""What paper a move would issue, found by taking it and taking it back: nothing of it stays, no number is used up.

So the preview says exactly what the paper will, and the move's own checks are heard before it is made.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any, cast
from uuid import UUID

import msgspec

from casework.documents.issuing import COLUMN, TABLE
from casework.documents.models import DocumentTemplate, IssuedDocument
from casework.permits.desk import PermitDesk
from kit.db import Change, Database
from kit.problems import NotFound

Tried = Callable[[PermitDesk], Awaitable[object]]


@dataclasses.dataclass(frozen=True)
class _Made:
    """A paper as it would be issued: its template, its data (JSON), when."""

    style: str
    source: str
    sheet: str
    at: int


class _TakenBack(Exception):
    """Ends the transaction, so that nothing of it is kept."""

    def __init__(self, made: _Made | None) -> None:
        self.made = made


class _Trial:
    """A database whose changes are never kept; everything else is as it is."""

    def __init__(self, desk: PermitDesk, about_id: UUID) -> None:
        self._desk = desk
        self._about_id = about_id

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk.db, name)

    async def change(self, work: Callable[[Change], Awaitable[object]]) -> None:
        async def tried(change: Change) -> None:
            before = set(await _ids(self._about_id))
            await work(change)
            raise _TakenBack(await _made(self._desk, self._about_id, before))

        await self._desk.db.change(tried)


async def preview(desk: PermitDesk, about_id: UUID, take: Tried, *, unnumbered: str) -> bytes:
    """The PDF of the paper that `take` (a move, given the desk it is to be made with) would issue about an application or a permit.

    `unnumbered` stands where its number will. Raises what the move raises, and NotFound where it issues no paper.
    """
    made: _Made | None = None
    try:
        trial = cast("Database", _Trial(desk, about_id))
        await take(dataclasses.replace(desk, db=trial))
    except _TakenBack as back:
        made = back.made
    if made is None:
        raise NotFound("problem.permit.no_paper")
    sheet = msgspec.json.decode(made.sheet)
    if sheet["number"] is not None:
        sheet["number"] = unnumbered
    return await desk.documents.previewer.pdf(made.style, made.source, msgspec.json.encode(sheet), made.at)


async def _ids(about_id: UUID) -> list[UUID]:
    return await IssuedDocument.filter(about_id=about_id).values_list("id", flat=True)  # type: ignore[return-value]


async def _made(desk: PermitDesk, about_id: UUID, before: set[UUID]) -> _Made | None:
    """The first paper that was not there before: of a decision that is delivered at once, the decision."""
    found = await IssuedDocument.filter(about_id=about_id).order_by("issued_at", "id")
    row = next((one for one in found if one.id not in before and one.number is not None), None)
    if row is None:
        return None
    template = await DocumentTemplate.get(template=row.template, version=row.template_version)
    words = desk.documents.sealer.open(row.data_sealed, table=TABLE, column=COLUMN, row_id=row.id)
    return _Made(template.style, template.source, words, int(row.issued_at.timestamp()))
