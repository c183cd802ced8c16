"""The routes about papers on one screen: templates, the book of numbers, one paper."""

from __future__ import annotations

from typing import Any

from casework.permissions import Operation as May
from web.console.document_pages import show_issued, show_original, show_paper
from web.console.document_template_pages import (
    preview_template,
    restore_template,
    save_template,
    show_template,
    show_templates,
)
from web.console.document_void_pages import show_voiding, void_one

TEMPLATE, PAPER = "/papers/<name:str>", "/documents/<document_id:str>"

DOCUMENT_ROUTES: tuple[tuple[str, str, May, Any, str], ...] = (
    ("GET", "/papers", May.SEE_PAPERS, show_templates, "papers"),
    ("GET", "/papers/issued", May.SEE_PAPERS, show_issued, "papers_issued"),
    ("GET", TEMPLATE, May.SEE_PAPERS, show_template, "paper_template"),
    ("POST", TEMPLATE, May.AMEND_PAPERS, save_template, "save_paper_template"),
    ("POST", TEMPLATE + "/preview", May.AMEND_PAPERS, preview_template, "preview_paper_template"),
    ("POST", TEMPLATE + "/restore", May.AMEND_PAPERS, restore_template, "restore_paper_template"),
    ("GET", PAPER, May.SEE_APPLICANT, show_paper, "paper"),
    ("GET", PAPER + "/original", May.SEE_VOID_ORIGINALS, show_original, "paper_original"),
    ("GET", PAPER + "/void", May.VOID_PAPERS, show_voiding, "voiding_paper"),
    ("POST", PAPER + "/void", May.VOID_PAPERS, void_one, "void_paper"),
)
