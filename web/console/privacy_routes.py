"""The routes about personal data on one screen."""

from __future__ import annotations

from typing import Any

from casework.permissions import Operation as May
from web.console.find_page import find_cases, show_find
from web.console.privacy_acts import forget, forget_messages, lift, open_case, restrict, show_restricted
from web.console.privacy_pages import correct_case, read_request, show_correcting, show_request, show_requests
from web.console.retention_page import show_retention

REQUEST, CORRECT = "/privacy/requests/<reference:str>", "/privacy/correct/<reference:str>"
CASE, THREAD = "/privacy/cases/<reference:str>", "/privacy/threads/<reference:str>"

PRIVACY_ROUTES: tuple[tuple[str, str, May, Any, str], ...] = (
    ("GET", "/find", May.FIND_BY_PHONE, show_find, "find"),
    ("POST", "/find", May.FIND_BY_PHONE, find_cases, "find_cases"),
    ("GET", "/privacy", May.SEE_OWN_DATA_REQUESTS, show_requests, "privacy"),
    ("GET", REQUEST, May.SEE_OWN_DATA_REQUESTS, show_request, "privacy_request"),
    ("POST", REQUEST + "/words", May.CORRECT_PERSONAL_DATA, read_request, "privacy_words"),
    ("GET", CORRECT, May.CORRECT_PERSONAL_DATA, show_correcting, "correcting"),
    ("POST", CORRECT, May.CORRECT_PERSONAL_DATA, correct_case, "correct_case"),
    ("POST", CASE + "/forget", May.KEEP_PERSONAL_DATA, forget, "forget_case"),
    ("POST", CASE + "/restrict", May.KEEP_PERSONAL_DATA, restrict, "restrict_case"),
    ("POST", CASE + "/lift", May.KEEP_PERSONAL_DATA, lift, "lift_restriction"),
    ("POST", THREAD + "/forget", May.KEEP_PERSONAL_DATA, forget_messages, "forget_thread"),
    ("GET", "/privacy/restricted", May.SEE_RESTRICTED, show_restricted, "restricted"),
    ("POST", "/privacy/restricted/<reference:str>", May.SEE_RESTRICTED, open_case, "open_restricted"),
    ("GET", "/privacy/retention", May.SEE_RETENTION, show_retention, "retention"),
)
