"""The routes of signs on one screen."""

from __future__ import annotations

from typing import Any

from casework.permissions import Operation as May
from web.console.sign_pages import (
    enter_sign,
    give_label,
    show_new_sign,
    show_sign,
    show_sign_photo,
    show_signs,
    take_sign,
)

SIGN = "/signs/<sign_id:str>"

SIGN_ROUTES: tuple[tuple[str, str, May, Any, str], ...] = (
    ("GET", "/signs", May.SEE_SIGNS, show_signs, "signs"),
    ("GET", "/signs/new", May.KEEP_SIGNS, show_new_sign, "new_sign"),
    ("POST", "/signs/new", May.KEEP_SIGNS, enter_sign, "enter_sign"),
    ("GET", "/signs/photos/<photo_id:str>", May.SEE_SIGNS, show_sign_photo, "sign_photo"),
    ("GET", SIGN, May.SEE_SIGNS, show_sign, "sign"),
    ("GET", SIGN + "/label/<form:str>", May.SEE_SIGNS, give_label, "sign_label"),
    ("POST", SIGN + "/<act:str>", May.KEEP_SIGNS, take_sign, "take_sign"),
)
