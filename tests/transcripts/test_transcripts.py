"""Conversations a clerk can read, in `*.yaml` beside this file, held with the real official account.

A conversation is a list of lines. Who speaks is the key: 市民 (a text), 另一位市民, 照片 (how many), 位置 (its words),
语音 (what was recognised), 菜单 (the key of a button), 事件 (an event's name), 其他消息 (a type); 过了 lets time pass;
缓存清空 empties Redis; 工作人员 does something with the case told of last. 公众号 is the whole reply to the line before:
"…" stands for anything, {编号} for the case's reference.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from casework.actors import Actor
from casework.complaints import actions
from casework.complaints.models import Complaint
from casework.roles import Role
from tests.transcripts.conftest import Office

FOLDER = Path(__file__).parent
REFERENCE = re.compile(r"QS-TS-\d{6}-\d{4}-[0-9A-Z]")
UNITS = {"分钟": "minutes", "小时": "hours", "天": "days"}
CLERK = Actor(
    kind="staff",
    id=None,
    roles=frozenset({Role.DISPATCHER, Role.HANDLER}),
    name="王敏",
    units=frozenset({"*"}),
)


def conversations() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        for one in yaml.safe_load(path.read_text(encoding="utf-8")):
            found.append(pytest.param(one["对话"], id=f"{path.stem}: {one['名称']}"))
    return found


@pytest.mark.parametrize("lines", conversations())
async def test_a_conversation_goes_as_written(office: Office, lines: list[dict[str, Any]]) -> None:
    speaker = Speaker(office)
    for line in lines:
        ((who, what),) = line.items()
        if who == "公众号":
            speaker.expect(str(what))
        else:
            await speaker.speak(who, what)


class Speaker:
    def __init__(self, office: Office) -> None:
        self.office = office
        self.reply = ""
        self.reference = ""
        self.last = ""

    def expect(self, wanted: str) -> None:
        wanted = _plain(wanted.replace("{编号}", self.reference))
        pattern = ".*".join(re.escape(part) for part in wanted.split("…"))
        assert re.fullmatch(pattern, _plain(self.reply), re.DOTALL), (
            f"after {self.last!r}\n--- said ---\n{self.reply}\n--- expected ---\n{wanted}"
        )

    async def speak(self, who: str, what: Any) -> None:
        self.last = f"{who}: {what}"
        office = self.office
        if isinstance(what, str):
            what = what.replace("{编号}", self.reference)
        match who:
            case "市民":
                self.reply = await office.say(str(what))
            case "另一位市民":
                self.reply = await office.say(str(what), "oNeighbour")
            case "照片":
                for number in range(int(what)):
                    self.reply = await office.send(
                        MsgType="image", MediaId=f"media-{number}", PicUrl="http://mmbiz.qpic.cn/p"
                    )
            case "位置":
                self.reply = await office.send(
                    MsgType="location",
                    Location_X="30.274085",
                    Location_Y="120.155070",
                    Scale="16",
                    Label=what,
                )
            case "语音":
                self.reply = await office.send(
                    MsgType="voice", MediaId="voice-1", Format="amr", Recognition=what or ""
                )
            case "菜单":
                self.reply = await office.send(MsgType="event", Event="CLICK", EventKey=what)
            case "事件":
                self.reply = await office.send(MsgType="event", Event=what, EventKey="")
            case "其他消息":
                self.reply = await office.send(MsgType=what, MediaId="other-1", ThumbMediaId="t")
            case "过了":
                number, unit = str(what).split()
                office.clock.advance(timedelta(**{UNITS[unit]: int(number)}))
                return
            case "缓存清空":
                assert office.bot.line is not None
                await office.bot.line.call(b"FLUSHALL")
                return
            case "工作人员":
                await self._staff(what)
                return
            case _:
                raise AssertionError(f"nobody is called {who!r}")
        # WeChat counts in seconds: two events of one second would be one event.
        office.clock.advance(timedelta(seconds=3))
        found = REFERENCE.search(self.reply)
        if found:
            self.reference = found[0]

    async def _staff(self, what: Any) -> None:
        case = await Complaint.get(reference=self.reference)
        ((what, words),) = what.items() if isinstance(what, dict) else ((what, ""),)
        desk = self.office.desk
        match what:
            case "受理":
                await actions.accept(desk, CLERK, case.id)
            case "派单":
                await actions.assign(desk, CLERK, case.id)
            case "答复":
                await actions.answer(desk, CLERK, case.id, text=words)
            case "不予受理":
                await actions.refuse(desk, CLERK, case.id, reason=words[0], responsible_body=words[1])
            case _:
                raise AssertionError(f"staff do not {what!r}")


def _plain(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines() if line.strip())
