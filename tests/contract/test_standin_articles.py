"""Materials, drafts, publications and messages to all: what the platform takes and what it cuts away."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import aiohttp
import pytest

from kit.clock import FixedClock
from tests.standin_setting import CITIZEN, Account, Outside, running
from wechat.standin.articles import cleaned

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
MP4 = bytes(4) + b"ftypisom" + bytes(64)
AMR = b"#!AMR\n" + bytes(64)


@pytest.fixture
def account() -> Account:
    return Account(answer=lambda fields: None)


@pytest.fixture
async def standin(account: Account) -> AsyncIterator[Outside]:
    async with running(account, tries=1) as outside:
        yield outside


async def send_file(standin: Outside, path: str, content: bytes, **more: str) -> dict[str, Any]:
    form = aiohttp.FormData()
    form.add_field("media", BytesIO(content), filename="file.bin")
    if "description" in more:
        form.add_field("description", more.pop("description"))
    return await standin.api(path, form, **more)


async def cover(standin: Outside) -> str:
    media_id: str = (await send_file(standin, "material/add_material", JPEG, type="image"))["media_id"]
    return media_id


async def article(standin: Outside, **changed: object) -> dict[str, object]:
    return {
        "title": "夏季占道经营整治",
        "author": "宣传科",
        "digest": "",
        "content": "<p>请勿占道。</p>",
        "content_source_url": "",
        "thumb_media_id": await cover(standin),
        "need_open_comment": 0,
        "only_fans_can_comment": 0,
    } | changed


async def draft(standin: Outside, **changed: object) -> str:
    answer = await standin.api("draft/add", {"articles": [await article(standin, **changed)]})
    media_id: str = answer["media_id"]
    return media_id


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"title": "字" * 32}, None),
        ({"title": "字" * 33}, 45003),
        ({"title": " "}, 47003),
        ({"author": "字" * 16}, None),
        ({"author": "字" * 17}, 45110),
        ({"digest": "字" * 128}, None),
        ({"digest": "字" * 129}, 45004),
        ({"content": "字" * 19_999}, None),
        ({"content": "字" * 20_000}, 45002),
        ({"content": ""}, 44004),
        ({"content_source_url": "https://x.invalid/" + "a" * 1_024}, 45005),
        ({"thumb_media_id": "nothing"}, 40007),
        ({"need_open_comment": 2}, 47003),
        ({"content": "<p>看</p><video src='x'></video>"}, 45166),
        ({"content": "<iframe src='https://v.qq.com/x'></iframe>"}, 45166),
    ],
)
async def test_article_is_measured_as_the_platform_measures(
    standin: Outside, changed: dict[str, object], code: int | None
) -> None:
    answer = await standin.api("draft/add", {"articles": [await article(standin, **changed)]})
    assert answer.get("errcode") == code
    assert (await standin.api("draft/count"))["total_count"] == (1 if code is None else 0)


@pytest.mark.parametrize(
    ("articles", "code"), [([], 44003), ({}, 47003), (["text"], 47003), ([{}] * 9, 45008)]
)
async def test_drafts_come_as_a_list_of_one_to_eight(standin: Outside, articles: object, code: int) -> None:
    assert (await standin.api("draft/add", {"articles": articles}))["errcode"] == code


async def test_scripts_and_foreign_pictures_are_cut_away_and_own_ones_stay(standin: Outside) -> None:
    own = (await send_file(standin, "media/uploadimg", PNG))["url"]
    media_id = await draft(
        standin,
        content=f'<p onclick="x()">一<script>steal()</script><img src="{own}"><img src="https://x.invalid/a.png">'
        '<a href="javascript:alert(1)">二</a></p>',
    )
    (kept,) = (await standin.api("draft/get", {"media_id": media_id}))["news_item"]
    assert kept["content"] == f'<p>一<img src="{own}"><a>二</a></p>'
    assert kept["digest"] == "一二"


@pytest.mark.parametrize(
    "hostile",
    [
        '<a href=" java\nscript:alert(1)">x</a>',
        '<img src="https://x.invalid/1.png" onerror=alert(1)>',
        "<scr<script>ipt>alert(1)</script>",
        '<p style="x" onmouseover=alert(1)>x',
        "<style>@import 'x'</style><link rel=stylesheet href=x>",
    ],
)
def test_nothing_that_runs_is_left_of_an_article(hostile: str) -> None:
    kept, _ = cleaned(hostile, lambda address: False)
    assert not any(word in kept.lower() for word in ("script", "onerror", "onmouse", "@import", "<link"))


async def test_draft_is_changed_one_article_at_a_time_given_as_an_object(standin: Outside) -> None:
    media_id = await draft(standin)
    changed = await article(standin, title="新标题")
    update = {"media_id": media_id, "index": 0, "articles": changed}
    assert (await standin.api("draft/update", update | {"articles": [changed]}))["errcode"] == 47003
    assert (await standin.api("draft/update", update | {"index": 1}))["errcode"] == 47003
    assert (await standin.api("draft/update", update))["errcode"] == 0
    (kept,) = (await standin.api("draft/get", {"media_id": media_id}))["news_item"]
    assert kept["title"] == "新标题"
    page = await standin.api("draft/batchget", {"offset": 0, "count": 20, "no_content": 1})
    assert "content" not in page["item"][0]["content"]["news_item"][0]
    assert (await standin.api("draft/batchget", {"offset": 0, "count": 21}))["errcode"] == 47003
    assert (await standin.api("draft/delete", {"media_id": media_id}))["errcode"] == 0
    assert (await standin.api("draft/get", {"media_id": media_id}))["errcode"] == 40007


@pytest.mark.parametrize(
    ("content", "code"), [(JPEG, None), (PNG, None), (b"GIF89a", 40005), (JPEG + bytes(2**20), 40009)]
)
async def test_pictures_of_articles_are_jpeg_or_png_below_a_megabyte(
    standin: Outside, content: bytes, code: int | None
) -> None:
    answer = await send_file(standin, "media/uploadimg", content)
    assert answer.get("errcode") == code
    if code is None:
        async with standin.http.get(answer["url"]) as response:
            assert await response.read() == content


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("image", JPEG, None),
        ("voice", AMR, None),
        ("voice", b"MThd", 40005),
        ("video", b"not a film", 40005),
        ("video", MP4, 47001),
        ("poem", JPEG, 40004),
        ("thumb", PNG, 40005),
    ],
)
async def test_material_is_what_it_claims_to_be(
    standin: Outside, kind: str, content: bytes, code: int | None
) -> None:
    more = {"description": '{"title":"片"}'} if code == 40005 and kind == "video" else {}
    assert (await send_file(standin, "material/add_material", content, type=kind, **more)).get(
        "errcode"
    ) == code


async def test_film_is_kept_for_good_and_answered_by_an_address(standin: Outside) -> None:
    described = '{"title":"宣传片","introduction":"一分钟"}'
    answer = await send_file(standin, "material/add_material", MP4, type="video", description=described)
    found = await standin.api("material/get_material", {"media_id": answer["media_id"]})
    assert (found["title"], found["description"]) == ("宣传片", "一分钟")
    async with standin.http.get(found["down_url"]) as response:
        assert await response.read() == MP4
    assert (await standin.api("material/get_materialcount"))["video_count"] == 1
    page = await standin.api("material/batchget_material", {"type": "video", "offset": 0, "count": 1})
    assert page["item"][0]["media_id"] == answer["media_id"]
    assert (await standin.api("material/del_material", {"media_id": answer["media_id"]}))["errcode"] == 0
    assert (await standin.api("material/del_material", {"media_id": answer["media_id"]}))["errcode"] == 40007


async def test_publishing_makes_the_article_public_and_reports_it(standin: Outside, account: Account) -> None:
    media_id = await draft(standin)
    answer = await standin.api("freepublish/submit", {"media_id": media_id})
    await standin.courier.settle()
    (event,) = account.received
    told = event["PublishEventInfo"]
    assert isinstance(told, dict)
    assert (event["Event"], told["publish_id"], told["publish_status"]) == (
        "PUBLISHJOBFINISH",
        answer["publish_id"],
        "0",
    )
    status = await standin.api("freepublish/get", {"publish_id": answer["publish_id"]})
    (item,) = status["article_detail"]["item"]
    async with standin.http.get(item["article_url"]) as response:
        assert "请勿占道" in await response.text()
    assert (await standin.api("draft/get", {"media_id": media_id}))["errcode"] == 40007
    asked = {"article_id": status["article_id"]}
    assert (await standin.api("freepublish/delete", asked))["errcode"] == 0
    async with standin.http.get(item["article_url"]) as response:
        assert response.status == 410
    (kept,) = (await standin.api("freepublish/getarticle", asked))["news_item"]
    assert kept["is_deleted"] is True
    assert (await standin.api("freepublish/batchget", {"offset": 0, "count": 20}))["total_count"] == 0


@pytest.mark.parametrize("result", range(1, 7))
async def test_publication_fails_as_the_tester_says(standin: Outside, account: Account, result: int) -> None:
    media_id = await draft(standin)
    await standin.post("/_standin/account", {"publish_result": result})
    answer = await standin.api("freepublish/submit", {"media_id": media_id})
    await standin.courier.settle()
    assert len(account.received) == (0 if result == 1 else 1)
    status = await standin.api("freepublish/get", {"publish_id": answer["publish_id"]})
    assert (status["publish_status"], status["fail_idx"]) == (result, [1] if result in (2, 3, 4) else [])
    is_draft_still = "errcode" not in await standin.api("draft/get", {"media_id": media_id})
    assert is_draft_still == (result < 5)
    assert (await standin.api("freepublish/batchget", {"offset": 0, "count": 1}))["total_count"] == 0


async def test_unknown_drafts_and_publications_are_refused(standin: Outside) -> None:
    assert (await standin.api("freepublish/submit", {"media_id": "x"}))["errcode"] == 40007
    assert (await standin.api("freepublish/get", {"publish_id": "1"}))["errcode"] == 53501
    assert (await standin.api("freepublish/getarticle", {"article_id": "x"}))["errcode"] == 53600


async def test_message_to_all_reaches_followers_once_and_is_reported(
    standin: Outside, account: Account
) -> None:
    await standin.meet()
    await standin.meet(openid="oAway_0002", followed=False)
    message = {
        "filter": {"is_to_all": True},
        "msgtype": "mpnews",
        "mpnews": {"media_id": await draft(standin)},
        "clientmsgid": "notice-1",
    }
    sent = await standin.api("message/mass/sendall", message)
    assert (sent["errcode"], "msg_data_id" in sent) == (0, True)
    repeat = await standin.api("message/mass/sendall", message)
    assert (repeat["errcode"], repeat["msg_id"]) == (45065, sent["msg_id"])
    await standin.courier.settle()
    (event,) = account.received
    assert (event["Event"], event["SentCount"], event["MsgID"]) == (
        "MASSSENDJOBFINISH",
        "1",
        str(sent["msg_id"]),
    )
    entries = (await standin.get("/_standin/ledger"))["entries"]
    assert [(one["openid"], one["kind"]) for one in entries] == [(CITIZEN, "news")]
    asked = {"msg_id": sent["msg_id"]}
    assert (await standin.api("message/mass/get", asked))["msg_status"] == "SEND_SUCCESS"
    assert (await standin.api("message/mass/delete", asked))["errcode"] == 0
    assert (await standin.api("message/mass/get", asked))["msg_status"] == "DELETE"


@pytest.mark.parametrize(("kind", "most"), [("certified_service", 4), ("certified_subscription", 1)])
async def test_messages_to_all_are_few(kind: str, most: int) -> None:
    async with running(kind=kind, clock=FixedClock(datetime(2026, 11, 23, 1, 0, tzinfo=UTC))) as standin:
        message = {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": "通知"}}
        codes = [(await standin.api("message/mass/sendall", message))["errcode"] for _ in range(most + 1)]
        assert codes == [0] * most + [45028]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"filter": None}, 47003),
        ({"filter": {"is_to_all": False, "tag_id": 999}}, 45159),
        ({"msgtype": "hologram"}, 40008),
        ({"text": {"content": ""}}, 44004),
        ({"msgtype": "image", "image": {"media_id": "x"}}, 40007),
        ({"clientmsgid": "x" * 65}, 45067),
    ],
)
async def test_wrong_message_to_all_reaches_nobody(
    standin: Outside, changed: dict[str, object], code: int
) -> None:
    await standin.meet()
    message = {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": "通知"}} | changed
    assert (await standin.api("message/mass/sendall", message))["errcode"] == code
    assert await standin.ledger() == []


async def test_preview_reaches_one(standin: Outside) -> None:
    await standin.meet()
    message = {"touser": CITIZEN, "msgtype": "text", "text": {"content": "预览"}}
    assert (await standin.api("message/mass/preview", message))["errcode"] == 0
    assert [entry["text"] for entry in await standin.ledger()] == ["预览"]
