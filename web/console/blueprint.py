"""The console's routes on one screen."""

from __future__ import annotations

from typing import Any

from sanic import Blueprint, HTTPResponse, Request
from sanic.response import redirect

from web.console.bodies import with_photos
from web.console.case_routes import back_to_case, show_case, show_phone, take_move
from web.console.code_pages import add_code, retire_code, show_codes, show_sheet
from web.console.danger_pages import end_danger, show_dangers, take_danger
from web.console.deliveries_page import show_deliveries
from web.console.inquiry_pages import answer_inquiry, close_inquiry, show_inquiries, show_inquiry
from web.console.mine_page import end_binding, new_binding, show_mine
from web.console.photos import give_recording, show_photo
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
    route("POST", "/cases/<reference:str>/recordings/<file_id:str>", act(give_recording), "recording")
    route("GET", "/files/<file_id:str>", page(show_photo), "photo")
    route("GET", "/inquiries", page(show_inquiries), "inquiries")
    route("GET", "/inquiries/<reference:str>", page(show_inquiry), "inquiry")
    route("POST", "/inquiries/<reference:str>/answer", act(answer_inquiry), "answer_inquiry")
    route("POST", "/inquiries/<reference:str>/close", act(close_inquiry), "close_inquiry")
    route("GET", "/dangers", page(show_dangers), "dangers")
    route("POST", "/dangers/<alert_id:str>/take", act(take_danger), "take_danger")
    route("POST", "/dangers/<alert_id:str>/end", act(end_danger), "end_danger")
    route("GET", "/me", page(show_mine), "mine")
    route("POST", "/me/wechat", act(new_binding), "new_binding")
    route("POST", "/me/wechat/unbind", act(end_binding), "end_binding")
    route("GET", "/codes", page(show_codes), "codes")
    route("POST", "/codes", act(add_code), "add_code")
    route("GET", "/codes/<code:str>", page(show_sheet), "code_sheet")
    route("POST", "/codes/<code:str>/retire", act(retire_code), "retire_code")
    route("GET", "/deliveries", page(show_deliveries), "deliveries")
    return console


async def _home(request: Request) -> HTTPResponse:
    return redirect(HOME, status=303)
