"""Customer-service messages: only to followers, only inside the window, only so many."""

from collections.abc import Callable, Mapping
from typing import Any

from wechat.standin.call import OK, Answer, Call, text_of
from wechat.standin.citizens import Citizen
from wechat.standin.media import MediaStore
from wechat.standin.refusals import Refusal

LONGEST_TEXT_BYTES = 2_048
MOST_MENU_ITEMS = 10

Shown = dict[str, Any]
API = "message/custom/send"


def send_custom(call: Call) -> Answer:
    """Checks come in the platform's order: the citizen, the content, then the window and the count."""
    citizen = call.platform.citizens.follower(call.document.get("touser"))
    kind = text_of(call.document, "msgtype")
    check = KINDS.get(kind)
    if check is None:
        raise Refusal(40008, "invalid message type")
    shown = check(call.document, call.platform.media)
    call.platform.citizens.spend_customer_message(citizen)
    _show(call, citizen, kind, shown)
    return OK


def _show(call: Call, citizen: Citizen, kind: str, shown: Shown) -> None:
    text, fields = shown.pop("text", ""), shown.pop("fields", {})
    client_msg_id = text_of(call.document, "client_msg_id")
    call.platform.show(
        citizen, kind, API, text=text, fields=fields, client_msg_id=client_msg_id, bubble=shown
    )


def _text(document: Mapping[str, Any], media: MediaStore) -> Shown:
    content = text_of(document, "text", "content")
    if not content:
        raise Refusal(44004, "empty content")
    if len(content.encode()) > LONGEST_TEXT_BYTES:
        raise Refusal(45002, "content size out of limit")
    return {"text": content}


def _medium(kind: str) -> Callable[[Mapping[str, Any], MediaStore], Shown]:
    def check(document: Mapping[str, Any], media: MediaStore) -> Shown:
        media_id = text_of(document, kind, "media_id")
        if not media_id:
            raise Refusal(41006, "media_id missing")
        if media.find(media_id).kind != kind:
            raise Refusal(40007, "invalid media_id")
        return {"fields": {"media_id": media_id}, "text": text_of(document, kind, "title")}

    return check


def _news(document: Mapping[str, Any], media: MediaStore) -> Shown:
    holder = document.get("news")
    articles = holder.get("articles") if isinstance(holder, dict) else None
    if not isinstance(articles, list) or not articles:
        raise Refusal(44003, "empty news data")
    if len(articles) > 1:
        raise Refusal(45008, "article size out of limit")
    article = {name: text_of(articles[0], name) for name in ("title", "description", "picurl", "url")}
    if not article["title"]:
        raise Refusal(47003, "argument invalid! news.articles[0].title is empty")
    return {"text": article["title"], "articles": [article]}


def _menu(document: Mapping[str, Any], media: MediaStore) -> Shown:
    holder = document.get("msgmenu")
    items = holder.get("list") if isinstance(holder, dict) else None
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_MENU_ITEMS:
        raise Refusal(47003, "argument invalid! msgmenu.list is empty or too long")
    choices = [{"id": text_of(item, "id"), "content": text_of(item, "content")} for item in items]
    if not all(choice["id"] and choice["content"] for choice in choices):
        raise Refusal(47003, "argument invalid! msgmenu.list needs id and content")
    head, tail = text_of(document, "msgmenu", "head_content"), text_of(document, "msgmenu", "tail_content")
    whole = "\n".join([head, *(choice["content"] for choice in choices), tail])
    if len(whole.encode()) > LONGEST_TEXT_BYTES:
        raise Refusal(45002, "content size out of limit")
    return {"text": whole.strip("\n"), "head": head, "choices": choices, "tail": tail}


def _mini_program(document: Mapping[str, Any], media: MediaStore) -> Shown:
    card = {name: text_of(document, "miniprogrampage", name) for name in ("title", "appid", "pagepath")}
    for name, value in card.items():
        if not value:
            raise Refusal(47003, f"argument invalid! miniprogrampage.{name} is empty")
    media.find(text_of(document, "miniprogrampage", "thumb_media_id"))
    return {"text": card["title"], "fields": card}


KINDS: Mapping[str, Callable[[Mapping[str, Any], MediaStore], Shown]] = {
    "text": _text,
    "image": _medium("image"),
    "voice": _medium("voice"),
    "video": _medium("video"),
    "news": _news,
    "msgmenu": _menu,
    "miniprogrampage": _mini_program,
}


def typing(call: Call) -> Answer:
    citizen = call.platform.citizens.follower(call.document.get("touser"))
    command = text_of(call.document, "command")
    if command == "Typing":
        call.platform.citizens.start_typing(citizen)
    elif command == "CancelTyping":
        call.platform.citizens.stop_typing(citizen)
    else:
        raise Refusal(45072, "invalid command")
    call.platform.feed.publish(citizen.openid, "typing", {"on": command == "Typing"})
    return OK
