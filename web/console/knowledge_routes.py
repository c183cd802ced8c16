"""The routes of the knowledge base. Moves of drafts are open to whoever sees them: their table names the roles."""

from __future__ import annotations

from casework.permissions import Operation as May
from web.console.knowledge_draft_acts import approve_several, take_draft_move, withdraw_entry
from web.console.knowledge_draft_pages import show_draft, show_drafts
from web.console.knowledge_entry_page import show_entry
from web.console.knowledge_miss_pages import show_cluster, show_misses, take_misses
from web.console.knowledge_pages import show_knowledge
from web.console.knowledge_publish_pages import publish_drafts, show_publish
from web.console.knowledge_release_pages import (
    roll_back,
    show_reach,
    show_release,
    show_releases,
    show_roll_back,
)
from web.console.knowledge_term_pages import add_term, remove_term, show_terms
from web.console.knowledge_writing import (
    add_entry,
    change_entry,
    edit_draft,
    edit_entry,
    new_entry,
    reword_draft,
)

HERE = "/knowledge"
ENTRY, DRAFT, RELEASE = (
    f"{HERE}/entries/<slug:str>",
    f"{HERE}/drafts/<draft_id:str>",
    f"{HERE}/releases/<number:str>",
)

KNOWLEDGE_ROUTES = (
    ("GET", HERE, May.SEE_KNOWLEDGE, show_knowledge, "knowledge"),
    ("GET", f"{HERE}/new", May.KEEP_KNOWLEDGE, new_entry, "new_knowledge"),
    ("POST", f"{HERE}/new", May.KEEP_KNOWLEDGE, add_entry, "add_knowledge"),
    ("GET", ENTRY, May.SEE_KNOWLEDGE, show_entry, "knowledge_entry"),
    ("GET", f"{ENTRY}/edit", May.KEEP_KNOWLEDGE, edit_entry, "edit_knowledge"),
    ("POST", f"{ENTRY}/edit", May.KEEP_KNOWLEDGE, change_entry, "change_knowledge"),
    ("POST", f"{ENTRY}/withdraw", May.KEEP_KNOWLEDGE, withdraw_entry, "withdraw_knowledge"),
    ("GET", f"{HERE}/misses", May.SEE_KNOWLEDGE, show_misses, "knowledge_misses"),
    ("POST", f"{HERE}/misses", May.KEEP_KNOWLEDGE, take_misses, "take_knowledge_misses"),
    ("GET", f"{HERE}/misses/<key:str>", May.SEE_KNOWLEDGE, show_cluster, "knowledge_cluster"),
    ("GET", f"{HERE}/drafts", May.SEE_KNOWLEDGE, show_drafts, "knowledge_drafts"),
    ("POST", f"{HERE}/drafts/approve-law", May.SEE_KNOWLEDGE, approve_several, "approve_knowledge_drafts"),
    ("GET", DRAFT, May.SEE_KNOWLEDGE, show_draft, "knowledge_draft"),
    ("GET", f"{DRAFT}/edit", May.KEEP_KNOWLEDGE, edit_draft, "edit_knowledge_draft"),
    ("POST", f"{DRAFT}/edit", May.KEEP_KNOWLEDGE, reword_draft, "reword_knowledge_draft"),
    ("POST", f"{DRAFT}/<move:str>", May.SEE_KNOWLEDGE, take_draft_move, "knowledge_draft_move"),
    ("GET", f"{HERE}/publish", May.SEE_KNOWLEDGE, show_publish, "knowledge_publish"),
    ("POST", f"{HERE}/publish", May.PUBLISH_KNOWLEDGE, publish_drafts, "publish_knowledge"),
    ("GET", f"{HERE}/releases", May.SEE_KNOWLEDGE, show_releases, "knowledge_releases"),
    ("GET", RELEASE, May.SEE_KNOWLEDGE, show_release, "knowledge_release"),
    ("GET", f"{RELEASE}/reach", May.SEE_KNOWLEDGE, show_reach, "knowledge_reach"),
    ("GET", f"{RELEASE}/back", May.PUBLISH_KNOWLEDGE, show_roll_back, "knowledge_back"),
    ("POST", f"{RELEASE}/back", May.PUBLISH_KNOWLEDGE, roll_back, "roll_back_knowledge"),
    ("GET", f"{HERE}/terms", May.SEE_KNOWLEDGE, show_terms, "knowledge_terms"),
    ("POST", f"{HERE}/terms", May.KEEP_KNOWLEDGE, add_term, "add_knowledge_term"),
    ("POST", f"{HERE}/terms/<term_id:str>/remove", May.KEEP_KNOWLEDGE, remove_term, "remove_knowledge_term"),
)
