"""Tokens, tickets, quotas, and the platform's own addresses."""

import re
from hmac import compare_digest

from wechat.standin.call import OK, Answer, Call
from wechat.standin.reading import text_of
from wechat.standin.refusals import Refusal

LARGEST_LIMIT = 10_000_000
OPERATORS = ("CHINANET", "UNICOM", "CAP", "DEFAULT")
RID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}")


def stable_token(call: Call) -> Answer:
    _check_address(call)
    _wants_client_credential(text_of(call.document, "grant_type"))
    force = call.document.get("force_refresh", False)
    if not isinstance(force, bool):
        raise Refusal(47003, "argument invalid! force_refresh is not a boolean")
    token, seconds = call.platform.tokens.stable(
        text_of(call.document, "appid"), text_of(call.document, "secret"), force=force
    )
    return {"access_token": token, "expires_in": seconds}


def plain_token(call: Call) -> Answer:
    _check_address(call)
    _wants_client_credential(call.query.get("grant_type", ""))
    token, seconds = call.platform.tokens.plain(call.query.get("appid", ""), call.query.get("secret", ""))
    return {"access_token": token, "expires_in": seconds}


def _wants_client_credential(grant_type: str) -> None:
    if grant_type != "client_credential":
        raise Refusal(40002, "invalid grant_type")


def _check_address(call: Call) -> None:
    if not call.platform.account.is_allow_listed:
        host = call.platform.config.host
        raise Refusal(40164, f"invalid ip {host} ipv6 ::ffff:{host}, not in whitelist")


def ticket(call: Call) -> Answer:
    kind = call.query.get("type", "")
    if kind not in ("jsapi", "wx_card"):
        raise Refusal(40097, "invalid args")
    value, seconds = call.platform.tickets.ticket(kind)
    return {"errcode": 0, "errmsg": "ok", "ticket": value, "expires_in": seconds}


def callback_addresses(call: Call) -> Answer:
    return {"ip_list": [call.platform.config.host]}


def callback_check(call: Call) -> Answer:
    """`callback/check`: what the platform sees when it looks up the account's address."""
    action, operator = text_of(call.document, "action"), text_of(call.document, "check_operator")
    if action not in ("dns", "ping", "all"):
        raise Refusal(40201, "invalid url")
    if operator not in OPERATORS:
        raise Refusal(40202, "invalid check_operator")
    host = call.platform.config.host
    answer: dict[str, object] = {}
    if action != "ping":
        answer["dns"] = [{"ip": host, "real_operator": "DEFAULT"}]
    if action != "dns":
        answer["ping"] = [{"ip": host, "from_operator": "DEFAULT", "package_loss": "0%", "time": "0.045ms"}]
    return answer


def quota(call: Call) -> Answer:
    """`openapi/quota/get`."""
    path = text_of(call.document, "cgi_path")
    if not path.startswith("/"):
        raise Refusal(76021, "cgi_path not found, please check")
    quotas = call.platform.quotas
    limit, used = quotas.a_day.get(path, LARGEST_LIMIT), quotas.used(path, call.app_id)
    answer: dict[str, object] = {
        "errcode": 0,
        "errmsg": "ok",
        "quota": {"daily_limit": limit, "used": used, "remain": max(0, limit - used)},
    }
    if path in quotas.a_minute:
        answer["rate_limit"] = {"call_count": quotas.a_minute[path], "refresh_second": 60}
    return answer


def clear_quota(call: Call) -> Answer:
    """Ten times a month, and only one's own."""
    if text_of(call.document, "appid") != call.app_id:
        raise Refusal(40013, "invalid appid")
    call.platform.quotas.clear_by_call(call.app_id)
    return OK


def clear_quota_by_secret(call: Call) -> Answer:
    """`clear_quota/v2`: with the secret instead of a token."""
    config = call.platform.config
    apps = {config.app_id: config.app_secret, config.miniapp_app_id: config.miniapp_app_secret}
    app_id = text_of(call.document, "appid")
    secret = apps.get(app_id)
    if not app_id or secret is None:
        raise Refusal(40013, "invalid appid")
    if not compare_digest(secret.encode(), text_of(call.document, "appsecret").encode()):
        raise Refusal(40125, "invalid appsecret")
    call.platform.quotas.clear_by_call(app_id)
    return OK


def request_of(call: Call) -> Answer:
    """`openapi/rid/get`: what was asked under an id from an errmsg."""
    rid = text_of(call.document, "rid")
    if not RID.fullmatch(rid):
        raise Refusal(76022, "could not use this rid")
    record = call.platform.calls.by_rid(rid)
    if record is None:
        raise Refusal(76023, "rid not found")
    return {
        "errcode": 0,
        "errmsg": "ok",
        "request": {
            "invoke_time": int(record.at.timestamp()),
            "cost_in_ms": 1,
            "request_url": record.endpoint,
            "request_body": "",
            "response_body": f'{{"errcode":{record.errcode},"errmsg":"{record.errmsg}"}}',
            "client_ip": call.platform.config.host,
        },
    }
