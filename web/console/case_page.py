"""One case as a page: what is known, what has happened, what can be done next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from casework.complaints.lifecycle import ANSWER, COMPLAINT, OPEN_STATES, State
from casework.complaints.limits import add_up, limit_in
from casework.complaints.notes import NoteView
from casework.complaints.releasing import ReleaseView, marked
from casework.complaints.revealing import Person
from casework.complaints.views import ComplaintDetail, TimelineEntry
from casework.notifications.queries import DeliveryLine
from casework.permissions import Operation
from casework.roles import Role
from kit.calendar.explain import explain
from kit.clock import local
from nlp.personal import masked
from web.console.addresses import CORRECT, list_address, move_address
from web.console.case_acts import act_for
from web.console.case_screens import (
    Act,
    Addition,
    CasePage,
    Happening,
    Internal,
    Notice,
    Phone,
    Public,
    Refusal,
    Reply,
    StageCountdown,
    Unmasking,
    Written,
)
from web.console.case_suggestion import suggestion_of
from web.console.case_whereabouts import whereabouts_of
from web.console.door import ConsoleDoor
from web.console.forms import FORMS, SIDE_FORMS
from web.console.offers import Offers
from web.console.photos import Album
from web.console.queue_lines import marks_of
from web.console.screens import Chip, Link, Note
from web.console.submission import Typed, to_copy
from web.console.visitor import Visitor


@dataclass(frozen=True, kw_only=True)
class Around:
    """What stands around a case on its page: pictures, lists to choose from, notices, notes, what the public sees.

    `suggested` is where a clerk may start from who words it for the public.
    """

    album: Album
    offers: Offers
    notices: Sequence[DeliveryLine] = ()
    internal: Sequence[NoteView] = ()
    release: ReleaseView | None = None
    suggested: str = ""


def moves_for(visitor: Visitor, case: ComplaintDetail) -> tuple[str, ...]:
    """The moves to offer: what the lifecycle allows, less what is another unit's to do. The usual ones first."""
    actor = visitor.actor
    own = actor.is_for(case.assignee_id) or actor.holds(Role.HANDLER, case.unit)
    # Either the citizen is answered at once, or somebody verifies first.
    left_out = "answer" if case.verified_first else "report_handled"
    offered = [
        name
        for name in case.view.moves
        if name in FORMS
        and name != left_out
        and (name != "close_on_spot" or case.filed_by_id == actor.id)
        and (own or set(COMPLAINT.find(name).by) & actor.roles != {Role.HANDLER})
    ]
    usual = list(FORMS)
    return tuple(sorted(offered, key=lambda name: (FORMS[name].grave, usual.index(name))))


def sides_for(visitor: Visitor, case: ComplaintDetail) -> tuple[str, ...]:
    """The acts beside the moves that this visitor has on this case."""
    is_open = case.view.state in OPEN_STATES
    return tuple(
        name for name, form in SIDE_FORMS.items() if visitor.may(form.may) and (is_open or name != "update")
    )


def case_page(
    door: ConsoleDoor,
    visitor: Visitor,
    case: ComplaintDetail,
    around: Around,
    *,
    back: str,
    notes: tuple[Note, ...] = (),
    typed: Typed | None = None,
    person: Person | None = None,
    is_clear: bool = False,
) -> CasePage:
    """The page. `typed` is an attempt that did not succeed, `person` who filed it, just looked at; `is_clear`: the
    words are shown as they were written, which was audited.
    """
    view, words, now, album = case.view, door.words, door.clock.now(), around.album
    moves, sides = moves_for(visitor, case), sides_for(visitor, case)
    knows_citizen = visitor.may(Operation.SEE_CITIZEN)

    def told(said: str | None) -> str:
        """Words about the matter, without what leads to a person but for who has just asked to see it."""
        return (said or "") if is_clear else masked(said or "", case.known_names)

    def noted(entry: TimelineEntry) -> str:
        """What a colleague wrote is read as it is by whoever knows the citizen."""
        return entry.note if knows_citizen and entry.actor_kind == "staff" else told(entry.note)

    def act(name: str, *, is_open: bool = False, preset: str = "") -> Act:
        return act_for(door, case, name, around.offers, typed, is_open=is_open, preset=preset)

    return CasePage(
        reference=view.reference,
        revision=str(view.revision),
        back=list_address(back),
        back_query=back,
        state=words.state(view.state),
        marks=_marks(door, case),
        due=_due(door, case, now),
        category=view.category_name,
        suggestion=suggestion_of(door, case, told),
        source=words.text(f"complaint.source.{case.source}"),
        submitted=words.moment(view.submitted_at, now),
        story=told(view.story),
        particulars=tuple((one.question, told(one.answer)) for one in view.particulars),
        photos=album.photos(view.reference, "before"),
        recordings=album.recordings(view.reference, visitor.may(Operation.SEE_RECORDINGS))
        if knows_citizen
        else (),
        additions=tuple(
            Addition(words=told(one.text), at=words.moment(one.at, now)) for one in view.additions
        ),
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
        work_photos=() if view.answer else album.photos(view.reference, "after"),
        rating=words.text(
            "console.case.rating",
            score=words.text(f"complaint.score.{view.rating}"),
            comment=told(view.rating_comment),
        )
        if view.rating
        else "",
        dispute=told(view.dispute_reason),
        place=view.place_text,
        coordinates=whereabouts_of(door, case),
        phone=_phone(visitor, case, person) if knows_citizen else None,
        unmasking=_unmasking(visitor, case, is_clear),
        shows_citizen=knows_citizen,
        handler=" · ".join(name for name in (view.unit_name, case.assignee_name) if name)
        or words.text("console.case.nobody"),
        stands_in=words.text("console.case.stands_in", name=case.assignee_name)
        if case.assignee_id in visitor.actor.for_ids
        else "",
        reckoning=_reckoning(door, case),
        timeline=tuple(_happening(door, entry, view.answer, now, noted) for entry in reversed(view.timeline)),
        notices=tuple(_notice(door, line, now) for line in around.notices) if knows_citizen else (),
        acts=tuple(
            act(name, is_open=typed.move == name if typed else number == 0)
            for number, name in enumerate(moves)
        ),
        told=act("update", is_open=typed is not None and typed.move == "update")
        if "update" in sides
        else None,
        internal=Internal(
            notes=tuple(
                Written(
                    by=one.by,
                    at=words.moment(one.at, now),
                    iso=local(one.at).isoformat(timespec="seconds"),
                    words=one.text,
                )
                for one in around.internal
            ),
            act=act("note") if "note" in sides else None,
        ),
        public=_public(door, around, act, typed, now, view.story, case.known_names)
        if "release" in sides
        else None,
        chain=f"/console/audit?find={view.reference}" if visitor.may(Operation.SEE_AUDIT) else "",
        notes=notes,
        orphaned=to_copy(typed.texts, words)
        if typed is not None and typed.move not in (*moves, *sides)
        else (),
    )


def _marks(door: ConsoleDoor, case: ComplaintDetail) -> tuple[Chip, ...]:
    """What makes an open case pressing, as its line in the list says it."""
    if case.view.state not in OPEN_STATES:
        return ()
    return marks_of(
        door.words,
        case.view.urgency,
        supervised=case.is_supervised,
        disputed=case.times_disputed > 0,
        times_reminded=case.times_reminded,
    )


def _phone(visitor: Visitor, case: ComplaintDetail, person: Person | None) -> Phone | None:
    reference = case.view.reference
    may_correct = visitor.may(Operation.CORRECT_PERSONAL_DATA) and case.anonymised_at is None
    correct = f"{CORRECT}/{reference}" if may_correct else ""
    known = case.masked_phone or case.masked_name
    return Phone(
        masked=case.masked_phone or "",
        action=move_address(reference, "phone") if known and visitor.may(Operation.SEE_PHONE) else "",
        clear=person.phone if person is not None else "",
        name=case.masked_name or "",
        clear_name=person.name if person is not None else "",
        correct=correct,
    )


def _unmasking(visitor: Visitor, case: ComplaintDetail, is_clear: bool) -> Unmasking | None:
    """Only where something is masked, and for whoever may see it."""
    view = case.view
    said = (
        view.story,
        view.dispute_reason or "",
        view.rating_comment or "",
        *(one.text for one in view.additions),
        *(one.answer for one in view.particulars),
    )
    hidden = any(masked(one, case.known_names) != one for one in said)
    if not hidden or not visitor.may(Operation.SEE_PHONE):
        return None
    return Unmasking(action=move_address(view.reference, "story"), is_clear=is_clear)


def _public(
    door: ConsoleDoor,
    around: Around,
    act: Callable[..., Act],
    typed: Typed | None,
    now: datetime,
    said: str,
    names: tuple[str, ...],
) -> Public:
    held = around.release
    is_open = typed is not None and typed.move == "release"
    return Public(
        shown=held.description if held is not None else "",
        place=held.place_text if held is not None else "",
        since=door.words.moment(held.released_at, now) if held is not None else "",
        release=act(
            "release", is_open=is_open, preset=held.description if held is not None else around.suggested
        ),
        withdraw=act("withdraw_release") if held is not None else None,
        marked=tuple(
            (masked(words, names), door.words.text(f"privacy.kind.{kind.value}"))
            for words, kind in marked(said)
        ),
    )


def _reckoning(door: ConsoleDoor, case: ComplaintDetail) -> tuple[str, ...]:
    """How the limit in force came about, day by day."""
    view = case.view
    if view.limit_started_at is None or view.due_at is None:
        return ()
    policy, calendar = door.desk.policy, door.desk.calendar
    limit = limit_in(view.state, view.category, policy, view.urgency)
    if limit is None:
        return ()
    found = add_up(
        limit,
        view.limit_started_at,
        calendar,
        view.extended_by if limit.basis == ANSWER else 0,
        view.paused_for,
        view.external_due_at,
    )
    text, now = door.words.text, door.clock.now()
    stands = [text("console.case.reckoned.stands", at=door.words.moment(view.limit_started_at, now))]
    more = [
        *(stands if view.state is State.WAITING else ()),
        *(
            text(f"console.case.reckoned.{name}", amount=amount, unit=text(f"console.case.unit.{limit.unit}"))
            for name, amount in (("extended", found.extended_by), ("paused", found.paused_for))
            if amount
        ),
    ]
    if view.external_due_at is not None and found.due_at == view.external_due_at:
        more.append(text("console.case.reckoned.external", at=door.words.end(found.due_at, now)))
    return (*more, *explain(found.deadline, door.words.catalogue))


def _due(door: ConsoleDoor, case: ComplaintDetail, now: datetime) -> StageCountdown | None:
    clock = door.words.countdown(case.view.state, case.view.due_at, now)
    if clock is None:
        return None
    return StageCountdown(
        words=clock.words,
        at=clock.at,
        tone=clock.tone,
        glyph=clock.glyph,
        iso=clock.iso,
        stage=door.words.text(f"console.stage.{case.view.state.value}"),
    )


def _happening(
    door: ConsoleDoor,
    entry: TimelineEntry,
    answer: str | None,
    now: datetime,
    noted: Callable[[TimelineEntry], str],
) -> Happening:
    params = dict(entry.params)
    if entry.principal_name:
        params["actor"] = door.words.text(
            "console.case.for_colleague", actor=entry.actor_name, name=entry.principal_name
        )
    return Happening(
        at=door.words.moment(entry.at, now),
        iso=local(entry.at).isoformat(timespec="seconds"),
        what=door.words.text(entry.key, **params),
        # The answer in force has its own place on the page; an earlier one is only here.
        words=noted(entry) if entry.note != answer else "",
    )


def _notice(door: ConsoleDoor, line: DeliveryLine, now: datetime) -> Notice:
    return Notice(
        state=door.words.delivery_state(line.state),
        what=door.words.text(f"{line.template}.title"),
        at=door.words.moment(line.updated_at, now),
        why=door.words.text(line.reason_key) if line.reason_key else door.words.receipt(line.receipt),
    )


def done_note(door: ConsoleDoor, move: str, reference: str, back: str) -> Note:
    """What to say after a move."""
    words = door.words
    return Note(
        words=words.text(f"console.move.{move}.done", reference=reference),
        links=(Link(href=list_address(back), words=words.text("console.case.back")),),
    )
