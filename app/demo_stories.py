"""Cases of a fictional city for the demo: one for every state a newcomer should see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CAMPAIGN = (
    "周六夜间道路清洗提醒",
    "各位市民：本周六 22 时到次日 5 时，湖滨路、文渊路清洗路面，请勿在路边停车。"
    "清洗范围见 https://www.example.gov.cn/notice/road-washing，给您带来不便，敬请谅解。",
)
"""A draft of a message to all followers: its title for the staff, and its text."""


@dataclass(frozen=True)
class Story:
    """A complaint and how far it has come. Coordinates are GCJ-02; `order` is what a contractor is to do about it."""

    text: str
    place: str
    latitude: float
    longitude: float
    until: Literal["submitted", "refused", "accepted", "assigned", "answered"]
    category: str = ""
    unit: str = ""
    officer: str = "banli"
    phone: str | None = None
    order: str = ""
    answer: str = ""
    reason: str = ""
    responsible_body: str = ""


STORIES = (
    Story(
        "菜市场东门每天早上六点多就有七八个菜摊摆到机动车道上，送孩子上学的电动车只能走快车道，很危险。",
        "湖东路菜市场东门",
        30.2512,
        120.1534,
        "submitted",
        phone="13800001111",
    ),
    Story(
        "楼下烧烤店没有装油烟净化，晚上七点到十二点油烟直接往楼上窜，窗户都不敢开，家里老人咳嗽。",
        "文化路88号一楼",
        30.2467,
        120.1602,
        "submitted",
    ),
    Story(
        "小区旁边的工地昨晚一点半还在浇混凝土，机器声特别大，孩子明天要考试，这已经是这周第三次了。",
        "学院路中段在建工地",
        30.2588,
        120.1475,
        "accepted",
        category="construction_noise",
        phone="13900002222",
    ),
    Story(
        "人行道上一个井盖翘起来一边，晚上看不清，昨天有个骑车的阿姨差点摔了。",
        "建设路与湖西路交叉口东北角",
        30.2433,
        120.1421,
        "assigned",
        category="manhole",
        unit="facilities",
        officer="shizheng",
        order="雨水井盖一侧翘起，请先围挡警示，再复位加固，做完拍照。",
    ),
    Story(
        "垃圾桶满了三天没人来收，夏天味道很大，旁边就是小学门口。",
        "实验小学西门",
        30.2541,
        120.1567,
        "answered",
        category="litter",
        unit="sanitation",
        officer="huanwei",
        answer="今天上午十点已清运完毕并冲洗地面。这里的收运由一天一次改为早晚各一次，再有满溢可以直接在这里告诉我们。",
    ),
    Story(
        "孩子幼儿园下学期要涨两千块学费，也不给说法，你们管不管？",
        "阳光幼儿园",
        30.2499,
        120.1650,
        "refused",
        reason="幼儿园收费由教育和价格主管部门监管，不属于城市管理执法的职责范围。",
        responsible_body="教育局（可拨 12345 转接）",
    ),
)
