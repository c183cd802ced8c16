"""Which role may use which part of the console and of the staff's operations, on one screen.

Moves of a case are not here: their lifecycle tables name the roles. This table answers everything else, for the
pages, their buttons, and the test that tries every role at every door. What a role sees is narrowed further by its
unit (`Actor.works_for`) and by whom a case is assigned to.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from casework.actors import Actor
from casework.roles import STAFF_ROLES, Role
from kit.problems import Forbidden

R = Role


class Operation(StrEnum):
    """What members of staff do besides moving a case on."""

    SEE_CASES = "see_cases"
    FILE_CASE = "file_case"
    SEE_CITIZEN = "see_citizen"
    SEE_PHONE = "see_phone"
    SEE_RECORDINGS = "see_recordings"
    FIND_BY_PHONE = "find_by_phone"
    SEE_RESTRICTED = "see_restricted"
    SEE_OWN_DATA_REQUESTS = "see_own_data_requests"
    CORRECT_PERSONAL_DATA = "correct_personal_data"
    KEEP_PERSONAL_DATA = "keep_personal_data"
    SEE_RETENTION = "see_retention"
    NOTE_INTERNALLY = "note_internally"
    UPDATE_CITIZEN = "update_citizen"
    RELEASE_CASE = "release_case"
    HAND_OVER_WORK = "hand_over_work"
    SEE_INQUIRIES = "see_inquiries"
    SEE_DANGERS = "see_dangers"
    SEE_VISITS = "see_visits"
    SEE_ORDERS = "see_orders"
    ISSUE_ORDERS = "issue_orders"
    SEE_PERMITS = "see_permits"
    ENTER_PERMITS = "enter_permits"
    TAKE_IN_PERMITS = "take_in_permits"
    SURVEY_PERMITS = "survey_permits"
    CO_SIGN_PERMITS = "co_sign_permits"
    DECIDE_PERMITS = "decide_permits"
    KEEP_PERMITS = "keep_permits"
    SEE_APPLICANT = "see_applicant"
    SEE_APPLICANT_CLEARLY = "see_applicant_clearly"
    SEE_PAPERS = "see_papers"
    AMEND_PAPERS = "amend_papers"
    VOID_PAPERS = "void_papers"
    SEE_VOID_ORIGINALS = "see_void_originals"
    KEEP_PERMIT_KEYS = "keep_permit_keys"
    SEE_SIGNS = "see_signs"
    KEEP_SIGNS = "keep_signs"
    SEE_PROJECTS = "see_projects"
    KEEP_PROJECTS = "keep_projects"
    INSPECT_ENTERPRISES = "inspect_enterprises"
    PLAN_ENTERPRISE_VISITS = "plan_enterprise_visits"
    KEEP_CERTIFICATES = "keep_certificates"
    SEE_VISIT_RATINGS = "see_visit_ratings"
    READ_VISIT_WORDS = "read_visit_words"
    SEE_PENALTIES = "see_penalties"
    KEEP_PENALTIES = "keep_penalties"
    KEEP_CODES = "keep_codes"
    SEE_DELIVERIES = "see_deliveries"
    MEND_DELIVERIES = "mend_deliveries"
    SEE_EXCHANGE = "see_exchange"
    MEND_EXCHANGE = "mend_exchange"
    REFER_OUT = "refer_out"
    SEE_CAMPAIGNS = "see_campaigns"
    KEEP_CAMPAIGNS = "keep_campaigns"
    PREVIEW_CAMPAIGNS = "preview_campaigns"
    SEE_KNOWLEDGE = "see_knowledge"
    KEEP_KNOWLEDGE = "keep_knowledge"
    PUBLISH_KNOWLEDGE = "publish_knowledge"
    SEE_ROUTING = "see_routing"
    KEEP_POSTINGS = "keep_postings"
    SEE_PEOPLE = "see_people"
    KEEP_PEOPLE = "keep_people"
    NAME_DEPUTY = "name_deputy"
    SEE_SETTINGS = "see_settings"
    AMEND_SETTINGS = "amend_settings"
    AMEND_TEXTS = "amend_texts"
    SEE_AUDIT = "see_audit"
    SEE_FIGURES = "see_figures"
    EXPORT_FIGURES = "export_figures"
    PUBLISH_FIGURES = "publish_figures"
    KEEP_OWN_ACCOUNT = "keep_own_account"


_CASE_ROLES = frozenset({R.DISPATCHER, R.HANDLER, R.DUTY_OFFICER, R.HEAD, R.WINDOW_CLERK})
_PERMIT_ROLES = frozenset({R.WINDOW_CLERK, R.APPROVER, R.HEAD})

PERMISSIONS: Mapping[Operation, frozenset[Role]] = {
    # Patrols see their unit's and what they filed, volunteers what they filed: `casework.complaints.sight`.
    Operation.SEE_CASES: _CASE_ROLES | {R.GRID_OFFICER, R.VOLUNTEER, R.ADMINISTRATOR, R.AUDITOR},
    # For a caller, or for what one sees oneself on the round.
    Operation.FILE_CASE: frozenset(
        {R.DISPATCHER, R.HANDLER, R.HEAD, R.WINDOW_CLERK, R.GRID_OFFICER, R.VOLUNTEER}
    ),
    # Who filed it: masked number, recordings, numbers in the story, what became of notices to the citizen.
    Operation.SEE_CITIZEN: _CASE_ROLES | {R.ADMINISTRATOR, R.AUDITOR},
    Operation.SEE_PHONE: frozenset({R.DISPATCHER, R.HANDLER, R.HEAD, R.WINDOW_CLERK}),
    Operation.SEE_RECORDINGS: frozenset({R.DISPATCHER, R.HANDLER, R.HEAD, R.WINDOW_CLERK}),
    # Which cases somebody called about before, from the number they call with.
    Operation.FIND_BY_PHONE: frozenset({R.DISPATCHER, R.HANDLER, R.HEAD, R.WINDOW_CLERK}),
    # Kept by law though their owners want them deleted: nobody's work, and each look has a reason.
    Operation.SEE_RESTRICTED: frozenset({R.ADMINISTRATOR, R.AUDITOR}),
    Operation.SEE_OWN_DATA_REQUESTS: frozenset(
        {R.DISPATCHER, R.HEAD, R.WINDOW_CLERK, R.ADMINISTRATOR, R.AUDITOR}
    ),
    Operation.CORRECT_PERSONAL_DATA: frozenset({R.DISPATCHER, R.HEAD, R.WINDOW_CLERK, R.ADMINISTRATOR}),
    # To delete, and to restrict what must not be deleted. Neither is undone by mistake alone.
    Operation.KEEP_PERSONAL_DATA: frozenset({R.ADMINISTRATOR}),
    Operation.SEE_RETENTION: frozenset({R.HEAD, R.ADMINISTRATOR, R.AUDITOR}),
    Operation.NOTE_INTERNALLY: _CASE_ROLES | {R.GRID_OFFICER},
    Operation.UPDATE_CITIZEN: frozenset({R.DISPATCHER, R.HANDLER, R.HEAD}),
    Operation.RELEASE_CASE: frozenset({R.DISPATCHER, R.HEAD}),
    Operation.HAND_OVER_WORK: frozenset({R.DISPATCHER, R.HEAD, R.ADMINISTRATOR}),
    Operation.SEE_INQUIRIES: _CASE_ROLES | {R.AUDITOR},
    # Recording what was said is a move: `casework.follow_up_visits.lifecycle` names its roles.
    Operation.SEE_VISITS: frozenset({R.WINDOW_CLERK, R.DISPATCHER, R.HEAD}),
    # Contractors see those issued to them and no case at all; their moves are in `casework.work_orders.lifecycle`.
    Operation.SEE_ORDERS: frozenset(
        {R.CONTRACTOR, R.HANDLER, R.DISPATCHER, R.HEAD, R.ADMINISTRATOR, R.AUDITOR}
    ),
    Operation.ISSUE_ORDERS: frozenset({R.HANDLER, R.DISPATCHER, R.HEAD}),
    # Applications for permits, filings and refunds; moves are in `casework.permits.lifecycle`, and who sees which in
    # `casework.permits.sight`: co-signers those they are asked about.
    Operation.SEE_PERMITS: _PERMIT_ROLES
    | {R.SURVEY_OFFICER, R.CO_SIGNER, R.DISPATCHER, R.ADMINISTRATOR, R.AUDITOR},
    # To fill in and submit for somebody at the window.
    Operation.ENTER_PERMITS: _PERMIT_ROLES,
    Operation.TAKE_IN_PERMITS: _PERMIT_ROLES,
    Operation.SURVEY_PERMITS: frozenset({R.SURVEY_OFFICER}),
    Operation.CO_SIGN_PERMITS: frozenset({R.CO_SIGNER}),
    Operation.DECIDE_PERMITS: frozenset({R.APPROVER, R.HEAD}),
    # What follows a permit in force: cancelling, checks, clean-up. Withdrawing and revoking are the head's moves.
    Operation.KEEP_PERMITS: frozenset({R.APPROVER, R.HEAD}),
    # Whose application it is: full name, masked numbers, what was handed in.
    Operation.SEE_APPLICANT: _PERMIT_ROLES | {R.SURVEY_OFFICER, R.ADMINISTRATOR, R.AUDITOR},
    # The same with telephone and identity numbers: each look is audited.
    Operation.SEE_APPLICANT_CLEARLY: _PERMIT_ROLES | {R.SURVEY_OFFICER},
    # Templates of papers, with their versions.
    Operation.SEE_PAPERS: _PERMIT_ROLES | {R.LEGAL_REVIEWER, R.ADMINISTRATOR, R.AUDITOR},
    Operation.AMEND_PAPERS: frozenset({R.LEGAL_REVIEWER, R.ADMINISTRATOR}),
    # To declare an issued paper void, and to have it issued anew. What it looked like before is for whoever examines it.
    Operation.VOID_PAPERS: frozenset({R.HEAD}),
    Operation.SEE_VOID_ORIGINALS: frozenset({R.HEAD, R.AUDITOR}),
    Operation.KEEP_PERMIT_KEYS: frozenset({R.ADMINISTRATOR}),
    Operation.SEE_SIGNS: _PERMIT_ROLES | {R.HANDLER, R.DISPATCHER, R.ADMINISTRATOR, R.AUDITOR},
    Operation.KEEP_SIGNS: _PERMIT_ROLES,
    Operation.SEE_PROJECTS: _PERMIT_ROLES
    | {R.HANDLER, R.SURVEY_OFFICER, R.DISPATCHER, R.ADMINISTRATOR, R.AUDITOR, R.DISCIPLINE_INSPECTOR},
    Operation.KEEP_PROJECTS: frozenset({R.APPROVER, R.HEAD}),
    # With a certificate in force, two at a time, checked in by code: `casework.projects.visiting`.
    Operation.INSPECT_ENTERPRISES: frozenset({R.HANDLER, R.SURVEY_OFFICER}),
    Operation.PLAN_ENTERPRISE_VISITS: frozenset({R.HANDLER, R.SURVEY_OFFICER, R.HEAD}),
    Operation.KEEP_CERTIFICATES: frozenset({R.HEAD, R.ADMINISTRATOR}),
    # Only sums of five and more, for everybody.
    Operation.SEE_VISIT_RATINGS: frozenset(
        {R.HANDLER, R.SURVEY_OFFICER, R.HEAD, R.ADMINISTRATOR, R.AUDITOR, R.DISCIPLINE_INSPECTOR}
    ),
    # What enterprises wrote about a visit: never those who visited, nor their unit.
    Operation.READ_VISIT_WORDS: frozenset({R.DISCIPLINE_INSPECTOR, R.AUDITOR}),
    Operation.SEE_PENALTIES: frozenset({R.HANDLER, R.HEAD, R.LEGAL_REVIEWER, R.ADMINISTRATOR, R.AUDITOR}),
    Operation.KEEP_PENALTIES: frozenset({R.HANDLER, R.HEAD}),
    Operation.SEE_DANGERS: _CASE_ROLES | {R.AUDITOR},
    Operation.KEEP_CODES: frozenset({R.DISPATCHER, R.HEAD, R.ADMINISTRATOR}),
    Operation.SEE_DELIVERIES: frozenset({R.DISPATCHER, R.HEAD, R.WINDOW_CLERK, R.ADMINISTRATOR, R.AUDITOR}),
    # To try again, or to send once more what somebody may have seen already.
    Operation.MEND_DELIVERIES: frozenset({R.DISPATCHER, R.HEAD, R.ADMINISTRATOR}),
    # Messages to other platforms (12345, the digital city management system); sending them a case that is theirs.
    Operation.SEE_EXCHANGE: frozenset({R.DISPATCHER, R.HEAD, R.WINDOW_CLERK, R.ADMINISTRATOR, R.AUDITOR}),
    Operation.MEND_EXCHANGE: frozenset({R.DISPATCHER, R.HEAD, R.ADMINISTRATOR}),
    Operation.REFER_OUT: frozenset({R.DISPATCHER, R.HEAD}),
    # Releasing, pausing and going on are moves: `content.campaigns.lifecycle` names their roles.
    Operation.SEE_CAMPAIGNS: frozenset({R.EDITOR, R.HEAD, R.LEGAL_REVIEWER, R.AUDITOR}),
    Operation.KEEP_CAMPAIGNS: frozenset({R.EDITOR}),
    Operation.PREVIEW_CAMPAIGNS: frozenset({R.EDITOR, R.HEAD, R.LEGAL_REVIEWER}),
    # Approving, refusing and withdrawing drafts are moves: `content.interpretations.lifecycle` names their roles.
    Operation.SEE_KNOWLEDGE: frozenset({R.EDITOR, R.LEGAL_REVIEWER, R.HEAD, R.AUDITOR}),
    # To write drafts, to set questions aside, to keep the bureau's words.
    Operation.KEEP_KNOWLEDGE: frozenset({R.EDITOR, R.LEGAL_REVIEWER}),
    Operation.PUBLISH_KNOWLEDGE: frozenset({R.EDITOR}),
    # Rules are settings: `AMEND_SETTINGS`. Who is chief or on duty is said by the heads of that unit.
    Operation.SEE_ROUTING: frozenset({R.DISPATCHER, R.DUTY_OFFICER, R.HEAD, R.ADMINISTRATOR, R.AUDITOR}),
    Operation.KEEP_POSTINGS: frozenset({R.HEAD, R.ADMINISTRATOR}),
    Operation.SEE_PEOPLE: frozenset({R.HEAD, R.ADMINISTRATOR, R.AUDITOR}),
    Operation.KEEP_PEOPLE: frozenset({R.ADMINISTRATOR}),
    Operation.NAME_DEPUTY: frozenset({R.HEAD, R.ADMINISTRATOR}),
    Operation.SEE_SETTINGS: frozenset({R.HEAD, R.LEGAL_REVIEWER, R.EDITOR, R.ADMINISTRATOR, R.AUDITOR}),
    Operation.AMEND_SETTINGS: frozenset({R.ADMINISTRATOR}),
    Operation.AMEND_TEXTS: frozenset({R.EDITOR, R.ADMINISTRATOR}),
    Operation.SEE_AUDIT: frozenset({R.AUDITOR, R.DISCIPLINE_INSPECTOR}),
    # Of the units whose cases they see.
    Operation.SEE_FIGURES: _CASE_ROLES | {R.ADMINISTRATOR, R.AUDITOR},
    Operation.EXPORT_FIGURES: frozenset({R.DISPATCHER, R.HEAD, R.ADMINISTRATOR, R.AUDITOR}),
    Operation.PUBLISH_FIGURES: frozenset({R.HEAD}),
    Operation.KEEP_OWN_ACCOUNT: STAFF_ROLES,
}
"""Everything that is not here is nobody's."""


def may(actor: Actor, operation: Operation) -> bool:
    """Whether one of the actor's roles of this moment allows it. Citizens and the clock may nothing of this."""
    return actor.kind == "staff" and not PERMISSIONS[operation].isdisjoint(actor.roles)


def require(actor: Actor, operation: Operation) -> None:
    """Raise Forbidden unless `may`."""
    if not may(actor, operation):
        raise Forbidden()
