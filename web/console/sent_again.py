"""What the pages of one outgoing message share: a notice to somebody, a message to another platform.

Each is found by its id, tried again as it is, or sent once more as a new one with a reason.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.actors import Actor
from kit.db import Database
from kit.problems import Conflict, Invalid, NotFound
from web.console.door import ConsoleDoor
from web.console.screens import Ask, Link, Note
from web.console.submission import value_of
from web.console.visitor import Visitor

DONE = frozenset({"retry", "replay"})


class Outgoing(Protocol):
    """A message as a page knows it. `replay_of` is the one that was sent before it."""

    @property
    def id(self) -> UUID: ...

    @property
    def created_at(self) -> datetime: ...

    @property
    def replay_of(self) -> UUID | None: ...


RowT = TypeVar("RowT", bound=Outgoing)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What is put on the page besides the message: sentences, and why a reason as typed will not do."""

    notes: tuple[Note, ...] = ()
    typed: str = ""
    wrong: str = ""
    status: int = 200


@dataclass(frozen=True, kw_only=True)
class MessagePages(Generic[RowT]):
    """One kind of outgoing message. `at` is where its list is, `words` where its texts begin in the catalogue.

    `reason_at_most` counts characters. `find` gives None for an id nobody knows.
    """

    at: str
    words: str
    reason_at_most: int
    find: Callable[[UUID], Awaitable[RowT | None]]
    retry: Callable[[Database, Actor, UUID], Awaitable[None]]
    replay: Callable[[Database, Actor, UUID, str], Awaitable[UUID]]
    render: Callable[[ConsoleDoor, Visitor, RowT, Said], Awaitable[HTTPResponse]]

    async def show(self, request: Request, door: ConsoleDoor, visitor: Visitor, id: str) -> HTTPResponse:
        """The page, with a sentence about what was just done. Raises NotFound."""
        done = request.args.get("done", "")
        notes = (Note(words=door.words.text(f"{self.words}.done.{done}")),) if done in DONE else ()
        return await self.render(door, visitor, await self._found(id), Said(notes=notes))

    async def try_again(self, door: ConsoleDoor, visitor: Visitor, id: str) -> HTTPResponse:
        """As it is, under its own id. Raises NotFound, Forbidden."""
        row = await self._found(id)
        try:
            await self.retry(door.db, visitor.actor, row.id)
        except Conflict as problem:
            return await self._refused(door, visitor, id, problem)
        return redirect(f"{self.at}/{row.id}?done=retry", status=303)

    async def send_again(
        self, request: Request, door: ConsoleDoor, visitor: Visitor, id: str
    ) -> HTTPResponse:
        """Once more with the reason of the form; the page of the new one is shown. Raises NotFound, Forbidden."""
        row = await self._found(id)
        why = value_of(request, "why")[: 2 * self.reason_at_most]
        try:
            again = await self.replay(door.db, visitor.actor, row.id, why)
        except Invalid as problem:
            wrong = door.words.text(problem.key, **problem.params)
            return await self.render(door, visitor, row, Said(typed=why, wrong=wrong, status=422))
        except Conflict as problem:
            return await self._refused(door, visitor, id, problem)
        return redirect(f"{self.at}/{again}?done=replay", status=303)

    def ask(self, door: ConsoleDoor, said: Said) -> Ask:
        """The field for the reason."""
        return Ask(
            name="why",
            kind="short",
            label=door.words.text("console_notices.delivery.why"),
            help=door.words.text(f"{self.words}.why_help"),
            at_most=self.reason_at_most,
            typed=said.typed,
            wrong=said.wrong,
        )

    def links(self, door: ConsoleDoor, row: RowT, again: Iterable[RowT], now: datetime) -> tuple[Link, ...]:
        """To those that were sent once more after it, and to the one before it."""
        text = door.words.text
        after = tuple(
            Link(
                href=f"{self.at}/{one.id}",
                words=text("console_notices.delivery.again", at=door.words.moment(one.created_at, now)),
            )
            for one in again
        )
        if row.replay_of is None:
            return after
        return (*after, Link(href=f"{self.at}/{row.replay_of}", words=text("console_notices.delivery.first")))

    async def _refused(self, door: ConsoleDoor, visitor: Visitor, id: str, problem: Conflict) -> HTTPResponse:
        note = Note(words=door.words.text(problem.key, **problem.params), tone="late")
        said = Said(notes=(note,), status=problem.status)
        return await self.render(door, visitor, await self._found(id), said)

    async def _found(self, id: str) -> RowT:
        try:
            row = await self.find(UUID(id))
        except ValueError:
            row = None
        if row is None:
            raise NotFound()
        return row
