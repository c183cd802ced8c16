"""The bureau's people at the customer-service desk, and their sessions with citizens."""

from wechat.standin.call import OK, Answer, Call
from wechat.standin.platform_events import account_event
from wechat.standin.reading import text_of


def accounts(call: Call) -> Answer:
    return {
        "kf_list": [
            {"kf_account": one.account, "kf_headimgurl": "", "kf_id": one.number, "kf_nick": one.nick}
            for one in call.platform.kf.accounts.values()
        ]
    }


def online_accounts(call: Call) -> Answer:
    desk = call.platform.kf
    return {
        "kf_online_list": [
            {
                "kf_account": one.account,
                "status": 1,
                "kf_id": one.number,
                "accepted_case": sum(
                    1 for session in desk.sessions.values() if session.account == one.account
                ),
            }
            for one in desk.accounts.values()
            if one.status == 1
        ]
    }


def session_of(call: Call) -> Answer:
    """An empty account means that there is no session."""
    citizen = call.citizen(call.query.get("openid"))
    session = call.platform.kf.session_of(citizen.openid)
    if session is None:
        return {"createtime": 0, "kf_account": ""}
    return {"createtime": int(session.opened_at.timestamp()), "kf_account": session.account}


def sessions(call: Call) -> Answer:
    account = call.platform.kf.known(call.query.get("kf_account", "")).account
    return {
        "sessionlist": [
            {"createtime": int(one.opened_at.timestamp()), "openid": one.openid}
            for one in call.platform.kf.sessions.values()
            if one.account == account
        ]
    }


def waiting(call: Call) -> Answer:
    desk = call.platform.kf
    return {
        "count": len(desk.waiting),
        "waitcaselist": [
            {"latest_time": int(at.timestamp()), "openid": openid} for openid, at in desk.waiting.items()
        ],
    }


def create_session(call: Call) -> Answer:
    citizen = call.platform.citizens.follower(call.document.get("openid"))
    account = text_of(call.document, "kf_account")
    before = call.platform.kf.session_of(citizen.openid)
    call.platform.kf.open(citizen.openid, account)
    if before is None:
        call.push(account_event(call.platform, citizen.openid, "kf_create_session", [("KfAccount", account)]))
    return OK


def close_session(call: Call) -> Answer:
    citizen = call.citizen(call.document.get("openid"))
    session = call.platform.kf.close(citizen.openid, text_of(call.document, "kf_account"))
    call.push(
        account_event(call.platform, citizen.openid, "kf_close_session", [("KfAccount", session.account)])
    )
    return OK
