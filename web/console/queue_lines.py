"""The parts of the list of cases in words: its tabs, what it can be narrowed by, its lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from casework.actors import Actor
from casework.areas.kinds import AreaKind
from casework.areas.places import Places
from casework.complaints.filing import Source
from casework.complaints.lifecycle import COMPLAINT
from casework.complaints.urgency import Urgency
from casework.queues.reading import COUNTED_TO
from casework.queues.tabs import Tab, does_cases, tabs_of
from casework.queues.views import QueueRow
from nlp.personal import masked
from web.console.door import ConsoleDoor
from web.console.filters import DAYS, Filters, states_under
from web.console.frame import CASES
from web.console.queue_screens import Narrowing, QueueLine, QueueTab, Several
from web.console.screens import Chip, Option
from web.console.several_forms import SEVERAL_KEYS
from web.console.visitor import Visitor
from web.console.words import Words

URGENT_TABS = frozenset({Tab.OVERDUE})


def tabs_shown(
    door: ConsoleDoor, actor: Actor, filters: Filters, numbers: Mapping[str, int]
) -> tuple[QueueTab, ...]:
    """This person's queues with their numbers; a search stands under none of them."""
    return tuple(
        QueueTab(
            href=filters.on(tab).address,
            words=tab_words(door, actor, tab),
            count=_number(door, numbers.get(tab.value, 0)),
            urgent=tab in URGENT_TABS,
            here=not filters.find and filters.tab is tab,
        )
        for tab in tabs_of(actor)
    )


def tab_words(door: ConsoleDoor, actor: Actor, tab: Tab) -> str:
    """What a tab is called; what is open in the unit is called so for those who see no more."""
    if tab is Tab.OPEN and does_cases(actor):
        return door.words.text("console_queue.tab_of_unit")
    return door.words.text(f"console_queue.tab.{tab.value}")


def _number(door: ConsoleDoor, number: int) -> str:
    if number > COUNTED_TO:
        return door.words.text("console_queue.many", count=COUNTED_TO)
    return str(number) if number else ""


def narrowings_of(door: ConsoleDoor, visitor: Visitor, filters: Filters) -> tuple[Narrowing, ...]:
    """What this queue can be narrowed by; nothing that leaves no choice."""
    text, policy = door.words.text, door.desk.policy
    seen = visitor.sight.units
    offered: dict[str, list[Option]] = {
        "state": [
            Option(value=one.value, words=text(f"console.state.{one.value}"))
            for one in states_under(filters.tab)
        ],
        "unit": [
            Option(value=one.code, words=one.name)
            for one in policy.units.values()
            if seen is None or one.code in seen
        ],
        "category": [Option(value=one.code, words=one.name) for one in policy.categories.values()],
        "area": _streets(door),
        "urgency": [
            Option(value=one.value, words=text(f"console_queue.urgency.{one.value}")) for one in Urgency
        ],
        "source": [Option(value=one.value, words=text(f"complaint.source.{one.value}")) for one in Source],
        "days": [Option(value=one, words=text(f"console_queue.days.{one}")) for one in DAYS],
    }
    return tuple(
        _narrowing(door, filters, name, tuple(options))
        for name, options in offered.items()
        if len(options) > 1 or getattr(filters, name)
    )


def _streets(door: ConsoleDoor) -> list[Option]:
    """The bureau's streets, where it has drawn any."""
    places = door.desk.places
    if not isinstance(places, Places):
        return []
    named = sorted(places.atlas.named.values(), key=lambda one: one.code)
    return [Option(value=one.code, words=one.name) for one in named if one.kind is AreaKind.STREET]


def _narrowing(door: ConsoleDoor, filters: Filters, name: str, options: tuple[Option, ...]) -> Narrowing:
    chosen = getattr(filters, name)
    words = next((one.words for one in options if one.value == chosen), chosen)
    return Narrowing(
        name=name,
        label=door.words.text(f"console_queue.narrowing.{name}"),
        options=options,
        chosen=chosen,
        away=filters.without(name).address if chosen else "",
        chosen_words=words if chosen else "",
    )


def several_for(door: ConsoleDoor, actor: Actor) -> tuple[Several, ...]:
    """The moves this person may take with several cases at once."""
    return tuple(
        Several(move=move, words=door.words.text(f"console_queue.several.move.{move}"), key=key)
        for move, key in SEVERAL_KEYS.items()
        if not actor.roles.isdisjoint(COMPLAINT.find(move).by)
    )


def line_of(
    door: ConsoleDoor,
    row: QueueRow,
    now: datetime,
    *,
    back: str,
    several: bool,
    street: bool,
    may_call: bool,
) -> QueueLine:
    """One case in words. `back` is what the way back needs, as it stands in an address; `street`: with the way there."""
    words = door.words
    address = f"{CASES}/{row.reference}{back}"
    line = QueueLine(
        reference=row.reference,
        href=address,
        key=f"{row.reference}.{row.revision}" if several else "",
        due=words.countdown(row.state, row.due_at, now),
        brief=masked(row.opening),
        where=row.place_text,
        category=_category_words(door, row),
        state=words.state(row.state),
        marks=_marks(door, row),
        handler=" · ".join(name for name in (row.unit_name, row.assignee_name) if name) or "—",
        submitted=words.moment(row.submitted_at, now),
    )
    if not street:
        return line
    category = door.desk.policy.categories.get(row.category or "")
    # Either the citizen is answered at once, or somebody verifies first.
    form = "report_handled" if category is not None and category.verify else "answer"
    return _on_the_street(line, row, address, f"{address}#act-{form}", may_call=may_call)


def _on_the_street(line: QueueLine, row: QueueRow, address: str, answer: str, *, may_call: bool) -> QueueLine:
    """The way there, the caller's number, and the answer with a photo."""
    latitude = longitude = way = ""
    if row.latitude is not None and row.longitude is not None:
        latitude, longitude = f"{row.latitude:.6f}", f"{row.longitude:.6f}"
        way = f"geo:{latitude},{longitude}?q={latitude},{longitude}"
    return replace(
        line,
        latitude=latitude,
        longitude=longitude,
        map=way,
        phone=f"{address}#phone" if may_call and row.has_phone else "",
        answer=answer,
    )


def _marks(door: ConsoleDoor, row: QueueRow) -> tuple[Chip, ...]:
    return marks_of(
        door.words,
        row.urgency,
        supervised=row.supervised,
        disputed=row.disputed,
        times_reminded=row.times_reminded,
    )


def marks_of(
    words: Words, urgency: Urgency, *, supervised: bool, disputed: bool, times_reminded: int
) -> tuple[Chip, ...]:
    """What makes a case pressing: how urgent it is, who watches it, who asked again."""
    text, found = words.text, []
    if urgency is not Urgency.ORDINARY:
        tone = "late" if urgency is Urgency.EMERGENCY else "soon"
        found.append(Chip(words=text(f"console_queue.mark.{urgency.value}"), tone=tone))  # type: ignore[arg-type]
    if supervised:
        found.append(Chip(words=text("console_queue.mark.supervised"), tone="late"))
    if disputed:
        found.append(Chip(words=text("console_queue.mark.disputed"), tone="again"))
    if times_reminded:
        found.append(Chip(words=text("console_queue.mark.reminded", count=times_reminded), tone="soon"))
    return tuple(found)


def _category_words(door: ConsoleDoor, row: QueueRow) -> str:
    if row.category is None and row.category_name:
        return door.words.text("console.queue.suggested", category=row.category_name)
    return row.category_name or "—"
