"""Drafts of articles."""

import msgspec

from wechat.standin.articles import MOST_ARTICLES, Article, checked_article
from wechat.standin.call import OK, Answer, Call
from wechat.standin.library import Draft
from wechat.standin.reading import text_of, whole_number
from wechat.standin.refusals import Refusal

MOST_A_PAGE = 20


def add(call: Call) -> Answer:
    given = call.document.get("articles")
    if not isinstance(given, list):
        raise Refusal(47003, "argument invalid! articles is not an array")
    if not given:
        raise Refusal(44003, "empty news data")
    if len(given) > MOST_ARTICLES:
        raise Refusal(45008, "article size out of limit")
    articles = [_checked(call, one, f"articles[{number}]") for number, one in enumerate(given)]
    return {"media_id": call.platform.library.add_draft(articles).media_id}


def _checked(call: Call, given: object, place: str) -> Article:
    library = call.platform.library
    return checked_article(given, place, library.is_cover, library.is_own_picture)


def get(call: Call) -> Answer:
    draft = _draft(call)
    return {"news_item": shown(draft.articles)}


def shown(articles: list[Article], *, with_content: bool = True, with_state: bool = False) -> list[object]:
    """Articles as the platform lists them; `with_state` adds whether each is deleted."""
    hidden = {*(() if with_content else ("content",)), *(() if with_state else ("is_deleted",))}
    return [
        {name: value for name, value in msgspec.structs.asdict(one).items() if name not in hidden}
        for one in articles
    ]


def _draft(call: Call) -> Draft:
    return call.platform.library.draft(text_of(call.document, "media_id"))


def update(call: Call) -> Answer:
    """One article of a draft. Here `articles` is an object, not an array."""
    draft = _draft(call)
    index = whole_number(call.document, "index", 0, MOST_ARTICLES - 1)
    if index >= len(draft.articles):
        raise Refusal(47003, "argument invalid! index invalid")
    draft.articles[index] = _checked(call, call.document.get("articles"), "articles")
    call.platform.library.touch(draft)
    return OK


def delete(call: Call) -> Answer:
    del call.platform.library.drafts[_draft(call).media_id]
    return OK


def count(call: Call) -> Answer:
    return {"total_count": len(call.platform.library.drafts)}


def page(call: Call) -> Answer:
    offset = whole_number(call.document, "offset", 0, 2**31)
    most = whole_number(call.document, "count", 1, MOST_A_PAGE)
    with_content = whole_number(call.document, "no_content", 0, 1) == 0
    drafts = list(reversed(call.platform.library.drafts.values()))
    found = drafts[offset : offset + most]
    return {
        "total_count": len(drafts),
        "item_count": len(found),
        "item": [
            {
                "media_id": one.media_id,
                "content": {"news_item": shown(one.articles, with_content=with_content)},
                "update_time": int(one.at.timestamp()),
            }
            for one in found
        ],
    }
