"""The routes about notices to put something right on one screen."""

from __future__ import annotations

from typing import Any

from casework.permissions import Operation as May
from web.console.penalty_new_page import show_new_notice, take_new_notice
from web.console.penalty_pages import (
    show_notice_paper,
    show_notice_photo,
    show_notice_to_right,
    show_notices_to_right,
    take_notice,
)

_ONE = "/penalties/<reference:str>"
PENALTY_ROUTES: tuple[tuple[str, str, May, Any, str], ...] = (
    ("GET", "/penalties", May.SEE_PENALTIES, show_notices_to_right, "penalties"),
    ("GET", "/penalties/new", May.KEEP_PENALTIES, show_new_notice, "new_penalty_notice"),
    ("POST", "/penalties/new", May.KEEP_PENALTIES, take_new_notice, "issue_penalty_notice"),
    ("GET", _ONE, May.SEE_PENALTIES, show_notice_to_right, "penalty_notice"),
    ("GET", f"{_ONE}/papers/<document_id:str>", May.SEE_PENALTIES, show_notice_paper, "penalty_paper"),
    ("GET", f"{_ONE}/photos/<file_id:str>", May.SEE_PENALTIES, show_notice_photo, "penalty_photo"),
    ("POST", f"{_ONE}/<act:str>", May.KEEP_PENALTIES, take_notice, "take_penalty_notice"),
)
