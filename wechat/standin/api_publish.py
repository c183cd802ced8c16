"""From draft to public article. The result comes by PUBLISHJOBFINISH; asking for it costs a small quota."""

from wechat.standin.api_drafts import MOST_A_PAGE, shown
from wechat.standin.call import OK, Answer, Call
from wechat.standin.library import Publication
from wechat.standin.platform_events import account_event, owner_openid, publication_elements
from wechat.standin.reading import text_of, whole_number
from wechat.standin.refusals import Refusal


def submit(call: Call) -> Answer:
    platform = call.platform
    draft = platform.library.draft(text_of(call.document, "media_id"))
    result = platform.account.publish_result
    publication = platform.library.publish(draft, platform.next_send_id(), result, call.origin)
    if result != 1:
        elements = publication_elements(publication)
        call.push(account_event(platform, owner_openid(platform), "PUBLISHJOBFINISH", elements))
    return {
        "errcode": 0,
        "errmsg": "ok",
        "publish_id": str(publication.publish_id),
        "msg_data_id": publication.publish_id % 2_000_000_000,
    }


def get(call: Call) -> Answer:
    asked = call.document.get("publish_id")
    number = int(asked) if isinstance(asked, str) and asked.isdigit() else asked
    publication = call.platform.library.publications.get(number) if isinstance(number, int) else None
    if publication is None:
        raise Refusal(53501, "invalid publish_id")
    answer: dict[str, object] = {
        "publish_id": str(publication.publish_id),
        "publish_status": publication.status,
    }
    if publication.status == 0:
        items = [{"idx": idx, "article_url": one.url} for idx, one in enumerate(publication.articles, 1)]
        answer |= {
            "article_id": publication.article_id,
            "article_detail": {"count": len(items), "item": items},
        }
    return answer | {"fail_idx": publication.fail_idx}


def delete(call: Call) -> Answer:
    """One article (`index` from 1), or all with 0 or nothing."""
    publication = _public(call)
    index = whole_number(call.document, "index", 0, len(publication.articles))
    for number, article in enumerate(publication.articles, 1):
        if index in (0, number):
            article.is_deleted = True
    return OK


def _public(call: Call) -> Publication:
    return call.platform.library.by_article(text_of(call.document, "article_id"))


def get_article(call: Call) -> Answer:
    return {"news_item": shown(_public(call).articles, with_state=True)}


def page(call: Call) -> Answer:
    offset = whole_number(call.document, "offset", 0, 2**31)
    most = whole_number(call.document, "count", 1, MOST_A_PAGE)
    with_content = whole_number(call.document, "no_content", 0, 1) == 0
    public = call.platform.library.public()
    found = public[offset : offset + most]
    return {
        "total_count": len(public),
        "item_count": len(found),
        "item": [
            {
                "article_id": one.article_id,
                "content": {"news_item": shown(one.articles, with_content=with_content, with_state=True)},
                "update_time": int(one.at.timestamp()),
            }
            for one in found
        ],
    }
