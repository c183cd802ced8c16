"""The tester's door to the wire: any message or event at all, and the check of the webhook's address."""

from typing import Any

import msgspec
from aiohttp import web

from wechat.standin.control import bad_request, json_response, read_struct
from wechat.standin.dispatch import COURIER, PLATFORM
from wechat.standin.inbound import Element, InboundMessage, document
from wechat.standin.platform import Platform
from wechat.standin.platform_events import as_json
from wechat.standin.refusals import Refusal
from wechat.standin.sealing import App, miniapp_original_id

LARGEST_BODY_BYTES = 1024 * 1024
HEAD = ("ToUserName", "FromUserName", "CreateTime")


class PushRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Either `body`, sent as it is, or `fields`, to which a head is added where they bring none.

    A list among `fields` repeats its name. `openid` is the official account's. `msg_id` True adds a new MsgId.
    `waits`: answer only when the delivery is over.
    """

    app: App = "official"
    openid: str = ""
    body: str = ""
    fields: dict[str, Any] = {}
    msg_id: bool = False
    waits: bool = True


def add_push_control(app: web.Application) -> None:
    app.router.add_post("/_standin/push", push)
    app.router.add_post("/_standin/verify", verify)


async def push(request: web.Request) -> web.Response:
    asked = await read_struct(request, PushRequest)
    platform, courier = request.app[PLATFORM], request.app[COURIER]
    if bool(asked.body) == bool(asked.fields):
        raise bad_request("give either body or fields")
    if len(asked.body.encode()) > LARGEST_BODY_BYTES:
        raise bad_request("a body has at most 1 MB")
    if asked.app == "miniprogram" and not platform.config.miniapp_webhook_url:
        raise bad_request("the mini-program has no webhook")
    msg_id = platform.next_message_id() if asked.msg_id else None
    content = asked.body.encode() if asked.body else _built(platform, asked, msg_id)
    kind = str(asked.fields.get("Event") or asked.fields.get("MsgType") or "raw")
    message = InboundMessage(asked.openid, kind, "raw", content, msg_id, told_on_failure=False, app=asked.app)
    if not asked.waits:
        courier.post(message)
        return json_response({"posted": True})
    return json_response(await courier.deliver(message))


def _built(platform: Platform, asked: PushRequest, msg_id: int | None) -> bytes:
    config = platform.config
    is_official = asked.app == "official"
    to = config.demo.account.original_id if is_official else miniapp_original_id(config.miniapp_app_id)
    openid = asked.openid
    if not is_official:
        try:
            openid = platform.citizens.find(openid).miniapp_openid
        except Refusal as refusal:
            raise bad_request(refusal.message) from None
    now = int(config.clock.now().timestamp())
    rest = {name: value for name, value in asked.fields.items() if name not in HEAD}
    if msg_id is not None:
        rest["MsgId"] = msg_id
    given = {name: asked.fields.get(name) for name in HEAD}
    to, openid = str(given["ToUserName"] or to), str(given["FromUserName"] or openid)
    created_at = given["CreateTime"] if isinstance(given["CreateTime"], int) else now
    if is_official or config.miniapp_format == "xml":
        return document(to, openid, created_at, _elements(rest))
    head: list[Element] = [("ToUserName", to), ("FromUserName", openid), ("CreateTime", created_at)]
    return msgspec.json.encode(as_json(head) | rest)


def _elements(fields: dict[str, Any]) -> list[Element]:
    found: list[Element] = []
    for name, value in fields.items():
        if not name.isidentifier():
            raise bad_request(f"{name!r} is no name of an element")
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                found.append((name, _elements(one)))
            else:
                found.append((name, one if isinstance(one, int) else str(one)))
    return found


async def verify(request: web.Request) -> web.Response:
    """What the platform's console does when the address of the webhook is saved."""
    status, echoed = await request.app[COURIER].verify()
    return json_response({"status": status, "echoed": echoed})
