"""The demo's staff: one of each kind, so that a newcomer can be all of them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from casework.roles import Role


@dataclass(frozen=True)
class DemoPerson:
    """One login of the demo."""

    login: str
    name: str
    duty: str
    roles: tuple[Role, ...]
    unit: str | None = None


SHOPKEEPER = "o_demo_shopkeeper"
"""The openid of the citizen who has something already: a sign and notices."""

DEMO_STAFF = (
    DemoPerson("diaodu", "李敏", "派单员：受理、派单", (Role.DISPATCHER,)),
    DemoPerson("banli", "王强", "办理人：街面秩序中队", (Role.HANDLER,), "street"),
    DemoPerson("huanwei", "赵静", "办理人：环境卫生中心", (Role.HANDLER,), "sanitation"),
    DemoPerson("zaosheng", "陈刚", "办理人：噪声油烟执法中队", (Role.HANDLER,), "environment"),
    DemoPerson("shizheng", "孙磊", "办理人：市政设施维护中心", (Role.HANDLER,), "facilities"),
    DemoPerson("zhiban", "吴斌", "值班员：险情呼叫", (Role.DUTY_OFFICER,)),
    DemoPerson("chuangkou", "郑洁", "窗口人员：替来电、来访的人登记，录入许可申请", (Role.WINDOW_CLERK,)),
    DemoPerson("kancha1", "唐勇", "踏勘员：在手机上看“踏勘”", (Role.SURVEY_OFFICER,)),
    DemoPerson("kancha2", "罗燕", "踏勘员：确认唐勇的记录", (Role.SURVEY_OFFICER,)),
    DemoPerson("shenpi", "高敏", "审批人：安排踏勘、作决定", (Role.APPROVER,)),
    DemoPerson("jiaojing", "宋凯", "会签：交警支队", (Role.CO_SIGNER,), "traffic_police"),
    DemoPerson("shizhengke", "邓宇", "会签：市政工程科", (Role.CO_SIGNER,), "municipal"),
    DemoPerson("wangge", "冯涛", "网格员：巡查登记、当场办结、核查", (Role.GRID_OFFICER,), "street"),
    DemoPerson("xiaoqu", "许兰", "小区“城事”管理员：登记、当场办结", (Role.VOLUNTEER,)),
    DemoPerson("waibao", "马超", "外包作业人员：市政抢修，只看派给自己的工单", (Role.CONTRACTOR,)),
    DemoPerson("lingdao", "周华", "负责人：查看全部", (Role.HEAD,)),
    DemoPerson("bianji", "林悦", "编辑：起草群发、改文案、管知识库", (Role.EDITOR,)),
    DemoPerson("fazhi", "沈岚", "法制审核员：审核知识库引用的法条", (Role.LEGAL_REVIEWER,)),
    DemoPerson("guanli", "何芳", "管理员：人员、单位、文案", (Role.ADMINISTRATOR,)),
    DemoPerson("shenji", "钱正", "审计员：只看不改", (Role.AUDITOR,)),
)


def demo_password(data_dir: Path) -> str:
    """One password for all demo logins, made on first use: short enough to type, nowhere the same."""
    path = data_dir / "demo" / "password"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text("demo-" + secrets.token_hex(4))
        part.chmod(0o600)
        part.replace(path)
    return path.read_text().strip()
