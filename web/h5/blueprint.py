"""The citizens' routes on one screen."""

from __future__ import annotations

from typing import Any

from sanic import Blueprint

from casework.penalties.case_requests import FILE_KIND
from casework.permits.materials import FILE_KIND as PERMIT_FILES
from web.h5 import typed
from web.h5.ask_page import show_ask, vote
from web.h5.case_acts import show_act, take_act
from web.h5.case_pages import show_case, show_cases, show_photo
from web.h5.case_visitor import sees_case
from web.h5.code_page import show_code
from web.h5.data_page import export, give_consent, name_guardian, part, revoke_consent, show_data
from web.h5.entering import come_back, enter, leave
from web.h5.filed_page import show_filed
from web.h5.filing_page import file_complaint, show_form
from web.h5.filing_uploads import begin_upload, continue_upload, keep_draft, look_at_upload, show_small
from web.h5.filing_wechat import show_script_key
from web.h5.frame import choose_print
from web.h5.home_page import show_home
from web.h5.identity_page import come_back as come_back_verified
from web.h5.identity_page import set_out, show_identity, take_away
from web.h5.me_page import end_login, end_other_logins, show_logins, show_me
from web.h5.message_page import send_message, show_message
from web.h5.notice_pages import choose_notices, show_choices, show_notices
from web.h5.notice_stop import show_stop, stop_notices
from web.h5.own_data_page import ask_correct, ask_delete, show_correct, show_delete
from web.h5.penalty_acts import take_notice_act
from web.h5.penalty_case_acts import take_case_act
from web.h5.penalty_case_pages import (
    claim_own_cases,
    show_case_file,
    show_case_paper,
    show_own_case,
    show_own_cases,
)
from web.h5.penalty_pages import (
    open_notice,
    revoke_delivery,
    show_notice,
    show_notice_paper,
    show_notice_photo,
    show_opening,
    show_own_notices,
)
from web.h5.penalty_visitor import sees_notice
from web.h5.permit_acts import show_paper
from web.h5.permit_acts import take_act as take_permit_act
from web.h5.permit_cards import ask_about, show_big, show_card, show_card_pdf, show_holder_file
from web.h5.permit_cases import show_application, show_own, show_said_file
from web.h5.permit_check import begin as begin_permit
from web.h5.permit_check import show_check
from web.h5.permit_files import attach, detach, show_material
from web.h5.permit_handover import offer_draft as handover_draft
from web.h5.permit_handover import show_claim as show_claim_permit
from web.h5.permit_handover import take_back_draft as end_handover
from web.h5.permit_handover import take_claim as take_claim_permit
from web.h5.permit_kinds import show_permits, show_sample
from web.h5.permit_map import give_areas
from web.h5.permit_preview import send_draft
from web.h5.permit_sending import take_files
from web.h5.permit_wizard import discard_draft, keep_for_later, show_draft, take_step
from web.h5.project_pages import claim, rate_visit, show_claim, show_code_form, show_rating
from web.h5.receipt_page import leave_case, open_case, show_receipt
from web.h5.search_page import show_search
from web.h5.sign_pages import show_own_sign, show_own_signs, show_sign_photo, take_sign_check
from web.h5.typed import later
from web.h5.visitor import for_anybody, signed_in


def h5_blueprint() -> Blueprint:
    """All pages for citizens. `app.ctx.h5` holds what they work with, see `door.build_h5`.

    Every page needs a session but those of coming in and going out, the size of print, permits, and stopping notices.
    """
    h5 = Blueprint("h5", url_prefix="/h5")

    def route(method: str, path: str, handler: Any, name: str, *, stream: bool = False) -> None:
        # Without a format Sanic reads every handler's source to guess one; our own handler answers all errors.
        h5.add_route(handler, path, methods=[method], name=name, stream=stream, error_format="html")

    route("GET", "/", for_anybody(show_home), "home")
    route("GET", "/ask", for_anybody(show_ask), "ask")
    route("POST", "/ask/vote", for_anybody(vote), "vote")
    route("GET", "/search", for_anybody(show_search), "search")
    route("GET", "/ask/message", for_anybody(show_message), "message")
    route("POST", "/ask/message", for_anybody(send_message), "send_message")
    route("GET", "/enter", enter, "enter")
    route("GET", "/oauth", come_back, "oauth")
    route("POST", "/leave", leave, "leave")
    route("GET", "/print/<size:str>", choose_print, "print")
    route("GET", "/codes/<code:str>", for_anybody(show_code), "code")
    route("GET", "/visits", for_anybody(show_code_form), "visit_code")
    route("GET", "/visits/<secret:str>", for_anybody(show_rating), "visit_rating")
    route("POST", "/visits/<secret:str>", for_anybody(rate_visit), "rate_visit")
    route("GET", "/projects/<project_id:str>/<secret:str>", signed_in(show_claim), "project_claim")
    route("POST", "/projects/<project_id:str>/<secret:str>", signed_in(claim), "claim_project")
    route("GET", "/file", for_anybody(show_form), "file")
    route("POST", "/file", file_complaint, "take_file", stream=True)
    route("POST", "/file/draft", for_anybody(keep_draft), "file_draft")
    route("GET", "/file/wechat", for_anybody(show_script_key), "file_wechat")
    route("GET", "/filed/<reference:str>", signed_in(show_filed), "filed")
    route("POST", "/uploads", for_anybody(begin_upload), "begin_upload")
    route("GET", "/uploads/<upload_id:str>", for_anybody(look_at_upload), "upload")
    route("PATCH", "/uploads/<upload_id:str>", for_anybody(continue_upload), "continue_upload", stream=True)
    route("GET", "/uploads/<upload_id:str>/small", for_anybody(show_small), "upload_small")
    route("GET", "/permits", for_anybody(show_permits), "permits")
    route("GET", "/permits/samples/<name:str>", for_anybody(show_sample), "permit_sample")
    route("GET", "/permits/areas/<version:str>/<kind:str>", for_anybody(give_areas), "permit_areas")
    route("GET", "/permits/check/<code:str>", for_anybody(show_check), "permit_check")
    route("POST", "/permits/begin", signed_in(begin_permit), "begin_permit")
    draft = "/permits/drafts/<draft_id:str>"
    route("POST", f"{draft}/handover", signed_in(handover_draft), "handover_permit_draft")
    route("POST", f"{draft}/take-back", signed_in(end_handover), "end_permit_handover")
    route("GET", draft, signed_in(show_draft), "permit_draft")
    route("POST", draft, signed_in(take_step, otherwise=keep_for_later), "take_permit_step")
    route("POST", f"{draft}/files", take_files, "take_permit_files", stream=True)
    route("GET", f"{draft}/files/<attached_id:str>", signed_in(show_material), "permit_material")
    route("POST", f"{draft}/attach", signed_in(attach), "attach_permit_file")
    route("POST", f"{draft}/detach", signed_in(detach), "detach_permit_file")
    route("POST", f"{draft}/send", signed_in(send_draft), "send_permit")
    route("POST", f"{draft}/discard", signed_in(discard_draft), "discard_permit")
    route("GET", "/me/identity", signed_in(show_identity), "identity")
    route("POST", "/me/identity", signed_in(set_out), "verify_identity")
    route("GET", "/me/identity/back", signed_in(come_back_verified), "identity_back")
    route("POST", "/me/identity/forget", signed_in(take_away), "forget_identity")
    reads = typed.with_files(PERMIT_FILES)
    route("GET", "/me/permits", signed_in(show_own), "own_permits")
    route("GET", "/me/permits/claim", signed_in(show_claim_permit), "claim_permit")
    route("POST", "/me/permits/claim", signed_in(take_claim_permit), "take_claim_permit")
    route("GET", "/me/permits/<reference:str>", signed_in(show_application), "own_permit")
    route(
        "GET", "/me/permits/<reference:str>/files/<file_id:str>", signed_in(show_said_file), "own_said_file"
    )
    route(
        "POST",
        "/me/permits/<reference:str>/<act:str>",
        signed_in(take_permit_act, reads=reads),
        "take_permit_act",
        stream=True,
    )
    route("GET", "/me/e-permits/<permit_id:str>", signed_in(show_card), "e_permit")
    route(
        "GET",
        "/me/e-permits/<permit_id:str>/files/<file_id:str>",
        signed_in(show_holder_file),
        "holder_said_file",
    )
    route("GET", "/me/e-permits/<permit_id:str>/show", signed_in(show_big), "show_e_permit")
    route("GET", "/me/e-permits/<permit_id:str>/card", signed_in(show_card_pdf), "print_e_permit")
    route(
        "POST",
        "/me/e-permits/<permit_id:str>/<act:str>",
        signed_in(ask_about, reads=reads),
        "ask_about_permit",
        stream=True,
    )
    route("GET", "/me/signs", signed_in(show_own_signs), "own_signs")
    route("GET", "/me/signs/photos/<photo_id:str>", signed_in(show_sign_photo), "own_sign_photo")
    route("GET", "/me/signs/<sign_id:str>", signed_in(show_own_sign), "own_sign")
    route("POST", "/me/signs/<sign_id:str>", take_sign_check, "check_sign", stream=True)
    route("GET", "/papers/<document_id:str>", signed_in(show_paper), "paper")
    notice = "/penalties/<reference:str>"
    route("GET", "/penalties", signed_in(show_own_notices), "penalties")
    route("POST", "/penalties/revoke", signed_in(revoke_delivery), "revoke_delivery")
    route("GET", "/penalties/open", for_anybody(show_opening), "open_penalty")
    route("POST", "/penalties/open", for_anybody(open_notice), "take_penalty_code")
    route("GET", notice, sees_notice(show_notice), "penalty")
    route("GET", f"{notice}/papers/<document_id:str>", sees_notice(show_notice_paper), "penalty_paper")
    route("GET", f"{notice}/photos/<file_id:str>", sees_notice(show_notice_photo), "penalty_photo")
    route("POST", f"{notice}/<act:str>", sees_notice(take_notice_act), "take_penalty_act", stream=True)
    penalty = "/penalty-cases/<reference:str>"
    route("GET", "/penalty-cases", signed_in(show_own_cases), "penalty_cases")
    route("POST", "/penalty-cases/claim", signed_in(claim_own_cases), "claim_penalty_cases")
    route("GET", penalty, sees_notice(show_own_case), "penalty_case")
    route("GET", f"{penalty}/papers/<document_id:str>", sees_notice(show_case_paper), "penalty_case_paper")
    route("GET", f"{penalty}/files/<file_id:str>", sees_notice(show_case_file), "penalty_case_file")
    takes = sees_notice(take_case_act, FILE_KIND)
    route("POST", f"{penalty}/<act:str>", takes, "take_penalty_case_act", stream=True)
    route("GET", "/me", signed_in(show_me), "me")
    route("GET", "/me/notices", signed_in(show_choices), "choices")
    route("POST", "/me/notices", signed_in(choose_notices), "choose_notices")
    route("GET", "/logins", signed_in(show_logins), "logins")
    route("POST", "/logins/end", signed_in(end_other_logins), "end_other_logins")
    route("POST", "/logins/<session_id:str>/end", signed_in(end_login), "end_login")
    route("GET", "/receipt", for_anybody(show_receipt), "receipt")
    route("POST", "/receipt", for_anybody(open_case), "open_case")
    route("POST", "/receipt/leave", leave_case, "leave_case")
    route("GET", "/cases", signed_in(show_cases), "cases")
    route("GET", "/cases/<reference:str>", sees_case(show_case), "case")
    route("GET", "/cases/<reference:str>/<act:str>", sees_case(show_act), "case_act")
    route("POST", "/cases/<reference:str>/<act:str>", sees_case(take_act), "take_case_act", stream=True)
    route("GET", "/files/<file_id:str>", sees_case(show_photo), "photo")
    route("GET", "/notices", signed_in(show_notices), "notices")
    route("GET", "/notices/stop/<token:str>", for_anybody(show_stop), "stop")
    route("POST", "/notices/stop/<token:str>", for_anybody(stop_notices), "stop_notices")
    route("GET", "/data", signed_in(show_data), "data")
    route("GET", "/data/correct", signed_in(show_correct), "correct")
    route("POST", "/data/correct", signed_in(ask_correct, otherwise=later), "ask_correct")
    route("GET", "/data/delete", signed_in(show_delete), "delete")
    route("POST", "/data/delete", signed_in(ask_delete, otherwise=later), "ask_delete")
    route("GET", "/export", signed_in(export), "export")
    route("POST", "/consents/<purpose:str>", signed_in(give_consent), "give_consent")
    route("POST", "/consents/<purpose:str>/revoke", signed_in(revoke_consent), "revoke_consent")
    route("POST", "/guardian", signed_in(name_guardian), "guardian")
    route("POST", "/accounts/<account_id:str>/part", signed_in(part), "part")
    return h5
