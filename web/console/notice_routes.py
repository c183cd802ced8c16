"""The routes about notices on one screen: one's own, the messages sent, the rules."""

from __future__ import annotations

from typing import Any

from casework.permissions import Operation as May
from web.console.deliveries_page import retry_deliveries, show_deliveries
from web.console.delivery_page import replay_delivery, retry_delivery, show_delivery
from web.console.notice_pages import choose_notices, read_all, read_notice, show_notices
from web.console.rule_pages import restore_rule, save_rule, send_rule_sample, show_rule, show_rules
from web.console.template_pages import remove_template, save_template, show_template, show_templates

TEMPLATE = "/templates/<template_id:str>"
DELIVERY, RULE = "/deliveries/<delivery_id:str>", "/rules/<code:str>"

NOTICE_ROUTES: tuple[tuple[str, str, May, Any, str], ...] = (
    ("GET", "/notices", May.KEEP_OWN_ACCOUNT, show_notices, "notices"),
    ("POST", "/notices/read", May.KEEP_OWN_ACCOUNT, read_all, "read_notices"),
    ("POST", "/notices/choices", May.KEEP_OWN_ACCOUNT, choose_notices, "choose_notices"),
    ("POST", "/notices/<notice_id:str>/read", May.KEEP_OWN_ACCOUNT, read_notice, "read_notice"),
    ("GET", "/deliveries", May.SEE_DELIVERIES, show_deliveries, "deliveries"),
    ("POST", "/deliveries/retry", May.MEND_DELIVERIES, retry_deliveries, "retry_deliveries"),
    ("GET", DELIVERY, May.SEE_DELIVERIES, show_delivery, "delivery"),
    ("POST", DELIVERY + "/retry", May.MEND_DELIVERIES, retry_delivery, "retry_delivery"),
    ("POST", DELIVERY + "/replay", May.MEND_DELIVERIES, replay_delivery, "replay_delivery"),
    ("GET", "/templates", May.SEE_SETTINGS, show_templates, "templates"),
    ("GET", TEMPLATE, May.SEE_SETTINGS, show_template, "template"),
    ("POST", TEMPLATE, May.AMEND_SETTINGS, save_template, "save_template"),
    ("POST", TEMPLATE + "/remove", May.AMEND_SETTINGS, remove_template, "remove_template"),
    ("GET", "/rules", May.SEE_SETTINGS, show_rules, "rules"),
    ("GET", RULE, May.SEE_SETTINGS, show_rule, "rule"),
    ("POST", RULE, May.AMEND_SETTINGS, save_rule, "save_rule"),
    ("POST", RULE + "/restore", May.AMEND_SETTINGS, restore_rule, "restore_rule"),
    ("POST", RULE + "/sample", May.AMEND_SETTINGS, send_rule_sample, "send_rule_sample"),
)
