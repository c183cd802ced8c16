"""The rows of rectification notices and of the consent to electronic delivery, for the table of all operations."""

from __future__ import annotations

from miniapp_api import rectification_routes as notices
from miniapp_api.operations import Given, Operation, Refusals
from miniapp_api.penalty_routes import PDF
from miniapp_api.penalty_table import CLAIMING
from miniapp_api.rectification_shapes import DeliveryConsentShown, RectificationRows, RectificationShown
from miniapp_api.rows import BINARY, row

_NONE: Refusals = ((404, "problem.penalty.not_found"),)
_BY_CODE: Refusals = (
    (404, "problem.penalty.does_not_fit"), (403, "problem.penalty.own_notice"), (429, "problem.login.slow_down"),
)  # fmt: skip

RECTIFICATIONS: tuple[Operation, ...] = (
    row("GET", "/rectification-notices", "rectification_notices", notices.list_notices,
        Given(content=RectificationRows), tag="rectifications"),
    row("POST", "/rectification-notices/claim", "claim_rectification_notice", notices.take_notice,
        Given(content=RectificationRows), tag="rectifications", pace=CLAIMING, takes=notices.NoticeClaim,
        refuses=(*_BY_CODE, (409, "problem.penalty.in_another_account"))),
    row("GET", "/rectification-notices/{reference}", "rectification_notice", notices.show_notice,
        Given(content=RectificationShown), tag="rectifications", refuses=_NONE),
    row("POST", "/rectification-notices/{reference}/report", "report_rectification", notices.make_report,
        Given(content=RectificationShown), tag="rectifications", takes=notices.RectificationReport,
        shown_by=notices.show_notice,
        refuses=(*_NONE, (403, "problem.penalty.own_notice"), (409, "problem.penalty.moved_on"),
                 (409, "problem.workflow.wrong_state"), (409, "problem.complaint.empty"),
                 (409, "problem.api.misconduct"), (409, "problem.upload.not_yours"))),
    row("GET", "/rectification-notices/{reference}/papers/{document_id}", "rectification_paper",
        notices.show_notice_paper, Given(schemas={PDF: BINARY}), tag="rectifications",
        refuses=(*_NONE, (404, "problem.document.not_found"), (500, "problem.document.mismatch"))),
    row("GET", "/delivery-consent", "delivery_consent", notices.show_consent,
        Given(content=DeliveryConsentShown), tag="rectifications"),
    row("POST", "/delivery-consent", "give_delivery_consent", notices.sign_consent,
        Given(content=DeliveryConsentShown), tag="rectifications", pace=CLAIMING, takes=notices.DeliveryConsentGiven,
        refuses=(*_BY_CODE, (409, "problem.complaint.empty"))),
    row("POST", "/delivery-consent/revoke", "revoke_delivery_consent", notices.take_consent_back,
        Given(content=DeliveryConsentShown), tag="rectifications"),
)  # fmt: skip
