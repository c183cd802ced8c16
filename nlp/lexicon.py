"""Word lists of our own: words that carry no topic, words any question may hold, and terms of the trade.

They are data, kept as text so that a clerk's correction is a one-word diff. What only one city says
(streets, shops, slang) does not belong here: pass it to the segmenter as further terms.
"""

# Words that say nothing about the topic. They are dropped before anything is compared.
STOP_WORDS = frozenset(
    """
    的 了 吗 呢 啊 呀 吧 嘛 么 哦 噢 哈 哎 唉 嗯 哟 诶 咯 啦 呗 哇 呐 的话 之 与 和 或 及 而 且 并 但 但是 所以 因为
    我 你 他 她 它 您 我们 你们 他们 咱 咱们 俺 自己 人家 别人 大家 有人 某 这 那 这个 那个 这些 那些 这样 那样 这里 那里
    这儿 那儿 哪 哪个 哪些 哪里 哪儿 什么 啥 咋 咋个 咋样 咋整 怎么 怎样 怎么样 如何 为什么 为啥 凭什么 谁 几 多少 是 是不是
    有 有没有 没有 没 不 不是 别 请 请问 问 问下 问问 问一下 想 想问 想问问 知道 你好 您好 在吗 谢谢 麻烦 打扰 求助 急
    就 就是 都 也 还 还是 又 再 才 很 太 好 挺 蛮 真 真的 非常 特别 比较 一直 老是 总是 天天 经常 每天 最近 现在 今天 昨天 刚
    刚才 已经 正在 一下 一个 一点 一些 一种 个 些 点 次 下 上 里 中 在 到 从 向 往 对 对于 把 被 给 让 叫 由 跟 同 为 以 于 等
    来 去 过 着 得 地 会 能 要 可 行 行不行 行不 可不可以 能不能 会不会 要不要 用不用 需不需要 需要 可以 可否 能否 是否 应该 应当 必须
    那么 这么 然后 如果 要是 假如 比如 关于 有关 情况 时候 时 后 前 之后 之前 以后 以前 东西 事 事情 问题 帮 帮忙 帮我
    说 说说 讲 讲讲 告诉 看 看看 觉得 感觉 认为 他家 我家 家 家里 们 本人 老师 师傅 同志 领导 一 二 两 三
    """.split()
)

# Words that fit questions on any topic of ours. They help to choose between two entries on one
# topic (报批 or 罚款), but an answer never rests on them alone.
GENERIC_WORDS = frozenset(
    """
    城管 城管局 执法 执法局 投诉 举报 反映 上报 管 谁管 归谁管 哪个部门 部门 找谁 单位 处理 处罚 罚 罚款 罚多少 罚钱 多少钱 怎么办
    咋办 办 办理 申请 审批 报批 批准 批 手续 许可 证 办证 违法 犯法 违规 合法 允许 规定 法律 依据 标准 条例 收费 收钱 交钱 钱 要钱
    要求 流程 程序 材料 期限 时间 多久 多长时间 几天 几点 什么时候 电话 地址 小区 街道 路边 门口 楼下 楼上 附近 旁边 马路 市里 城市 市区
    邻居 老板 店 店铺 商家 个人 公司 企业 市民 居民 老百姓 后果 责任 负责 解决 影响 严重 晚上 白天 半夜 早上 周末 没人 没人管 不管
    通知 查 查询 结果 进度 回复 答复 怎么查 网上 线上 手机 平台 公众号 小程序 微信 政府 国家 本市 全市
    """.split()
)

# Terms of the trade that the general dictionary splits.
TERMS = tuple(
    """
    城管 城管局 执法证 协管员 摆摊 地摊 摊贩 小贩 游商 占道 占道经营 出店经营 店外经营 占道费 占道许可 临时占道 道路占用费 外摆 便民摊点
    疏导点 店招 门头 招牌 广告牌 户外广告 小广告 牛皮癣 横幅 条幅 拱门 灯箱 渣土 渣土车 拉土车 建筑垃圾 装修垃圾 建渣 渣土证 保证金
    生活垃圾 垃圾分类 厨余垃圾 泔水 垃圾桶 油烟 烧烤 露天烧烤 烟道 隔油池 雨水井 下水道 排水许可证 夜间施工 扬尘 围挡 防尘网
    大喇叭 广场舞 噪音 噪声 扰民 空调外机 违建 违章建筑 违章搭建 强拆 限期拆除 雨棚 彩钢棚 活动板房 阳光房 住改商 共享单车 盲道
    地锁 占车位 消防通道 狗证 养犬 遛狗 不牵绳 牵绳 狗叫 流浪狗 流浪猫 养鸡 砍树 毁绿 井盖 路灯 高空抛物 首违不罚 限期整改
    整改通知书 行政复议 行政诉讼 听证 申辩 罚款单 滞纳金 分期 双随机 宁静日 码上监督 黑名单 招标代理 依申请公开 信息公开 电子证照
    12345 执法记录仪 个人信息 烟花爆竹 燃放 吃拿卡要 不作为 匿名 实名 催办 办结
    """.split()
)
