"""What a form of the console asks for and what came back, before it is checked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from casework.actors import Actor
from casework.complaints import actions
from casework.complaints.desk import Desk

PHOTOS_BYTES = 30 * 1024 * 1024
"""All photos of one form; the server takes 32 MB with everything around them."""

FieldKind = Literal["short", "long", "choice", "photos", "tick", "point"]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a form; `when_asked`: shown only after the form was refused for want of it. `offered` names the list it
    chooses from or suggests, `when_elsewhere`: it begins with whose matter the words say it is.
    """

    name: str
    kind: FieldKind
    optional: bool = False
    at_most: int = actions.REASON_AT_MOST
    offered: Literal["", "categories", "assignees", "responsible_bodies", "urgencies", "extensions"] = ""
    help: bool = True
    when_asked: bool = False
    when_elsewhere: bool = False


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A checked form: texts by field name, and the photos' ids. `act` is the form's own name, the same when it is sent twice."""

    texts: Mapping[str, str]
    photos: tuple[UUID, ...] = ()
    revision: int
    act: str = ""


Take = Callable[[Desk, Actor, UUID, Filled], Awaitable[object]]


@dataclass(frozen=True, kw_only=True)
class MoveForm:
    """The form of one move. `grave`: what it does is not easily undone."""

    fields: tuple[Field, ...] = ()
    take: Take
    grave: bool = False
