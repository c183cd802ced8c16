"""The routes about penalty cases on one screen."""

from __future__ import annotations

from typing import Any

from casework.permissions import Operation as May
from web.console.penalty_case_new_page import show_new_penalty_case, take_new_penalty_case
from web.console.penalty_case_pages import (
    show_penalty_case,
    show_penalty_case_file,
    show_penalty_case_paper,
    show_penalty_cases,
    take_penalty_case,
)

_ONE = "/penalty-cases/<reference:str>"
PENALTY_CASE_ROUTES: tuple[tuple[str, str, May, Any, str], ...] = (
    ("GET", "/penalty-cases", May.SEE_PENALTIES, show_penalty_cases, "penalty_cases"),
    ("GET", "/penalty-cases/new", May.KEEP_PENALTIES, show_new_penalty_case, "new_penalty_case"),
    ("POST", "/penalty-cases/new", May.KEEP_PENALTIES, take_new_penalty_case, "issue_penalty_case"),
    ("GET", _ONE, May.SEE_PENALTIES, show_penalty_case, "penalty_case"),
    (
        "GET",
        f"{_ONE}/papers/<document_id:str>",
        May.SEE_PENALTIES,
        show_penalty_case_paper,
        "penalty_case_paper",
    ),
    ("GET", f"{_ONE}/files/<file_id:str>", May.SEE_PENALTIES, show_penalty_case_file, "penalty_case_file"),
    # Whose move it is stands in `casework.penalties.case_lifecycle`: also legal reviewers have some.
    ("POST", f"{_ONE}/<act:str>", May.SEE_PENALTIES, take_penalty_case, "take_penalty_case"),
)
