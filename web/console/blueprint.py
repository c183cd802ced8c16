"""The console's routes on one screen."""

from __future__ import annotations

from typing import Any

from sanic import Blueprint, HTTPResponse, Request
from sanic.response import redirect

from casework.permissions import Operation as May
from web.console.bodies import with_photos
from web.console.campaign_routes import CAMPAIGN_ROUTES
from web.console.case_routes import back_to_case, show_case, show_phone, show_story, take_move, take_side
from web.console.code_pages import add_code, retire_code, show_codes, show_sheet
from web.console.danger_pages import end_danger, show_dangers, take_danger
from web.console.document_routes import DOCUMENT_ROUTES
from web.console.door import ConsoleDoor
from web.console.exchange_routes import EXCHANGE_ROUTES
from web.console.figures_routes import FIGURES_ROUTES
from web.console.forms import SIDE_FORMS
from web.console.frame import first_place
from web.console.inquiry_pages import answer_inquiry, close_inquiry, read_words, show_inquiries, show_inquiry
from web.console.knowledge_routes import KNOWLEDGE_ROUTES
from web.console.map_routes import MAP_ROUTES
from web.console.mine_page import end_binding, new_binding, show_mine
from web.console.notice_routes import NOTICE_ROUTES
from web.console.order_pages import take_order
from web.console.order_routes import ORDER_ACT, ORDER_ROUTES
from web.console.penalty_case_routes import PENALTY_CASE_ROUTES
from web.console.penalty_routes import PENALTY_ROUTES
from web.console.people_routes import PEOPLE_ROUTES
from web.console.permit_routes import PERMIT_ROUTES, PERMIT_UPLOADS
from web.console.photos import give_recording, show_photo
from web.console.privacy_routes import PRIVACY_ROUTES
from web.console.project_routes import PROJECT_ROUTES
from web.console.queue_routes import QUEUE_ROUTES
from web.console.routing_routes import ROUTING_ROUTES
from web.console.settings_routes import SETTINGS_ROUTES
from web.console.sign_routes import SIGN_ROUTES
from web.console.signing_in import give_code, log_in, log_out, login_keeping_text, show_login
from web.console.taking_routes import FILE_CASE, TAKING_ROUTES
from web.console.visit_pages import show_visits, take_visit
from web.console.visitor import Visitor, signed_in

CASE, INQUIRY, DANGER = "/cases/<reference:str>", "/inquiries/<reference:str>", "/dangers/<alert_id:str>"


def console_blueprint() -> Blueprint:
    """All pages for staff. `app.ctx.console` holds what they work with, see `door.build_console`.

    Every page needs a session but the three of signing in and out, and names what its reader must be allowed to do.
    """
    console = Blueprint("console", url_prefix="/console")

    def page(may: May, handler: Any) -> Any:
        return signed_in(may=may)(handler)

    def act(may: May, handler: Any) -> Any:
        return signed_in(may=may, expired=login_keeping_text)(handler)

    def route(method: str, path: str, handler: Any, name: str, *, stream: bool = False) -> None:
        # Without a format Sanic reads every handler's source to guess one; our own handler answers all errors.
        console.add_route(handler, path, methods=[method], name=name, stream=stream, error_format="html")

    route("GET", "/", page(May.KEEP_OWN_ACCOUNT, _home), "home")
    route("GET", "/login", show_login, "login")
    route("POST", "/login", log_in, "log_in")
    route("POST", "/login/code", give_code, "give_code")
    route("POST", "/logout", log_out, "log_out")
    route("POST", "/cases/new", with_photos(act(May.FILE_CASE, FILE_CASE)), "file_case", stream=True)
    route("GET", CASE, page(May.SEE_CASES, show_case), "case")
    route("GET", CASE + "/<move:str>", page(May.SEE_CASES, back_to_case), "back_to_case")
    route("POST", CASE + "/phone", act(May.SEE_PHONE, show_phone), "phone")
    route("POST", CASE + "/story", act(May.SEE_PHONE, show_story), "story")
    for name, form in SIDE_FORMS.items():
        route("POST", f"{CASE}/{name}", act(form.may, take_side), name)
    route("POST", CASE + "/<move:str>", with_photos(act(May.SEE_CASES, take_move)), "move", stream=True)
    route("POST", CASE + "/recordings/<file_id:str>", act(May.SEE_RECORDINGS, give_recording), "recording")
    route("GET", "/files/<file_id:str>", page(May.SEE_CASES, show_photo), "photo")
    route("GET", "/inquiries", page(May.SEE_INQUIRIES, show_inquiries), "inquiries")
    route("GET", INQUIRY, page(May.SEE_INQUIRIES, show_inquiry), "inquiry")
    route("POST", INQUIRY + "/answer", act(May.SEE_INQUIRIES, answer_inquiry), "answer_inquiry")
    route("POST", INQUIRY + "/words", act(May.SEE_PHONE, read_words), "inquiry_words")
    route("POST", INQUIRY + "/close", act(May.SEE_INQUIRIES, close_inquiry), "close_inquiry")
    route("GET", "/visits", page(May.SEE_VISITS, show_visits), "visits")
    route("POST", "/visits/<visit_id:str>/<act:str>", act(May.SEE_VISITS, take_visit), "take_visit")
    route("POST", ORDER_ACT, with_photos(act(May.SEE_ORDERS, take_order)), "take_order", stream=True)
    for path, operation, handler, name in PERMIT_UPLOADS:
        route("POST", path, with_photos(act(operation, handler)), name, stream=True)
    route("GET", "/dangers", page(May.SEE_DANGERS, show_dangers), "dangers")
    route("POST", DANGER + "/take", act(May.SEE_DANGERS, take_danger), "take_danger")
    route("POST", DANGER + "/end", act(May.SEE_DANGERS, end_danger), "end_danger")
    route("GET", "/me", page(May.KEEP_OWN_ACCOUNT, show_mine), "mine")
    route("POST", "/me/wechat", act(May.KEEP_OWN_ACCOUNT, new_binding), "new_binding")
    route("POST", "/me/wechat/unbind", act(May.KEEP_OWN_ACCOUNT, end_binding), "end_binding")
    route("GET", "/codes", page(May.KEEP_CODES, show_codes), "codes")
    route("POST", "/codes", act(May.KEEP_CODES, add_code), "add_code")
    route("GET", "/codes/<code:str>", page(May.KEEP_CODES, show_sheet), "code_sheet")
    route("POST", "/codes/<code:str>/retire", act(May.KEEP_CODES, retire_code), "retire_code")
    tables = (
        *QUEUE_ROUTES,
        *TAKING_ROUTES,
        *NOTICE_ROUTES,
        *PEOPLE_ROUTES,
        *SETTINGS_ROUTES,
        *CAMPAIGN_ROUTES,
        *KNOWLEDGE_ROUTES,
        *FIGURES_ROUTES,
        *MAP_ROUTES,
        *EXCHANGE_ROUTES,
        *ORDER_ROUTES,
        *ROUTING_ROUTES,
        *PRIVACY_ROUTES,
        *DOCUMENT_ROUTES,
        *PERMIT_ROUTES,
        *SIGN_ROUTES,
        *PROJECT_ROUTES,
        *PENALTY_ROUTES,
        *PENALTY_CASE_ROUTES,
    )
    for method, path, operation, handler, name in tables:
        guard = page if method == "GET" else act
        route(method, path, guard(operation, handler), name)
    return console


async def _home(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    return redirect(first_place(visitor), status=303)
