"""The commands: each has a line here and its arguments in a module, which is imported for whoever asks for it.

Most bring half the program with them: `chengguan --help`, or one command, is not to wait for all.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple


class Command(NamedTuple):
    """`adds`, a function of `module` in this package, adds arguments and `run` to the command's own parser."""

    name: str
    help: str
    module: str
    adds: str = "add"


COMMANDS = (
    Command("serve", "启动网页与接口服务（主进程看护若干子进程）", "serving", "add_serve"),
    Command("worker", "启动后台任务：派发、推送、媒体、期限、封存", "serving", "add_worker"),
    Command("migrate", "升级数据库结构，并装入单位画像和起步知识", "serving", "add_migrate"),
    Command("demo", "演示：一条命令启动全部部件", "serving", "add_demo"),
    Command("standin", "启动微信替身和演示手机（仅限本机），参数见 standin --help", "serving", "add_standin"),
    Command("health", "现在哪里不对：积压、期限、磁盘、备份……和该看哪一份手册", "health"),
    Command("outbox", "没派发出去的事件：看、重新派发", "outbox"),
    Command("backup", "不停机备份数据库和文件；密钥用 --keys 另存", "keeping", "add_backup"),
    Command("restore", "把备份恢复到空的地方", "keeping", "add_restore"),
    Command("upgrade", "换好程序之后：检查、备份、升级数据库、试启动", "keeping", "add_upgrade"),
    Command("profile", "单位画像：检查写法、矛盾和依据", "profile"),
    Command("staff", "工作人员账号", "staff"),
    Command("people", "市民的账户：查看和解除关联", "people"),
    Command("retention", "数据保存期限：哪些到期了，去除到期的个人信息", "own_data"),
    Command("areas", "本单位的区县、街道、网格边界", "areas"),
    Command("cases", "案件：导入以前办结的", "cases"),
    Command("categories", "投诉分类：导入本市的清单，导出现行的清单", "categories"),
    Command("exchange", "外部平台（12345、数字城管）：列出，换密钥", "exchange"),
    Command("figures", "投诉办理数据", "figures"),
    Command("kb", "政策问答知识库", "knowledge"),
    Command("laws", "法律原文：导入、查看、与法条索引核对", "laws"),
    Command("nlp", "按词语猜分类的模型：训练、测算、启用、停用", "nlp"),
    Command("permits", "电子许可证：离线查验、签名密钥；承诺数据复算", "permits"),
    Command("draw", "双随机抽取：由公布的文件复算", "draw"),
    Command("wechat", "公众号：接通检查、菜单、自动回复、二维码、域名校验文件", "wechat"),
    Command("audit", "审计链", "checks", "add_audit"),
    Command("calendar", "工作日历", "checks", "add_calendar"),
)


def add_all(group: Any, only: str | None = None) -> None:
    """Add every command to argparse's collection of sub-parsers; with `only`, arguments to this one alone."""
    for command in COMMANDS:
        parser = group.add_parser(command.name, help=command.help)
        if only in (None, command.name):
            getattr(import_module(f"{__name__}.{command.module}"), command.adds)(parser)
