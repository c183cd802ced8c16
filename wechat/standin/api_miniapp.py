"""What the mini-program's server asks: logins, phone numbers, and whether something may be shown in public."""

from hmac import compare_digest
from urllib.parse import urlsplit

from wechat.standin.call import Answer, Call
from wechat.standin.citizens import Citizen
from wechat.standin.inbound import event_elements
from wechat.standin.miniapp import ACTIVE_WITHIN, PASS_LABEL, judge
from wechat.standin.platform_events import media_check_elements, miniapp_message
from wechat.standin.reading import text_of
from wechat.standin.refusals import Refusal, request_id

LONGEST_CONTENT = 2_500
RISKY_PICTURE, DOUBTFUL_PICTURE = 20_002, 21_000


def code_to_session(call: Call) -> Answer:
    """`sns/jscode2session`: no errcode on success, and text/plain. The session_key is the server's secret."""
    config, query = call.platform.config, call.query
    if query.get("grant_type") != "authorization_code":
        raise Refusal(40002, "invalid grant_type")
    if not config.miniapp_app_id or query.get("appid") != config.miniapp_app_id:
        raise Refusal(40013, "invalid appid")
    if not compare_digest(query.get("secret", "").encode(), config.miniapp_app_secret.encode()):
        raise Refusal(40125, "invalid appsecret")
    citizen = call.platform.citizens.find(call.platform.miniapp.logins.use(query.get("js_code")))
    call.platform.citizens.entered_miniapp(citizen)
    answer: dict[str, object] = {
        "session_key": call.platform.miniapp.new_session_key(),
        "openid": citizen.miniapp_openid,
    }
    return answer | ({"unionid": citizen.unionid} if call.platform.account.is_union_bound else {})


def phone_number(call: Call) -> Answer:
    """`getuserphonenumber`: each code once, within five minutes."""
    citizen = call.platform.citizens.find(call.platform.miniapp.phones.use(call.document.get("code")))
    return {
        "errcode": 0,
        "errmsg": "ok",
        "phone_info": {
            "phoneNumber": citizen.phone_number,
            "purePhoneNumber": citizen.phone_number,
            "countryCode": "86",
            "watermark": {
                "timestamp": int(call.platform.config.clock.now().timestamp()),
                "appid": call.platform.config.miniapp_app_id,
            },
        },
    }


def check_text(call: Call) -> Answer:
    """`msg_sec_check`, second version."""
    content = text_of(call.document, "content")
    _check_asker(call)
    if not content:
        raise Refusal(44004, "empty content")
    if len(content) > LONGEST_CONTENT:
        raise Refusal(45002, "content size out of limit")
    judged = judge(content)
    detail: list[dict[str, object]] = [
        {
            "strategy": "content_model",
            "errcode": 0,
            "suggest": judged.verdict,
            "label": judged.label,
            "prob": 90,
        }
    ]
    if judged.keyword:
        detail.append(
            {
                "strategy": "keyword",
                "errcode": 0,
                "suggest": judged.verdict,
                "label": judged.label,
                "level": 90,
                "keyword": judged.keyword,
            }
        )
    return {
        "errcode": 0,
        "errmsg": "ok",
        "detail": detail,
        "trace_id": _trace(call),
        "result": {"suggest": judged.verdict, "label": judged.label},
    }


def check_media(call: Call) -> Answer:
    """`media_check_async`: an address now, the result by `wxa_media_check`."""
    citizen = _check_asker(call)
    if call.document.get("media_type") not in (1, 2):
        raise Refusal(47003, "argument invalid! media_type invalid")
    address = urlsplit(text_of(call.document, "media_url"))
    if address.scheme not in ("http", "https") or not address.netloc:
        raise Refusal(47003, "argument invalid! media_url invalid")
    trace_id, suggest = _trace(call), call.platform.account.media_check
    label = {"pass": PASS_LABEL, "review": DOUBTFUL_PICTURE, "risky": RISKY_PICTURE}[suggest]
    elements = media_check_elements(call.platform.config.miniapp_app_id, trace_id, suggest, label)
    call.push(
        miniapp_message(
            call.platform, citizen, "wxa_media_check", event_elements("wxa_media_check", None, *elements)
        )
    )
    return {"errcode": 0, "errmsg": "ok", "trace_id": trace_id}


def _check_asker(call: Call) -> Citizen:
    if call.document.get("version") != 2:
        raise Refusal(47003, "argument invalid! version invalid")
    if isinstance(call.document.get("scene"), bool) or call.document.get("scene") not in (1, 2, 3, 4):
        raise Refusal(47003, "argument invalid! scene invalid")
    citizen = call.platform.citizens.find_in_miniapp(call.document.get("openid"))
    seen_at = citizen.miniapp_seen_at
    if seen_at is None or call.platform.config.clock.now() - seen_at >= ACTIVE_WITHIN:
        raise Refusal(61010, "code is expired")
    return citizen


def _trace(call: Call) -> str:
    return request_id(call.platform.config.clock.now(), call.platform.random)
