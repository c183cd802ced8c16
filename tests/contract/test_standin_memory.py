"""What outlives a restart, and what no request can break."""

import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.standin_setting import CITIZEN, LONG_TERM, TEMPLATE, Outside, running
from wechat.standin.api_mass import MEDIA_KINDS
from wechat.standin.api_messages import KINDS
from wechat.standin.endpoints import ENDPOINTS

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256))
MP4 = bytes(4) + b"ftypisom" + bytes(64)
CLICK = {"type": "click", "name": "投诉", "key": "complaint"}
KEYS = re.findall(
    r"[a-z_]+",
    """action action_info action_name appid appsecret article_id article_idx articles button cgi_path
    check_operator client_msg_id clientmsgid code command content count customservice data expire_interval
    expire_seconds expire_type filter force_refresh grant_type image index kf_account link media_id media_type
    media_url miniprogram_state miniprogrampage mpnews mpnewsarticle msg_id msgmenu msgtype music news next_openid
    no_content offset openid openid_list page path publish_id query remark rid scene secret tag tagid template_id
    text touser type user_list version video voice width""",
)
ODD: list[Any] = [None, True, -1, 10**20, 1.5, "", "字\u0000", [], [None], {}, {"a": {}}, [{"id": []}]]


async def test_account_and_its_people_outlive_a_restart(tmp_path: Path) -> None:
    memory = tmp_path / "standin.json"
    async with running(memory=memory) as standin:
        met = await standin.meet(phone_number="19900001234", unionid="oUnion_1", miniapp_openid="oMini_0001")
        asked = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "sign_1"}}}
        code = await standin.api("qrcode/create", asked)
        tag = (await standin.api("tags/create", {"tag": {"name": "经营户"}}))["tag"]["id"]
        await standin.api("tags/members/batchtagging", {"openid_list": [CITIZEN], "tagid": tag})
        await standin.api("menu/create", {"button": [CLICK]})
        published = await _publish(standin)
    async with running(memory=memory) as standin:
        assert await standin.meet() == met
        assert await standin.api("qrcode/create", asked) == code
        assert (await standin.api("user/info", openid=CITIZEN))["tagid_list"] == [tag]
        assert (await standin.api("tags/create", {"tag": {"name": "志愿者"}}))["tag"]["id"] == tag + 1
        assert (await standin.api("menu/get"))["menu"]["button"][0]["key"] == "complaint"
        status = await standin.api("freepublish/get", {"publish_id": published})
        assert status["publish_status"] == 0


async def _publish(standin: Outside) -> str:
    form = aiohttp.FormData()
    form.add_field("media", JPEG, filename="cover.jpg")
    cover = (await standin.api("material/add_material", form, type="image"))["media_id"]
    article = {"title": "通告", "content": "<p>停水</p>", "thumb_media_id": cover}
    draft = (await standin.api("draft/add", {"articles": [article]}))["media_id"]
    published: str = (await standin.api("freepublish/submit", {"media_id": draft}))["publish_id"]
    return published


@pytest.mark.parametrize("odd", ODD, ids=repr)
async def test_nothing_odd_in_a_request_is_more_than_refused(odd: object) -> None:
    async with running(tries=1) as standin:
        await standin.meet(wrote=True)
        document = dict.fromkeys(KEYS, odd)
        for endpoint in ENDPOINTS:
            if endpoint.body == "json":
                call = standin.mini if endpoint.app == "miniprogram" else standin.api
                answer = await call(endpoint.path, document)
                assert isinstance(answer, dict), endpoint.path
        for kind in (*KINDS, *MEDIA_KINDS):
            message = document | {"touser": CITIZEN, "msgtype": kind, "filter": {"is_to_all": True}}
            for path in ("custom/send", "mass/sendall"):
                assert isinstance(await standin.api(f"message/{path}", message), dict)
        for template in (LONG_TERM, TEMPLATE):
            message = document | {"touser": CITIZEN, "template_id": template}
            for path in ("subscribe/bizsend", "template/send"):
                assert (await standin.api(f"message/{path}", message))["errcode"] in (40037, 47003)


async def test_films_have_fault_knobs_too() -> None:
    async with running(tries=1) as standin:
        form = aiohttp.FormData()
        form.add_field("media", MP4, filename="film.mp4")
        media_id = (await standin.api("media/upload", form, type="video"))["media_id"]
        address = (await standin.api("media/get", media_id=media_id))["video_url"]
        await standin.post("/_standin/faults", {"endpoint": "/film", "kind": "html_502", "times": 1})
        async with standin.http.get(address) as response:
            assert response.status == 502
        async with standin.http.get(address) as response:
            assert (response.content_type, await response.read()) == ("video/mp4", MP4)


async def test_phone_may_frame_the_web_app_and_nothing_else() -> None:
    async with (
        running(webhook_url="http://127.0.0.1:8000/wechat") as standin,
        standin.http.get(f"{standin.base}/phone/static/words.js") as response,
    ):
        policy = response.headers["Content-Security-Policy"]
    assert "frame-src 'self' http://127.0.0.1:8000 http://localhost:8000" in policy
    assert "default-src 'none'" in policy
