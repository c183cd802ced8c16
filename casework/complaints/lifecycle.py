"""The life of a complaint, on one screen.

The figures here are the shipped ones; the bureau profile's section `complaints.limits` (and a category's
own limits by urgency) replaces them, see `limits.py`. The limit for an answer runs from acceptance and
does not start again when the case is assigned, sent elsewhere or handed back; it stands still while the bureau waits
for the citizen, and it is put off once at most. A citizen who is satisfied closes the case by saying so; one who is
not leaves it open, so that there is still time to dispute the answer. A case is handled once more once in all, by
`dispute` before it is closed or by `redo` after. From when a citizen may remind, `reminding.py` says.
"""

from __future__ import annotations

from enum import StrEnum

from casework.roles import Role
from kit.workflow import Lifecycle, Limit, move


class State(StrEnum):
    """Where a complaint stands. `waiting` for the citizen's word; `handled`: done, as the unit says, and not verified."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    ASSIGNED = "assigned"
    WAITING = "waiting"
    HANDLED = "handled"
    ANSWERED = "answered"
    REOPENED = "reopened"
    MERGED = "merged"
    SPLIT = "split"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    ARCHIVED = "archived"


S = State
ACCEPT = "complaints.limits.accept"
ANSWER = "complaints.limits.answer"
WAIT = "complaints.limits.wait"
CLOSE = "complaints.limits.close"
ARCHIVE = "complaints.limits.archive"

IN_HAND = (S.ACCEPTED, S.ASSIGNED, S.REOPENED)
NOT_ANSWERED = (S.SUBMITTED, *IN_HAND, S.WAITING, S.HANDLED)
LEADERS = (Role.DISPATCHER, Role.HEAD)

COMPLAINT = Lifecycle(
    name="complaint",
    initial=S.SUBMITTED,
    final={S.REFUSED, S.WITHDRAWN, S.ARCHIVED},
    limits={
        S.SUBMITTED: Limit(working_days=1, basis=ACCEPT),
        S.ACCEPTED: Limit(working_days=5, basis=ANSWER),
        S.ASSIGNED: Limit(working_days=5, basis=ANSWER),
        S.HANDLED: Limit(working_days=5, basis=ANSWER),
        S.REOPENED: Limit(working_days=5, basis=ANSWER),
        S.MERGED: Limit(working_days=5, basis=ANSWER),
        S.WAITING: Limit(natural_days=5, basis=WAIT),
        S.ANSWERED: Limit(natural_days=10, basis=CLOSE),
        S.CLOSED: Limit(natural_days=30, basis=ARCHIVE),
    },
    moves=(
        move("accept", S.SUBMITTED, S.ACCEPTED, by=[Role.DISPATCHER]),
        move("refuse", S.SUBMITTED, S.REFUSED, by=[Role.DISPATCHER], needs=("reason", "responsible_body")),
        move("reclassify", [S.SUBMITTED, *IN_HAND], None, by=[Role.DISPATCHER]),
        move("assign", [S.ACCEPTED, S.REOPENED], S.ASSIGNED, by=[Role.DISPATCHER]),
        move("refer", S.ASSIGNED, S.ASSIGNED, by=LEADERS, needs=("reason",)),
        move("hand_back", S.ASSIGNED, S.ACCEPTED, by=[Role.HANDLER], needs=("ground",)),
        move("ask", S.ASSIGNED, S.WAITING, by=[Role.HANDLER], needs=("question",)),
        move("resume", S.WAITING, S.ASSIGNED, by=[Role.CITIZEN, Role.HANDLER, Role.DISPATCHER, Role.CLOCK]),
        move("extend", IN_HAND, None, by=[Role.HEAD], needs=("reason",), at_most=1),
        move("supervise", NOT_ANSWERED, None, by=[Role.HEAD], needs=("instruction",)),
        move("remind", NOT_ANSWERED, None, by=[Role.CITIZEN, Role.DISPATCHER, Role.WINDOW_CLERK]),
        move("answer", S.ASSIGNED, S.ANSWERED, by=[Role.HANDLER], needs=("answer",)),
        move("report_handled", S.ASSIGNED, S.HANDLED, by=[Role.HANDLER], needs=("answer",)),
        move("verify", S.HANDLED, S.ANSWERED, by=[*LEADERS, Role.GRID_OFFICER]),
        move("send_back", S.HANDLED, S.ASSIGNED, by=[*LEADERS, Role.GRID_OFFICER], needs=("ground",)),
        move(
            "close_on_spot", S.SUBMITTED, S.CLOSED, by=[Role.GRID_OFFICER, Role.VOLUNTEER], needs=("answer",)
        ),
        move("rate", S.ANSWERED, S.CLOSED, by=[Role.CITIZEN], needs=("score",)),
        move("rate_unsatisfied", S.ANSWERED, S.ANSWERED, by=[Role.CITIZEN], needs=("score",)),
        move("dispute", S.ANSWERED, S.REOPENED, by=[Role.CITIZEN], needs=("reason",), at_most=1),
        move("close", S.ANSWERED, S.CLOSED, by=[*LEADERS, Role.CLOCK]),
        move("redo", S.CLOSED, S.REOPENED, by=[*LEADERS, Role.WINDOW_CLERK], needs=("reason",), at_most=1),
        move("archive", S.CLOSED, S.ARCHIVED, by=[Role.CLOCK]),
        move("merge", [S.SUBMITTED, *IN_HAND], S.MERGED, by=[Role.DISPATCHER], needs=("lead",)),
        move("unmerge", S.MERGED, S.ACCEPTED, by=LEADERS, needs=("reason",)),
        move("answer_with_lead", S.MERGED, S.ANSWERED, by=[Role.CLOCK], needs=("answer",)),
        move("split", IN_HAND, S.SPLIT, by=[Role.DISPATCHER], needs=("parts",)),
        move("close_with_parts", S.SPLIT, S.CLOSED, by=[Role.CLOCK]),
        move(
            "withdraw",
            [*NOT_ANSWERED, S.MERGED, S.SPLIT],
            S.WITHDRAWN,
            by=[Role.CITIZEN, Role.WINDOW_CLERK],
        ),
    ),
)

ENDED_STATES = frozenset({S.REFUSED, S.WITHDRAWN, S.CLOSED, S.ARCHIVED})
"""The bureau is through with it: nothing is promised any more, though a closed case can still be handled once more."""
OPEN_STATES = frozenset(State) - ENDED_STATES
CLOCKED_STATES = frozenset({S.SUBMITTED, *IN_HAND, S.HANDLED})
"""The time that runs is the bureau's: in `waiting`, `answered` and `closed` it is the citizen's, of a merged case the other one is watched."""
