"""The platforms' routes on one screen."""

from __future__ import annotations

from typing import Any

from sanic import Blueprint

from miniapp_api.exchange.admitting import signed_by_peer
from miniapp_api.exchange.routes import post_order, post_reminder, post_step, post_supplement, show_order

ORDER = "/orders/<number:str>"
ROUTES: tuple[tuple[str, str, Any, str], ...] = (
    ("POST", "/orders", post_order, "order"),
    ("GET", ORDER, show_order, "show_order"),
    ("POST", ORDER + "/supplements", post_supplement, "supplement"),
    ("POST", ORDER + "/reminders", post_reminder, "reminder"),
    ("POST", ORDER + "/steps", post_step, "step"),
)


def exchange_blueprint() -> Blueprint:
    """Everything under /exchange/v1. `app.ctx.exchange` holds what it works with, see `door.build_exchange`."""
    exchange = Blueprint("exchange", url_prefix="/exchange/v1")
    for method, path, handler, name in ROUTES:
        exchange.add_route(signed_by_peer(handler), path, methods=[method], name=name)
    return exchange
