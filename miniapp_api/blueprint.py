"""The API's routes on one screen."""

from __future__ import annotations

from sanic import Blueprint

from miniapp_api.identity import give_phone, show_me, sign_in, sign_out


def api_blueprint() -> Blueprint:
    """Everything under /api/v1. `app.ctx.api` holds what it works with, see `door.build_api`.

    Every route needs a bearer token but signing in.
    """
    api = Blueprint("api", url_prefix="/api/v1")
    api.add_route(sign_in, "/session", methods=["POST"], name="sign_in")
    api.add_route(sign_out, "/session", methods=["DELETE"], name="sign_out")
    api.add_route(give_phone, "/phone", methods=["POST"], name="phone")
    api.add_route(show_me, "/me", methods=["GET"], name="me")
    return api
