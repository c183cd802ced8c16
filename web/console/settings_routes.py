"""The routes of the settings on one screen: where, who may, what answers."""

from __future__ import annotations

from typing import Any

from casework.permissions import Operation as May
from web.console.model_pages import retire_model, show_model, show_models, use_model
from web.console.settings_pages import restore_setting, save_setting, show_setting, show_settings
from web.console.settings_texts import restore_text, save_text, show_history, show_text, show_texts
from web.console.settings_units import add_unit, remove_unit

VALUE, TEXT = "/settings/value/<path:str>", "/settings/texts/<key:str>"
MODEL = "/settings/models/<model_id:str>"

SETTINGS_ROUTES: tuple[tuple[str, str, May, Any, str], ...] = (
    ("GET", "/settings", May.SEE_SETTINGS, show_settings, "settings"),
    ("POST", "/settings/units", May.AMEND_SETTINGS, add_unit, "add_unit"),
    ("GET", VALUE, May.SEE_SETTINGS, show_setting, "setting"),
    ("POST", VALUE, May.AMEND_SETTINGS, save_setting, "save_setting"),
    ("POST", VALUE + "/restore", May.AMEND_SETTINGS, restore_setting, "restore_setting"),
    ("POST", VALUE + "/remove", May.AMEND_SETTINGS, remove_unit, "remove_unit"),
    ("GET", "/settings/texts", May.SEE_SETTINGS, show_texts, "texts"),
    ("GET", TEXT, May.SEE_SETTINGS, show_text, "text"),
    ("POST", TEXT, May.AMEND_TEXTS, save_text, "save_text"),
    ("POST", TEXT + "/restore", May.AMEND_TEXTS, restore_text, "restore_text"),
    ("GET", "/settings/models", May.SEE_SETTINGS, show_models, "models"),
    ("GET", MODEL, May.SEE_SETTINGS, show_model, "model"),
    ("POST", MODEL + "/use", May.AMEND_SETTINGS, use_model, "use_model"),
    ("POST", MODEL + "/retire", May.AMEND_SETTINGS, retire_model, "retire_model"),
    ("GET", "/settings/history", May.SEE_SETTINGS, show_history, "settings_history"),
)
