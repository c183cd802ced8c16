"""The routes of filing on one screen."""

from __future__ import annotations

from typing import Any

from casework.permissions import Operation as May
from web.console.taking_page import file_case, give_hints, show_taking

TAKING_ROUTES: tuple[tuple[str, str, May, Any, str], ...] = (
    ("GET", "/cases/new", May.FILE_CASE, show_taking, "taking"),
    ("GET", "/cases/new/hints", May.FILE_CASE, show_taking, "taking_again"),
    ("POST", "/cases/new/hints", May.FILE_CASE, give_hints, "taking_hints"),
)
FILE_CASE = file_case
"""Carries photos, so its body is read apart: see `bodies`."""
