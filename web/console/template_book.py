"""The port to the message templates: those of the profile, those of the platform, and whether words fit them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

KINDS = ("long_term", "one_time", "template")
SOURCES = ("reference", "title", "phrase", "thing", "time")


@dataclass(frozen=True, kw_only=True)
class Template:
    """`fields` says what each field shows: one of SOURCES. `app`: "official" or "miniprogram"."""

    id: str
    kind: str
    app: str
    fields: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class KnownTemplate:
    """What the platform says of a template: its title, how it may be sent, its fields, its own example."""

    id: str
    title: str
    kind: str
    fields: tuple[str, ...]
    example: str = ""


@dataclass(frozen=True, kw_only=True)
class Misfit:
    """A text that a field cannot show as it is. `what`: "unfit" (refused), "altered" (characters would be
    dropped), "cut" (shortened). `template` is the notice's key.
    """

    field: str
    template: str
    what: str


class TemplateBook(Protocol):
    """What the pages about templates need."""

    def registered(self) -> tuple[Template, ...]:
        """Those of the profile in force, in the order of trying."""
        ...

    async def known(self) -> tuple[KnownTemplate, ...] | None:
        """Those of the account; None where the platform cannot be asked."""
        ...

    def misfits(self, fields: Mapping[str, str]) -> tuple[Misfit, ...]:
        """Every text of every rule that one of these fields cannot show as it is."""
        ...


class NoTemplates:
    """Where there is no platform."""

    def registered(self) -> tuple[Template, ...]:
        return ()

    async def known(self) -> tuple[KnownTemplate, ...] | None:
        return None

    def misfits(self, fields: Mapping[str, str]) -> tuple[Misfit, ...]:
        return ()
