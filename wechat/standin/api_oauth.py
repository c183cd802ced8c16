"""What the account's web server asks after the citizen came back with a code. Answers say text/plain."""

from hmac import compare_digest

from wechat.standin.call import OK, Answer, Call
from wechat.standin.oauth import TOKEN_LIVES, Grant
from wechat.standin.refusals import Refusal


def web_token(call: Call) -> Answer:
    """`sns/oauth2/access_token`: a code is used once, within five minutes, by the app it was given to."""
    _check_app(call)
    if call.query.get("grant_type") != "authorization_code":
        raise Refusal(40002, "invalid grant_type")
    grant = call.platform.oauth.codes.use(call.query.get("code"))
    access, refresh = call.platform.oauth.tokens_for(grant)
    return {
        "access_token": access,
        "expires_in": int(TOKEN_LIVES.total_seconds()),
        "refresh_token": refresh,
        "openid": grant.openid,
        "scope": grant.scope,
    } | _union(call, grant)


def refresh_token(call: Call) -> Answer:
    if call.query.get("appid") != call.platform.config.app_id:
        raise Refusal(40013, "invalid appid")
    if call.query.get("grant_type") != "refresh_token":
        raise Refusal(40002, "invalid grant_type")
    given = call.query.get("refresh_token", "")
    access, grant = call.platform.oauth.refreshed(given)
    return {
        "access_token": access,
        "expires_in": int(TOKEN_LIVES.total_seconds()),
        "refresh_token": given,
        "openid": grant.openid,
        "scope": grant.scope,
    }


def user_information(call: Call) -> Answer:
    """`sns/userinfo`: only for who was asked with snsapi_userinfo."""
    grant = call.platform.oauth.holder(call.query.get("access_token", ""), call.query.get("openid", ""))
    if grant.scope != "snsapi_userinfo":
        raise Refusal(48001, "api unauthorized")
    citizen = call.platform.citizens.find(grant.openid)
    return {
        "openid": citizen.openid,
        "nickname": citizen.name,
        "sex": 0,
        "language": "",
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "privilege": [],
    } | _union(call, grant)


def check_token(call: Call) -> Answer:
    """`sns/auth`."""
    call.platform.oauth.holder(call.query.get("access_token", ""), call.query.get("openid", ""))
    return OK


def _check_app(call: Call) -> None:
    config = call.platform.config
    if not call.query.get("appid"):
        raise Refusal(41002, "appid missing")
    if call.query.get("appid") != config.app_id:
        raise Refusal(40013, "invalid appid")
    if not compare_digest(call.query.get("secret", "").encode(), config.app_secret.encode()):
        raise Refusal(40125, "invalid appsecret")


def _union(call: Call, grant: Grant) -> dict[str, object]:
    """The unionid is told only to who was asked with snsapi_userinfo, and only where both apps are bound."""
    if grant.scope != "snsapi_userinfo" or not call.platform.account.is_union_bound:
        return {}
    return {"unionid": call.platform.citizens.find(grant.openid).unionid}
