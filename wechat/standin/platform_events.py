"""Events the platform itself sends: results, sessions, checks. For the mini-program as JSON or XML."""

from collections.abc import Sequence

import msgspec

from wechat.standin.citizens import Citizen, derived_id
from wechat.standin.inbound import Element, InboundMessage, document, event_elements
from wechat.standin.library import Publication
from wechat.standin.platform import Platform
from wechat.standin.sealing import miniapp_original_id


def account_event(
    platform: Platform, openid: str, event: str, more: Sequence[Element] = ()
) -> InboundMessage:
    """An event of the official account about somebody, or about the account when `openid` is its owner."""
    config = platform.config
    xml = document(
        config.demo.account.original_id, openid, _now(platform), event_elements(event, None, *more)
    )
    return InboundMessage(openid, "event", event, xml, told_on_failure=False)


def owner_openid(platform: Platform) -> str:
    """The administrator, in whose name results about the account itself arrive."""
    return derived_id("owner", platform.config.demo.account.original_id)


def miniapp_message(
    platform: Platform, citizen: Citizen, kind: str, elements: Sequence[Element], msg_id: int | None = None
) -> InboundMessage:
    """A message or event of the mini-program about a citizen, in the format its console is set to."""
    to = miniapp_original_id(platform.config.miniapp_app_id)
    openid = citizen.miniapp_openid
    last: list[Element] = [] if msg_id is None else [("MsgId", msg_id)]
    whole = [*elements, *last]
    if platform.config.miniapp_format == "xml":
        body = document(to, openid, _now(platform), whole)
    else:
        head: list[Element] = [("ToUserName", to), ("FromUserName", openid), ("CreateTime", _now(platform))]
        body = msgspec.json.encode(as_json([*head, *whole]))
    return InboundMessage(citizen.openid, kind, kind, body, msg_id, told_on_failure=False, app="miniprogram")


def miniapp_subscription_event(
    platform: Platform, citizen: Citizen, event: str, holder: str, entries: Sequence[Sequence[Element]]
) -> InboundMessage:
    """`subscribe_msg_popup_event` and its like: XML nests the entries in `holder`, JSON does not."""
    lists: list[Element] = [("List", list(entry)) for entry in entries]
    more = [(holder, lists)] if platform.config.miniapp_format == "xml" else lists
    return miniapp_message(platform, citizen, event, event_elements(event, None, *more))


def as_json(elements: Sequence[Element]) -> dict[str, object]:
    """The JSON object of the same elements: a name that occurs twice becomes a list."""
    found: dict[str, object] = {}
    for name, value in elements:
        one: object = value if isinstance(value, str | int) else as_json(value)
        if name not in found:
            found[name] = one
            continue
        earlier = found[name]
        found[name] = [*earlier, one] if isinstance(earlier, list) else [earlier, one]
    return found


def publication_elements(publication: Publication) -> list[Element]:
    """What PUBLISHJOBFINISH tells."""
    inside: list[Element] = [
        ("publish_id", publication.publish_id),
        ("publish_status", publication.status),
    ]
    if publication.fail_idx:
        inside += [("fail_idx", number) for number in publication.fail_idx]
    else:
        items: list[Element] = [
            ("item", [("idx", number), ("article_url", article.url)])
            for number, article in enumerate(publication.articles, 1)
        ]
        inside += [
            ("article_id", publication.article_id),
            ("article_detail", [("count", len(publication.articles)), *items]),
        ]
    return [("PublishEventInfo", inside)]


def mass_elements(msg_id: int, total: int, left: int, sent: int, status: str) -> list[Element]:
    """What MASSSENDJOBFINISH tells; `left` of `total` followers are those that were not filtered out."""
    return [
        ("MsgID", msg_id),
        ("Status", status),
        ("TotalCount", total),
        ("FilterCount", left),
        ("SentCount", sent),
        ("ErrorCount", left - sent),
    ]


def media_check_elements(app_id: str, trace_id: str, suggest: str, label: int) -> list[Element]:
    """What `wxa_media_check` tells."""
    detail: list[Element] = [
        ("strategy", "content_model"),
        ("errcode", 0),
        ("suggest", suggest),
        ("label", label),
        ("prob", 90),
    ]
    return [
        ("appid", app_id),
        ("trace_id", trace_id),
        ("version", 2),
        ("detail", detail),
        ("errcode", 0),
        ("errmsg", "ok"),
        ("result", [("suggest", suggest), ("label", label)]),
    ]


def _now(platform: Platform) -> int:
    return int(platform.config.clock.now().timestamp())
