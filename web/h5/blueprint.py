"""The citizens' routes on one screen."""

from __future__ import annotations

from typing import Any

from sanic import Blueprint

from web.h5.ask_page import show_ask
from web.h5.case_pages import show_case, show_me, show_photo
from web.h5.code_page import show_code
from web.h5.data_page import export, give_consent, name_guardian, part, revoke_consent, show_data
from web.h5.entering import come_back, enter, leave
from web.h5.frame import choose_print
from web.h5.home_page import show_home
from web.h5.message_page import send_message, show_message
from web.h5.plain_pages import show_notices, show_permits
from web.h5.visitor import for_anybody, signed_in


def h5_blueprint() -> Blueprint:
    """All pages for citizens. `app.ctx.h5` holds what they work with, see `door.build_h5`.

    Every page needs a session but those of coming in and going out, the size of print, and permits.
    """
    h5 = Blueprint("h5", url_prefix="/h5")

    def route(method: str, path: str, handler: Any, name: str) -> None:
        h5.add_route(handler, path, methods=[method], name=name)

    route("GET", "/", for_anybody(show_home), "home")
    route("GET", "/ask", for_anybody(show_ask), "ask")
    route("GET", "/ask/message", for_anybody(show_message), "message")
    route("POST", "/ask/message", for_anybody(send_message), "send_message")
    route("GET", "/enter", enter, "enter")
    route("GET", "/oauth", come_back, "oauth")
    route("POST", "/leave", leave, "leave")
    route("GET", "/print/<size:str>", choose_print, "print")
    route("GET", "/codes/<code:str>", for_anybody(show_code), "code")
    route("GET", "/permits", for_anybody(show_permits), "permits")
    route("GET", "/me", signed_in(show_me), "me")
    route("GET", "/cases/<reference:str>", signed_in(show_case), "case")
    route("GET", "/files/<file_id:str>", signed_in(show_photo), "photo")
    route("GET", "/notices", signed_in(show_notices), "notices")
    route("GET", "/data", signed_in(show_data), "data")
    route("GET", "/export", signed_in(export), "export")
    route("POST", "/consents/<purpose:str>", signed_in(give_consent), "give_consent")
    route("POST", "/consents/<purpose:str>/revoke", signed_in(revoke_consent), "revoke_consent")
    route("POST", "/guardian", signed_in(name_guardian), "guardian")
    route("POST", "/accounts/<account_id:str>/part", signed_in(part), "part")
    return h5
