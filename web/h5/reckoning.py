"""What was promised, by when, and how that day was counted."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from casework.complaints.lifecycle import ANSWER, State
from casework.complaints.limits import add_up, limit_in, promised
from casework.complaints.views import ComplaintView
from casework.inquiries.lifecycle import INQUIRY
from casework.inquiries.lifecycle import State as TalkState
from casework.inquiries.views import InquiryView
from kit.calendar import Deadline
from kit.calendar.explain import explain
from kit.clock import local
from kit.workflow import Limit
from web.h5.case_screens import Reckoning, Standing
from web.h5.door import H5Door

TONES = {
    State.SUBMITTED: "brand",
    State.ACCEPTED: "brand",
    State.ASSIGNED: "brand",
    State.WAITING: "again",
    State.HANDLED: "brand",
    State.MERGED: "brand",
    State.SPLIT: "brand",
    State.REOPENED: "again",
    State.ANSWERED: "good",
}
TALK_TONES = {TalkState.SUBMITTED: "brand", TalkState.ANSWERED: "good"}
_MIDNIGHT = time(0, 0)


def standing_of(door: H5Door, view: ComplaintView) -> Standing:
    """Where a complaint stands, what is promised next, and the arithmetic of the promise."""
    text, is_answered = door.words.text, view.state is State.ANSWERED
    is_ours = view.state not in (State.ANSWERED, State.WAITING)
    state = text(f"complaint.state.{view.state}")
    tone = TONES.get(view.state, "")
    if view.due_at is None:
        return Standing(state=state, tone=tone)
    is_late = is_ours and view.due_at < door.clock.now()
    by = until(door, view.due_at)
    if is_answered:
        key = "dispute_by" if "dispute" in view.moves else "rate_by"
    else:
        key = "late" if is_late else f"due_{view.state}"
    reckoning = None
    policy = door.desk.policy
    limit = limit_in(view.state, view.category, policy, view.urgency)
    if view.limit_started_at is not None and limit is not None:
        extended = view.extended_by if limit.basis == ANSWER else 0
        found = add_up(limit, view.limit_started_at, door.desk.calendar, extended, view.paused_for)
        basis = promised(limit.basis, policy).basis
        reckoning = _reckoning(
            door,
            limit,
            view.limit_started_at,
            view.due_at,
            found.deadline,
            basis,
            (extended, view.paused_for),
        )
    promise = text(f"h5_case.promise.{key}", at=by, phone=door.bureau.phone)
    return Standing(state=state, tone=tone, promise=promise, is_late=is_late, reckoning=reckoning)


def talk_standing_of(door: H5Door, view: InquiryView) -> Standing:
    """The same of a message to the bureau."""
    text = door.words.text
    state, tone = text(view.state_key), TALK_TONES.get(view.state, "")
    promise = door.inquiries.promised(view.state, view.topic)
    if view.due_at is None or promise is None:
        return Standing(state=state, tone=tone)
    key = "late" if view.overdue else f"talk_{view.state}"
    words = text(f"h5_case.promise.{key}", at=until(door, view.due_at), phone=door.bureau.phone)
    found = door.inquiries.deadline(view.state, view.state_since_at, view.topic)
    limit = promise.limit(INQUIRY.limits[view.state].basis)
    reckoning = _reckoning(door, limit, view.state_since_at, view.due_at, found, promise.basis)
    return Standing(state=state, tone=tone, promise=words, is_late=view.overdue, reckoning=reckoning)


def until(door: H5Door, at: datetime) -> str:
    """A moment that ends something. Midnight belongs to the day that ends with it."""
    on = local(at)
    if on.time() != _MIDNIGHT:
        return door.words.moment(at)
    return door.words.text("h5_case.day_is_over", day=door.words.day(at - timedelta(microseconds=1)))


def _reckoning(
    door: H5Door,
    limit: Limit,
    began_at: datetime,
    due_at: datetime,
    found: Deadline | None,
    basis: str,
    more: tuple[int, int] = (0, 0),
) -> Reckoning | None:
    """None where it would not lead to the promised moment: the calendar or the figure changed since."""
    if found is None or found.at != due_at:
        return None
    words = door.words.text(
        f"h5_case.reckoning.{limit.unit}", amount=limit.amount, began=door.words.moment(began_at)
    )
    text = door.words.text
    for name, amount in zip(("extended", "paused"), more, strict=True):
        if amount:
            words += text(f"h5_case.reckoning.{name}", amount=amount, unit=text(f"h5_case.unit.{limit.unit}"))
    return Reckoning(words=words, days=tuple(explain(found, door.words.catalogue)), basis=basis)
