"""Who is told what about applications and permits, as shipped; the whole table is `rules.SHIPPED`."""

from __future__ import annotations

from casework.notifications.rule_kinds import (
    APPROVERS,
    CO_SIGNERS,
    HEADS,
    SURVEYORS,
    UNIT_HEADS,
    called_rule,
    deadline_rule,
    progress_rule,
    receipt_rule,
    result_rule,
    work_rule,
)
from casework.notifications.shape import Rule
from casework.permits import events as permits

PERMIT_RULES: tuple[Rule, ...] = (
    receipt_rule(
        code="permit_submitted_owner", event=permits.ApplicationSubmitted, template="notify.permit.submitted"
    ),
    result_rule(
        code="permit_accepted_owner",
        event=permits.ApplicationAccepted,
        template="notify.permit.accepted",
        when="by_a_clerk",
    ),
    result_rule(
        code="permit_deemed_owner",
        event=permits.ApplicationAccepted,
        template="notify.permit.deemed",
        when="by_silence",
    ),
    result_rule(
        code="permit_refused_owner", event=permits.ApplicationRefused, template="notify.permit.refused"
    ),
    result_rule(
        code="permit_correction_owner", event=permits.CorrectionRequested, template="notify.permit.correction"
    ),
    result_rule(code="permit_lapsed_owner", event=permits.ApplicationLapsed, template="notify.permit.lapsed"),
    result_rule(code="permit_survey_owner", event=permits.SurveyScheduled, template="notify.permit.survey"),
    result_rule(
        code="permit_survey_again_owner",
        event=permits.SurveyRescheduled,
        template="notify.permit.survey_again",
    ),
    result_rule(code="permit_paused_owner", event=permits.ApplicationPaused, template="notify.permit.paused"),
    progress_rule(
        code="permit_resumed_owner", event=permits.ApplicationResumed, template="notify.permit.resumed"
    ),
    result_rule(code="permit_delay_owner", event=permits.DelayExplained, template="notify.permit.delay"),
    result_rule(
        code="permit_granted_owner", event=permits.ApplicationGranted, template="notify.permit.granted"
    ),
    result_rule(code="permit_denied_owner", event=permits.ApplicationDenied, template="notify.permit.denied"),
    result_rule(
        code="permit_registered_owner",
        event=permits.ApplicationRegistered,
        template="notify.permit.registered",
    ),
    result_rule(
        code="permit_approved_owner", event=permits.RefundApproved, template="notify.permit.approved"
    ),
    result_rule(code="permit_paid_out_owner", event=permits.RefundPaidOut, template="notify.permit.paid_out"),
    progress_rule(
        code="permit_delivered_owner", event=permits.ApplicationDelivered, template="notify.permit.delivered"
    ),
    result_rule(
        code="permit_in_force_ending_owner",
        event=permits.PermitEnding,
        template="notify.permit.in_force_ending",
    ),
    result_rule(
        code="permit_in_force_expired_owner",
        event=permits.PermitExpired,
        template="notify.permit.in_force_expired",
    ),
    result_rule(
        code="permit_in_force_withdrawn_owner",
        event=permits.PermitWithdrawn,
        template="notify.permit.in_force_withdrawn",
    ),
    result_rule(
        code="permit_in_force_revoked_owner",
        event=permits.PermitRevoked,
        template="notify.permit.in_force_revoked",
    ),
    result_rule(
        code="permit_in_force_cancelled_owner",
        event=permits.PermitCancelled,
        template="notify.permit.in_force_cancelled",
    ),
    progress_rule(
        code="permit_in_force_restored_owner",
        event=permits.PermitRestored,
        template="notify.permit.in_force_restored",
    ),
    work_rule(
        code="permit_submitted_approvers",
        event=permits.ApplicationSubmitted,
        audience=APPROVERS,
        template="notify.staff.permit_submitted",
    ),
    work_rule(
        code="permit_corrected_approvers",
        event=permits.ApplicationCorrected,
        audience=APPROVERS,
        template="notify.staff.permit_corrected",
    ),
    work_rule(
        code="permit_withdrawn_approvers",
        event=permits.ApplicationWithdrawn,
        audience=APPROVERS,
        template="notify.staff.permit_withdrawn",
    ),
    work_rule(
        code="permit_surveyed_approvers",
        event=permits.SurveyRecorded,
        audience=APPROVERS,
        template="notify.staff.permit_surveyed",
    ),
    work_rule(
        code="permit_co_signed_approvers",
        event=permits.CoSignatureGiven,
        audience=APPROVERS,
        template="notify.staff.permit_co_signed",
    ),
    called_rule(
        code="permit_assigned_approvers",
        event=permits.ApplicationAssigned,
        audience=APPROVERS,
        template="notify.staff.permit_assigned",
    ),
    # By silence: somebody has slept, and the promised clock runs.
    called_rule(
        code="permit_deemed_heads",
        event=permits.ApplicationAccepted,
        audience=UNIT_HEADS,
        template="notify.staff.permit_deemed",
        when="by_silence",
    ),
    called_rule(
        code="permit_co_sign_asked_signers",
        event=permits.CoSignatureAsked,
        audience=CO_SIGNERS,
        template="notify.staff.permit_co_sign_asked",
    ),
    # They have an hour.
    called_rule(
        code="permit_survey_surveyors",
        event=permits.SurveyScheduled,
        audience=SURVEYORS,
        template="notify.staff.permit_survey",
    ),
    called_rule(
        code="permit_survey_moved_surveyors",
        event=permits.SurveyRescheduled,
        audience=SURVEYORS,
        template="notify.staff.permit_survey_moved",
    ),
    work_rule(
        code="permit_not_restored_approvers",
        event=permits.PermitNotRestored,
        audience=APPROVERS,
        template="notify.staff.permit_not_restored",
    ),
    called_rule(
        code="permit_not_restored_unit_heads",
        event=permits.PermitNotRestored,
        audience=UNIT_HEADS,
        template="notify.staff.permit_not_restored",
    ),
    deadline_rule(
        code="permit_most_approvers",
        audience=APPROVERS,
        template="notify.staff.deadline_most",
        when="permit_most",
        page=True,
    ),
    deadline_rule(
        code="permit_due_approvers",
        audience=APPROVERS,
        template="notify.staff.deadline_due",
        when="permit_due",
        page=True,
    ),
    deadline_rule(
        code="permit_due_unit_heads",
        audience=UNIT_HEADS,
        template="notify.staff.deadline_due",
        when="permit_due",
        page=True,
    ),
    deadline_rule(
        code="permit_overdue_approvers",
        audience=APPROVERS,
        template="notify.staff.deadline_overdue",
        when="permit_overdue",
        page=True,
    ),
    deadline_rule(
        code="permit_overdue_heads",
        audience=HEADS,
        template="notify.staff.deadline_overdue",
        when="permit_overdue",
        page=True,
    ),
)
