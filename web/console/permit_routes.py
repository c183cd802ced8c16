"""The routes about permits on one screen."""

from __future__ import annotations

from typing import Any

from casework.permissions import Operation as May
from web.console.permit_call_pages import show_calls, take_call
from web.console.permit_co_sign_pages import answer_question, show_question, show_questions
from web.console.permit_entry_pages import (
    begin_correction,
    begin_entry,
    keep_material,
    save_draft,
    show_draft,
    show_new,
    take_draft,
    take_over_draft,
)
from web.console.permit_file_pages import keep_heard_file, show_material, show_survey_photo
from web.console.permit_held_pages import (
    preview_held_permit,
    show_held,
    show_held_permit,
    take_held_permit,
)
from web.console.permit_identity import take_identity
from web.console.permit_pages import (
    mark_original,
    preview_permit,
    show_applicant,
    show_permit,
    take_permit,
)
from web.console.permit_queue_page import show_permits
from web.console.permit_receipt_page import show_permit_receipt
from web.console.permit_survey_pages import keep_photo, show_survey, show_surveys, take_survey

_ONE, _DRAFT = "/permits/<reference:str>", "/permits/drafts/<draft_id:str>"
_VISIT, _HELD, _ASKED = (
    "/surveys/<survey_id:str>",
    "/held-permits/<permit_id:str>",
    "/co-signing/<asked_id:str>",
)
PERMIT_UPLOADS: tuple[tuple[str, May, Any, str], ...] = (
    (f"{_DRAFT}/files", May.ENTER_PERMITS, keep_material, "permit_files"),
    (f"{_ONE}/statements/<statement_id:str>/files", May.TAKE_IN_PERMITS, keep_heard_file, "heard_files"),
    (f"{_VISIT}/photos", May.SURVEY_PERMITS, keep_photo, "survey_photos"),
)
"""Forms that bring files, so the blueprint adds them by itself."""

PERMIT_ROUTES: tuple[tuple[str, str, May, Any, str], ...] = (
    ("GET", "/permits", May.SEE_PERMITS, show_permits, "permits"),
    ("GET", "/permits/new", May.ENTER_PERMITS, show_new, "new_permit"),
    ("GET", "/permits/calls", May.ENTER_PERMITS, show_calls, "permit_calls"),
    ("POST", "/permits/calls", May.ENTER_PERMITS, take_call, "take_permit_call"),
    ("POST", "/permits/handover", May.ENTER_PERMITS, take_over_draft, "take_over_permit_draft"),
    ("POST", "/permits/new/<kind:str>", May.ENTER_PERMITS, begin_entry, "begin_permit"),
    ("GET", "/permits/files/<attached_id:str>", May.SEE_PERMITS, show_material, "permit_material"),
    ("GET", _DRAFT, May.ENTER_PERMITS, show_draft, "permit_draft"),
    ("POST", _DRAFT, May.ENTER_PERMITS, save_draft, "save_permit_draft"),
    ("POST", f"{_DRAFT}/<act:str>", May.ENTER_PERMITS, take_draft, "take_permit_draft"),
    ("GET", _ONE, May.SEE_PERMITS, show_permit, "permit"),
    ("GET", f"{_ONE}/receipt", May.ENTER_PERMITS, show_permit_receipt, "permit_receipt"),
    ("POST", f"{_ONE}/reveal", May.SEE_APPLICANT_CLEARLY, show_applicant, "permit_applicant"),
    ("POST", f"{_ONE}/identity", May.TAKE_IN_PERMITS, take_identity, "permit_identity"),
    ("POST", f"{_ONE}/correct", May.ENTER_PERMITS, begin_correction, "correct_permit"),
    ("POST", f"{_ONE}/original/<attached_id:str>", May.TAKE_IN_PERMITS, mark_original, "permit_original"),
    ("POST", f"{_ONE}/<act:str>", May.SEE_PERMITS, take_permit, "take_permit"),
    ("POST", f"{_ONE}/<act:str>/preview", May.SEE_PERMITS, preview_permit, "preview_permit"),
    ("GET", "/held-permits", May.SEE_PERMITS, show_held, "held_permits"),
    ("GET", _HELD, May.SEE_PERMITS, show_held_permit, "held_permit"),
    ("POST", f"{_HELD}/<act:str>", May.SEE_PERMITS, take_held_permit, "take_held_permit"),
    ("POST", f"{_HELD}/<act:str>/preview", May.SEE_PERMITS, preview_held_permit, "preview_held_permit"),
    ("GET", "/surveys", May.SURVEY_PERMITS, show_surveys, "surveys"),
    ("GET", "/surveys/photos/<photo_id:str>", May.SEE_PERMITS, show_survey_photo, "survey_photo"),
    ("GET", _VISIT, May.SEE_PERMITS, show_survey, "survey"),
    ("POST", f"{_VISIT}/<act:str>", May.SURVEY_PERMITS, take_survey, "take_survey"),
    ("GET", "/co-signing", May.CO_SIGN_PERMITS, show_questions, "co_signing"),
    ("GET", _ASKED, May.CO_SIGN_PERMITS, show_question, "co_sign"),
    ("POST", _ASKED, May.SEE_PERMITS, answer_question, "answer_co_sign"),
)
