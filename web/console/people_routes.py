"""The routes about the bureau's people on one screen: where, who may, what answers."""

from __future__ import annotations

from typing import Any

from casework.permissions import Operation as May
from web.console.audit_page import show_audit
from web.console.deputy_pages import add_deputy, end_arrangement, end_own_arrangement, show_deputies
from web.console.own_login_page import (
    begin_factor,
    choose_password,
    confirm_factor,
    end_factor,
    end_session,
    renew_codes,
    show_factor,
    show_password,
)
from web.console.people_acts import act_on_person, give_password, hand_work_over, show_work
from web.console.people_pages import add_person, back_to_person, show_people, show_person

PERSON, FACTOR, DEPUTY = "/people/<login:str>", "/me/second-factor", "/deputies/<arrangement_id:str>"

PEOPLE_ROUTES: tuple[tuple[str, str, May, Any, str], ...] = (
    ("GET", "/me/password", May.KEEP_OWN_ACCOUNT, show_password, "own_password"),
    ("POST", "/me/password", May.KEEP_OWN_ACCOUNT, choose_password, "choose_password"),
    ("GET", FACTOR, May.KEEP_OWN_ACCOUNT, show_factor, "own_factor"),
    ("POST", FACTOR, May.KEEP_OWN_ACCOUNT, begin_factor, "begin_factor"),
    ("POST", FACTOR + "/confirm", May.KEEP_OWN_ACCOUNT, confirm_factor, "confirm_factor"),
    ("POST", FACTOR + "/codes", May.KEEP_OWN_ACCOUNT, renew_codes, "renew_codes"),
    ("POST", FACTOR + "/end", May.KEEP_OWN_ACCOUNT, end_factor, "end_factor"),
    ("POST", "/me/sessions/<session_id:str>/end", May.KEEP_OWN_ACCOUNT, end_session, "end_session"),
    ("GET", "/people", May.SEE_PEOPLE, show_people, "people"),
    ("POST", "/people", May.KEEP_PEOPLE, add_person, "add_person"),
    ("GET", PERSON, May.SEE_PEOPLE, show_person, "person"),
    ("GET", PERSON + "/work", May.HAND_OVER_WORK, show_work, "work"),
    ("POST", PERSON + "/work", May.HAND_OVER_WORK, hand_work_over, "hand_work_over"),
    ("POST", PERSON + "/password", May.KEEP_PEOPLE, give_password, "give_password"),
    ("GET", PERSON + "/<act:str>", May.SEE_PEOPLE, back_to_person, "back_to_person"),
    ("POST", PERSON + "/<act:str>", May.KEEP_PEOPLE, act_on_person, "act_on_person"),
    ("GET", "/deputies", May.NAME_DEPUTY, show_deputies, "deputies"),
    ("POST", "/deputies", May.NAME_DEPUTY, add_deputy, "add_deputy"),
    ("POST", DEPUTY + "/end", May.NAME_DEPUTY, end_arrangement, "end_deputy"),
    ("POST", DEPUTY + "/end-own", May.KEEP_OWN_ACCOUNT, end_own_arrangement, "end_own_deputy"),
    ("GET", "/audit", May.SEE_AUDIT, show_audit, "audit"),
)
