"""What a message costs: CPU seconds of the server's processes over 2,000 distinct encrypted messages."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from benchmarks.processes import cpu_seconds, pss_mb, tree
from benchmarks.report import Figure, median
from benchmarks.servers import flask_peer, our_echo, our_service, werobot_peer
from benchmarks.traffic import Account, drive, reply_text, request_bytes, text_message

MESSAGES, WARM_UP, SENDERS, ROUNDS = 2_000, 300, 16, 3
QUESTIONS = (
    "在路边摆摊要先经过批准吗", "门口能不能摆摊卖东西", "店门口可以放桌椅占道经营吗", "想在街上摆地摊要办什么手续",
    "占道摆摊怎么申请", "工地晚上施工吵得睡不着找谁", "半夜施工犯不犯法", "餐馆油烟太大归谁管",
    "广告牌要不要审批", "店招换新的要备案吗", "渣土车撒漏怎么处罚", "乱扔垃圾会被罚款吗",
    "遛狗不牵绳有人管吗", "树枝挡住窗户能自己砍吗", "楼道里堆东西怎么办", "违章建筑怎么投诉",
    "贴小广告罚多少", "人行道上停车归城管管吗", "公园里能不能烧烤", "烟花爆竹什么时候可以放",
)  # fmt: skip


def texts(count: int) -> Iterator[str]:
    """Distinct questions as people vary them."""
    openings = ("请问", "你好，", "问一下", "想问问", "", "麻烦问下", "我想知道", "那个")
    endings = ("？", "呢", "啊", "谢谢", "", "急", "，在线等", "！")
    for number in range(count):
        question = QUESTIONS[number % len(QUESTIONS)]
        turn = number // len(QUESTIONS)
        yield openings[turn % 8] + question + endings[turn // 8 % 8]


def requests(account: Account, port: int, path: str, count: int, base: int) -> list[bytes]:
    codec, now = account.codec(), int(time.time())
    return [
        request_bytes(
            account, codec, path, port, text_message(f"o{base + number % 400:027d}", text, base + number, now)
        )
        for number, text in enumerate(texts(count))
    ]


Server = Callable[[Account], AbstractContextManager[tuple[int, ...]]]


def cost_us(server: Server, path: str, *, answers: str | None = None) -> float:
    """CPU microseconds a message."""
    account = Account()
    with server(account) as started:
        port, pid = started[0], started[1]
        asyncio.run(drive(port, requests(account, port, path, WARM_UP, 10**17), SENDERS))
        load = requests(account, port, path, MESSAGES, 10**18)
        before = cpu_seconds(pid)
        results = asyncio.run(drive(port, load, SENDERS))
        used = cpu_seconds(pid) - before
        codec = account.codec()
        bad = [status for status, _, _ in results if status != 200]
        assert not bad, bad[:3]
        replies = [reply_text(codec, body) for _, body, _ in results]
        if answers is None:
            assert replies == list(texts(MESSAGES)), "an echo went wrong"
        else:
            answered = sum(answers in reply for reply in replies)
            assert answered > MESSAGES // 3, f"only {answered} answers"
            assert all(replies), "a message went unanswered"
        return used / MESSAGES * 1e6


def memory_mb() -> float:
    """The largest process (PSS) of the service as it ships, after 2,000 messages: one process a processor."""
    account = Account()
    with our_service(account, processes=min(os.cpu_count() or 1, 4)) as (port, pid, _):
        asyncio.run(drive(port, requests(account, port, "/wechat", MESSAGES, 10**18), SENDERS))
        return max(pss_mb(one) for one in tree(pid))


def measure() -> Iterator[Figure]:
    """Echo against echo, then our full path answering while the peer echoes; rounds interleaved."""
    flask, werobot, echo, service = [], [], [], []
    for _ in range(ROUNDS):
        flask.append(cost_us(flask_peer, "/wechat"))
        werobot.append(cost_us(werobot_peer, "/"))
        echo.append(cost_us(our_echo, "/wechat"))
        service.append(cost_us(our_service, "/wechat", answers="依据"))
    print(
        f"CPU us a message: flask {median(flask):.0f}, werobot {median(werobot):.0f}, "
        f"our echo {median(echo):.0f}, our answers {median(service):.0f}"
    )

    def ratio(ours: list[float], peers: list[float]) -> float:
        return median([a / b for a, b in zip(ours, peers, strict=True)])

    yield Figure("main-job", "webhook_echo_cpu_vs_flask", ratio(echo, flask), "ratio", 0.30)
    yield Figure("main-job", "webhook_echo_cpu_vs_werobot", ratio(echo, werobot), "ratio", 0.45)
    yield Figure("main-job", "webhook_answer_cpu_vs_flask", ratio(service, flask), "ratio", 0.60)
    yield Figure("main-job", "web_pss_mb", memory_mb(), "MB a process", 80)
