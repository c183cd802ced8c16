"""The lives of applications and of permits. Figures are those of the kind (`permits.kinds`), else the law's.

Three tables of applications, one for each flow: a *permit* may be denied, a *filing* only registered or returned for
correction (优化营商环境条例 39 forbids a permit in disguise), a *refund* is paid out or not. What a co-signing organ says
stands in rows of its own: waiting for it is no state, and stops no promise.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from casework.roles import Role
from kit.workflow import Lifecycle, Limit, move


class State(StrEnum):
    """Where an application stands."""

    SUBMITTED = "submitted"
    CORRECTION_REQUESTED = "correction_requested"
    ACCEPTED = "accepted"
    SURVEY_SCHEDULED = "survey_scheduled"
    SURVEYED = "surveyed"
    GRANTED = "granted"
    DENIED = "denied"
    REGISTERED = "registered"
    APPROVED = "approved"
    PAID_OUT = "paid_out"
    DELIVERED = "delivered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class PermitState(StrEnum):
    """Where a granted permit stands. What ended may still have to be cleaned up: `restored` is the end of that."""

    IN_FORCE = "in_force"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    CANCELLED = "cancelled"
    REPLACED = "replaced"
    RESTORED = "restored"


class CoSignatureState(StrEnum):
    """Where a question to another organ stands. What it answered is no state: a refusal is an answer too."""

    ASKED = "asked"
    ANSWERED = "answered"
    PASSED_OVER = "passed_over"
    CLOSED = "closed"


class HearingState(StrEnum):
    """Where a hearing stands."""

    CALLED = "called"
    ARRANGED = "arranged"
    HELD = "held"
    CALLED_OFF = "called_off"


S, P, C, H = State, PermitState, CoSignatureState, HearingState
CLERKS = (Role.WINDOW_CLERK, Role.APPROVER, Role.HEAD)
DECIDERS = (Role.APPROVER, Role.HEAD)
APPLICANT = (Role.CITIZEN, Role.WINDOW_CLERK)
ACCEPT, CORRECT, DECIDE, DELIVER = (
    "permits.limits.accept",
    "permits.limits.correct",
    "permits.limits.decide",
    "permits.limits.deliver",
)
_IN_HAND = (S.ACCEPTED, S.SURVEY_SCHEDULED, S.SURVEYED)
_LIMITS: Mapping[str, Limit] = {
    S.SUBMITTED: Limit(working_days=5, basis=ACCEPT),  # 行政许可法 32: silence accepts from the day of filing
    S.CORRECTION_REQUESTED: Limit(working_days=20, basis=CORRECT),
    S.ACCEPTED: Limit(working_days=20, basis=DECIDE),  # 行政许可法 42
}
_TAKING_IN = (
    move("accept", S.SUBMITTED, S.ACCEPTED, by=[*CLERKS, Role.CLOCK]),
    move("request_correction", S.SUBMITTED, S.CORRECTION_REQUESTED, by=CLERKS, needs=("items",)),
    move("correct", S.CORRECTION_REQUESTED, S.SUBMITTED, by=APPLICANT),
    move("lapse", S.CORRECTION_REQUESTED, S.WITHDRAWN, by=[Role.CLOCK], needs=("ground",)),
)
_ASIDE = (
    move("pause", _IN_HAND, None, by=DECIDERS, needs=("reason", "basis")),
    move("resume", _IN_HAND, None, by=[*DECIDERS, Role.CLOCK]),
    move("explain_delay", _IN_HAND, None, by=DECIDERS, needs=("late_reason",)),
    # 行政许可法 42: once, by the head, before the limit ends.
    move("extend", _IN_HAND, None, by=[Role.HEAD], needs=("reason",)),
    move("assign", (S.SUBMITTED, *_IN_HAND), None, by=DECIDERS),
)
_HEARING = (
    # 行政许可法 36, 46 to 48. The parties have rows of their own, and so has the hearing (`HEARING`).
    move("tell_party", _IN_HAND, None, by=DECIDERS, needs=("name", "concern")),
    move("record_statement", _IN_HAND, None, by=CLERKS, needs=("answer",)),
    move("state", _IN_HAND, None, by=[Role.CITIZEN], needs=("answer",)),
    move("weigh_statement", _IN_HAND, None, by=DECIDERS, needs=("outcome", "reason")),
    move("call_hearing", _IN_HAND, None, by=DECIDERS, needs=("basis",)),
    move("arrange_hearing", _IN_HAND, None, by=DECIDERS, needs=("place",)),
    move("decide_objection", _IN_HAND, None, by=[Role.HEAD], needs=("reason",)),
    move("record_hearing", _IN_HAND, None, by=DECIDERS, needs=("record",)),
    move("call_off_hearing", _IN_HAND, None, by=DECIDERS, needs=("reason",)),
)
_WITHDRAW = move(
    "withdraw", (S.SUBMITTED, S.CORRECTION_REQUESTED, *_IN_HAND), S.WITHDRAWN, by=APPLICANT, needs=("ground",)
)
_SURVEYING = (
    move("schedule_survey", S.ACCEPTED, S.SURVEY_SCHEDULED, by=[*DECIDERS, Role.DISPATCHER]),
    move("reschedule_survey", S.SURVEY_SCHEDULED, None, by=[*DECIDERS, Role.DISPATCHER, Role.SURVEY_OFFICER]),
    move("record_survey", S.SURVEY_SCHEDULED, S.SURVEYED, by=[Role.SURVEY_OFFICER], needs=("findings",)),
    move("survey_again", S.SURVEYED, S.ACCEPTED, by=DECIDERS, needs=("ground",)),
)

PERMIT_APPLICATION = Lifecycle(
    name="permit_application",
    initial=S.SUBMITTED,
    final={S.DELIVERED, S.REFUSED, S.WITHDRAWN},
    limits={
        **_LIMITS,
        S.SURVEY_SCHEDULED: Limit(working_days=20, basis=DECIDE),
        S.SURVEYED: Limit(working_days=20, basis=DECIDE),
        S.GRANTED: Limit(working_days=10, basis=DELIVER),  # 行政许可法 44
        S.DENIED: Limit(working_days=10, basis=DELIVER),
    },
    moves=(
        *_TAKING_IN,
        move("refuse", S.SUBMITTED, S.REFUSED, by=CLERKS, needs=("ground",)),
        *_SURVEYING,
        # Of a kind without a survey straight from acceptance: `casework.permits.deciding` looks.
        move("grant", (S.ACCEPTED, S.SURVEYED), S.GRANTED, by=DECIDERS),
        move("deny", (S.ACCEPTED, S.SURVEYED), S.DENIED, by=DECIDERS, needs=("ground",)),
        # 行政许可法 50: not decided when the old permit ends.
        move("renew_by_silence", _IN_HAND, S.GRANTED, by=[Role.CLOCK]),
        move("deliver", (S.GRANTED, S.DENIED), S.DELIVERED, by=[*CLERKS, Role.CLOCK], needs=("delivery",)),
        *_HEARING,
        *_ASIDE,
        _WITHDRAW,
    ),
)

FILING = Lifecycle(
    name="permit_filing",
    initial=S.SUBMITTED,
    final={S.REGISTERED, S.WITHDRAWN},
    limits={S.SUBMITTED: _LIMITS[S.SUBMITTED], S.CORRECTION_REQUESTED: _LIMITS[S.CORRECTION_REQUESTED]},
    moves=(
        move("register", S.SUBMITTED, S.REGISTERED, by=[*CLERKS, Role.CLOCK]),
        *_TAKING_IN[1:],
        move("assign", S.SUBMITTED, None, by=DECIDERS),
        move("withdraw", (S.SUBMITTED, S.CORRECTION_REQUESTED), S.WITHDRAWN, by=APPLICANT, needs=("ground",)),
    ),
)

REFUND = Lifecycle(
    name="permit_refund",
    initial=S.SUBMITTED,
    final={S.PAID_OUT, S.REFUSED, S.DELIVERED, S.WITHDRAWN},
    limits={
        **_LIMITS,
        S.SURVEY_SCHEDULED: Limit(working_days=20, basis=DECIDE),
        S.SURVEYED: Limit(working_days=20, basis=DECIDE),
        S.APPROVED: Limit(working_days=10, basis=DELIVER),
        S.DENIED: Limit(working_days=10, basis=DELIVER),
    },
    moves=(
        *_TAKING_IN,
        move("refuse", S.SUBMITTED, S.REFUSED, by=CLERKS, needs=("ground",)),
        *_SURVEYING,
        move("approve", (S.ACCEPTED, S.SURVEYED), S.APPROVED, by=DECIDERS),
        move("deny", (S.ACCEPTED, S.SURVEYED), S.DENIED, by=DECIDERS, needs=("ground",)),
        move("pay_out", S.APPROVED, S.PAID_OUT, by=CLERKS, needs=("paid_on", "amount")),
        move("deliver", S.DENIED, S.DELIVERED, by=[*CLERKS, Role.CLOCK], needs=("delivery",)),
        *_ASIDE,
        _WITHDRAW,
    ),
)

FLOWS: Mapping[str, Lifecycle] = {"permit": PERMIT_APPLICATION, "filing": FILING, "refund": REFUND}

# One that was replaced by another elsewhere leaves a place to clean up too.
_OVER = (P.EXPIRED, P.REPLACED, P.WITHDRAWN, P.REVOKED, P.CANCELLED)
PERMIT = Lifecycle(
    name="permit",
    initial=P.IN_FORCE,
    final={P.RESTORED},
    moves=(
        move("expire", P.IN_FORCE, P.EXPIRED, by=[Role.CLOCK]),
        move("replace", P.IN_FORCE, P.REPLACED, by=[*DECIDERS, Role.CLOCK]),
        # 撤回, for the public good: 行政许可法 8; 撤销, for what was wrong from the start: 69; 注销: 70.
        # Each only in one of the law's cases: `casework.permits.ending_rules`.
        move("withdraw", P.IN_FORCE, P.WITHDRAWN, by=[Role.HEAD], needs=("ground", "basis", "cause")),
        move("revoke", P.IN_FORCE, P.REVOKED, by=[Role.HEAD], needs=("ground", "basis", "cause")),
        move("cancel", P.IN_FORCE, P.CANCELLED, by=DECIDERS, needs=("ground", "basis", "cause")),
        # 行政许可法 7: heard before it is undone or taken back (`casework.permits.holder_heard`).
        move("tell_holder", P.IN_FORCE, None, by=DECIDERS, needs=("ground", "basis", "cause")),
        move("record_holder", P.IN_FORCE, None, by=CLERKS, needs=("answer",)),
        move("state", P.IN_FORCE, None, by=[Role.CITIZEN], needs=("answer",)),
        move("find", P.IN_FORCE, None, by=[Role.SURVEY_OFFICER], needs=("findings",)),
        move("find_dirty", _OVER, None, by=[Role.SURVEY_OFFICER], needs=("findings",)),
        move("confirm_restored", _OVER, P.RESTORED, by=[Role.SURVEY_OFFICER, Role.CLOCK]),
    ),
)
CO_SIGNATURE = Lifecycle(
    name="co_signature",
    initial=C.ASKED,
    final={C.PASSED_OVER, C.CLOSED},
    moves=(
        # An organ puts its answer right until the decision; clerks write down what came on paper.
        move("answer", (C.ASKED, C.ANSWERED), C.ANSWERED, by=[Role.CO_SIGNER, *CLERKS], needs=("opinion",)),
        move("pass_over", C.ASKED, C.PASSED_OVER, by=DECIDERS, needs=("reason",)),
        move("close", (C.ASKED, C.ANSWERED), C.CLOSED, by=[Role.CLOCK]),
    ),
)
HEARING = Lifecycle(
    name="permit_hearing",
    initial=H.CALLED,
    final={H.HELD, H.CALLED_OFF},
    moves=(
        move("arrange", (H.CALLED, H.ARRANGED), H.ARRANGED, by=DECIDERS, needs=("place",)),
        move("object", H.ARRANGED, H.CALLED, by=[Role.HEAD], needs=("reason",)),
        move("hold", H.ARRANGED, H.HELD, by=DECIDERS, needs=("record",)),
        move("call_off", (H.CALLED, H.ARRANGED), H.CALLED_OFF, by=[*DECIDERS, Role.CLOCK], needs=("reason",)),
    ),
)
OPEN_STATES = frozenset({S.SUBMITTED, S.CORRECTION_REQUESTED, *_IN_HAND})
"""The bureau or the applicant has still to act before there is an outcome."""
