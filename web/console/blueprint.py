"""The console's routes on one screen."""

from __future__ import annotations

from typing import Any

from sanic import Blueprint, HTTPResponse, Request
from sanic.response import redirect

from web.console.bodies import with_photos
from web.console.case_routes import back_to_case, show_case, show_phone, take_move
from web.console.deliveries_page import show_deliveries
from web.console.photos import show_photo
from web.console.queue_page import show_queue
from web.console.signing_in import log_in, log_out, login_keeping_text, show_login
from web.console.visitor import HOME, signed_in


def console_blueprint() -> Blueprint:
    """All pages for staff. `app.ctx.console` holds what they work with, see `door.build_console`.

    Every page needs a session but the three of signing in and out.
    """
    console = Blueprint("console", url_prefix="/console")
    page, act = signed_in(), signed_in(expired=login_keeping_text)

    def route(method: str, path: str, handler: Any, name: str, *, stream: bool = False) -> None:
        console.add_route(handler, path, methods=[method], name=name, stream=stream)

    route("GET", "/", _home, "home")
    route("GET", "/login", show_login, "login")
    route("POST", "/login", log_in, "log_in")
    route("POST", "/logout", log_out, "log_out")
    route("GET", "/cases", page(show_queue), "queue")
    route("GET", "/cases/<reference:str>", page(show_case), "case")
    route("GET", "/cases/<reference:str>/<move:str>", page(back_to_case), "back_to_case")
    route("POST", "/cases/<reference:str>/phone", act(show_phone), "phone")
    route("POST", "/cases/<reference:str>/<move:str>", with_photos(act(take_move)), "move", stream=True)
    route("GET", "/files/<file_id:str>", page(show_photo), "photo")
    route("GET", "/deliveries", page(show_deliveries), "deliveries")
    return console


async def _home(request: Request) -> HTTPResponse:
    return redirect(HOME, status=303)
