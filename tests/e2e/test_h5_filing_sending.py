"""What the filing page's script sends: photos in pieces, drafts, and the key for WeChat's location. Tampered with, too."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from casework.complaints.models import Complaint
from kit.db import Database
from kit.files.decoder import Decoder
from kit.files.duty import decode_pending
from kit.files.models import StoredFile, Upload
from tests.e2e.citizen_setting import IN_WECHAT, CitizenSetting, Phone, citizens_on
from tests.e2e.filing_setting import FILLED, OUTSIDE, STORY, Form, opened, photo
from web.h5.models import FormDraft

WEBM = b"\x1aE\xdf\xa3" + bytes(200)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[CitizenSetting]:
    async with citizens_on(database, tmp_path) as running:
        yield running


class Script:
    """What the page's script does, byte by byte."""

    def __init__(self, phone: Phone, form: Form) -> None:
        self.phone, self.token = phone, form.value("csrf_token")

    async def ask(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        sent = {"accept": "application/json", "user-agent": OUTSIDE, "x-csrf-token": self.token}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        as_json = body if isinstance(body, dict) else None
        data = None if as_json is not None else body
        async with self.phone.http.request(
            method, self.phone.url + path, json=as_json, data=data, headers=sent
        ) as answer:
            text = await answer.text()
            return answer.status, await answer.json(content_type=None) if text.startswith("{") else {}

    async def begin(self, content: bytes, kind: str = "photo") -> str:
        status, said = await self.ask(
            "POST", "/h5/uploads", upload_length=str(len(content)), upload_kind=kind
        )
        assert status == 201, said
        return str(said["id"])

    async def piece(self, id: str, offset: int, piece: bytes) -> tuple[int, dict[str, Any]]:
        return await self.ask("PATCH", f"/h5/uploads/{id}", piece, upload_offset=str(offset))


async def script(phone: Phone) -> Script:
    return Script(phone, await opened(phone))


async def test_a_photo_broken_off_goes_on_where_it_was_and_is_filed(
    setting: CitizenSetting, database: Database
) -> None:
    content = photo("red", 400)
    async with setting.phone() as phone:
        form = await opened(phone)
        sender = Script(phone, form)
        id = await sender.begin(content)
        assert (await sender.piece(id, 0, content[:1000]))[1]["offset"] == 1000
        assert (await sender.piece(id, 0, content[:1000]))[0] == 409
        assert (await sender.ask("GET", f"/h5/uploads/{id}"))[1]["offset"] == 1000
        status, said = await sender.piece(id, 1000, content[1000:])
        assert (status, said["done"]) == (200, True)
        assert (await phone.get(f"/h5/uploads/{id}/small", user_agent=OUTSIDE)).status == 404
        decoder = Decoder()
        await decode_pending(database, setting.door.files, decoder)
        await decoder.close()
        small = await phone.get(f"/h5/uploads/{id}/small", user_agent=OUTSIDE)
        assert (small.status, small.headers["content-type"]) == (200, "image/jpeg")
        assert (await form.send(FILLED | {"photo": id})).status == 303
    assert (await StoredFile.get()).account_id == (await Complaint.get()).account_id


async def test_uploads_of_another_browser_do_not_exist(setting: CitizenSetting) -> None:
    content = photo()
    async with setting.phone() as one, setting.phone() as other:
        mine, theirs = await script(one), await script(other)
        id = await mine.begin(content)
        assert (await theirs.piece(id, 0, content))[0] == 404
        assert (await theirs.ask("GET", f"/h5/uploads/{id}"))[0] == 404
        assert (await theirs.ask("GET", f"/h5/uploads/{uuid4()}"))[0] == 404
        # The token of one visit is nothing with the cookie of another.
        theirs.token = mine.token
        assert (await theirs.ask("POST", "/h5/uploads", upload_length="5", upload_kind="photo"))[0] == 403


@pytest.mark.parametrize(
    ("length", "kind", "status"),
    [
        ("0", "photo", 422),
        (str(21 * 1024 * 1024), "photo", 413),
        (str(3 * 1024 * 1024), "voice", 413),
        ("-1", "photo", 422),
        ("", "photo", 422),
        ("٣", "photo", 422),
        ("5", "video", 422),
        ("5", "", 422),
    ],
)
async def test_what_cannot_be_announced_is_refused_in_a_sentence(
    setting: CitizenSetting, length: str, kind: str, status: int
) -> None:
    async with setting.phone() as phone:
        sender = await script(phone)
        got, said = await sender.ask("POST", "/h5/uploads", upload_length=length, upload_kind=kind)
        assert got == status
        assert re.search("[一-龥]", said["title"])
    assert await Upload.all().count() == 0


async def test_a_program_is_no_photo_and_a_photo_no_voice(setting: CitizenSetting) -> None:
    async with setting.phone() as phone:
        sender = await script(phone)
        for content, kind in ((b"MZ" + bytes(300), "photo"), (photo(), "voice")):
            status, said = await sender.piece(await sender.begin(content, kind), 0, content)
            assert (status, bool(said["title"])) == (415, True)
        id = await sender.begin(WEBM, "voice")
        assert (await sender.piece(id, 0, WEBM))[1]["done"] is True
        more = await sender.begin(b"\xff\xd8\xff" + bytes(100))
        assert (await sender.piece(more, 0, b"\xff\xd8\xff" + bytes(500)))[0] == 413
    assert (await StoredFile.get()).sniffed_type == "audio/webm"


async def test_a_draft_is_kept_while_typing_and_says_what_matters(setting: CitizenSetting) -> None:
    async with setting.phone() as phone:
        sender = await script(phone)
        calm = await sender.ask("POST", "/h5/file/draft", {"story": STORY, "place": "x", "photo": ["y", 3]})
        assert calm == (200, {"danger": False, "misconduct": False, "questions": "", "near": ""})
        assert (await opened(phone)).value("story") == STORY
        danger = await sender.ask("POST", "/h5/file/draft", {"story": "着火了"})
        assert danger[1]["danger"] is True
        told = await sender.ask("POST", "/h5/file/draft", {"story": STORY, "place": "城管队员收红包那里"})
        assert told[1]["misconduct"] is True
        assert await FormDraft.all().count() == 0


async def test_a_draft_is_answered_with_what_the_category_asks(setting: CitizenSetting) -> None:
    async with setting.phone() as phone:
        sender = await script(phone)
        typed = {"story": "门口有人开三轮车摆摊卖菜", "particular.vending.when": "早上"}
        status, said = await sender.ask("POST", "/h5/file/draft", typed)
        assert status == 200
        assert 'name="asked" value="particular.vending.when"' in said["questions"]
        assert re.search(r'value="早上"\s+checked', said["questions"])
        status, said = await sender.ask("POST", "/h5/file/draft", {"story": STORY})
        assert said["questions"] == ""


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b'{"story": "' + b"x" * 300_000])
async def test_what_is_no_draft_is_refused(setting: CitizenSetting, body: bytes) -> None:
    async with setting.phone() as phone:
        sender = await script(phone)
        status, said = await sender.ask("POST", "/h5/file/draft", body)
        assert status in (413, 422)
        assert said["title"]
    assert await FormDraft.all().count() == 0


async def test_a_draft_needs_the_token_of_its_visit(setting: CitizenSetting) -> None:
    async with setting.phone() as phone:
        sender = await script(phone)
        sender.token = "0" * 64
        assert (await sender.ask("POST", "/h5/file/draft", {"story": STORY}))[0] == 403


async def test_a_draft_of_the_browser_is_found_after_the_sign_in(setting: CitizenSetting) -> None:
    async with setting.phone("oMei-drafts-first-001") as phone:
        guest = await opened(phone, "?guest=1", IN_WECHAT)
        await Script(phone, guest).ask("POST", "/h5/file/draft", {"story": STORY})
        assert (await opened(phone, user_agent=IN_WECHAT)).value("story") == STORY


async def test_the_script_is_told_what_is_wrong_and_where_to_go(setting: CitizenSetting) -> None:
    async with setting.phone() as phone:
        form = await opened(phone)
        sender = Script(phone, form)
        fields = {"act": form.value("act"), "story": STORY}
        status, said = await sender.ask("POST", "/h5/file", aiohttp.FormData(fields))
        assert (status, [one["field"] for one in said["faults"]]) == (422, ["place"])
        assert said["act"] == fields["act"]
        status, said = await sender.ask("POST", "/h5/file", aiohttp.FormData(fields | {"place": "路口"}))
        assert status == 200
        assert said["next"].startswith("/h5/filed/")


async def test_broken_forms_are_refused_and_nothing_is_filed(setting: CitizenSetting) -> None:
    async with setting.phone() as phone:
        sender = await script(phone)
        for kind, body in (
            ("multipart/form-data; boundary=x", b"--x\r\nnothing"),
            ("multipart/form-data; boundary=x", b"--x--\r\n"),
            ("multipart/form-data", b"--x--\r\n"),
            ("text/plain", b"story=x"),
        ):
            status, _ = await sender.ask("POST", "/h5/file", body, content_type=kind)
            assert status in (400, 422)
    assert await Complaint.all().count() == 0


async def test_wechats_key_is_for_the_filing_page_alone(setting: CitizenSetting) -> None:
    async with setting.phone() as phone:
        sender = await script(phone)
        status, key = await sender.ask(
            "GET", "/h5/file/wechat?page=/h5/file%3Fcode%3Dx", user_agent=IN_WECHAT
        )
        assert status == 200
        assert set(key) == {"appId", "timestamp", "nonceStr", "signature"}
        for page in ("", "/h5/me", "https://evil.example/h5/file", "/h5/file/../me", "/h5/filed"):
            assert (await sender.ask("GET", f"/h5/file/wechat?page={page}"))[0] == 422
        inside = await opened(phone, "?guest=1", IN_WECHAT)
        assert "https://res.wx.qq.com" in inside.page.headers["content-security-policy"]
        assert "microphone=(self)" in inside.page.headers["permissions-policy"]
        outside = await opened(phone)
        assert "res.wx.qq.com" not in outside.page.headers["content-security-policy"]
