"""The map in words: what its lists, its lines and its script say."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from casework.areas.counting import Spot
from casework.areas.kinds import AreaKind
from casework.areas.profile import BaseMap
from casework.complaints.lifecycle import OPEN_STATES, State
from casework.complaints.urgency import Urgency
from web.console.addresses import case_address
from web.console.door import ConsoleDoor
from web.console.map_filters import ALL, DAYS, OUTSIDE, MapFilters
from web.console.map_screens import AreaLine, BaseSetup, Choice, Setup, SpotLine
from web.console.screens import Option
from web.console.visitor import Visitor

SAID = ("zoom_in", "zoom_out", "cluster", "outside", "more", "none", "lost", "less", "most", "here")
"""What the script says by itself, below `console_map`."""


def credit_of(door: ConsoleDoor, base: BaseMap | None) -> str:
    """Whose map it is and by what number it was approved; stands wherever the map does."""
    if base is None:
        return door.words.text("console_map.credit_own")
    return door.words.text("console_map.credit", name=base.name, approval=base.approval)


def setup_of(
    door: ConsoleDoor,
    bounds: tuple[float, float, float, float] | None,
    *,
    with_base: bool = True,
    point: tuple[float, float] | None = None,
) -> str:
    """The beginning of the script, as JSON. Without the base map nobody outside learns what is looked at."""
    atlas, base = door.map.places.atlas, door.map.shown_base if with_base else None
    kinds = [kind for kind in AreaKind if any(one.kind is kind for one in atlas.named.values())]
    setup = Setup(
        credit=credit_of(door, base),
        words={name: door.words.text(f"console_map.{name}", count="{}") for name in SAID},
        areas={kind.value: f"/console/map/areas/{atlas.version}/{kind.value}" for kind in kinds},
        bounds=bounds,
        base=BaseSetup(tiles=door.map.tiles, servers=base.servers, datum=base.datum, deepest=base.deepest)
        if base is not None
        else None,
        point=point,
    )
    return msgspec.json.encode(setup).decode()


def choices_of(door: ConsoleDoor, visitor: Visitor, filters: MapFilters) -> tuple[Choice, ...]:
    """The lists to narrow by; none for what there is only one of."""
    policy, seen = door.desk.policy, visitor.sight.units
    lists = {
        "state": (
            filters.state,
            [(state.value, door.words.state(state).words) for state in sorted(State, key=_open_first)]
            + [(ALL, door.words.text("console_map.state_all"))],
        ),
        "category": (filters.category, [(one.code, one.name) for one in policy.categories.values()]),
        "unit": (
            filters.unit,
            [(one.code, one.name) for one in policy.units.values() if seen is None or one.code in seen],
        ),
        "urgency": (filters.urgency, [(one.value, _urgency_words(door, one)) for one in Urgency]),
        "area": (filters.area, _area_options(door)),
    }
    choices = [
        Choice(
            name=name,
            label=door.words.text(f"console_map.by.{name}"),
            options=(
                Option(value="", words=door.words.text(f"console_map.any.{name}")),
                *(Option(value=value, words=words) for value, words in options),
            ),
            chosen=chosen,
        )
        for name, (chosen, options) in lists.items()
        if len(options) > 1
    ]
    days = sorted({*DAYS, filters.days})
    spans = tuple(Option(value=str(one), words=door.words.text("console_map.days", days=one)) for one in days)
    label = door.words.text("console_map.by.days")
    return (*choices, Choice(name="days", label=label, options=spans, chosen=str(filters.days)))


def area_lines(door: ConsoleDoor, filters: MapFilters, counted: Mapping[str, int]) -> tuple[AreaLine, ...]:
    """Areas by the number of their cases, the most first; what lies in none comes last."""
    most = max(counted.values(), default=0)
    ordered = sorted(counted.items(), key=lambda item: (not item[0], -item[1], item[0]))
    return tuple(
        AreaLine(
            name=area_name(door, code),
            count=count,
            share=max(1, round(100 * count / most)),
            href=filters.within(code or OUTSIDE).address,
            here=filters.area == (code or OUTSIDE),
        )
        for code, count in ordered
    )


def area_name(door: ConsoleDoor, code: str | None) -> str:
    """What an area is called; its code where no import in force knows it."""
    if not code:
        return door.words.text("console_map.outside")
    return door.map.places.name_of(code) or code


def spot_line(door: ConsoleDoor, spot: Spot) -> SpotLine:
    """One case in words."""
    named = [door.map.places.name_of(code) or code for code in (spot.area, spot.grid) if code]
    return SpotLine(
        reference=spot.reference,
        href=case_address(spot.reference),
        latitude=round(spot.latitude, 6),
        longitude=round(spot.longitude, 6),
        state=door.words.state(spot.state),
        category=door.desk.policy.category_name(spot.category) or door.words.text("console_map.no_category"),
        urgency=_urgency_words(door, Urgency(spot.urgency))
        if spot.urgency in (Urgency.URGENT, Urgency.EMERGENCY)
        else "",
        place=spot.place_text,
        # A grid is mostly named after its street.
        area=named[-1] if named else "",
        at=door.words.moment(spot.submitted_at, door.clock.now()),
        is_outside=spot.standing == "outside",
    )


def _urgency_words(door: ConsoleDoor, urgency: Urgency) -> str:
    return door.words.text(f"console_queue.urgency.{urgency.value}")


def _open_first(state: State) -> bool:
    return state not in OPEN_STATES


def _area_options(door: ConsoleDoor) -> list[tuple[str, str]]:
    """Streets, or districts where there are no streets: what cases are counted by."""
    named = door.map.places.atlas.named.values()
    counted_by = AreaKind.STREET if any(one.kind is AreaKind.STREET for one in named) else AreaKind.DISTRICT
    options = [(one.code, one.name) for one in named if one.kind is counted_by]
    return [*options, (OUTSIDE, door.words.text("console_map.outside"))] if options else []
