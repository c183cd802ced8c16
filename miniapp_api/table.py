"""Every operation under /api/v1 on one screen: routes, document and permission tests are made from these rows."""

from __future__ import annotations

from miniapp_api import (
    complaint_routes as complaints,
)
from miniapp_api import (
    file_routes as files,
)
from miniapp_api import (
    identity,
)
from miniapp_api import (
    inquiry_routes as inquiries,
)
from miniapp_api import (
    near_routes as near,
)
from miniapp_api import (
    notice_routes as notices,
)
from miniapp_api import (
    personal_routes as personal,
)
from miniapp_api import (
    public_routes as public,
)
from miniapp_api import (
    question_routes as questions,
)
from miniapp_api import (
    search_routes as searching,
)
from miniapp_api.cases import Case, CasePage, FiledCase, InquiryCase, InquiryList, LeftInquiry
from miniapp_api.operations import (
    ASKING,
    FILING_PACE,
    LOOKING_ROUND,
    VOTING,
    WRITING,
    Given,
    Operation,
    Refusals,
    Who,
)
from miniapp_api.penalty_table import PENALTIES
from miniapp_api.permit_table import PERMITS
from miniapp_api.rectification_table import RECTIFICATIONS
from miniapp_api.rows import BINARY, LOCATION
from miniapp_api.rows import row as _row
from miniapp_api.upload_table import UPLOADS

EXPORTED = {
    "type": "object",
    "required": ["format", "made_at", "bureau"],
    "properties": {
        "format": {"const": "chengguan-personal-export/1"},
        "made_at": {"type": "string", "format": "date-time"},
        "bureau": {"type": "string"},
    },
}
PLATFORM: Refusals = (
    (503, "problem.api.platform_away"),
    (404, "problem.api.no_mini_program"),
    (429, "problem.login.slow_down"),
)
FILES: Refusals = ((409, "problem.upload.not_yours"),)
WORDS: Refusals = ((409, "problem.complaint.empty"), (409, "problem.api.misconduct"))
FILING: Refusals = (
    *FILES,
    *WORDS,
    (409, "problem.api.wording_changed"),
    (422, "problem.complaint.category"),
)
MOVING: Refusals = (
    (404, "problem.complaint.not_found"),
    (409, "problem.complaint.moved_on"),
    (409, "problem.workflow.wrong_state"),
)
REMINDING: Refusals = (
    (409, "problem.complaint.reminded_today"),
    (409, "problem.complaint.remind_too_early"),
    (409, "problem.complaint.remind_waits_for_you"),
)
INQUIRING: Refusals = (
    (404, "problem.inquiry.not_found"),
    (409, "problem.inquiry.moved_on"),
    (409, "problem.workflow.wrong_state"),
)
NO_CASE: Refusals = ((404, "problem.complaint.not_found"),)
NO_INQUIRY: Refusals = ((404, "problem.inquiry.not_found"),)


OWN: tuple[Operation, ...] = (
    _row(
        "POST", "/session", "sign_in", identity.sign_in, Given(status=201, content=identity.SignedIn),
        tag="identity", who=Who.ANYBODY, takes=identity.SignIn,
        refuses=((401, "problem.api.code_used"), *PLATFORM),
    ),
    _row("DELETE", "/session", "sign_out", identity.sign_out, tag="identity"),
    _row("GET", "/me", "me", identity.show_me, Given(content=identity.Me), tag="identity"),
    _row(
        "POST", "/phone", "phone", identity.give_phone, Given(content=identity.PhoneKept),
        tag="identity", takes=identity.GivePhone,
        refuses=((409, "problem.api.code_used"), (409, "problem.api.consent_version"), *PLATFORM),
    ),
    _row("GET", "/bureau", "bureau", public.show_bureau, Given(content=public.BureauFacts), tag="public",
         who=Who.ANYBODY),
    _row("GET", "/categories", "categories", public.show_categories, Given(content=public.Groups), tag="public",
         who=Who.ANYBODY),
    _row(
        "POST", "/questions", "ask", questions.ask, Given(content=questions.AnsweredQuestion),
        tag="questions", who=Who.EITHER, pace=ASKING, takes=questions.Question,
    ),
    _row(
        "GET", "/questions/{slug}", "question", questions.show_entry, Given(content=questions.AnsweredQuestion),
        tag="questions", who=Who.ANYBODY, refuses=((404, "problem.api.no_such_question"),),
    ),
    _row(
        "POST", "/questions/{slug}/votes", "vote", questions.vote, Given(content=questions.VoteNoted),
        tag="questions", who=Who.EITHER, pace=VOTING, takes=questions.HelpVote,
        refuses=((404, "problem.api.no_such_question"),),
    ),
    _row(
        "GET", "/search", "search", searching.find, Given(content=searching.SearchPage),
        tag="questions", who=Who.ANYBODY, pace=ASKING, query=searching.SearchQuery,
    ),
    _row(
        "POST", "/complaints", "file_complaint", complaints.file_complaint,
        Given(status=201, content=FiledCase, headers=(LOCATION,)),
        tag="complaints", pace=FILING_PACE, takes=complaints.NewCase, has_act=True, refuses=FILING,
    ),
    _row(
        "POST", "/near-complaints", "near_complaints", near.show_near, Given(content=near.NearCases),
        tag="complaints", pace=LOOKING_ROUND, takes=near.WhatAndWhere,
        refuses=(
            (409, "problem.api.misconduct"), (409, "problem.api.wording_changed"),
            (422, "problem.complaint.category"),
        ),
    ),
    _row("GET", "/complaints", "complaints", complaints.list_complaints, Given(content=CasePage),
         tag="complaints", query=complaints.Page),
    _row("GET", "/complaints/{reference}", "complaint", complaints.show_complaint, Given(content=Case),
         tag="complaints", refuses=NO_CASE),
    _row("POST", "/complaints/{reference}/rate", "rate_complaint", complaints.rate_complaint, Given(content=Case),
         tag="complaints", takes=complaints.Rating, shown_by=complaints.show_complaint,
         refuses=(*MOVING, (409, "problem.api.misconduct"))),
    _row(
        "POST", "/complaints/{reference}/dispute", "dispute_complaint", complaints.dispute_complaint,
        Given(content=Case), tag="complaints", takes=complaints.Objection, shown_by=complaints.show_complaint,
        refuses=(*MOVING, *WORDS, (409, "problem.workflow.too_often")),
    ),
    _row("POST", "/complaints/{reference}/remind", "remind_complaint", complaints.remind_complaint,
         Given(content=Case), tag="complaints", takes=complaints.Withdrawal, shown_by=complaints.show_complaint,
         refuses=(*MOVING, *REMINDING)),
    _row("POST", "/complaints/{reference}/withdraw", "withdraw_complaint", complaints.withdraw_complaint,
         Given(content=Case), tag="complaints", takes=complaints.Withdrawal, shown_by=complaints.show_complaint,
         refuses=MOVING),
    _row(
        "POST", "/complaints/{reference}/additions", "add_to_complaint", complaints.add_to_complaint,
        Given(status=201, content=FiledCase), tag="complaints", takes=complaints.Material, has_act=True,
        refuses=(
            *NO_CASE, *FILES, *WORDS, (409, "problem.complaint.over"),
            (422, "problem.complaint.too_many_additions"), (422, "problem.complaint.too_many_media"),
        ),
    ),
    _row(
        "GET", "/files/{file_id}", "file", files.show_file,
        Given(schemas=dict.fromkeys((files.PHOTO, files.PAPER, *files.RECORDINGS), BINARY)),
        tag="files", query=files.Size,
        refuses=((409, "problem.file.not_ready"), (409, "problem.file.undecodable")),
    ),
    _row(
        "POST", "/inquiries", "leave_inquiry", inquiries.leave_inquiry,
        Given(status=201, content=LeftInquiry, headers=(LOCATION,)),
        tag="inquiries", takes=inquiries.NewMessage, has_act=True, refuses=WORDS,
    ),
    _row("GET", "/inquiries", "inquiries", inquiries.list_inquiries, Given(content=InquiryList),
         tag="inquiries", query=inquiries.Page),
    _row("GET", "/inquiries/{reference}", "inquiry", inquiries.show_inquiry, Given(content=InquiryCase),
         tag="inquiries", refuses=NO_INQUIRY),
    _row(
        "POST", "/inquiries/{reference}/messages", "write_more", inquiries.write_more,
        Given(status=201, content=LeftInquiry), tag="inquiries", takes=inquiries.MoreWords,
        shown_by=inquiries.show_inquiry, refuses=(*INQUIRING, *WORDS, (422, "problem.inquiry.too_many")),
    ),
    _row("POST", "/inquiries/{reference}/withdraw", "withdraw_inquiry", inquiries.withdraw_inquiry,
         Given(content=InquiryCase), tag="inquiries", takes=inquiries.Ending, shown_by=inquiries.show_inquiry,
         refuses=INQUIRING),
    _row("POST", "/inquiries/{reference}/close", "close_inquiry", inquiries.close_inquiry,
         Given(content=InquiryCase), tag="inquiries", takes=inquiries.Ending, shown_by=inquiries.show_inquiry,
         refuses=INQUIRING),
    _row("GET", "/consents", "consents", personal.list_consents, Given(content=personal.ConsentStates),
         tag="personal"),
    _row(
        "PUT", "/consents/{purpose}", "give_consent", personal.give_consent, tag="personal",
        takes=personal.Agreement,
        refuses=((404, "problem.api.no_such_purpose"), (409, "problem.api.wording_changed")),
    ),
    _row("DELETE", "/consents/{purpose}", "revoke_consent", personal.revoke_consent, tag="personal",
         refuses=((404, "problem.api.no_such_purpose"),)),
    _row("PUT", "/guardian", "name_guardian", personal.name_guardian, tag="personal",
         takes=personal.NamedGuardian, refuses=((409, "problem.api.wording_changed"),)),
    _row("GET", "/notice-preferences", "notice_preferences", notices.show_preferences,
         Given(content=notices.NoticePreferences), tag="notices"),
    _row(
        "PUT", "/notice-preferences", "choose_notices", notices.choose_preferences,
        Given(content=notices.NoticePreferences), tag="notices", takes=notices.NoticeWish,
        refuses=((409, "problem.notices.choice"),),
    ),
    _row("GET", "/notice-prompts", "notice_prompt", notices.show_prompt, Given(content=notices.NoticePrompt),
         tag="notices", query=notices.PromptQuery, refuses=NO_CASE),
    _row(
        "POST", "/notice-consents", "notice_consents", notices.note_answers, Given(content=notices.NoticeConsents),
        tag="notices", takes=notices.NoticeAnswers, has_act=True,
        refuses=((409, "problem.api.no_such_template"),),
    ),
    _row("GET", "/links", "links", personal.list_links, Given(content=personal.Links), tag="personal"),
    _row("DELETE", "/links/{account_id}", "part_link", personal.part_link, tag="personal",
         refuses=((404, "problem.people.no_such_account"),)),
    _row("DELETE", "/me", "forget_me", personal.forget_me, tag="personal",
         refuses=((409, "problem.api.on_record"),)),
    _row("GET", "/export", "export", personal.export, Given(schemas={"application/json": EXPORTED}),
         tag="personal", pace=WRITING),
    _row("GET", "/openapi.json", "document", public.show_document,
         Given(schemas={"application/json": {"type": "object"}}), tag="public", who=Who.ANYBODY),
    _row("GET", "/docs", "docs", public.show_docs, Given(schemas={"text/html": {"type": "string"}}),
         tag="public", who=Who.ANYBODY),
)  # fmt: skip

OPERATIONS: tuple[Operation, ...] = (*OWN, *PERMITS, *PENALTIES, *RECTIFICATIONS, *UPLOADS)
"""What the blueprint routes."""
