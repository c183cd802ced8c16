"""What the actions and queries of documents work with; built once in the composition root."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.documents.papers import Paper, Particulars
from casework.documents.pictures import NoPictures, Pictures
from casework.documents.sealing_port import ESeal, NoESeal
from kit.catalogue import Catalogue
from kit.db import Database
from kit.sealing import FieldSealer

STYLE, VOID_MARK = "style", "void_mark"
"""What all templates share, and what is laid over the pages of a void paper."""
Sees = Callable[[Actor, UUID], Awaitable[bool]]
"""Whether an actor may see the papers about the thing of this id."""


class Issuer(msgspec.Struct, frozen=True, kw_only=True):
    """Who signs the papers, and where the stamped originals lie: names and addresses of the bureau profile."""

    name: str
    short: str
    """What document numbers begin with."""
    address: str
    phone: str
    window: str
    window_address: str
    window_phone: str
    hours: str


class Typesetter(Protocol):
    """Makes pages of a template and data, away from the event loop (`casework.documents.rendering`)."""

    async def pdf(
        self, style: str, source: str, paper: bytes, at: int, pictures: Mapping[str, bytes] | None = None
    ) -> bytes:
        """The PDF of typst `source` after `style`, with `paper` (JSON) as its input and `pictures` by the names that it
        has for them; `at` (Unix seconds) is all it knows of time. Raises TemplateFault, or Busy."""
        ...

    async def pages(self, style: str, source: str, paper: bytes, at: int) -> tuple[bytes, ...]:
        """The first pages as PNG, for a preview. Raises as `pdf`."""
        ...


@dataclass(frozen=True)
class DocumentDesk:
    """`shipped` maps template names to the typst source of `content/documents/`, STYLE being what all share; `samples` is
    what previews print. The previewer is another process than that of papers: a template that hangs delays no paper.
    """

    db: Database
    sealer: FieldSealer
    catalogue: Catalogue
    issuer: Issuer
    typesetter: Typesetter
    previewer: Typesetter
    shipped: Mapping[str, str]
    samples: Mapping[Paper, Particulars] = field(default_factory=dict)
    named: Mapping[str, Paper] = field(default_factory=dict)
    sight: Mapping[str, Sees] = field(default_factory=dict)
    pictures: Pictures = field(default_factory=NoPictures)
    seal: ESeal = field(default_factory=NoESeal)
