"""The life of a complaint, on one screen.

The figures here are the shipped ones; the bureau profile's section `complaints.limits` (and a category's
own `answer_working_days`) replaces them, see `limits.py`. The limit for an answer runs from acceptance and
does not start again when the case is assigned or handed back. A citizen who is satisfied closes the case
by saying so; one who is not leaves it open, so that there is still time to dispute the answer.
"""

from __future__ import annotations

from enum import StrEnum

from casework.roles import Role
from kit.workflow import Lifecycle, Limit, move


class State(StrEnum):
    """Where a complaint stands."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    ASSIGNED = "assigned"
    ANSWERED = "answered"
    REOPENED = "reopened"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


S = State
ACCEPT = "complaints.limits.accept"
ANSWER = "complaints.limits.answer"
CLOSE = "complaints.limits.close"

COMPLAINT = Lifecycle(
    name="complaint",
    initial=S.SUBMITTED,
    final={S.REFUSED, S.WITHDRAWN, S.CLOSED},
    limits={
        S.SUBMITTED: Limit(working_days=1, basis=ACCEPT),
        S.ACCEPTED: Limit(working_days=5, basis=ANSWER),
        S.ASSIGNED: Limit(working_days=5, basis=ANSWER),
        S.REOPENED: Limit(working_days=5, basis=ANSWER),
        S.ANSWERED: Limit(natural_days=10, basis=CLOSE),
    },
    moves=(
        move("accept", S.SUBMITTED, S.ACCEPTED, by=[Role.DISPATCHER]),
        move("refuse", S.SUBMITTED, S.REFUSED, by=[Role.DISPATCHER], needs=("reason", "responsible_body")),
        move("assign", [S.ACCEPTED, S.REOPENED], S.ASSIGNED, by=[Role.DISPATCHER]),
        move("hand_back", S.ASSIGNED, S.ACCEPTED, by=[Role.HANDLER], needs=("ground",)),
        move("answer", S.ASSIGNED, S.ANSWERED, by=[Role.HANDLER], needs=("answer",)),
        move("rate", S.ANSWERED, S.CLOSED, by=[Role.CITIZEN], needs=("score",)),
        move("rate_unsatisfied", S.ANSWERED, S.ANSWERED, by=[Role.CITIZEN], needs=("score",)),
        move("dispute", S.ANSWERED, S.REOPENED, by=[Role.CITIZEN], needs=("reason",), at_most=1),
        move("close", S.ANSWERED, S.CLOSED, by=[Role.HANDLER, Role.CLOCK]),
        move("withdraw", [S.SUBMITTED, S.ACCEPTED, S.ASSIGNED, S.REOPENED], S.WITHDRAWN, by=[Role.CITIZEN]),
    ),
)

OPEN_STATES = frozenset(State) - {S.REFUSED, S.WITHDRAWN, S.CLOSED}
