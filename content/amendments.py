"""Values of the profile and texts that an administrator changed on this installation: rows, history, restoring.

What is in force for a path is its latest row; a row without a value restores what was shipped. Nothing is deleted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec
from tortoise.expressions import Q

from content.amending import (
    PROFILE,
    TEXT,
    InForce,
    NoSuchPath,
    amended,
    amended_texts,
    fitting,
    wording_fault,
)
from content.profile_models import Amendment, ProfileVersion
from content.profile_store import current_profile
from kit.catalogue import Catalogue
from kit.db import AuditActor, Change
from kit.problems import Conflict, Invalid

REASON_AT_MOST, WORDING_AT_MOST = 200, 2_000
_CHAINS = UUID("5f0c7d52-5a7c-4f0e-9b1e-6d6f9c2f7a10")
_LOCK = 0x616D656E64

Build = Callable[[Mapping[str, Any]], object]
"""Builds everything a profile is for; raises an error of `refused` whose text is Chinese sentences."""


@dataclass(frozen=True)
class Checks:
    """What a new value must stand up to. `shipped` are the texts without amendments."""

    build: Build
    refused: tuple[type[Exception], ...]
    shipped: Catalogue


@dataclass(frozen=True)
class AmendmentView:
    """One row of the history. `value` is JSON or a wording, None where what was shipped was restored."""

    id: UUID
    number: int
    kind: str
    path: str
    value: str | None
    reason: str
    made_by_id: UUID
    made_at: datetime


class Unfit(Invalid):
    """The profile cannot be used with this value; `sentences` say why, in Chinese."""

    def __init__(self, sentences: str) -> None:
        super().__init__("problem.settings.unfit", field="value", sentences=sentences)


async def version() -> tuple[int, int]:
    """Moves with every loading of the profile and with every amendment; what processes watch."""
    loaded: Any = await ProfileVersion.all().order_by("-number").first().values_list("number", flat=True)
    amendment: Any = await Amendment.all().order_by("-number").first().values_list("number", flat=True)
    return loaded or 0, amendment or 0


async def in_force(kind: str) -> tuple[InForce, ...]:
    """The amendments of a kind that are in force, in the order in which they were made."""
    latest: dict[str, Amendment] = {}
    for row in await Amendment.filter(kind=kind).order_by("number"):
        latest[row.path] = row
    rows = sorted(latest.values(), key=lambda row: row.number)
    return tuple(InForce(row.number, row.kind, row.path, row.value) for row in rows if row.value is not None)


async def history(
    *, kind: str = "", path: str = "", before: int | None = None, limit: int = 30
) -> tuple[AmendmentView, ...]:
    """Who changed what, newest first; of one path and what is within it where it is named."""
    rows = Amendment.all().order_by("-number").limit(limit)
    if before is not None:
        rows = rows.filter(number__lt=before)
    if path:
        rows = rows.filter(_within(path), kind=kind)
    return tuple(_view(row) for row in await rows)


async def last_number(kind: str, path: str) -> int:
    """The number of the latest amendment of a path or within it; 0 if there is none. A form carries it."""
    latest = await Amendment.filter(_within(path), kind=kind).order_by("-number").first()
    return latest.number if latest else 0


async def document_in_force(checks: Checks) -> dict[str, Any]:
    """All sections of the profile, with the amendments that fit."""
    whole, _ = fitting(await current_profile() or {}, await in_force(PROFILE), checks.build, checks.refused)
    return whole


async def amend_profile(
    change: Change,
    actor: AuditActor,
    values: Mapping[str, Any],
    reason: str,
    *,
    checks: Checks,
    seen: int | None = None,
    restored: Collection[str] = (),
) -> None:
    """Lay values over the profile, `restored` paths as they were shipped; all of them or none.

    `seen` is the highest number of these paths when the form was shown. Raises Conflict (409) when one was changed
    since, Unfit when the whole profile would not stand up.
    """
    await _turn(change)
    await _unchanged(PROFILE, {*values, *restored}, seen)
    document = await current_profile() or {}
    present = await in_force(PROFILE)
    # What a profile loaded later left without a place must not stand in the way of everything else.
    _, stale = fitting(document, present, checks.build, checks.refused)
    ahead = [one for one in present if one not in stale and one.path not in {*values, *restored}]
    fresh = [InForce(0, PROFILE, path, msgspec.json.encode(value).decode()) for path, value in values.items()]
    try:
        checks.build(amended(document, [*ahead, *fresh]))
    except NoSuchPath:
        raise Invalid("problem.settings.no_such_value", field="value") from None
    except checks.refused as refusal:
        raise Unfit(str(refusal)) from None
    rows: dict[str, str | None] = {one.path: one.value for one in fresh} | dict.fromkeys(restored)
    await _note(change, actor, PROFILE, rows, reason)


async def amend_text(
    change: Change,
    actor: AuditActor,
    key: str,
    wording: str | None,
    reason: str,
    *,
    checks: Checks,
    seen: int | None = None,
) -> None:
    """Give a text another wording, or (None) the shipped one. Raises Invalid, Conflict."""
    if wording is not None and (fault := wording_fault(checks.shipped, key, wording)):
        known = " ".join(f"{{{name}}}" for name in sorted(_placeholders(checks.shipped, key)))
        raise Invalid(fault, field="value", placeholders=known or "—")
    if wording is not None and len(wording) > WORDING_AT_MOST:
        raise Invalid("problem.settings.too_long", field="value", at_most=WORDING_AT_MOST)
    await _turn(change)
    await _unchanged(TEXT, {key}, seen)
    await _note(change, actor, TEXT, {key: wording}, reason)


def texts_of(checks: Checks, amendments: Iterable[InForce]) -> Catalogue:
    """The texts with these amendments."""
    return amended_texts(checks.shipped, amendments)


def value_of(row: AmendmentView) -> Any:
    """The value of a row of the profile's history; None where what was shipped was restored."""
    return msgspec.json.decode(row.value) if row.value is not None else None


def chain_of(kind: str, path: str) -> UUID:
    """The audit chain of a path."""
    return uuid5(_CHAINS, f"{kind}:{path}")


async def _note(
    change: Change, actor: AuditActor, kind: str, values: Mapping[str, str | None], reason: str
) -> None:
    reason = reason.strip()
    if not reason or len(reason) > REASON_AT_MOST:
        raise Invalid("problem.settings.reason", field="reason", at_most=REASON_AT_MOST)
    if actor.id is None:
        raise ValueError("an amendment is a person's")
    latest = await Amendment.all().order_by("-number").first()
    number = latest.number if latest else 0
    for path, value in values.items():
        number += 1
        row = Amendment(
            id=change.ids.new(),
            number=number,
            kind=kind,
            path=path,
            value=value,
            reason=reason,
            made_by_id=actor.id,
            made_at=change.now,
        )
        await row.save(force_create=True)
        digest = hashlib.sha256(value.encode()).hexdigest() if value is not None else ""
        facts = {"path": path, "number": number, "value_sha256": digest, "reason": reason}
        chain = chain_of(kind, path)
        if value is None:
            await change.audit(chain, actor, "settings.restore", facts)
        else:
            await change.audit(chain, actor, "settings.amend", facts)


async def _turn(change: Change) -> None:
    """One at a time: what is checked is what will be in force. SQLite has one writer anyway."""
    if change.is_postgres:
        await change.connection.execute_query("SELECT pg_advisory_xact_lock($1)", [_LOCK])


async def _unchanged(kind: str, paths: Collection[str], seen: int | None) -> None:
    if seen is not None and await Amendment.filter(kind=kind, path__in=list(paths), number__gt=seen).exists():
        raise Conflict("problem.settings.changed_meanwhile")


def _within(path: str) -> Q:
    return Q(path=path) | Q(path__startswith=f"{path}.")


def _placeholders(shipped: Catalogue, key: str) -> frozenset[str]:
    return shipped.placeholders(key) if shipped.has(key) else frozenset()


def _view(row: Amendment) -> AmendmentView:
    return AmendmentView(
        id=row.id,
        number=row.number,
        kind=row.kind,
        path=row.path,
        value=row.value,
        reason=row.reason,
        made_by_id=row.made_by_id,
        made_at=row.made_at,
    )
