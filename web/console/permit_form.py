"""What one move on an application asks for, and how it is taken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from casework.actors import Actor
from casework.permits.desk import PermitDesk
from web.console.permit_inputs import Sent
from web.console.permit_screens import AskKind

Take = Callable[[PermitDesk, Actor, UUID, Sent], Awaitable[Any]]
Shape = tuple[str, AskKind, bool]
"""A field's name, its kind, and whether it may stay empty."""


@dataclass(frozen=True, kw_only=True)
class PermitForm:
    """What one move asks for. `has_paper`: it issues one, which can be looked at before."""

    fields: tuple[Shape, ...] = ()
    take: Take
    grave: bool = False
    has_items: bool = False
    has_paper: bool = False
