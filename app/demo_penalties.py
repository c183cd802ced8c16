"""The demo's penalty cases: one whose party has spoken, one that waits for its release, one to be paid in parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.core import Core
from app.documents import close_documents, document_desk_of
from app.penalties import penalty_desk_of
from casework.actors import Actor
from casework.penalties import case_deciding as deciding
from casework.penalties import case_serving as serving
from casework.penalties.case_issuing import NewCase, issue_case
from casework.penalties.case_requests import NewRequest, even_plan, send_request
from casework.penalties.case_serving import Delivery
from casework.penalties.desk import PenaltyDesk
from casework.penalties.models import PenaltyCase
from kit.clock import local

People = Mapping[str, Actor]
PARTS, FIRST_IN = 2, timedelta(days=20)


@dataclass(frozen=True)
class DemoPenalty:
    """One case. `until` is how far it was taken: "told", "proposed" or "served"."""

    until: str
    ground: str
    party: str
    number: str
    address: str
    facts: str
    evidence: str
    intended: str
    amount: str


DEMO_PENALTIES = (
    DemoPenalty(
        "told",
        "waste_spill",
        "清河商贸有限公司",
        "91350100M000100Y43",
        "学府路 21 号",
        "夜里运输渣土没有密闭，沿学府路遗撒约 300 米。",
        "现场照片 6 张，行驶记录 1 份。",
        "责令清扫遗撒路段，并处罚款人民币陆万元。",
        "60000",
    ),
    DemoPenalty(
        "proposed",
        "shop_outside",
        "清河商贸有限公司",
        "91350100M000100Y43",
        "人民路 118 号",
        "在店门外人行道上摆放 3 张桌子经营，责令改正后仍未收回。",
        "现场照片 3 张，责令改正通知书 1 份。",
        "罚款人民币伍佰元。",
        "500",
    ),
    DemoPenalty(
        "served",
        "littering_area",
        "清河商贸有限公司",
        "91350100M000100Y43",
        "湖滨路 36 号",
        "门前责任区垃圾堆积，通知后三日没有清扫。",
        "现场照片 4 张。",
        "罚款人民币贰仟元。",
        "2000",
    ),
)


async def penalised(core: Core, people: People) -> None:
    """Make them all, through the same doors as anybody's."""
    documents = document_desk_of(core)
    try:
        desk = penalty_desk_of(core, documents)
        for one in DEMO_PENALTIES:
            if desk.section.ground(one.ground) is not None:
                await _take(desk, people, one)
    finally:
        await close_documents(documents)


async def _take(desk: PenaltyDesk, people: People, one: DemoPenalty) -> None:
    officer, second, head = people["banli"], people["zaosheng"], people["lingdao"]
    today = local(desk.db.clock.now()).date()
    new = NewCase(
        party_kind="organisation",
        party=one.party,
        party_number=one.number,
        address=one.address,
        ground=one.ground,
        facts=one.facts,
        evidence=one.evidence,
        intended=one.intended,
        amount=one.amount,
        filed_on=today - timedelta(days=7),
        second_officer_id=second.id,
    )
    row = await PenaltyCase.get(reference=await issue_case(desk, officer, new))
    await serving.serve_notice(desk, officer, row.id, Delivery("window"))
    if one.until == "told":
        said = NewRequest(kind="statement", words="当晚就派人清扫干净了，有照片，请从轻。")
        await send_request(desk, officer, row.id, said)
        return
    waived = NewRequest(kind="waiver", words="对告知的内容没有意见，放弃陈述、申辩。")
    await send_request(desk, officer, row.id, waived)
    proposal = deciding.Proposal(words=one.intended, fine=one.amount)
    await deciding.propose(desk, officer, row.id, proposal)
    if one.until == "proposed":
        return
    await deciding.decide(desk, head, row.id)
    await serving.serve_decision(desk, officer, row.id, Delivery("window"))
    owed = int(one.amount) * 100
    asked = NewRequest(
        kind="instalment", words="店里半年没有营业，确有困难。", plan=even_plan(owed, PARTS, today + FIRST_IN)
    )
    await send_request(desk, officer, row.id, asked)
