"""The life of a penalty case, from the day its party is told what is intended. Figures are those of `penalties.limits`."""

from __future__ import annotations

from enum import StrEnum

from casework.roles import Role
from kit.workflow import Lifecycle, Limit, move


class CaseState(StrEnum):
    """Where a penalty case stands."""

    ISSUED = "issued"
    NOTIFIED = "notified"
    HEARING_ASKED = "hearing_asked"
    HEARING_APPOINTED = "hearing_appointed"
    PROPOSED = "proposed"
    DECIDED = "decided"
    SERVED = "served"
    DEMAND_MADE = "demand_made"
    DEMANDED = "demanded"
    CLOSED = "closed"
    NO_PENALTY = "no_penalty"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"
    ENFORCED = "enforced"


S = CaseState
OFFICERS = (Role.HANDLER, Role.HEAD)
PARTY = (Role.CITIZEN, *OFFICERS)
"""The party, or an officer who notes what came on paper or by mouth."""
HEARINGS = (S.HEARING_ASKED, S.HEARING_APPOINTED)
UNDECIDED = (S.ISSUED, S.NOTIFIED, *HEARINGS, S.PROPOSED)
OWING = (S.SERVED, S.DEMAND_MADE, S.DEMANDED)
"""The decision was received and is to be fulfilled."""

PENALTY = Lifecycle(
    name="penalty_case",
    initial=S.ISSUED,
    final={S.CLOSED, S.NO_PENALTY, S.REVOKED, S.WITHDRAWN, S.ENFORCED},
    limits={
        S.ISSUED: Limit(working_days=7, basis="penalties.limits.deliver"),
        S.NOTIFIED: Limit(natural_days=90, basis="penalties.limits.decide"),
        S.HEARING_ASKED: Limit(working_days=5, basis="penalties.limits.appoint"),
        S.HEARING_APPOINTED: Limit(working_days=3, basis="penalties.limits.record"),
        S.PROPOSED: Limit(natural_days=90, basis="penalties.limits.decide"),
        S.DECIDED: Limit(working_days=7, basis="penalties.limits.deliver"),
        S.SERVED: Limit(natural_days=15, basis="penalties.limits.pay"),
        S.DEMAND_MADE: Limit(working_days=7, basis="penalties.limits.deliver"),
        S.DEMANDED: Limit(working_days=10, basis="penalties.limits.demand"),
    },
    moves=(
        move("serve_notice", S.ISSUED, S.NOTIFIED, by=OFFICERS, needs=("delivery",)),
        # Whatever a party says before the decision is heard, in time or not: 行政处罚法 45, 62.
        # After a demand too: 行政强制法 36.
        move("state", (*UNDECIDED, S.DEMANDED), None, by=PARTY, needs=("words",)),
        move("waive", S.NOTIFIED, None, by=PARTY, needs=("words",)),
        move("ask_hearing", S.NOTIFIED, S.HEARING_ASKED, by=PARTY, needs=("words",)),
        move("drop_hearing", HEARINGS, S.NOTIFIED, by=PARTY),
        move("take_back", (*UNDECIDED, *OWING), None, by=PARTY),
        move("answer_statement", (*UNDECIDED, *OWING), None, by=OFFICERS, needs=("words",)),
        move("appoint_hearing", HEARINGS, S.HEARING_APPOINTED, by=OFFICERS, needs=("place",)),
        move("record_hearing", S.HEARING_APPOINTED, S.NOTIFIED, by=OFFICERS, needs=("words",)),
        move("propose", S.NOTIFIED, S.PROPOSED, by=OFFICERS, needs=("words",)),
        move("review", S.PROPOSED, None, by=[Role.LEGAL_REVIEWER], needs=("words",)),
        move("send_back", S.PROPOSED, S.NOTIFIED, by=[Role.HEAD, Role.LEGAL_REVIEWER], needs=("words",)),
        # The head decides (行政处罚法 57), never who drafted it.
        move("decide", S.PROPOSED, S.DECIDED, by=[Role.HEAD]),
        move("serve_decision", S.DECIDED, S.SERVED, by=OFFICERS, needs=("delivery",)),
        move("serve_no_penalty", S.DECIDED, S.NO_PENALTY, by=OFFICERS, needs=("delivery",)),
        move("ask_terms", OWING, None, by=PARTY, needs=("words",)),
        move("answer_terms", OWING, None, by=[Role.HEAD], needs=("words",)),
        move("pay", OWING, None, by=OFFICERS, needs=("receipt",)),
        move("order_late_fine", S.SERVED, None, by=[Role.HEAD], needs=("words",)),
        move("demand", S.SERVED, S.DEMAND_MADE, by=[Role.HEAD]),
        move("serve_demand", S.DEMAND_MADE, S.DEMANDED, by=OFFICERS, needs=("delivery",)),
        move("recall_demand", (S.DEMAND_MADE, S.DEMANDED), S.SERVED, by=[Role.HEAD], needs=("words",)),
        move("close", OWING, S.CLOSED, by=OFFICERS, needs=("words",)),
        # Only after a demand: 行政强制法 54.
        move("enforce", S.DEMANDED, S.ENFORCED, by=[Role.HEAD], needs=("words",)),
        move("revoke", (S.DECIDED, *OWING), S.REVOKED, by=[Role.HEAD], needs=("words",)),
        move("withdraw", UNDECIDED, S.WITHDRAWN, by=[Role.HEAD], needs=("words",)),
        move("renew_code", (*UNDECIDED, S.DECIDED, *OWING), None, by=OFFICERS),
    ),
)
