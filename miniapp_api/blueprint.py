"""The API's routes, made from the table: nothing can be reached that is not documented."""

from __future__ import annotations

from sanic import Blueprint

from miniapp_api.serving import route_of, sanic_path
from miniapp_api.table import OPERATIONS


def api_blueprint() -> Blueprint:
    """Everything under /api/v1. `app.ctx.api` holds what it works with, see `door.build_api`."""
    api = Blueprint("api")
    for operation in OPERATIONS:
        api.add_route(
            route_of(operation),
            sanic_path(operation),
            methods=[operation.method],
            name=operation.name,
            stream=operation.is_stream,
            # Without a format Sanic reads every handler's source to guess one; our own handler answers all errors.
            error_format="json",
        )
    return api
