"""One case as a page: what is known, what has happened, what can be done next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from casework.complaints.filing import PHOTOS_AT_MOST
from casework.complaints.lifecycle import COMPLAINT
from casework.complaints.views import ComplaintDetail, TimelineEntry
from casework.notifications.queries import DeliveryLine
from casework.roles import Role
from kit.clock import local
from kit.files.kinds import MAX_FILE_BYTES
from web.console.addresses import list_address, move_address
from web.console.door import ConsoleDoor
from web.console.forms import FORMS, Field
from web.console.offers import Offers
from web.console.photos import Album
from web.console.screens import (
    Act,
    Addition,
    Ask,
    CasePage,
    Coordinates,
    Happening,
    Link,
    Note,
    Notice,
    Phone,
    Refusal,
    Reply,
    StageCountdown,
    Suggestion,
)
from web.console.submission import MEGABYTE, Typed
from web.console.visitor import Visitor


def moves_for(visitor: Visitor, case: ComplaintDetail) -> tuple[str, ...]:
    """The moves to offer: what the lifecycle allows, less what is another unit's to do. The usual ones first."""
    actor = visitor.actor
    own = case.assignee_id == actor.id or actor.works_for(case.unit)
    offered = [
        name
        for name in case.view.moves
        if name in FORMS and (own or set(COMPLAINT.find(name).by) & actor.roles != {Role.HANDLER})
    ]
    return tuple(sorted(offered, key=lambda name: FORMS[name].grave))


def case_page(
    door: ConsoleDoor,
    visitor: Visitor,
    case: ComplaintDetail,
    *,
    album: Album,
    offers: Offers,
    notices: Sequence[DeliveryLine],
    back: str,
    notes: tuple[Note, ...] = (),
    typed: Typed | None = None,
    phone: str = "",
) -> CasePage:
    """The page. `typed` is an attempt that did not succeed, `phone` a number just looked at."""
    view, words, now = case.view, door.words, door.clock.now()
    moves = moves_for(visitor, case)
    return CasePage(
        reference=view.reference,
        revision=str(view.revision),
        back=list_address(back),
        back_query=back,
        state=words.state(view.state),
        due=_due(door, case, now),
        category=view.category_name,
        suggestion=Suggestion(category=case.suggested_category_name, words=case.suggested_by)
        if case.suggested_category
        else None,
        source=words.text(f"complaint.source.{case.source}"),
        submitted=words.moment(view.submitted_at, now),
        story=view.story,
        photos=album.photos(view.reference, "before"),
        recordings=album.recordings(view.reference),
        additions=tuple(Addition(words=one.text, at=words.moment(one.at, now)) for one in view.additions),
        added_photos=album.photos(view.reference, "added"),
        refusal=Refusal(reason=view.refusal_reason, responsible_body=view.responsible_body or "")
        if view.refusal_reason
        else None,
        answer=Reply(
            words=view.answer,
            at=words.moment(view.answered_at, now) if view.answered_at else "",
            photos=album.photos(view.reference, "after"),
        )
        if view.answer
        else None,
        rating=words.text(
            "console.case.rating",
            score=words.text(f"complaint.score.{view.rating}"),
            comment=view.rating_comment or "",
        )
        if view.rating
        else "",
        dispute=view.dispute_reason or "",
        place=view.place_text,
        coordinates=_coordinates(case),
        phone=Phone(masked=case.masked_phone, action=move_address(view.reference, "phone"), clear=phone)
        if case.masked_phone
        else None,
        handler=" · ".join(name for name in (view.unit_name, case.assignee_name) if name)
        or words.text("console.case.nobody"),
        timeline=tuple(_happening(door, entry, view.answer, now) for entry in reversed(view.timeline)),
        notices=tuple(_notice(door, line, now) for line in notices),
        acts=tuple(
            _act(door, case, name, offers, typed, is_open=typed.move == name if typed else number == 0)
            for number, name in enumerate(moves)
        ),
        notes=notes,
        orphaned=tuple((words.text(f"console.field.{name}"), text) for name, text in typed.texts.items())
        if typed is not None and typed.move not in moves
        else (),
    )


def _due(door: ConsoleDoor, case: ComplaintDetail, now: datetime) -> StageCountdown | None:
    clock = door.words.countdown(case.view.state, case.view.due_at, now)
    if clock is None:
        return None
    return StageCountdown(
        words=clock.words,
        at=clock.at,
        tone=clock.tone,
        glyph=clock.glyph,
        stage=door.words.text(f"console.stage.{case.view.state.value}"),
    )


def _coordinates(case: ComplaintDetail) -> Coordinates | None:
    if case.position is None:
        return None
    where = f"{case.position.latitude:.6f},{case.position.longitude:.6f}"
    # The phone's own map application opens it; no map service learns of the case from a page of ours.
    return Coordinates(href=f"geo:{where}", words=where.replace(",", ", "))


def _happening(door: ConsoleDoor, entry: TimelineEntry, answer: str | None, now: datetime) -> Happening:
    return Happening(
        at=door.words.moment(entry.at, now),
        iso=local(entry.at).isoformat(timespec="seconds"),
        what=door.words.text(entry.key, **entry.params),
        # The answer in force has its own place on the page; an earlier one is only here.
        words=entry.note if entry.note != answer else "",
    )


def _notice(door: ConsoleDoor, line: DeliveryLine, now: datetime) -> Notice:
    return Notice(
        state=door.words.delivery_state(line.state),
        what=door.words.text(f"{line.template}.title"),
        at=door.words.moment(line.updated_at, now),
        why=door.words.text(line.reason_key) if line.reason_key else door.words.receipt(line.receipt),
    )


def _act(
    door: ConsoleDoor, case: ComplaintDetail, name: str, offers: Offers, typed: Typed | None, *, is_open: bool
) -> Act:
    form, text = FORMS[name], door.words.text
    mine = typed if typed is not None and typed.move == name else None
    return Act(
        move=name,
        words=text(f"complaint.move.{name}"),
        button=text(f"console.move.{name}.button"),
        hint=text(f"console.move.{name}.hint"),
        action=move_address(case.view.reference, name),
        asks=tuple(_ask(door, case, field, offers, mine) for field in form.fields),
        open=is_open,
        grave=form.grave,
    )


def _ask(door: ConsoleDoor, case: ComplaintDetail, field: Field, offers: Offers, typed: Typed | None) -> Ask:
    text = door.words.text
    numbers = {"count": PHOTOS_AT_MOST, "megabytes": MAX_FILE_BYTES // MEGABYTE}
    preset = {
        "category": case.view.category or case.suggested_category or "",
        "assignee": case.unit or "",
    }
    return Ask(
        name=field.name,
        kind=field.kind,
        label=text(f"console.field.{field.name}"),
        optional=field.optional,
        help=text(f"console.help.{field.name}", **numbers) if field.help else "",
        typed=typed.texts.get(field.name, "") if typed is not None else preset.get(field.name, ""),
        wrong=typed.wrong.get(field.name, "") if typed is not None else "",
        at_most=field.at_most,
        too_large=text("console.form.photos_too_large", megabytes=field.at_most // MEGABYTE)
        if field.kind == "photos"
        else "",
        groups=offers.groups.get(field.offered, ()),
    )


def done_note(door: ConsoleDoor, move: str, reference: str, back: str) -> Note:
    """What to say after a move."""
    words = door.words
    return Note(
        words=words.text(f"console.move.{move}.done", reference=reference),
        links=(Link(href=list_address(back), words=words.text("console.case.back")),),
    )
