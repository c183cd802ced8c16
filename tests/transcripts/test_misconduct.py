"""What tells on the bureau's own people is never taken in chat: by no door, in no state, into no store or log."""

from __future__ import annotations

from typing import Any

import pytest

from casework.dangers.models import DangerAlert
from tests.transcripts.conftest import Office, kept_anywhere
from wechat.messages import to_inbound

CANARY = "白鹭洲"
WORDS = f"{CANARY}中队的城管队员收黑钱"
NOTICE = "请不要在这里说"

DOORS: dict[str, dict[str, Any]] = {
    "text": {"MsgType": "text", "Content": WORDS},
    "voice": {"MsgType": "voice", "MediaId": "v", "Format": "amr", "Recognition": WORDS},
    "place": {
        "MsgType": "location",
        "Location_X": "30.2",
        "Location_Y": "120.1",
        "Scale": "9",
        "Label": WORDS,
    },
    "link": {"MsgType": "link", "Title": WORDS, "Description": "d", "Url": "https://x.example"},
    "link text": {"MsgType": "link", "Title": "t", "Description": WORDS, "Url": "https://x.example"},
    "page": {"MsgType": "miniprogrampage", "Title": WORDS, "AppId": "wx1", "PagePath": "p", "ThumbUrl": "u"},
    "film": {"MsgType": "video", "MediaId": "v", "ThumbMediaId": "t", "Title": WORDS, "Description": ""},
    "chosen place": {
        "MsgType": "event",
        "Event": "location_select",
        "EventKey": "k",
        "SendLocationInfo": {"Location_X": "30.2", "Location_Y": "120.1", "Label": WORDS},
    },
    "scanned": {
        "MsgType": "event",
        "Event": "scancode_waitmsg",
        "EventKey": "k",
        "ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": WORDS},
    },
}
STATES: dict[str, tuple[str, ...]] = {
    "free": (),
    "story": ("投诉",),
    "photos": ("投诉", "楼下烧烤店每天晚上油烟很大"),
    "place": ("投诉", "楼下烧烤店每天晚上油烟很大", "跳过"),
    "summary": ("投诉", "楼下烧烤店每天晚上油烟很大", "跳过", "文一路 88 号", "跳过"),
    "message": ("留言",),
    "guardian": ("未满14岁",),
}


TOLD = (WORDS, f"{CANARY}的城管隊員收紅包不辦事", f"{CANARY}协管员要了两条烟才不罚")


@pytest.mark.parametrize("state", STATES)
async def test_nothing_of_it_is_kept_whatever_was_open(
    office: Office, valkey_url: str, state: str, capfd: pytest.CaptureFixture[str]
) -> None:
    for text in STATES[state]:
        await office.say(text)
    for name, fields in DOORS.items():
        reply = await office.hear(office.fields("oCitizen", **fields))
        assert NOTICE in reply, name
        assert "12388" in reply
        assert not office.bot.conversation.may_be_kept(_inbound(office, fields)), name
        office.pass_time(seconds=2)
    assert await kept_anywhere(office, valkey_url, CANARY) == []
    assert await DangerAlert.all().count() == 0
    written = capfd.readouterr()
    assert CANARY not in written.out + written.err


@pytest.mark.parametrize("words", TOLD)
async def test_nothing_of_it_is_kept_however_it_is_written(
    office: Office, valkey_url: str, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    for before in ("", "投诉", "留言"):
        if before:
            await office.say(before)
        assert NOTICE in await office.say(words)
        assert not office.bot.conversation.may_be_kept(
            _inbound(office, {"MsgType": "text", "Content": words})
        )
    assert await kept_anywhere(office, valkey_url, CANARY) == []
    written = capfd.readouterr()
    assert CANARY not in written.out + written.err


async def test_the_draft_goes_on_afterwards(office: Office) -> None:
    await office.say("投诉")
    await office.say(WORDS)
    assert "有照片的话" in await office.say("楼下烧烤店每天晚上油烟很大")


def _inbound(office: Office, fields: dict[str, Any]) -> Any:
    return to_inbound(office.fields("oCitizen", **fields))
