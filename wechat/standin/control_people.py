"""The tester's door to people: what they do in the mini-program, and the customer-service desk."""

from typing import Literal

import msgspec
from aiohttp import web

from wechat.standin.citizens import Citizen
from wechat.standin.control import bad_request, json_response, read_struct
from wechat.standin.dispatch import COURIER, PLATFORM
from wechat.standin.inbound import Element, event_elements
from wechat.standin.platform import Platform
from wechat.standin.platform_events import account_event, miniapp_message, miniapp_subscription_event
from wechat.standin.refusals import Refusal

LONGEST_TEXT = 2_000


class CodeRequest(msgspec.Struct, forbid_unknown_fields=True):
    """`openid` is the official account's; `phone_number` replaces the citizen's, for a phone code."""

    openid: str
    phone_number: str = ""


class MiniappRequest(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody does in the mini-program.

    `enter` opens its customer service from the page `session_from`, `text` writes there; `consent` answers the
    subscription sheet, `change` turns a subscription on or off in WeChat's settings.
    """

    openid: str
    action: Literal["enter", "text", "consent", "change"]
    text: str = ""
    session_from: str = ""
    template_id: str = ""
    accepted: bool = True


class KfRequest(msgspec.Struct, forbid_unknown_fields=True):
    """What the desk does: `take` a waiting citizen, `answer`, `close`; `come` and `leave` are the desk's own."""

    action: Literal["take", "answer", "close", "come", "leave"]
    openid: str = ""
    account: str = ""
    text: str = ""


def add_people_control(app: web.Application) -> None:
    app.router.add_post("/_standin/login_code", login_code)
    app.router.add_post("/_standin/phone_code", phone_code)
    app.router.add_post("/_standin/miniapp", act_in_miniapp)
    app.router.add_get("/_standin/kf", show_desk)
    app.router.add_post("/_standin/kf", act_at_desk)


async def login_code(request: web.Request) -> web.Response:
    """What wx.login gives the mini-program's page."""
    asked = await read_struct(request, CodeRequest)
    platform = request.app[PLATFORM]
    citizen = _citizen(platform, asked.openid)
    platform.citizens.entered_miniapp(citizen)
    code = platform.miniapp.logins.issue(citizen.openid)
    return json_response({"code": code, "miniapp_openid": citizen.miniapp_openid})


async def phone_code(request: web.Request) -> web.Response:
    """What the button "get phone number" gives the mini-program's page."""
    asked = await read_struct(request, CodeRequest)
    platform = request.app[PLATFORM]
    citizen = _citizen(platform, asked.openid)
    platform.citizens.known_as(citizen, phone_number=asked.phone_number)
    return json_response({"code": platform.miniapp.phones.issue(citizen.openid)})


async def act_in_miniapp(request: web.Request) -> web.Response:
    asked = await read_struct(request, MiniappRequest)
    platform, post = request.app[PLATFORM], request.app[COURIER].post
    citizen = _citizen(platform, asked.openid)
    platform.citizens.entered_miniapp(citizen, wrote=asked.action in ("enter", "text"))
    if asked.action == "enter":
        elements = event_elements("user_enter_tempsession", None, ("SessionFrom", asked.session_from))
        post(miniapp_message(platform, citizen, "user_enter_tempsession", elements))
    elif asked.action == "text":
        if not 1 <= len(asked.text) <= LONGEST_TEXT:
            raise bad_request(f"text must have 1 to {LONGEST_TEXT} characters")
        said: list[Element] = [("MsgType", "text"), ("Content", asked.text)]
        post(miniapp_message(platform, citizen, "text", said, platform.next_message_id()))
    else:
        _answer_sheet(request, citizen, asked)
    return json_response({"done": True})


def _answer_sheet(request: web.Request, citizen: Citizen, asked: MiniappRequest) -> None:
    platform = request.app[PLATFORM]
    template = platform.templates.get(asked.template_id)
    if template is None or template.consent == "template":
        raise bad_request("there is no such subscription")
    is_popup = asked.action == "consent"
    if is_popup or not asked.accepted:
        long_term = template.consent == "long_term"
        platform.citizens.consented(citizen, template.id, long_term=long_term, accepted=asked.accepted)
    entry: list[Element] = [
        ("TemplateId", template.id),
        ("SubscribeStatusString", "accept" if asked.accepted else "reject"),
    ]
    if is_popup:
        entry.append(("PopupScene", "0"))
    event = "subscribe_msg_popup_event" if is_popup else "subscribe_msg_change_event"
    holder = "SubscribeMsgPopupEvent" if is_popup else "SubscribeMsgChangeEvent"
    request.app[COURIER].post(miniapp_subscription_event(platform, citizen, event, holder, [entry]))


async def show_desk(request: web.Request) -> web.Response:
    desk = request.app[PLATFORM].kf
    for openid in list(desk.sessions):
        desk.session_of(openid)  # lets go of sessions that are over
    return json_response(
        {
            "accounts": list(desk.accounts.values()),
            "sessions": list(desk.sessions.values()),
            "waiting": desk.waiting,
        }
    )


async def act_at_desk(request: web.Request) -> web.Response:
    asked = await read_struct(request, KfRequest)
    platform = request.app[PLATFORM]
    try:
        _act(request, platform, asked)
    except Refusal as refusal:
        raise bad_request(refusal.message) from None
    return await show_desk(request)


def _act(request: web.Request, platform: Platform, asked: KfRequest) -> None:
    desk = platform.kf
    if asked.action in ("come", "leave"):
        people = [desk.known(asked.account)] if asked.account else list(desk.accounts.values())
        for one in people:
            one.status = 1 if asked.action == "come" else 0
        return
    citizen = platform.citizens.find(asked.openid)
    if asked.action == "answer":
        if not 1 <= len(asked.text) <= LONGEST_TEXT:
            raise bad_request(f"text must have 1 to {LONGEST_TEXT} characters")
        session = desk.say(citizen.openid, asked.text)
        platform.show(citizen, "text", "kf", text=asked.text, bubble={"desk": session.account})
        return
    if asked.action == "take":
        account = asked.account or next(iter(desk.accounts))
        desk.open(citizen.openid, account)
        event = "kf_create_session"
    else:
        account = desk.close(citizen.openid, asked.account).account
        event = "kf_close_session"
    request.app[COURIER].post(account_event(platform, citizen.openid, event, [("KfAccount", account)]))


def _citizen(platform: Platform, openid: str) -> Citizen:
    try:
        return platform.citizens.find(openid)
    except Refusal as refusal:
        raise bad_request(refusal.message) from None
