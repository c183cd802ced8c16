"""The life of an inquiry, on one screen: a message to a person in the bureau and the answers to it.

The figures here are the shipped ones; the bureau profile's section `inquiries.limits` replaces them. Words
added before an answer do not put the answer off; words after one begin a new wait.
"""

from __future__ import annotations

from enum import StrEnum

from casework.roles import Role
from kit.workflow import Lifecycle, Limit, move


class State(StrEnum):
    """Where an inquiry stands."""

    SUBMITTED = "submitted"
    ANSWERED = "answered"
    CLOSED = "closed"


S = State
CLERKS = (Role.DISPATCHER, Role.HANDLER, Role.WINDOW_CLERK)
ANSWER = "inquiries.limits.answer"
CLOSE = "inquiries.limits.close"

INQUIRY = Lifecycle(
    name="inquiry",
    initial=S.SUBMITTED,
    final={S.CLOSED},
    limits={
        S.SUBMITTED: Limit(working_days=1, basis=ANSWER),
        S.ANSWERED: Limit(natural_days=7, basis=CLOSE),
    },
    moves=(
        move("answer", [S.SUBMITTED, S.ANSWERED], S.ANSWERED, by=CLERKS, needs=("answer",)),
        move("write_more", [S.SUBMITTED, S.ANSWERED], S.SUBMITTED, by=[Role.CITIZEN], needs=("text",)),
        move("withdraw", S.SUBMITTED, S.CLOSED, by=[Role.CITIZEN]),
        move("close", S.ANSWERED, S.CLOSED, by=[Role.CITIZEN, *CLERKS, Role.CLOCK]),
    ),
)

OPEN_STATES = frozenset(State) - {S.CLOSED}
