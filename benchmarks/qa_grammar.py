"""Ten thousand questions of our own making, and others that ask the same in other words. Nothing here is anybody's data.

A question is put together from a place, an object, what happens to it and what is wanted, one or two of them often
unsaid. Whoever asks it again takes
other words for some of the parts, leaves one out, adds what people add, or mistypes one character.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

ENTRIES, ASKED = 10_000, 1_000


def _table(text: str) -> tuple[tuple[str, ...], ...]:
    """One thing a line, in the words of the index and in others."""
    return tuple(tuple(line.split("|")) for line in text.split())


_PLACES = _table("""
菜市场门口|农贸市场外面
小学旁边|学校边上
地铁站出口|地铁口
小区后门|院子后头
河堤步道|江边小路
医院对面|医院门前
公园北侧|公园边
商业街|步行街上
老街巷子|老巷子里
高架桥下|桥底下
汽车站广场|客运站前坪
工业园区|厂区外
居民楼下|我们楼底下
幼儿园门前|幼儿园旁
夜市街口|夜市路口
物流园外|货场外头
体育场看台|球场边上
图书馆台阶|书馆门口
码头栈桥|渡口
铁路道口|火车道边
加油站隔壁|油站旁
养老院围墙|敬老院外墙
汽修一条街|修车铺那片
花鸟市场|花市里
美食广场|小吃城
殡仪馆路段|殡葬馆附近
城中村|村里头
开发区主干道|开发区大路
湿地栈道|湿地木桥
隧道入口|隧道口
收费站匝道|出城匝道
音乐厅广场|剧院前
驾校训练场|练车场
苗圃基地|育苗场
冷库后墙|冻库背面
水文站|水尺旁
古城墙根|城墙下
天桥阶梯|天桥楼梯
停车楼顶层|车库屋顶
职业学院|技校
""")
_OBJECTS = _table("""
护栏|栏杆
花箱|花坛子
长椅|坐凳
果皮箱|垃圾筒
电话亭|公用电话
岗亭|值班亭子
雕塑|塑像
候车亭|公交棚
指路牌|路名牌
广播杆|大喇叭杆
变电箱|配电柜
路缘石|马路牙子
绿篱|灌木带
树池|树坑
草坪|草地
喷泉|水池子
遮阳伞|太阳伞
集装箱|铁皮箱
充电桩|充电柜
快递柜|取件柜
信报箱|邮筒
早餐车|餐车
宣传栏|公告栏
电子屏|显示屏
过街天桥|人行天桥
地下通道|过街隧道
隔音屏|隔声墙
水沟盖板|沟盖子
坡道|轮椅坡
监控杆|探头杆
健身器材|锻炼器械
儿童滑梯|小孩滑滑梯
石墩|石球
旗杆|旗台
晾衣架|衣服架子
自动售货机|饮料机
旧衣回收箱|捐衣箱
消火栓|消防栓子
洒水阀|浇水龙头
玻璃幕墙|玻璃外墙
空中缆线|电线团
排气筒|排烟筒
冷却塔架|水塔架
移动厕所|流动茅房
简易棚架|架子棚
充气城堡|气垫床
钢板路面|铁板路
伸缩门|电动门
升降桩|升降柱
反光镜|凸面镜
防撞桶|塑料桶
爬梯|铁梯子
井室|地井
景观桥|小木桥
风雨连廊|长廊
石板路|青石路
古戏台|老戏台
凉亭|亭子
雨水花园|下凹绿地
假山|石头山
""")
_EVENTS = _table("""
被撞坏|给撞烂了
倒在地上|翻倒了
漏电打火|冒火花
积满污水|脏水漫出来
被人占用|有人霸着
锈穿了|烂穿了
晚上不亮|夜里黑的
挡住盲道|拦了盲道
堆满杂物|塞满破烂
被喷了漆|画得乱七八糟
要挪地方|想换个位置
声音很大|响个不停
没有人擦洗|脏得没人洗
被私自拆走|叫人偷拆了
长期没有开放|总是锁着
被白蚁蛀了|生虫子
散发臭味|臭烘烘
往下掉碎块|掉渣渣
和图纸不一样|跟规划对不上
影响轮椅通过|轮椅过不去
遮住住户采光|挡光
夜间闪得刺眼|晚上晃眼睛
积雪结冰|上冻打滑
长满青苔|滑苔
被树根顶起|拱起来了
让人绊倒受伤|害人摔跤
重复收租金|收两遍租
贴着过期的牌子|牌子旧了
""")
_WANTS = _table("""
由谁来修|哪家负责修
要罚多少钱|罚几百
几天能处理|多久弄好
需要办什么手续|要不要审批
怎么申请移走|能不能迁走
能不能赔偿|赔不赔
能不能领养认管|可不可以认领
向社会招标吗|要不要投标
有没有检测报告|查过没有
依据哪条规定|凭啥规定
可以换一家施工吗|换人做行吗
夜里能不能作业|晚上让不让干
要交押金吗|押金多少
属于市里还是区里|市管区管
""")
_PATTERNS = ((0, 1, 1, 0), (0, 1, 1, 1), (1, 1, 1, 0), (1, 1, 0, 1), (0, 1, 0, 1), (1, 0, 1, 1), (1, 1, 1, 1))
"""Which of the four parts are said."""
_OTHER_WORD = 0.3
_BEFORE = ("", "", "请问", "你好", "想问下", "麻烦", "唉")
_AFTER = ("", "", "啊", "呢", "谢谢", "急", "吗")
_MISTYPED = dict(zip("坏地电水人在理修多办", "怀的店睡仁再里休都半", strict=True))


@dataclass(frozen=True)
class Asked:
    """A question and the entry, by its position, that it means."""

    text: str
    entry: int


def entries(number: int = ENTRIES, seed: int = 7) -> list[str]:
    """That many different questions, the same in every run."""
    return ["".join(part[0] for part in parts) for parts in _drawn(number, seed)]


def asked(entries: int = ENTRIES, number: int = ASKED, seed: int = 7) -> list[Asked]:
    """That many questions that mean one of the entries but are worded otherwise."""
    draw = random.Random(seed + 1)
    drawn = _drawn(entries, seed)
    return [
        Asked(_reworded(drawn[entry], draw), entry)
        for entry in (draw.randrange(entries) for _ in range(number))
    ]


def _drawn(number: int, seed: int) -> list[tuple[tuple[str, ...], ...]]:
    draw = random.Random(seed)
    found: dict[tuple[tuple[str, ...], ...], None] = {}
    while len(found) < number:
        place, *said = (draw.choice(parts) for parts in (_PLACES, _OBJECTS, _EVENTS, _WANTS))
        pattern = draw.choice(_PATTERNS)
        found[tuple(part for part, is_said in zip((place, *said), pattern, strict=True) if is_said)] = None
    return list(found)


def _reworded(parts: tuple[tuple[str, ...], ...], draw: random.Random) -> str:
    words = [part[draw.random() < _OTHER_WORD] for part in parts]
    if draw.random() < 0.3:  # the wish first
        words = [words[-1], *words[:-1]]
    text = "".join(words)
    mistyped = [character for character in text if character in _MISTYPED]
    if mistyped and draw.random() < 0.2:
        wrong = draw.choice(mistyped)
        text = text.replace(wrong, _MISTYPED[wrong], 1)
    return draw.choice(_BEFORE) + text + draw.choice(_AFTER)
