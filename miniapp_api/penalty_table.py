"""The rows of penalty cases, for the table of all operations."""

from __future__ import annotations

from miniapp_api import penalty_routes as penalties
from miniapp_api.operations import Given, Operation, Pace, Refusals
from miniapp_api.penalty_shapes import PenaltyCaseRows, PenaltyCaseShown
from miniapp_api.rows import BINARY, row

CLAIMING = Pace("api-penalty-claim", 6)
"""As often as a code is misread."""
_NONE: Refusals = ((404, "problem.penalty_case.not_found"),)
_MOVED: Refusals = (
    *_NONE, (409, "problem.penalty_case.moved_on"), (409, "problem.workflow.wrong_state"),
)  # fmt: skip
_ASKING: Refusals = (
    (409, "problem.complaint.empty"), (409, "problem.api.misconduct"), (409, "problem.upload.not_yours"),
    (409, "problem.penalty_case.no_hearing"), (409, "problem.penalty_case.hearing_too_late"),
    (409, "problem.penalty_case.was_heard"), (409, "problem.penalty_case.waived"),
    (409, "problem.penalty_case.nothing_owed"), (409, "problem.penalty_case.terms_open"),
    (409, "problem.penalty_case.parts"), (409, "problem.penalty_case.delay_until"),
    (409, "problem.penalty_case.plan_days"), (409, "problem.penalty_case.plan_sum"),
)  # fmt: skip

PENALTIES: tuple[Operation, ...] = (
    row("GET", "/penalty-cases", "penalty_cases", penalties.list_cases, Given(content=PenaltyCaseRows),
        tag="penalties"),
    row("POST", "/penalty-cases/claim", "claim_penalty_cases", penalties.take_cases,
        Given(content=PenaltyCaseRows), tag="penalties", pace=CLAIMING, takes=penalties.PenaltyClaim,
        refuses=((404, "problem.penalty.does_not_fit"), (409, "problem.penalty_case.in_another_account"),
                 (429, "problem.login.slow_down"))),
    row("GET", "/penalty-cases/{reference}", "penalty_case", penalties.show_case,
        Given(content=PenaltyCaseShown), tag="penalties", refuses=_NONE),
    row("POST", "/penalty-cases/{reference}/requests", "make_penalty_request", penalties.make_request,
        Given(content=PenaltyCaseShown), tag="penalties", takes=penalties.PartyRequestMade, has_act=True,
        shown_by=penalties.show_case, refuses=(*_MOVED, *_ASKING)),
    row("POST", "/penalty-cases/{reference}/requests/{request_id}/withdraw", "withdraw_penalty_request",
        penalties.take_back, Given(content=PenaltyCaseShown), tag="penalties",
        refuses=(*_MOVED, (404, "problem.penalty_case.no_request"), (409, "problem.penalty_case.answered"))),
    row("GET", "/penalty-cases/{reference}/papers/{document_id}", "penalty_paper", penalties.show_paper,
        Given(schemas={penalties.PDF: BINARY}), tag="penalties",
        refuses=(*_NONE, (404, "problem.document.not_found"), (500, "problem.document.mismatch"))),
)  # fmt: skip
