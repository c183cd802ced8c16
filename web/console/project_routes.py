"""The routes about projects, visits to enterprises and certificates on one screen."""

from __future__ import annotations

from typing import Any

from casework.permissions import Operation as May
from web.console.certificate_pages import add_certificate, revoke_certificate, show_certificates
from web.console.enterprise_visit_pages import (
    change_visit,
    show_check_in,
    show_rating_code,
    show_ratings,
    show_visit,
    show_visits,
    take_check_in,
)
from web.console.project_pages import add_project, change_project, show_project, show_projects

PROJECT, VISIT = "/projects/<project_id:str>", "/enterprise-visits/<visit_id:str>"
CHECK_IN, CERTIFICATES = "/enterprise-visits/check-in", "/certificates"

PROJECT_ROUTES: tuple[tuple[str, str, May, Any, str], ...] = (
    ("GET", "/projects", May.SEE_PROJECTS, show_projects, "projects"),
    ("POST", "/projects", May.KEEP_PROJECTS, add_project, "add_project"),
    ("GET", PROJECT, May.SEE_PROJECTS, show_project, "project"),
    # Planning a visit is the officers' too: each act asks for its own right.
    ("POST", PROJECT + "/<act:str>", May.SEE_PROJECTS, change_project, "change_project"),
    ("GET", "/enterprise-visits", May.SEE_PROJECTS, show_visits, "enterprise_visits"),
    ("GET", CHECK_IN, May.INSPECT_ENTERPRISES, show_check_in, "check_in"),
    ("POST", CHECK_IN, May.INSPECT_ENTERPRISES, take_check_in, "take_check_in"),
    ("GET", "/enterprise-visits/ratings", May.SEE_VISIT_RATINGS, show_ratings, "visit_ratings"),
    ("GET", VISIT, May.SEE_PROJECTS, show_visit, "enterprise_visit"),
    ("POST", VISIT + "/code", May.KEEP_PROJECTS, show_rating_code, "visit_rating_code"),
    ("POST", VISIT + "/<act:str>", May.PLAN_ENTERPRISE_VISITS, change_visit, "change_enterprise_visit"),
    ("GET", CERTIFICATES, May.SEE_PROJECTS, show_certificates, "certificates"),
    ("POST", CERTIFICATES, May.KEEP_CERTIFICATES, add_certificate, "add_certificate"),
    (
        "POST",
        CERTIFICATES + "/<certificate_id:str>/revoke",
        May.KEEP_CERTIFICATES,
        revoke_certificate,
        "revoke_certificate",
    ),
)
