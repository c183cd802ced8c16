"""The rows of permits, for the table of all operations."""

from __future__ import annotations

from miniapp_api import permit_check_routes as checks
from miniapp_api import permit_draft_routes as drafts
from miniapp_api import permit_heard_routes as heard
from miniapp_api import permit_identity_routes as identity
from miniapp_api import permit_kind_routes as kinds
from miniapp_api import permit_routes as permits
from miniapp_api import permit_window_routes as window
from miniapp_api.operations import FILING_PACE, Given, Operation, Pace, Refusals, Who
from miniapp_api.permit_shapes import EPermit, PermitApplied, PermitPage
from miniapp_api.rows import BINARY, LOCATION, row

CHECKING = Pace("api-permit-check", 60)
"""As often as anybody leaves a field, too seldom to look through a town for who has what."""
HANDING_OVER = Pace("api-permit-handover", 4)
"""A code for the window: as often as one is misread."""
IDENTIFYING = Pace("api-identity", 6)
"""Each costs a call to the login."""
_KINDS: Refusals = ((404, "problem.permit.kind_unknown"),)
_NONE: Refusals = ((404, "problem.permit.not_found"),)
_NO_DRAFT: Refusals = ((404, "problem.permit.draft_not_found"), (410, "problem.permit.kind_gone"))
_MOVED: Refusals = (
    *_NONE, (409, "problem.permit.moved_on"), (409, "problem.workflow.wrong_state"),
)  # fmt: skip
_WORDS: Refusals = ((409, "problem.complaint.empty"), (409, "problem.api.misconduct"))
_FORM: Refusals = (
    (409, "problem.permit.form.questions_open"), (409, "problem.permit.form.missing"),
    (409, "problem.permit.form.choice"), (409, "problem.permit.form.number"),
    (409, "problem.permit.form.not_positive"), (409, "problem.permit.form.too_small"),
    (409, "problem.permit.form.too_large"), (409, "problem.permit.form.time_span"),
    (409, "problem.permit.form.ends_before"), (409, "problem.permit.form.begins_before_now"),
    (409, "problem.permit.form.uscc"), (409, "problem.permit.form.identity_number"),
    (409, "problem.permit.form.uscc_length"), (409, "problem.permit.form.identity_number_length"),
    (409, "problem.permit.form.place"), (409, "problem.permit.form.position"), (409, "problem.permit.form.outline"),
    (409, "problem.permit.form.material_missing"), (413, "problem.permit.draft_too_large"),
)  # fmt: skip
_FILES: Refusals = (
    (409, "problem.upload.not_yours"), (409, "problem.permit.file_used"),
    (409, "problem.permit.form.material_unknown"), (409, "problem.permit.form.material_type"),
    (409, "problem.permit.form.material_too_many"),
)  # fmt: skip
_HEARD: Refusals = (
    (409, "problem.permit.statement_words"), (409, "problem.permit.no_hearing_right"),
    (409, "problem.permit.hearing_too_late"), (409, "problem.permit.statements_most"),
    (409, "problem.permit.statement_files"),
)  # fmt: skip
_NO_LOGIN: Refusals = ((404, "problem.identity.not_connected"),)
_WAY_BACK: Refusals = (
    (404, "problem.identity.state"), (409, "problem.identity.refused"),
    (409, "problem.identity.another_person"), (422, "problem.identity.nonce"),
    (422, "problem.identity.unusable"), (503, "problem.identity.away"),
)  # fmt: skip
_APPLYING: Refusals = (
    *_KINDS, *_NO_DRAFT, (404, "problem.permit.concerns_unknown"),
    (409, "problem.api.permit_kind_or_draft"), (409, "problem.permit.act"),
    (409, "problem.permit.concerns_missing"), (409, "problem.permit.concerns_over"),
    (409, "problem.permit.draft_changed"), *_FORM, *_FILES,
)  # fmt: skip

PERMITS: tuple[Operation, ...] = (
    row("GET", "/permit-kinds", "permit_kinds", kinds.list_kinds, Given(content=kinds.PermitKinds),
        tag="permits", who=Who.ANYBODY),
    row("GET", "/permit-kinds/{code}", "permit_kind", kinds.show_kind, Given(content=kinds.PermitKindShown),
        tag="permits", who=Who.ANYBODY, refuses=_KINDS),
    row("POST", "/permit-kinds/{code}/eligibility", "permit_eligibility", kinds.judge,
        Given(content=kinds.EligibilityVerdict), tag="permits", who=Who.ANYBODY, pace=CHECKING,
        takes=kinds.EligibilityAnswers, refuses=_KINDS),
    row("POST", "/permit-kinds/{code}/check", "check_permit_form", checks.check_form,
        Given(content=checks.PermitChecked), tag="permits", pace=CHECKING, takes=checks.FormCheck, refuses=_KINDS),
    row("GET", "/permit-drafts", "permit_drafts", drafts.list_drafts, Given(content=drafts.DraftRows),
        tag="permits"),
    row("POST", "/permit-drafts", "begin_permit_draft", drafts.begin_draft,
        Given(status=201, content=drafts.DraftShown, headers=(LOCATION,)), tag="permits", takes=drafts.NewDraft,
        has_act=True, refuses=(*_KINDS, (409, "problem.permit.act"), (409, "problem.permit.drafts_too_many"),
                 (413, "problem.permit.draft_too_large"))),
    row("GET", "/permit-drafts/{draft_id}", "permit_draft", drafts.show_draft, Given(content=drafts.DraftShown),
        tag="permits", refuses=_NO_DRAFT),
    row("PUT", "/permit-drafts/{draft_id}", "save_permit_draft", drafts.save_draft,
        Given(content=drafts.DraftShown), tag="permits", takes=drafts.SavedDraft,
        refuses=(*_NO_DRAFT, (409, "problem.permit.draft_moved_on"), (413, "problem.permit.draft_too_large"))),
    row("DELETE", "/permit-drafts/{draft_id}", "discard_permit_draft", drafts.discard_draft, tag="permits",
        refuses=_NO_DRAFT[:1]),
    row("POST", "/permit-drafts/{draft_id}/check", "check_permit_draft", checks.check_draft,
        Given(content=checks.PermitChecked), tag="permits", pace=CHECKING, takes=checks.DraftCheck,
        refuses=_NO_DRAFT),
    row("POST", "/permit-drafts/{draft_id}/materials", "attach_permit_material", drafts.attach,
        Given(status=201, content=drafts.DraftShown, headers=(LOCATION,)), tag="permits",
        takes=drafts.NewMaterial, refuses=(*_NO_DRAFT, *_FILES)),
    row("DELETE", "/permit-drafts/{draft_id}/materials/{attached_id}", "detach_permit_material", drafts.detach,
        Given(content=drafts.DraftShown), tag="permits", refuses=_NO_DRAFT),
    row("POST", "/permit-drafts/{draft_id}/handover", "offer_permit_draft", window.offer_draft,
        Given(status=201, content=window.DraftHandover), tag="permits", pace=HANDING_OVER, refuses=_NO_DRAFT[:1]),
    row("DELETE", "/permit-drafts/{draft_id}/handover", "take_back_permit_draft", window.take_back_draft,
        tag="permits", refuses=_NO_DRAFT[:1]),
    row("GET", "/permit-claims", "claimable_permits", window.list_claimable,
        Given(content=window.ClaimableRows), tag="permits"),
    row("POST", "/permit-claims", "claim_permit", window.take_claim, Given(content=PermitApplied), tag="permits",
        takes=window.PermitClaim,
        refuses=((404, "problem.permit.receipt_does_not_fit"), (429, "problem.login.slow_down"))),
    row("GET", "/identity", "identity", identity.show_identity, Given(content=identity.IdentityState),
        tag="permits"),
    row("POST", "/identity/start", "start_identity", identity.set_out,
        Given(status=201, content=identity.IdentityWay), tag="permits", pace=IDENTIFYING, refuses=_NO_LOGIN),
    row("POST", "/identity/finish", "finish_identity", identity.come_back,
        Given(content=identity.IdentityVerified), tag="permits", pace=IDENTIFYING,
        takes=identity.FinishedWay, refuses=(*_NO_LOGIN, *_WAY_BACK)),
    row("DELETE", "/identity", "forget_identity", identity.take_away, Given(content=identity.IdentityState),
        tag="permits"),
    row("GET", "/identity/back", "identity_back", identity.show_back,
        Given(schemas={"text/html": {"type": "string"}}), tag="permits", who=Who.ANYBODY,
        query=identity.BackQuery),
    row("POST", "/permits", "apply_for_permit", permits.apply,
        Given(status=201, content=PermitApplied, headers=(LOCATION,)), tag="permits", pace=FILING_PACE,
        takes=permits.NewPermit, has_act=True, refuses=_APPLYING),
    row("GET", "/permits", "permits", permits.list_permits, Given(content=PermitPage), tag="permits",
        query=permits.Page),
    row("GET", "/permits/{reference}", "permit", permits.show_permit, Given(content=PermitApplied),
        tag="permits", refuses=_NONE),
    row("POST", "/permits/{reference}/correction-draft", "begin_permit_correction", drafts.begin_to_correct,
        Given(status=201, content=drafts.DraftShown, headers=(LOCATION,)), tag="permits",
        refuses=(*_NONE, (409, "problem.workflow.wrong_state"), (409, "problem.permit.drafts_too_many"),
                 (410, "problem.permit.kind_gone"))),
    row("POST", "/permits/{reference}/corrections", "correct_permit", permits.send_correction,
        Given(content=PermitApplied), tag="permits", takes=permits.CorrectedPermit,
        refuses=(*_NONE, *_NO_DRAFT, (409, "problem.workflow.wrong_state"), (409, "problem.permit.draft_changed"),
                 *_FORM, *_FILES)),
    row("POST", "/permits/{reference}/withdraw", "withdraw_permit", permits.withdraw_permit,
        Given(content=PermitApplied), tag="permits", takes=permits.PermitWithdrawal,
        shown_by=permits.show_permit, refuses=(*_MOVED, *_WORDS)),
    row("POST", "/permits/{reference}/statements", "make_permit_statement", heard.make_statement,
        Given(content=PermitApplied), tag="permits", takes=heard.PermitStatementMade,
        shown_by=permits.show_permit,
        refuses=(*_MOVED, *_HEARD, *_FILES[:2], (409, "problem.api.misconduct"))),
    row("POST", "/permits/{reference}/rate", "rate_permit", permits.rate_permit, Given(content=PermitApplied),
        tag="permits", takes=permits.PermitRating,
        refuses=(*_NONE, (409, "problem.permit.rated_already"), (409, "problem.permit.not_decided"),
                 (409, "problem.api.misconduct"))),
    row("GET", "/permits/{reference}/e-permit", "e_permit", permits.show_e_permit, Given(content=EPermit),
        tag="permits", refuses=(*_NONE, (409, "problem.permit.no_permit_yet"))),
    row("POST", "/permits/{reference}/e-permit/statements", "make_holder_statement", heard.make_holder_statement,
        Given(content=EPermit), tag="permits", takes=heard.HolderStatementMade,
        refuses=(*_MOVED, (409, "problem.permit.no_permit_yet"), (409, "problem.permit.holder_not_told"),
                 (409, "problem.permit.statement_words"), (409, "problem.permit.statements_most"),
                 (409, "problem.api.misconduct"))),
    row("GET", "/permit-documents/{document_id}", "permit_document", permits.show_paper,
        Given(schemas={permits.PDF: BINARY}), tag="permits",
        refuses=((404, "problem.document.not_found"), (500, "problem.document.mismatch"))),
)  # fmt: skip
