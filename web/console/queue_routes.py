"""The routes of the list of cases on one screen: where, who may, what answers."""

from __future__ import annotations

from typing import Any

from casework.permissions import Operation as May
from web.console.queue_page import show_queue
from web.console.saved_pages import back_to_saved, change_saved, save_queue, show_saved
from web.console.several_pages import back_to_list, show_several, take_several

QUEUE_ROUTES: tuple[tuple[str, str, May, Any, str], ...] = (
    ("GET", "/cases", May.SEE_CASES, show_queue, "queue"),
    ("GET", "/several", May.SEE_CASES, show_several, "several"),
    ("GET", "/several/<move:str>", May.SEE_CASES, back_to_list, "back_to_list"),
    ("POST", "/several/<move:str>", May.SEE_CASES, take_several, "take_several"),
    ("GET", "/queues", May.SEE_CASES, show_saved, "saved_queues"),
    ("POST", "/queues", May.SEE_CASES, save_queue, "save_queue"),
    ("GET", "/queues/<filter_id:str>/<act:str>", May.SEE_CASES, back_to_saved, "back_to_saved"),
    ("POST", "/queues/<filter_id:str>/<act:str>", May.SEE_CASES, change_saved, "change_saved"),
)
