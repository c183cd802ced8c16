"""Conversations a clerk can read, in `*.yaml` beside this file, held with the real official account.

A conversation is a list of lines. Who speaks is the key: 市民 (a text), 另一位市民, 照片 (how many), 视频, 位置 (its words),
语音 (what was recognised), 菜单 (the key of a button), 扫码 and 扫码关注 (a scene), 扫一扫 (what our menu's scanner read),
事件 (an event's name), 其他消息 (a type), 点 (the words of a link in the reply: they are sent as on the phone); 重复 sends the last message once more and wants the same reply; 过了 lets time
pass; 缓存清空 empties Redis; 标牌 and 绑定码 make a code; 工作人员 does something with the case or message told of last.
附近已有 is what a neighbour has filed where 位置 is, 说是同一件 whether the case told of last is linked to it.
公众号 is the whole reply to the line before, links as the words they show unless the line has one: "…" stands for anything, {编号} for the case's reference, {留言} for the
message's, {码} for the code. 库里 counts rows, 案件 and 险情 look at columns of the case and of the alert,
库里没有 looks for words nobody may keep, 听到 is what was passed on to those who write answers since the line 听到 before.

账号 beside the lines says what the account may do. 引擎 names a dialogue: the same lines are held with the pure engine too.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
import yaml

from bot.dialogue import advance, begin
from bot.dialogue_shape import Outcome, Session, Word
from bot.dialogues import DIALOGUES
from bot.kinds import Heard, Spot
from bot.models import MediaFetch
from bot.personal import consent_words
from bot.phrases import Phrases
from bot.vocabulary import Vocabulary
from casework.actors import Actor, citizen
from casework.areas.places import Places
from casework.complaints import actions
from casework.complaints.filing import NewComplaint, Source, submit
from casework.complaints.models import Complaint, ComplaintAddition, ComplaintPhoto
from casework.complaints.place import Position
from casework.dangers.models import DangerAlert
from casework.inquiries import actions as inquiry_actions
from casework.inquiries.models import Inquiry, InquiryMessage
from casework.notifications.models import NoticePreference
from casework.people import staff_binding
from casework.people.identities import identity_key, new_account_rows
from casework.people.models import Account, PersonalConsent, Staff, StaffBinding
from casework.people.profile import ConsentsSection
from casework.permits import accepting, correcting, deciding, drafts
from casework.permits.correcting import Item
from casework.permits.decision_rules import Grant
from casework.permits.forms import Filled
from casework.permits.materials import FILE_KIND
from casework.permits.models import PermitApplication
from casework.permits.submitting import submit as submit_permit
from casework.roles import Role
from casework.scene_codes import actions as scene_actions
from casework.scene_codes.actions import NewSceneCode
from casework.scene_codes.kinds import SceneKind
from content.interpretations.answering import Answerer
from kit.clock import local
from kit.db import Change, Intake, Repeat
from kit.files.models import FileState, StoredFile
from tests import read_once
from tests.transcripts.conftest import APP_ID, PATIENT_S, Office, kept_anywhere, open_office
from wechat.account_kinds import AccountKind, rights

FOLDER = Path(__file__).parent
REFERENCE = re.compile(r"QS-TS-\d{6}-\d{4}-[0-9A-Z]")
TAPPED = re.compile(r'<a href="weixin://bizmsgmenu\?msgmenucontent=([^&"]*)&msgmenuid=([^"]*)">([^<]*)</a>')
LINK = re.compile(r"<a href=[^>]*>([^<]*)</a>")
PERMIT_REFERENCE = re.compile(r"QS-XK-\d{6}-\d{4}-[0-9A-Z]")
MESSAGE_REFERENCE = re.compile(r"QS-LY-\d{6}-\d{4}-[0-9A-Z]")
UNITS = {"分钟": "minutes", "小时": "hours", "天": "days"}
CLERK = Actor(
    kind="staff",
    id=None,
    roles=frozenset({Role.DISPATCHER, Role.HANDLER}),
    name="王敏",
    units=frozenset({"*"}),
)

PERMIT_STAFF = Actor(
    kind="staff",
    id=UUID("0190a5b8-7d3e-7000-8000-000000000003"),
    roles=frozenset({Role.WINDOW_CLERK, Role.APPROVER}),
    name="高敏",
    units=frozenset({"*"}),
)
PERMIT_ACTS = ("受理申请", "要求补正", "准予许可")
BANNER = {
    "applicant_kind": "organisation",
    "organisation_name": "清水市光明商贸有限公司",
    "uscc": "91350100M000100Y43",
    "phone": "13800001234",
    "by_agent": "no",
    "form": ["banner"],
    "count": "2",
    "place": '{"text": "文渊路 18 号外墙", "latitude": 30.2741, "longitude": 120.1551, "datum": "gcj02"}',
}


ROWS = {
    "投诉": Complaint,
    "补充": ComplaintAddition,
    "材料": ComplaintPhoto,
    "留言": Inquiry,
    "留言的话": InquiryMessage,
    "警报": DangerAlert,
    "账户": Account,
    "同意": PersonalConsent,
    "待取文件": MediaFetch,
    "绑定": StaffBinding,
    "通知选择": NoticePreference,
}
RIGHTS = {
    "开通客服": rights(AccountKind.CERTIFIED_SERVICE),
    "未认证订阅号": rights(AccountKind.UNCERTIFIED_SUBSCRIPTION),
}
STAFF_ID = UUID("0190a5b8-7d3e-7000-8000-000000000001")


def conversations() -> list[Any]:
    return [
        pytest.param(one, id=f"{path.stem}: {one['名称']}")
        for path in sorted(FOLDER.glob("*.yaml"))
        for one in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def test_there_are_enough_of_them() -> None:
    assert len(conversations()) >= 60
    assert {one.values[0].get("引擎") for one in conversations()} >= {
        "file_complaint",
        "leave_message",
        "guardian",
    }


@pytest.mark.parametrize("conversation", conversations())
async def test_a_conversation_goes_as_written(
    office: Office, answerer: Answerer, valkey_url: str, conversation: dict[str, Any]
) -> None:
    if "账号" in conversation:
        office = await open_office(
            office.db,
            office.clock,
            valkey_url,
            answerer,
            rights=RIGHTS[conversation["账号"]],
            redis_timeout_s=PATIENT_S,
        )
    speaker = Speaker(office, valkey_url)
    for line in conversation["对话"]:
        ((who, what),) = line.items()
        if who == "公众号":
            speaker.expect(str(what))
        else:
            await speaker.speak(who, what)
    if "账号" in conversation:
        await office.bot.close()


@pytest.mark.parametrize("conversation", [one for one in conversations() if "引擎" in one.values[0]])
def test_the_pure_engine_says_the_same(conversation: dict[str, Any]) -> None:
    engine = Engine(conversation["引擎"])
    first, *lines = conversation["对话"]
    assert "市民" in first
    for line in lines:
        ((who, what),) = line.items()
        if who == "公众号":
            check(str(what), engine.reply, who)
        else:
            engine.hear(who, what)
        if engine.session is None:
            break
    assert engine.outcome in (Outcome.FINISHED, Outcome.CANCELLED)


class Engine:
    """One dialogue without anything round it."""

    def __init__(self, name: str) -> None:
        catalogue = read_once.catalogue()
        self._words = Vocabulary(catalogue, ours=[])
        profile = read_once.profile()
        words = consent_words(profile.section(ConsentsSection))
        self._phrases = Phrases(catalogue, {**words, "public_url": "https://cg.example.cn"})
        self._dialogue = DIALOGUES[name]
        self._at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
        self.session: Session | None
        self.session, said = begin(self._dialogue, self._at, about="14")
        self.reply, self.outcome = self._phrases.lines(said.lines), said.outcome

    def hear(self, who: str, what: Any) -> None:
        assert self.session is not None
        for number in range(int(what) if who == "照片" else 1):
            word = self._words.word_of(str(what)) if who in ("市民", "语音") else ""
            heard = Heard(
                at=self._at,
                text=str(what) if who in ("市民", "语音") else "",
                word=word if word in set(Word) else "",
                number=self._words.number_of(str(what)) if who == "市民" else None,
                photo=f"photo-{number}" if who == "照片" else None,
                spot=Spot(30.27, 120.15, str(what)) if who == "位置" else None,
            )
            self.session, said = advance(self._dialogue, self.session, heard)
            self.reply, self.outcome = self._phrases.lines(said.lines), said.outcome


def check(wanted: str, said: str, after: str) -> None:
    said = said if "</a>" in wanted else LINK.sub(r"\1", said)
    pattern = ".*".join(re.escape(part) for part in _plain(wanted).split("…"))
    assert re.fullmatch(pattern, _plain(said), re.DOTALL), (
        f"after {after!r}\n--- said ---\n{said}\n--- expected ---\n{wanted}"
    )


class Speaker:
    def __init__(self, office: Office, redis_url: str) -> None:
        self.office = office
        self.redis_url = redis_url
        self.reply = ""
        self.last = ""
        self.fields: dict[str, Any] = {}
        self.neighbours: UUID | None = None
        self.names = {"编号": "", "留言": "", "许可": "", "码": ""}

    def filled(self, text: str) -> str:
        for name, value in self.names.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def expect(self, wanted: str) -> None:
        check(self.filled(wanted), self.reply, self.last)

    async def send(self, openid: str = "oCitizen", **content: Any) -> None:
        self.fields = self.office.fields(openid, **content)
        self.reply = await self.office.hear(self.fields)

    async def speak(self, who: str, what: Any) -> None:
        self.last = f"{who}: {what}"
        office = self.office
        what = self.filled(what) if isinstance(what, str) else what
        match who:
            case "市民" | "另一位市民":
                openid = "oCitizen" if who == "市民" else "oNeighbour"
                await self.send(openid, MsgType="text", Content=str(what))
            case "照片":
                for number in range(int(what)):
                    await self.send(
                        MsgType="image", MediaId=f"media-{number}", PicUrl="http://mmbiz.qpic.cn/p"
                    )
            case "位置":
                spot = {"Location_X": "30.274085", "Location_Y": "120.155070", "Scale": "16"}
                await self.send(MsgType="location", Label=what, **spot)
            case "语音":
                await self.send(MsgType="voice", MediaId="voice-1", Format="amr", Recognition=what or "")
            case "视频":
                await self.send(MsgType="video", MediaId="video-1", ThumbMediaId="t")
            case "菜单":
                await self.send(MsgType="event", Event="CLICK", EventKey=what)
            case "扫码":
                await self.send(MsgType="event", Event="SCAN", EventKey=what, Ticket="t")
            case "扫码关注":
                await self.send(MsgType="event", Event="subscribe", EventKey=f"qrscene_{what}", Ticket="t")
            case "扫一扫":
                scan = {"ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": what}}
                await self.send(MsgType="event", Event="scancode_waitmsg", EventKey="scan", **scan)
            case "事件":
                await self.send(MsgType="event", Event=what, EventKey="")
            case "点":
                words, menu_id = next(
                    (one[1], one[2]) for one in TAPPED.finditer(self.reply) if one[3] == what
                )
                await self.send(MsgType="text", Content=words, bizmsgmenuid=menu_id)
            case "其他消息":
                await self.send(MsgType=what, MediaId="other-1", ThumbMediaId="t")
            case "重复":
                before = self.reply
                assert await office.hear(self.fields) == before
                # And once more without what Redis remembers of it.
                assert await office.hear(self.fields, presence=True) == before
                return
            case "过了":
                number, unit = str(what).split()
                office.clock.advance(timedelta(**{UNITS[unit]: int(number)}))
                return
            case "缓存清空":
                assert office.bot.line is not None
                await office.bot.line.call(b"FLUSHALL")
                return
            case "标牌":
                self.names["码"] = await self._sign(what)
                return
            case "附近已有":
                self.neighbours = await self._filed_next_door(str(what))
                return
            case "说是同一件":
                case = await Complaint.get(reference=self.names["编号"])
                assert case.said_same_as_id == (self.neighbours if what else None)
                return
            case "网上申请":
                self.names["许可"] = await self._applied(str(what))
                return
            case "绑定码":
                self.names["码"] = await self._binding_code()
                return
            case "工作人员":
                await self._staff(what)
                return
            case "库里":
                found = {name: await ROWS[name].all().count() for name in what}
                assert found == what, f"after {self.last!r}"
                return
            case "案件":
                case = await Complaint.get(reference=self.names["编号"])
                assert {name: getattr(case, name) for name in what} == what
                return
            case "险情":
                alert = await DangerAlert.get()
                for name, wanted in what.items():
                    check(wanted, getattr(alert, name) or "", self.last)
                return
            case "听到":
                assert office.hearing.taken() == what, f"after {self.last!r}"
                return
            case "库里没有":
                assert await kept_anywhere(office, self.redis_url, what) == []
                return
            case _:
                raise AssertionError(f"nobody is called {who!r}")
        # WeChat counts in seconds: two events of one second would be one event.
        office.clock.advance(timedelta(seconds=3))
        known = (("编号", REFERENCE), ("留言", MESSAGE_REFERENCE), ("许可", PERMIT_REFERENCE))
        for name, pattern in known:
            found_reference = pattern.search(self.reply)
            if found_reference:
                self.names[name] = found_reference[0]

    async def _sign(self, what: dict[str, str]) -> str:
        new = NewSceneCode(
            kind=SceneKind(what["类型"]),
            title=what["名称"],
            place_text=what.get("地点", ""),
            contact=what.get("联系人", ""),
            target=what.get("去处", ""),
        )
        view = await scene_actions.add(self.office.db, CLERK, new)
        if what.get("停用"):
            await scene_actions.retire(self.office.db, CLERK, view.id)
        return view.code

    async def _filed_next_door(self, story: str) -> UUID:
        who = UUID("0190a5b8-7d3e-7000-8000-000000000002")
        told = NewComplaint(
            account_id=who,
            story=story,
            source=Source.H5,
            position=Position(30.274085, 120.155070, "gcj02"),
        )
        desk = replace(self.office.desk, places=Places())
        return (await submit(desk, citizen(who), told)).id

    async def _applied(self, words: str) -> str:
        """What the citizen sends on the bureau's pages: a banner with these words."""
        office = self.office
        rows = new_account_rows(office.db, office.desk.sealer, APP_ID, "oCitizen")
        keys = (identity_key(office.desk.sealer, APP_ID, "oCitizen"),)
        known = await office.db.write(Intake(keys, b"h", rows, rows[0].id.bytes))
        account_id = UUID(bytes=known.result) if isinstance(known, Repeat) else rows[0].id
        actor, begins = citizen(account_id), local(office.clock.now()) + timedelta(days=3)
        values = BANNER | {
            "words_on_it": words,
            "when": f"{begins:%Y-%m-%dT%H:%M}/{begins + timedelta(days=2):%Y-%m-%dT%H:%M}",
        }
        filled = Filled(answers={"where_hung": "outside"}, values=values)
        draft_id = await drafts.begin(office.permits, actor, "banner", filled=filled)
        await self._picture(actor, draft_id)
        return (await submit_permit(office.permits, actor, draft_id, source="h5")).reference

    async def _picture(self, actor: Actor, draft_id: UUID) -> None:
        office = self.office
        file = StoredFile(
            id=office.db.ids.new(),
            account_id=actor.id,
            kind=FILE_KIND,
            sniffed_type="image/png",
            bytes_size=9,
            sha256="0" * 64,
            wrapped_key=b"k",
            state=FileState.READY.value,
            created_at=office.clock.now(),
        )

        async def keep(_: Change) -> None:
            await file.save(force_create=True)

        await office.db.change(keep)
        await drafts.attach(office.permits, actor, draft_id, "picture", file.id)

    async def _handle_permit(self, what: str, words: Any) -> None:
        desk = self.office.permits
        row = await PermitApplication.get(reference=self.names["许可"])
        match what:
            case "受理申请":
                await accepting.accept(desk, PERMIT_STAFF, row.id)
            case "要求补正":
                item = Item(item=f"field:{words[0]}", wrong=words[1])
                await correcting.request_correction(desk, PERMIT_STAFF, row.id, [item])
            case "准予许可":
                await deciding.grant(desk, PERMIT_STAFF, row.id, Grant())

    async def _binding_code(self) -> str:
        office = self.office

        async def employ(change: Change) -> None:
            await Staff.create(
                id=STAFF_ID,
                login="wangmin",
                name="王敏",
                password_hash="x",
                created_at=change.now,
                password_changed_at=change.now,
            )

        await office.db.change(employ)
        actor = Actor(kind="staff", id=STAFF_ID, roles=frozenset({Role.HANDLER}), name="王敏")
        return (await staff_binding.new_code(office.db, office.keys, actor, STAFF_ID)).code

    async def _staff(self, what: Any) -> None:
        ((what, words),) = what.items() if isinstance(what, dict) else ((what, ""),)
        office, desk = self.office, self.office.desk
        if what in PERMIT_ACTS:
            await self._handle_permit(what, words)
            return
        if what == "答复留言":
            inquiry = await Inquiry.get(reference=self.names["留言"])
            clerk = msgspec.structs.replace(CLERK, id=STAFF_ID)
            await inquiry_actions.answer(office.inquiries, clerk, inquiry.id, answer=words)
            return
        case = await Complaint.get(reference=self.names["编号"])
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
