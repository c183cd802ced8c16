"""Customer-service messages: only to followers, only inside the window, only so many."""

from collections.abc import Callable, Mapping
from typing import Any

from wechat.standin.call import OK, Answer, Call
from wechat.standin.citizens import Citizen
from wechat.standin.platform import Platform
from wechat.standin.reading import text_of
from wechat.standin.refusals import Refusal

LONGEST_TEXT_BYTES = 2_048
MOST_MENU_ITEMS = 10

Shown = dict[str, Any]
API = "message/custom/send"


def send_custom(call: Call) -> Answer:
    """Checks come in the platform's order: the citizen, the content, then the window and the count."""
    citizen = _reader(call)
    kind = text_of(call.document, "msgtype")
    check = (MINIAPP_KINDS if call.is_miniapp else KINDS).get(kind)
    if check is None:
        raise Refusal(40008, "invalid message type")
    desk_account = text_of(call.document, "customservice", "kf_account")
    if desk_account:
        call.platform.kf.known(desk_account)
    shown = check(call.document, call.platform)
    if call.is_miniapp:
        call.platform.citizens.spend_miniapp_message(citizen)
    else:
        call.platform.citizens.spend_customer_message(citizen)
    _show(call, citizen, kind, shown)
    return OK


def _reader(call: Call) -> Citizen:
    """The mini-program's users need not follow anything."""
    openid = call.document.get("touser")
    return call.citizen(openid) if call.is_miniapp else call.platform.citizens.follower(openid)


def _show(call: Call, citizen: Citizen, kind: str, shown: Shown) -> None:
    text, fields = shown.pop("text", ""), shown.pop("fields", {})
    client_msg_id = text_of(call.document, "client_msg_id")
    call.platform.show(
        citizen, kind, API, text=text, fields=fields, client_msg_id=client_msg_id, bubble=shown
    )


def _text(document: Mapping[str, Any], platform: Platform) -> Shown:
    content = text_of(document, "text", "content")
    if not content:
        raise Refusal(44004, "empty content")
    if len(content.encode()) > LONGEST_TEXT_BYTES:
        raise Refusal(45002, "content size out of limit")
    return {"text": content}


def _medium(kind: str) -> Callable[[Mapping[str, Any], Platform], Shown]:
    def check(document: Mapping[str, Any], platform: Platform) -> Shown:
        media_id = text_of(document, kind, "media_id")
        if not media_id:
            raise Refusal(41006, "media_id missing")
        if platform.media.find(media_id).kind != kind:
            raise Refusal(40007, "invalid media_id")
        return {"fields": {"media_id": media_id}, "text": text_of(document, kind, "title")}

    return check


def _news(document: Mapping[str, Any], platform: Platform) -> Shown:
    holder = document.get("news")
    articles = holder.get("articles") if isinstance(holder, dict) else None
    if not isinstance(articles, list) or not articles:
        raise Refusal(44003, "empty news data")
    if len(articles) > 1:
        raise Refusal(45008, "article size out of limit")
    if not isinstance(articles[0], dict):
        raise Refusal(47003, "argument invalid! news.articles[0] is not an object")
    article = {name: text_of(articles[0], name) for name in ("title", "description", "picurl", "url")}
    if not article["title"]:
        raise Refusal(47003, "argument invalid! news.articles[0].title is empty")
    return {"text": article["title"], "articles": [article]}


def _menu(document: Mapping[str, Any], platform: Platform) -> Shown:
    holder = document.get("msgmenu")
    items = holder.get("list") if isinstance(holder, dict) else None
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_MENU_ITEMS:
        raise Refusal(47003, "argument invalid! msgmenu.list is empty or too long")
    choices = [
        {"id": text_of(item, "id"), "content": text_of(item, "content")}
        for item in items
        if isinstance(item, dict)
    ]
    if len(choices) < len(items) or not all(choice["id"] and choice["content"] for choice in choices):
        raise Refusal(47003, "argument invalid! msgmenu.list needs id and content")
    head, tail = text_of(document, "msgmenu", "head_content"), text_of(document, "msgmenu", "tail_content")
    whole = "\n".join([head, *(choice["content"] for choice in choices), tail])
    if len(whole.encode()) > LONGEST_TEXT_BYTES:
        raise Refusal(45002, "content size out of limit")
    return {"text": whole.strip("\n"), "head": head, "choices": choices, "tail": tail}


def _mini_program(document: Mapping[str, Any], platform: Platform) -> Shown:
    card = {name: text_of(document, "miniprogrampage", name) for name in ("title", "appid", "pagepath")}
    for name, value in card.items():
        if not value:
            raise Refusal(47003, f"argument invalid! miniprogrampage.{name} is empty")
    platform.media.find(text_of(document, "miniprogrampage", "thumb_media_id"))
    return {"text": card["title"], "fields": card}


def _draft(document: Mapping[str, Any], platform: Platform) -> Shown:
    draft = platform.library.draft(text_of(document, "mpnews", "media_id"))
    articles = [{"title": one.title, "description": one.digest, "url": one.url} for one in draft.articles]
    return {"text": draft.articles[0].title, "articles": articles}


def _published(document: Mapping[str, Any], platform: Platform) -> Shown:
    publication = platform.library.by_article(text_of(document, "mpnewsarticle", "article_id"))
    first = publication.articles[0]
    article = {"title": first.title, "description": first.digest, "url": first.url}
    return {"text": first.title, "articles": [article]}


def _music(document: Mapping[str, Any], platform: Platform) -> Shown:
    song = {name: text_of(document, "music", name) for name in ("title", "musicurl", "hqmusicurl")}
    for name in ("musicurl", "hqmusicurl"):
        if not song[name]:
            raise Refusal(47003, f"argument invalid! music.{name} is empty")
    platform.media.find(text_of(document, "music", "thumb_media_id"))
    return {"text": song["title"], "fields": song}


def _link(document: Mapping[str, Any], platform: Platform) -> Shown:
    card = {name: text_of(document, "link", name) for name in ("title", "description", "url", "thumb_url")}
    for name in ("title", "url"):
        if not card[name]:
            raise Refusal(47003, f"argument invalid! link.{name} is empty")
    return {"text": card["title"], "fields": card}


KINDS: Mapping[str, Callable[[Mapping[str, Any], Platform], Shown]] = {
    "text": _text,
    "image": _medium("image"),
    "voice": _medium("voice"),
    "video": _medium("video"),
    "news": _news,
    "msgmenu": _menu,
    "miniprogrampage": _mini_program,
    "mpnews": _draft,
    "mpnewsarticle": _published,
    "music": _music,
}
MINIAPP_KINDS: Mapping[str, Callable[[Mapping[str, Any], Platform], Shown]] = {
    "text": _text,
    "image": _medium("image"),
    "link": _link,
    "miniprogrampage": _mini_program,
}


def typing(call: Call) -> Answer:
    citizen = _reader(call)
    command = text_of(call.document, "command")
    if command == "Typing":
        call.platform.citizens.start_typing(citizen)
    elif command == "CancelTyping":
        call.platform.citizens.stop_typing(citizen)
    else:
        raise Refusal(45072, "invalid command")
    call.platform.feed.publish(citizen.openid, "typing", {"on": command == "Typing"})
    return OK
