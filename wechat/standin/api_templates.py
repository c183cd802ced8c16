"""Template and subscription messages: each field is checked, each consent is used up."""

from wechat.standin.call import Answer, Call
from wechat.standin.citizens import Citizen
from wechat.standin.demo import ConsentKind, Template
from wechat.standin.fields import checked_fields
from wechat.standin.inbound import (
    Element,
    InboundMessage,
    document,
    subscription_sent_elements,
    template_finished_elements,
)
from wechat.standin.platform_events import miniapp_subscription_event
from wechat.standin.reading import text_of
from wechat.standin.refusals import Refusal

SUBSCRIPTIONS: tuple[ConsentKind, ...] = ("long_term", "one_time")
MINIPROGRAM_STATES = ("", "developer", "trial", "formal")


def send_subscription_of_account(call: Call) -> Answer:
    """`subscribe/bizsend`: the service account's subscription message, reported by an event."""
    answer, citizen, send_id = _send_subscription(call, "message/subscribe/bizsend")
    template_id = text_of(call.document, "template_id")
    _report(call, citizen, "subscribe_msg_sent_event", subscription_sent_elements(template_id, send_id))
    return answer


def send_subscription_of_miniprogram(call: Call) -> Answer:
    """`subscribe/send`: the mini-program's subscription message."""
    if text_of(call.document, "miniprogram_state") not in MINIPROGRAM_STATES:
        raise Refusal(47003, "argument invalid! miniprogram_state invalid")
    answer, citizen, send_id = _send_subscription(call, "message/subscribe/send")
    entry: list[Element] = [
        ("TemplateId", text_of(call.document, "template_id")),
        ("MsgID", str(send_id)),
        ("ErrorCode", "0"),
        ("ErrorStatus", "success"),
    ]
    event = "subscribe_msg_sent_event"
    call.push(miniapp_subscription_event(call.platform, citizen, event, "SubscribeMsgSentEvent", [entry]))
    return answer


def _send_subscription(call: Call, api: str) -> tuple[Answer, Citizen, int]:
    citizen = call.citizen(call.document.get("touser"))
    template = _template(call, SUBSCRIPTIONS)
    page = text_of(call.document, "page")
    if api.endswith("/send") and page and (page.startswith("/") or "://" in page):
        raise Refusal(41030, "invalid page")
    fields = checked_fields(tuple(template.fields), call.document.get("data"))
    call.platform.citizens.spend_consent(citizen, template.id)
    _show(call, citizen, template, fields, kind="subscribe", api=api, link=page)
    send_id = call.platform.next_send_id()
    return {"errcode": 0, "errmsg": "ok", "msgid": send_id}, citizen, send_id


def send_template(call: Call) -> Answer:
    """`template/send`: to followers; one `client_msg_id` is sent to one citizen once within ten minutes."""
    citizen = call.platform.citizens.follower(call.document.get("touser"))
    template = _template(call, ("template",))
    fields = checked_fields(tuple(template.fields), call.document.get("data"))
    client_msg_id = text_of(call.document, "client_msg_id")
    if len(client_msg_id) > 32:
        raise Refusal(47003, "argument invalid! client_msg_id is longer than 32 characters")
    earlier = call.platform.earlier_template_send(citizen.openid, client_msg_id) if client_msg_id else None
    if earlier is not None:
        return {"errcode": 0, "errmsg": "ok", "msgid": earlier}
    link, status = text_of(call.document, "url"), call.platform.account.template_status
    if status == "success":
        _show(call, citizen, template, fields, kind="template", api="message/template/send", link=link)
    send_id = call.platform.next_send_id()
    if client_msg_id:
        call.platform.remember_template_send(citizen.openid, client_msg_id, send_id)
    _report(call, citizen, "TEMPLATESENDJOBFINISH", template_finished_elements(send_id, status))
    return {"errcode": 0, "errmsg": "ok", "msgid": send_id}


def _template(call: Call, kinds: tuple[ConsentKind, ...]) -> Template:
    template = call.platform.templates.get(text_of(call.document, "template_id"))
    if template is None or template.consent not in kinds:
        raise Refusal(40037, "invalid template_id")
    if template.id in call.platform.account.banned_templates:
        raise Refusal(43116, "this template is banned because of illegal")
    return template


def private_templates(call: Call) -> Answer:
    """`template/get_all_private_template`: the templates of template messages."""
    found = [one for one in call.platform.templates.values() if one.consent == "template"]
    return {
        "template_list": [
            {
                "template_id": one.id,
                "title": one.title,
                "primary_industry": "",
                "deputy_industry": "",
                "content": _layout(one),
                "example": "",
            }
            for one in found
        ]
    }


def subscription_templates(call: Call) -> Answer:
    """`newtmpl/gettemplate`: the templates of subscription messages; type 2 one-time, 3 long-term."""
    types = {"one_time": 2, "long_term": 3}
    return {
        "errcode": 0,
        "errmsg": "ok",
        "data": [
            {
                "priTmplId": one.id,
                "title": one.title,
                "content": _layout(one),
                "example": "",
                "type": types[one.consent],
            }
            for one in call.platform.templates.values()
            if one.consent in types
        ],
    }


def _layout(template: Template) -> str:
    return "".join(f"{label}:{{{{{name}.DATA}}}}\n" for name, label in template.fields.items())


def _show(
    call: Call,
    citizen: Citizen,
    template: Template,
    fields: dict[str, str],
    *,
    kind: str,
    api: str,
    link: str,
) -> None:
    rows = [{"label": template.fields[name], "value": value} for name, value in fields.items()]
    call.platform.show(
        citizen,
        kind,
        api,
        text=template.title,
        fields=fields,
        template_id=template.id,
        client_msg_id=text_of(call.document, "client_msg_id"),
        bubble={"rows": rows, "url": link},
    )


def _report(call: Call, citizen: Citizen, event: str, elements: list[Element]) -> None:
    config = call.platform.config
    created_at = int(config.clock.now().timestamp())
    xml = document(config.demo.account.original_id, citizen.openid, created_at, elements)
    call.push(InboundMessage(citizen.openid, "event", event, xml, told_on_failure=False))
