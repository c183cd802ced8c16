"""Open311's routes on one screen, each in JSON and XML."""

from __future__ import annotations

from typing import Any, get_args

from sanic import Blueprint

from miniapp_api.open311.requests import list_requests, post_request, show_request, show_token
from miniapp_api.open311.services import define_service, list_services, show_discovery
from miniapp_api.open311.speaking import Format, spoken


def open311_blueprint() -> Blueprint:
    """Everything under /open311/v2. `app.ctx.open311` holds what it works with, see `door.build_open311`."""
    open311 = Blueprint("open311", url_prefix="/open311/v2")

    def route(method: str, path: str, handler: Any, name: str) -> None:
        for form in get_args(Format):
            address = path.replace("{form}", form)
            open311.add_route(spoken(form)(handler), address, methods=[method], name=f"{name}_{form}")

    route("GET", "/discovery.{form}", show_discovery, "discovery")
    route("GET", "/services.{form}", list_services, "services")
    route("GET", r"/services/<code:([a-z][a-z0-9_]{0,39}\.{form})>", define_service, "service")
    route("GET", "/requests.{form}", list_requests, "requests")
    route("POST", "/requests.{form}", post_request, "post")
    route("GET", r"/requests/<id:([A-Za-z0-9]{1,40}\.{form})>", show_request, "request")
    route("GET", r"/tokens/<token:([A-Za-z0-9]{1,40}\.{form})>", show_token, "token")
    return open311
