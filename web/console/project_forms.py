"""The forms of a project: its board, a notice, a visit to plan, closing."""

from __future__ import annotations

from casework.permissions import Operation
from casework.projects import notices
from casework.projects.views import ProjectView
from kit.clock import local
from web.console.door import ConsoleDoor
from web.console.people_screens import Box
from web.console.project_screens import SideForm
from web.console.project_words import PROJECTS, Tried, ask, ask_day, basis_options, staff_options
from web.console.screens import Ask, Option
from web.console.visitor import Visitor

BOARD = (
    "name", "builder", "builder_uscc", "contractor", "supervisor", "contact_name", "contact_phone", "place_text",
    "starts_on", "ends_on", "unit", "key_contact_id",
)  # fmt: skip
LONG_NAMES = {"place_text": 300, "contact_name": 40, "contact_phone": 20, "builder_uscc": 30}
OPTIONAL = frozenset({"contractor", "supervisor"})


async def forms_of(
    door: ConsoleDoor, visitor: Visitor, view: ProjectView, tried: Tried, keeps: bool
) -> tuple[SideForm, ...]:
    """What can be done with a project: a visit planned; for its keepers notices, the board, closing."""
    text, own = door.words.text, f"{PROJECTS}/{view.id}"
    revision = (("expected_revision", str(view.revision)),)
    forms = []
    if view.is_open and visitor.may(Operation.PLAN_ENTERPRISE_VISITS):
        forms.append(await _plan_form(door, visitor, view, tried.of("plan")))
    if keeps:
        notice = tried.of("notice")
        asks = (
            ask(door, notice, "title"),
            ask(door, notice, "words", "long", at_most=notices.WORDS_AT_MOST),
            ask_day(door, notice, "until_on"),
        )
        name = text("project.move.put_notice")
        is_folded = not notice.form
        forms.append(
            SideForm(
                name="notice", title=name, action=f"{own}/notice", button=name, asks=asks, is_folded=is_folded
            )
        )
        forms.append(await board_form(door, tried.of("amend"), view))
        forms.append(
            SideForm(
                name="close",
                title=text("project.move.close"),
                action=f"{own}/close",
                button=text("project.move.close"),
                hidden=revision,
                hint=text("console_projects.close_hint"),
                is_folded=True,
                is_grave=True,
            )
        )
    return tuple(forms)


async def _plan_form(door: ConsoleDoor, visitor: Visitor, view: ProjectView, tried: Tried) -> SideForm:
    asks: list[Ask | Box] = []
    if not visitor.may(Operation.INSPECT_ENTERPRISES):
        officers = await staff_options(door, inspectors=True)
        asks.append(ask(door, tried, "officer_id", "choice", options=officers))
    today = local(door.clock.now()).date()
    asks += (
        ask_day(door, tried, "on", now=today, optional=False),
        ask(door, tried, "purpose", at_most=200),
        ask(door, tried, "basis", "choice", options=basis_options(door)),
    )
    name = door.words.text("console_projects.plan")
    return SideForm(
        name="plan", title=name, action=f"{PROJECTS}/{view.id}/plan", button=name, asks=tuple(asks),
        is_folded=not tried.form,
    )  # fmt: skip


async def board_form(door: ConsoleDoor, tried: Tried, view: ProjectView | None) -> SideForm:
    """The board's fields: for a new project, or with what stands on it now."""
    units = tuple(Option(value=unit.code, words=unit.name) for unit in door.desk.policy.units.values())
    nobody = Option(value="", words=door.words.text("console_projects.no_key_contact"))
    no_unit = Option(value="", words=door.words.text("console_projects.no_unit"))
    asks: list[Ask | Box] = []
    for name in BOARD[:8]:
        now = str(getattr(view, name)) if view is not None else ""
        most = LONG_NAMES.get(name, 100)
        asks.append(ask(door, tried, name, now=now, optional=name in OPTIONAL, at_most=most))
    asks += (ask_day(door, tried, name, now=getattr(view, name, None)) for name in ("starts_on", "ends_on"))
    unit = (view.unit or "") if view is not None else ""
    contact = str(view.key_contact_id or "") if view is not None else ""
    people = (nobody, *await staff_options(door))
    asks.append(ask(door, tried, "unit", "choice", now=unit, optional=True, options=(no_unit, *units)))
    asks.append(ask(door, tried, "key_contact_id", "choice", now=contact, optional=True, options=people))
    title = door.words.text("console_projects.new" if view is None else "project.move.amend")
    return SideForm(
        name="board",
        title=title,
        action=PROJECTS if view is None else f"{PROJECTS}/{view.id}/amend",
        button=door.words.text("console_projects.open" if view is None else "console_projects.save"),
        asks=tuple(asks),
        hidden=(("expected_revision", str(view.revision)),) if view is not None else (),
        is_folded=not tried.form,
    )
