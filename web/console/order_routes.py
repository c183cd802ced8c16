"""The routes of work orders on one screen."""

from __future__ import annotations

from typing import Any

from casework.permissions import Operation as May
from web.console.order_issue import issue_order, show_issuing
from web.console.order_pages import show_order, show_order_photo, show_orders

ORDER_ACT = "/orders/<reference:str>/<act:str>"
"""Its form brings photos, so the blueprint adds it by itself."""

ORDER_ROUTES: tuple[tuple[str, str, May, Any, str], ...] = (
    ("GET", "/orders", May.SEE_ORDERS, show_orders, "orders"),
    ("GET", "/orders/new/<reference:str>", May.ISSUE_ORDERS, show_issuing, "issuing"),
    ("POST", "/orders/new/<reference:str>", May.ISSUE_ORDERS, issue_order, "issue_order"),
    ("GET", "/orders/photos/<photo_id:str>", May.SEE_ORDERS, show_order_photo, "order_photo"),
    ("GET", "/orders/<reference:str>", May.SEE_ORDERS, show_order, "order"),
)
