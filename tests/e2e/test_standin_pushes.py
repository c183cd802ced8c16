"""The stand-in pushes to both doors of the processes as they ship: every kind of message and event we know of."""

from __future__ import annotations

import time
from typing import Any

from tests.e2e.system import System
from tests.e2e.weixin import new_openid
from tests.wechat_samples import BODIES
from wechat.messages import to_inbound
from wechat.parse import parse_xml

HEAD = ("ToUserName", "FromUserName", "CreateTime", "MsgId")


def push(system: System, app: str, openid: str, fields: dict[str, Any]) -> Any:
    is_event = fields["MsgType"] == "event"
    rest = {name: value for name, value in fields.items() if name not in HEAD}
    asked = {"app": app, "openid": openid, "fields": rest, "msg_id": not is_event, "waits": True}
    return system.control("push", asked)


def test_every_kind_of_push_is_taken_at_both_doors(shared_system: System) -> None:
    openid = new_openid()
    shared_system.control("citizens", {"openid": openid, "wrote": True, "miniapp_openid": f"m{openid[1:]}"})
    refused = []
    for app in ("official", "miniprogram"):
        for name, body in BODIES.items():
            fields = parse_xml(body.encode())
            assert to_inbound(fields).is_known
            outcome = push(shared_system, app, openid, dict(fields))
            if not _was_taken(outcome):
                refused.append((app, name, outcome))
    assert refused == []


def test_danger_and_misconduct_in_the_mini_programs_chat_are_answered_there(shared_system: System) -> None:
    for said, answer in (
        ("楼下着火了，快来人", "有人身危险请先打电话"),
        ("我要举报城管队长王某收受商户红包", "请不要在这里说"),
    ):
        openid = new_openid()
        shared_system.control(
            "citizens", {"openid": openid, "wrote": True, "miniapp_openid": f"m{openid[1:]}"}
        )
        shared_system.control("miniapp", {"openid": openid, "action": "text", "text": said})
        until = time.monotonic() + 15
        while not (shown := _texts(shared_system, openid)) and time.monotonic() < until:
            time.sleep(0.2)
        assert len(shown) == 1
        assert answer in shown[0]


def _texts(system: System, openid: str) -> list[str]:
    return [one["text"] for one in system.ledger(openid) if one["api"] == "message/custom/send"]


def _was_taken(outcome: Any) -> bool:
    """At the first try, with an answer the platform would take."""
    return [attempt["outcome"] in ("reply", "silent") for attempt in outcome["attempts"]] == [True]
