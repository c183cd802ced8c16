"""One message to all followers, or to those with a tag."""

from wechat.standin.call import OK, Answer, Call
from wechat.standin.citizens import Citizen
from wechat.standin.platform_events import account_event, mass_elements, owner_openid
from wechat.standin.reading import text_of, whole_number
from wechat.standin.refusals import Refusal

LONGEST_TEXT_BYTES = 2_048
LONGEST_CLIENT_ID = 64
MEDIA_KINDS = {"image": "image", "voice": "voice", "mpvideo": "video"}
API = "message/mass/sendall"


def send_to_all(call: Call) -> Answer:
    """`clientmsgid` is taken once; a follower of a service account gets four of these a month."""
    platform = call.platform
    kind, text, articles = _content(call)
    readers = _readers(call)
    client_msg_id = text_of(call.document, "clientmsgid")
    if len(client_msg_id) > LONGEST_CLIENT_ID:
        raise Refusal(45067, "clientmsgid size out of limit")
    platform.mass.check_client_id(client_msg_id)
    openids = [citizen.openid for citizen in readers]
    left = platform.mass.spend(platform.account.kind, openids, to_all=_is_to_all(call))
    for citizen in readers:
        if citizen.openid in left:
            _show(call, citizen, API, kind, text, articles)
    job = platform.mass.add(platform.next_send_id(), client_msg_id)
    elements = mass_elements(job.msg_id, len(readers), len(left), len(left), "sendsuccess")
    call.push(account_event(platform, owner_openid(platform), "MASSSENDJOBFINISH", elements))
    answer: dict[str, object] = {
        "errcode": 0,
        "errmsg": "send job submission success",
        "msg_id": job.msg_id,
    }
    return answer | ({"msg_data_id": job.data_id} if kind == "mpnews" else {})


def _is_to_all(call: Call) -> bool:
    asked = call.document.get("filter")
    return isinstance(asked, dict) and asked.get("is_to_all") is True


def _readers(call: Call) -> list[Citizen]:
    asked = call.document.get("filter")
    if not isinstance(asked, dict):
        raise Refusal(47003, "argument invalid! filter is not an object")
    followers = [one for one in call.platform.citizens.everyone() if one.followed]
    if _is_to_all(call):
        return followers
    tag = call.platform.tags.known(asked.get("tag_id"))
    return [one for one in followers if tag in one.tags]


def _content(call: Call) -> tuple[str, str, list[dict[str, str]]]:
    """The kind, its text, and the articles a phone shows."""
    kind = text_of(call.document, "msgtype")
    if kind == "text":
        text = text_of(call.document, "text", "content")
        if not text:
            raise Refusal(44004, "empty content")
        if len(text.encode()) > LONGEST_TEXT_BYTES:
            raise Refusal(45002, "content size out of limit")
        return kind, text, []
    if kind == "mpnews":
        draft = call.platform.library.draft(text_of(call.document, "mpnews", "media_id"))
        articles = [
            {"title": one.title, "description": one.digest, "picurl": "", "url": one.url}
            for one in draft.articles
        ]
        return kind, draft.articles[0].title, articles
    if kind not in MEDIA_KINDS:
        raise Refusal(40008, "invalid message type")
    media_id = text_of(call.document, kind, "media_id")
    material = call.platform.library.materials.get(media_id)
    found = material.kind if material is not None else call.platform.media.find(media_id).kind
    if found != MEDIA_KINDS[kind]:
        raise Refusal(40007, "invalid media_id")
    return kind, "", []


def _show(
    call: Call, citizen: Citizen, api: str, kind: str, text: str, articles: list[dict[str, str]]
) -> None:
    if kind == "mpnews":
        call.platform.show(citizen, "news", api, text=text, bubble={"articles": articles})
    else:
        call.platform.show(citizen, kind, api, text=text)


def preview(call: Call) -> Answer:
    """To one follower, before everybody gets it."""
    if not text_of(call.document, "touser"):
        raise Refusal(40132, "invalid username")
    citizen = call.platform.citizens.follower(call.document.get("touser"))
    kind, text, articles = _content(call)
    _show(call, citizen, "message/mass/preview", kind, text, articles)
    return {"errcode": 0, "errmsg": "preview success", "msg_id": call.platform.next_send_id()}


def get(call: Call) -> Answer:
    job = call.platform.mass.find(call.document.get("msg_id"))
    return {"msg_id": job.msg_id, "msg_status": job.status}


def delete(call: Call) -> Answer:
    """Takes the article away; whoever has read it has read it."""
    job = call.platform.mass.find(call.document.get("msg_id"))
    whole_number(call.document, "article_idx", 0, 8)
    job.status = "DELETE"
    return OK
