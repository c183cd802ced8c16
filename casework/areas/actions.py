"""Taking over a file of areas: all of one kind at once, checked as a whole, or nothing of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import msgspec

from casework.actors import Actor
from casework.areas.kinds import AreaKind
from casework.areas.models import Area, AreaImport
from casework.areas.places import Atlas, current_version, read_atlas
from casework.areas.reading import NewArea
from kit.db import Change, Database
from kit.geojson import GeoJsonError

WITHIN_S = 120.0


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did, or would do: codes that came, changed, went. `version` is None where nothing was written.

    `left_behind`: codes of smaller areas whose parent went.
    """

    kind: AreaKind
    areas: int
    came: tuple[str, ...]
    changed: tuple[str, ...]
    went: tuple[str, ...]
    left_behind: tuple[str, ...]
    version: int | None = None

    @property
    def is_news(self) -> bool:
        return bool(self.came or self.changed or self.went)


async def import_areas(
    db: Database, actor: Actor, kind: AreaKind, areas: Sequence[NewArea], *, dry_run: bool = False
) -> Report:
    """Make `areas` all there are of this kind. Raises GeoJsonError with everything that is wrong.

    An area without a parent of its own gets the one it lies in. Nothing is written where nothing differs.
    """
    while True:
        # Compared before the transaction: it takes seconds for a large city.
        version = await current_version()
        report, parents = await _compared(await read_atlas(version), kind, areas)
        if dry_run or not report.is_news:
            return report
        written = await db.change(
            partial(_written, actor, report, areas, parents, version), timeout_s=WITHIN_S
        )
        if written is not None:
            return written


async def _compared(
    atlas: Atlas, kind: AreaKind, areas: Sequence[NewArea]
) -> tuple[Report, Mapping[str, str | None]]:
    parents = _parents(atlas, kind, areas)
    rows = {row.code: row for row in await Area.filter(kind=kind.value)}
    fresh = {area.code: area for area in areas}
    went = tuple(sorted(rows.keys() - fresh.keys()))
    report = Report(
        kind=kind,
        areas=len(areas),
        came=tuple(sorted(fresh.keys() - rows.keys())),
        changed=tuple(
            code
            for code in sorted(fresh.keys() & rows.keys())
            if (rows[code].name, rows[code].geometry, rows[code].parent_code)
            != (fresh[code].name, fresh[code].geometry, parents[code])
        ),
        went=went,
        left_behind=tuple(
            one.code for one in atlas.named.values() if one.kind is not kind and one.parent in went
        ),
    )
    return report, parents


def _parents(atlas: Atlas, kind: AreaKind, areas: Sequence[NewArea]) -> dict[str, str | None]:
    """The parent of each area. Raises GeoJsonError for codes of another kind, and for parents that are not there."""
    parents: dict[str, str | None] = {}
    faults = []
    for area in areas:
        other = atlas.named.get(area.code)
        if other is not None and other.kind is not kind:
            faults.append(f"{area.where}：编号 {area.code} 已经是另一类区域（{other.name}）的编号。")
        parents[area.code] = area.parent
        if area.parent is not None:
            parent = atlas.named.get(area.parent)
            if parent is None or parent.kind not in kind.above:
                faults.append(f"{area.where}：上级 {area.parent} 还没有导入，请先导入上一级的区域。")
        else:
            found = atlas.at(area.inner[1], area.inner[0])
            parents[area.code] = next((found[above].code for above in kind.above if above in found), None)
    if faults:
        raise GeoJsonError(*faults)
    return parents


async def _written(
    actor: Actor,
    report: Report,
    areas: Sequence[NewArea],
    parents: Mapping[str, str | None],
    seen: int,
    change: Change,
) -> Report | None:
    """The report with its version; None when another import came in between."""
    if await current_version() != seen:
        return None
    version = seen + 1
    taken = AreaImport(
        id=change.ids.new(),
        version=version,
        kind=report.kind.value,
        areas=report.areas,
        report=msgspec.json.encode(report).decode(),
        staff_id=actor.id if actor.kind == "staff" else None,
        at=change.now,
    )
    await taken.save(force_create=True)
    replaced = {*report.came, *report.changed}
    await Area.filter(kind=report.kind.value, code__in=[*report.changed, *report.went]).delete()
    await Area.bulk_create(
        [
            Area(
                id=change.ids.new(),
                code=area.code,
                name=area.name,
                kind=report.kind.value,
                parent_code=parents[area.code],
                geometry=area.geometry,
                **area.box._asdict(),
                import_id=taken.id,
            )
            for area in areas
            if area.code in replaced
        ],
        batch_size=200,
    )
    facts: dict[str, object] = {
        "version": version,
        "kind": report.kind.value,
        "areas": report.areas,
        "came": len(report.came),
        "changed": len(report.changed),
        "went": list(report.went),
    }
    await change.audit(taken.id, actor, "area.import", facts)
    return msgspec.structs.replace(report, version=version)
