"""The forms of a case: each field with what was typed, what is wrong, and what there is to choose from."""

from __future__ import annotations

from casework.complaints.filing import PHOTOS_AT_MOST
from casework.complaints.views import ComplaintDetail
from kit.clock import local
from kit.files.kinds import MAX_FILE_BYTES
from web.console.addresses import move_address
from web.console.case_screens import Act
from web.console.case_whereabouts import map_to_point_on
from web.console.door import ConsoleDoor
from web.console.forms import FORMS, Field, form_of
from web.console.offers import Offers
from web.console.screens import Ask, Fact
from web.console.submission import MEGABYTE, Typed


def act_for(
    door: ConsoleDoor,
    case: ComplaintDetail,
    name: str,
    offers: Offers,
    typed: Typed | None,
    *,
    is_open: bool,
    preset: str = "",
) -> Act:
    """The form of one move or side act. `preset` is the text its first field begins with."""
    form, text = form_of(name), door.words.text
    if form is None:
        raise LookupError(name)
    mine = typed if typed is not None and typed.move == name else None
    return Act(
        move=name,
        words=text(f"complaint.move.{name}" if name in FORMS else f"console.move.{name}.words"),
        button=text(f"console.move.{name}.button"),
        hint=text(f"console.move.{name}.hint"),
        action=move_address(case.view.reference, name),
        asks=tuple(
            _ask(door, case, field, offers, mine, preset) for field in form.fields if _is_shown(field, mine)
        ),
        open=is_open,
        grave=form.grave,
        key=mine.key if mine is not None and mine.key else door.db.ids.new().hex,
    )


def _is_shown(field: Field, typed: Typed | None) -> bool:
    if not field.when_asked:
        return True
    return typed is not None and (field.name in typed.texts or field.name in typed.wrong)


def _ask(
    door: ConsoleDoor, case: ComplaintDetail, field: Field, offers: Offers, typed: Typed | None, given: str
) -> Ask:
    text = door.words.text
    numbers = {"count": PHOTOS_AT_MOST, "megabytes": MAX_FILE_BYTES // MEGABYTE}
    other = case.elsewhere.subject if case.elsewhere is not None and field.when_elsewhere else None
    preset = {
        "category": case.view.category or case.suggested_category or "",
        # Who is no longer offered is not chosen either.
        "assignee": offers.officer
        if offers.officer in offers.values().get("assignees", ())
        else case.unit or "",
        "description": given,
        # Whose it seems to be is not typed off the page again.
        "reason": text(
            "console.suggestion.refusal",
            subject=other.name,
            body=other.responsible_body,
            phone=other.phone,
        )
        if other is not None
        else "",
        "responsible_body": other.responsible_body if other is not None else "",
    }
    return Ask(
        name=field.name,
        kind=field.kind,
        label=text(f"console.field.{field.name}"),
        optional=field.optional and not (field.kind == "photos" and _wants_photo(door, case)),
        help=text(f"console.help.{field.name}", **numbers) if field.help else "",
        typed=typed.texts.get(field.name, "") if typed is not None else preset.get(field.name, ""),
        wrong=typed.wrong.get(field.name, "") if typed is not None else "",
        at_most=field.at_most,
        too_large=text("console.form.photos_too_large", megabytes=field.at_most // MEGABYTE)
        if field.kind == "photos"
        else "",
        groups=offers.groups.get(field.offered, ()),
        templates=_templates(door, case, offers) if field.name == "answer" else (),
        map=map_to_point_on(door, case) if field.kind == "point" else "",
    )


def _wants_photo(door: ConsoleDoor, case: ComplaintDetail) -> bool:
    """Whether this category is not answered without a photo of the work done, and there is none yet."""
    found = door.desk.policy.categories.get(case.view.category or "")
    return found is not None and found.after_photos and all(one.stage != "after" for one in case.view.photos)


def _templates(door: ConsoleDoor, case: ComplaintDetail, offers: Offers) -> tuple[Fact, ...]:
    """Answers to begin from, filled in with what the case says; first what contractors reported."""
    view = case.view
    values = {
        "reference": view.reference,
        "category": view.category_name,
        "place": view.place_text,
        "unit": view.unit_name,
        "today": door.words.text("console.case.today", day=local(door.clock.now()).date().isoformat()),
    }
    reports = tuple(
        Fact(name=door.words.text("console.orders.panel.template", reference=reference), words=report)
        for reference, report in offers.reports
    )
    return reports + tuple(
        Fact(name=one.name, words=one.filled(**values)) for one in door.replies.for_category(view.category)
    )
