"""The routes about routing on one screen: rules, trying them, who holds which post."""

from __future__ import annotations

from typing import Any

from casework.permissions import Operation as May
from web.console.posting_pages import (
    add_posting,
    change_posting,
    import_list,
    revoke_posting,
    show_posting,
    show_postings,
)
from web.console.routing_pages import (
    add_rule,
    restore_rule,
    save_rule,
    show_new_rule,
    show_routing,
    show_rule,
)
from web.console.routing_trial_page import show_trial

RULE, POSTING = "/routing/rules/<code:str>", "/postings/<posting_id:str>"

ROUTING_ROUTES: tuple[tuple[str, str, May, Any, str], ...] = (
    ("GET", "/routing", May.SEE_ROUTING, show_routing, "routing"),
    ("GET", "/routing/new", May.AMEND_SETTINGS, show_new_rule, "new_routing_rule"),
    ("POST", "/routing/new", May.AMEND_SETTINGS, add_rule, "add_routing_rule"),
    ("GET", "/routing/trial", May.SEE_ROUTING, show_trial, "routing_trial"),
    ("GET", RULE, May.SEE_ROUTING, show_rule, "routing_rule"),
    ("POST", RULE, May.AMEND_SETTINGS, save_rule, "save_routing_rule"),
    ("POST", RULE + "/restore", May.AMEND_SETTINGS, restore_rule, "restore_routing_rule"),
    ("GET", "/postings", May.SEE_ROUTING, show_postings, "postings"),
    ("POST", "/postings", May.KEEP_POSTINGS, add_posting, "add_posting"),
    ("POST", "/postings/import", May.KEEP_POSTINGS, import_list, "import_duty_list"),
    ("GET", POSTING, May.SEE_ROUTING, show_posting, "posting"),
    ("POST", POSTING, May.KEEP_POSTINGS, change_posting, "change_posting"),
    ("POST", POSTING + "/revoke", May.KEEP_POSTINGS, revoke_posting, "revoke_posting"),
)
