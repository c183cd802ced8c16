"""Penalty cases on their pages: a clerk takes one from the notice to the closing, its party answers on a phone without scripts."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.models import MODEL_MODULES
from casework.actors import citizen
from casework.documents.models import IssuedDocument
from casework.penalties.case_queries import case_view
from casework.penalties.case_sight import sees_papers_of_case
from casework.penalties.models import PartyRequest, PartyRequestFile, PenaltyCase
from casework.people import vouching
from casework.people.models import WechatIdentity
from casework.people.unified_login import Vouched
from casework.roles import Role
from kit.clock import FixedClock
from kit.db import Database
from kit.files.models import StoredFile
from kit.ids import Ids
from tests.conftest import AUDIT_KEY
from tests.e2e.citizen_setting import CitizenSetting, Phone, citizens_on
from tests.e2e.console_setting import Clerk, ConsoleSetting, Page, console_on
from tests.penalty_case_setting import NUMBER, OFFICER, at, desk_with_people, issued, served, told

CASES, OWN = "/console/penalty-cases", "/h5/penalty-cases"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    async with console_on(database, tmp_path) as setting:
        await setting.hire("officer", "张建国", (Role.HANDLER, "street"))
        await setting.hire("second", "王丽华", (Role.HANDLER, "street"))
        await setting.hire("head", "周华", (Role.HEAD, None))
        await setting.hire("lawyer", "陈明", (Role.LEGAL_REVIEWER, None))
        await setting.hire("other", "何芳", (Role.HANDLER, "park"))
        yield setting


async def send(clerk: Clerk, here: str, path: str, **fields: str) -> Page:
    """A form of the page at `here`, sent to `path`."""
    page = await clerk.get(here)
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    return await clerk.post(path, hidden | fields)


async def test_a_clerk_takes_a_case_from_the_notice_to_the_closing(
    setting: ConsoleSetting, clock: FixedClock
) -> None:
    second = (await setting.hire("third", "罗燕", (Role.HANDLER, "street"))).id
    async with setting.client() as officer, setting.client() as head, setting.client() as other:
        await officer.log_in("officer")
        await head.log_in("head")
        await other.log_in("other")
        fields = {
            "party_kind": "organisation", "party_number": NUMBER, "party": "好滋味餐饮有限公司",
            "address": "学府路 21 号", "ground": "waste_spill", "filed_on": "2026-11-20", "facts": "遗撒 300 米。",
            "evidence": "照片 6 张。", "second_officer": str(second), "intended": "罚款伍佰元。", "amount": "五百",
        }  # fmt: skip
        refused = await send(officer, f"{CASES}/new", f"{CASES}/new", **fields)
        assert (refused.status, "例如 500" in refused.text) == (422, True)
        assert "遗撒 300 米。" in refused.text
        made = await send(officer, f"{CASES}/new", f"{CASES}/new", **fields | {"amount": "500"})
        row = await PenaltyCase.get()
        own = f"{CASES}/{row.reference}"
        assert (made.status, made.path) == (200, own)
        assert (await other.get(own)).status == 404
        online = await send(officer, own, f"{own}/serve_notice", delivery="online")
        assert (online.status, "行政处罚法第六十一条" in online.text) == (422, True)
        await send(officer, own, f"{own}/serve_notice", delivery="window")
        early = await send(officer, own, f"{own}/propose", words="罚款。", fine="500", penalty="penalty")
        assert (early.status, "期限还没有过" in early.text) == (409, True)
        noted = {"kind": "statement", "words": "当事人到窗口说当晚已清扫。"}
        await send(officer, own, f"{own}/note", **noted)
        assert row.reference in (await officer.get(f"{CASES}?tab=asked")).text
        await send(officer, own, f"{own}/answer_statement", outcome="partly", words="属实，从轻。")
        clock.set(at(12, 2))
        await officer.log_in("officer")
        await head.log_in("head")
        await send(officer, own, f"{own}/propose", words="罚款叁佰元。", fine="300", penalty="penalty")
        assert (await send(officer, own, f"{own}/decide")).status == 403
        await send(head, own, f"{own}/decide")
        await send(officer, own, f"{own}/serve_decision", delivery="left", delivered_on="2026-12-02")
        page = await officer.get(own)
        assert "2026年12月17日" in page.text
        paid = {"amount": "300", "receipt": "A1", "paid_on": "2026-12-02"}
        await send(officer, own, f"{own}/pay", **paid)
        closed = await send(officer, own, f"{own}/close", words="已缴清。")
        assert "案件已结案" in closed.text
        assert (await PenaltyCase.get()).state == "closed"
        assert row.reference in (await head.get(f"{CASES}?tab=over")).text
        assert await IssuedDocument.filter(about_id=row.id).count() == 2


async def test_two_clerks_at_once_and_a_reader_who_may_only_look(setting: ConsoleSetting) -> None:
    desk = setting.door.penalties
    assert desk is not None
    await desk_with_people(desk.db)
    row = await issued(desk)
    own = f"{CASES}/{row.reference}"
    async with setting.client() as officer, setting.client() as lawyer:
        await officer.log_in("officer")
        await lawyer.log_in("lawyer")
        stale = await officer.get(own)
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', stale.text))
        await send(officer, own, f"{own}/renew_code")
        late = await officer.post(f"{own}/withdraw", hidden | {"words": "错了"})
        assert late.status in (403, 409)
        seen = await lawyer.get(own)
        assert (seen.status, "act-serve_notice" in seen.text) == (200, False)
        assert (await send(lawyer, own, f"{own}/serve_notice", delivery="window")).status == 403


async def test_the_head_demands_what_is_late_and_makes_a_wrong_paper_void(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    desk = await desk_with_people(database)
    row = await served(desk, clock)
    papers = replace(desk.documents, sight={"penalty": sees_papers_of_case})
    own = f"{CASES}/{row.reference}"
    clock.set(at(2, 1, year=2027))
    async with console_on(
        database, tmp_path, documents=papers, penalties=replace(desk, documents=papers)
    ) as setting:
        await setting.hire("head", "周华", (Role.HEAD, None))
        async with setting.client() as head:
            await head.log_in("head")
            page = await head.get(own)
            assert "先由负责人出具催告书并送达" in page.text
            assert ("act-demand" in page.text, "act-enforce" in page.text) == (True, False)
            assert (await send(head, own, f"{own}/enforce", words="逾期。")).status == 409
            assert "催告书在下面的文书里" in (await send(head, own, f"{own}/demand")).text
            made = await send(head, own, f"{own}/serve_demand", delivery="window")
            assert re.search(r"等当事人按催告书缴清，最迟到 [0-9年-]*2[月-]15", made.text)
            letter = await IssuedDocument.get(about_id=row.id, kind="penalty_demand")
            void = f"/console/documents/{letter.id}/void"
            assert void in made.text
            form = await head.get(void)
            assert "处罚本身和已经起算的期限不变" in form.text
            empty = await send(head, void, void, reason="")
            assert (empty.status, "请写明作废的原因" in empty.text) == (422, True)
            done = await send(head, void, void, reason="电话印错")
            assert "已通知当事人和承办人" in done.text
            right = await IssuedDocument.get(replaces_id=letter.id)
            assert f"已作废：电话印错（由{right.number}代替）" in (await head.get(own)).text
            back = await send(head, own, f"{own}/recall_demand", words="数额要改。")
            assert "催告书已收回、作废" in back.text
            assert (await PenaltyCase.get(id=row.id)).state == "served"


# ---- the party


@pytest.fixture
async def citizens(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[CitizenSetting]:
    database = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    async with citizens_on(database, tmp_path) as running:
        await desk_with_people(database)
        yield running
    await database.close()


async def opened(setting: CitizenSetting, phone: Phone, row: PenaltyCase) -> str:
    """The page of a case, entered with what stands on its paper."""
    code = (await case_view(setting.door.penalties, OFFICER, row.reference)).code
    page = await phone.submit(
        "/h5/penalties/open", "/h5/penalties/open", reference=row.reference, code=code.lower()
    )
    assert page.path == f"{OWN}/{row.reference}", page.text
    return page.path


async def test_a_party_says_something_with_a_pdf_and_asks_for_a_hearing(citizens: CitizenSetting) -> None:
    desk = citizens.door.penalties
    row = await told(desk)
    async with citizens.phone() as phone:
        assert (await phone.get(f"{OWN}/{row.reference}")).path == "/h5/penalties/open"
        own = await opened(citizens, phone, row)
        page = (await phone.get(own)).text
        assert "还没有作出决定" in page
        assert "2026年11月30日" in page
        form = re.search(rf'<form[^>]*action="{own}/statement".*?</form>', page, re.DOTALL)
        assert form
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))
        pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
        sent = await phone.upload(
            f"{own}/statement", hidden | {"words": "当晚就扫干净了。"}, "photos", "a.pdf", pdf
        )
        assert "我们会核实" in sent.text
        request = await PartyRequest.get(kind="statement")
        kept = await PartyRequestFile.get(request_id=request.id)
        assert (await StoredFile.get(id=kept.file_id)).sniffed_type == "application/pdf"
        file = await phone.get(f"{own}/files/{kept.file_id}")
        assert file.headers["content-disposition"].startswith("attachment")
        again = await phone.post(f"{own}/statement", hidden | {"words": "当晚就扫干净了。"})
        assert again.status == 200
        assert await PartyRequest.all().count() == 1
        asking = re.search(rf'<form[^>]*action="{own}/hearing".*?</form>', page, re.DOTALL)
        assert asking
        assert 'type="file"' in asking[0]
        hidden = dict(
            re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', (await phone.get(own)).text)
        )
        await phone.upload(f"{own}/hearing", hidden | {"words": "遗撒长度有出入。"}, "photos", "b.pdf", pdf)
        assert (await PenaltyCase.get()).state == "hearing_asked"
        asked = await PartyRequest.get(kind="hearing")
        proof = await PartyRequestFile.get(request_id=asked.id)
        assert (await phone.get(f"{own}/files/{proof.file_id}")).status == 200
        await phone.post(f"{own}/withdraw", hidden | {"request": str(asked.id)})
        assert (await PenaltyCase.get()).state == "notified"
    other = await told(desk)
    async with citizens.phone() as phone:
        own = await opened(citizens, phone, other)
        assert (await phone.get(f"{OWN}/{row.reference}")).status == 404
        refused = await phone.submit(own, f"{own}/statement", words=" ")
        assert refused.status == 422


async def test_a_party_pays_in_parts_that_add_up_and_reads_the_last_days(
    citizens: CitizenSetting, clock: FixedClock
) -> None:
    row = await served(citizens.door.penalties, clock)
    async with citizens.phone() as phone:
        own = await opened(citizens, phone, row)
        page = (await phone.get(own)).text
        # Fifteen days after the first of December, sixty days, six months to the day.
        for on in ("2026年12月16日", "2027年2月1日", "2027年6月1日"):
            assert on in page, on
        wrong = "2026-12-20 20000\n2027-01-20 10000"
        refused = await phone.submit(own, f"{own}/instalment", words="困难。", plan=wrong)
        assert (refused.status, "要正好相等" in refused.text) == (422, True)
        assert "2027-01-20 10000" in refused.text
        garbled = await phone.submit(own, f"{own}/instalment", words="困难。", plan="下个月给")
        assert "第 1 行看不懂" in garbled.text
        done = await phone.submit(
            own, f"{own}/instalment", words="困难。", plan=wrong.replace("10000", "20000")
        )
        assert "已收到分期申请" in done.text
        assert f"{own}/delay" not in done.text


async def test_a_party_keeps_a_case_among_its_own_and_agrees_to_electronic_papers(
    citizens: CitizenSetting,
) -> None:
    row = await told(citizens.door.penalties)
    async with citizens.phone("oParty") as phone:
        await opened(citizens, phone, row)
        await phone.get(f"/h5/enter?next={OWN}/{row.reference}")
        own = f"{OWN}/{row.reference}"
        await phone.submit(own, f"{own}/link")
        assert row.reference in (await phone.get(OWN)).text
        signed = await phone.submit(own, f"{own}/consent", signed_name="李老板")
        assert "已签名" in signed.text
        left = await phone.submit(own, f"{own}/leave")
        assert "已退出" in left.text
        assert (await phone.get(own)).status == 200
    async with citizens.phone("oStranger") as phone:
        await phone.get(f"/h5/enter?next={OWN}")
        assert row.reference not in (await phone.get(OWN)).text
        assert (await phone.get(own)).status == 404


async def test_a_party_whose_identity_is_verified_finds_its_case_without_the_paper(
    citizens: CitizenSetting,
) -> None:
    desk = citizens.door.penalties
    row = await told(desk)
    async with citizens.phone("oParty") as phone:
        await phone.get(f"/h5/enter?next={OWN}")
        assert "名下的案件" not in (await phone.get(OWN)).text
        identity = await WechatIdentity.all().order_by("-id").first()
        assert identity is not None
        account_id = identity.account_id
        who = Vouched(
            kind="organisation", name="好滋味", number=NUMBER, subject="o-1", level="high", nonce="n"
        )
        await desk.db.change(
            lambda change: vouching.keep(change, desk.sealer, citizen(account_id), account_id, who, "省认证")
        )
        page = await phone.get(OWN)
        assert "找到了您名下的案件" in page.text
        assert row.reference not in page.text
        taken = await phone.submit(OWN, f"{OWN}/claim")
        assert "已放进您的账号" in taken.text
        assert row.reference in taken.text
        assert "我有话说" in (await phone.get(f"{OWN}/{row.reference}")).text
