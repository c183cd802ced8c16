"""Papers as they are set by the real process: how they look, what stands on them, and what a template may not do."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from io import BytesIO
from uuid import UUID

import msgspec
import pypdfium2
import pytest
import segno
import uvloop
from PIL import Image
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

from app.documents import shipped_templates
from casework.documents.papers import UNNUMBERED, CorrectionItem, Paper, SurveyPhoto
from casework.documents.pictures import BYTES_AT_MOST, pictures_of
from casework.documents.rendering import TemplateFault, Typesetting
from tests import read_once
from tests.documents_setting import AT, NUMBER, sample, sheet
from tests.paper_thumbnails import FOLDER, pages_of, text_of, thumbnail, unlikeness

STYLE = shipped_templates()["style"]
LIKE_ENOUGH = 1.0


@pytest.fixture
async def setter() -> AsyncIterator[Typesetting]:
    made = Typesetting(timeout_s=10.0)
    yield made
    await made.close()


async def made(setter: Typesetting, paper: Paper, **other: object) -> bytes:
    return await setter.pdf(STYLE, shipped_templates()[paper], sheet(paper, **other), AT)


async def test_every_paper_looks_as_it_did_and_is_the_same_bytes_in_another_process(
    setter: Typesetting,
) -> None:
    again = Typesetting()
    try:
        for paper in Paper:
            pdf = await made(setter, paper)
            with Image.open(FOLDER / f"{paper}.png") as kept:
                assert unlikeness(thumbnail(pdf), kept.convert("L")) < LIKE_ENOUGH, paper
            assert hashlib.sha256(pdf).digest() == hashlib.sha256(await made(again, paper)).digest(), paper
    finally:
        await again.close()


async def test_every_paper_names_whom_and_what_it_is_about_and_its_number(setter: Typesetting) -> None:
    for paper in Paper:
        text = text_of(await made(setter, paper))
        assert "清水市好滋味餐饮有限公司" in text, paper
        assert "".join(sample(paper).item.split()) in text, paper
        assert (NUMBER in text) is (paper not in UNNUMBERED), paper
        if paper is not Paper.CARD:
            assert "未加盖电子印章" in text, paper
            assert "市政务服务大厅12号城管窗口" in text, paper


async def test_decisions_say_why_on_what_basis_what_it_costs_and_what_can_be_done_against_them(
    setter: Typesetting,
) -> None:
    denial = text_of(await made(setter, Paper.DENIAL))
    for words in ("《城市道路管理条例》第三十一条", "公交站台三十米以内", "六十日内申请行政复议", "六个月内"):
        assert words in denial
    granted = text_of(await made(setter, Paper.GRANT))
    assert "收费：0元（依据：清水市城市道路占用费免征公告（清政〔2026〕1号））" in granted
    assert "附件：1．占道位置示意图2．现场踏勘记录" in granted
    assert "2026年12月5日9时00分至2026年12月6日21时00分" in granted
    assert "120000.50元" in text_of(await made(setter, Paper.REFUND))


async def test_a_sealed_paper_says_so_and_a_card_shows_its_code(setter: Typesetting) -> None:
    grant = shipped_templates()["grant"]
    sealed = text_of(await setter.pdf(STYLE, grant, sheet(Paper.GRANT, "QS-2026-01"), AT))
    assert "已加盖电子印章，印章标识：QS-2026-01" in sealed
    assert "未加盖" not in sealed
    svg = segno.make("https://example.gov.cn/v/1").svg_inline(scale=4)
    bare, coded = await made(setter, Paper.CARD), await made(setter, Paper.CARD, qr=svg)
    assert unlikeness(thumbnail(bare), thumbnail(coded)) > LIKE_ENOUGH


async def test_a_void_paper_is_marked_on_every_page_and_names_what_takes_its_place(
    setter: Typesetting,
) -> None:
    shipped = shipped_templates()
    void = {"on": "2026-12-01", "reason": "地址#印错", "replaced_by": "新〔2026〕第033号"}
    for paper in Paper:
        data = msgspec.json.encode(msgspec.json.decode(sheet(paper)) | {"void": void, "replaces": ""})
        source = shipped[paper]
        pdf = await setter.pdf(f"{shipped['void_mark']}\n{shipped['style']}", source, data, AT)
        for page in pages_of(pdf):
            assert "作废" in page.replace("不得使用", ""), paper
            assert "本文书已于2026年12月1日作废，不得使用。原因：地址#印错由新〔2026〕第033号代替。" in page
        if paper != Paper.CARD:
            assert "本文书代替此前已经作废的同名文书" in text_of(pdf), paper


async def test_a_survey_names_both_officers_and_says_which_photo_has_no_known_time(
    setter: Typesetting,
) -> None:
    unbound = (SurveyPhoto(), *sample(Paper.SURVEY).photos[:1])
    text = text_of(await made(setter, Paper.SURVEY, photos=unbound))
    assert text.count("时间不明") == 1
    assert "2026年11月30日10时18分" in text
    assert "张建国35010000001" in text
    assert "王丽华35010000002" in text


async def test_a_survey_shows_its_photos_small_and_the_same_each_time(setter: Typesetting) -> None:
    names = [str(UUID(int=number)) for number in range(30)]
    noise = {name: noisy_picture(number) for number, name in enumerate(names)}
    assert sum(map(len, noise.values())) > BYTES_AT_MOST

    class Kept:
        async def small(self, file_id: UUID) -> bytes | None:
            return noise[str(file_id)]

    fitting = await pictures_of(Kept(), names)
    assert 20 < len(fitting) < 30
    photos = tuple(
        SurveyPhoto(taken_at=datetime.fromtimestamp(AT, UTC) if number else None, picture=name)
        for number, name in enumerate(names)
    )
    data, source = sheet(Paper.SURVEY, photos=photos), shipped_templates()[Paper.SURVEY]
    pdf = await setter.pdf(STYLE, source, data, AT, fitting)
    assert len(pdf) < 3_000_000
    assert pdf == await setter.pdf(STYLE, source, data, AT, fitting)
    pages = pypdfium2.PdfDocument(pdf)
    images = [one for page in pages for one in page.get_objects() if one.type == FPDF_PAGEOBJ_IMAGE]
    assert len(images) == len(fitting)
    text = text_of(pdf)
    assert text.count("照片未印出") == 30 - len(fitting)
    assert "1．时间不明" in text
    assert "2．2026年11月30日10时00分" in text


def noisy_picture(seed: int) -> bytes:
    """A small copy of the worst kind: it does not compress."""
    out, noise = BytesIO(), Image.effect_noise((480, 360), 60 + seed)
    noise.convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()


async def test_whatever_people_write_is_printed_as_text_and_stays_on_the_page(setter: Typesetting) -> None:
    written = '#include "x" $a_1$ *粗* _斜_ `码` <标> @引 // 注释 \\ #read("/etc/passwd")'
    rare = "𠮷田火锅（㙍镇㐱记、䶮氏）"
    item = CorrectionItem(name=rare, wrong=written, wanted="第一行\n第二行")
    text = text_of(await made(setter, Paper.CORRECTION, items=(item,), addressee=rare))
    assert "".join(written.split()) in text
    assert text.count(rare) == 2
    assert "第一行第二行" in text
    # 5,000 characters without a space, and pictures our type does not have.
    long = await made(setter, Paper.DENIAL, reasons=("x" * 2500 + "长" * 2500 + "😀完",))
    found = text_of(long)
    assert found.count("长") >= 2500
    assert found.count("x") >= 2500
    assert "[U+1F600]完" in found
    margin = thumbnail(long).crop((60, 0, 64, 90))
    assert min(margin.tobytes()) > 200


async def test_every_field_the_console_offers_can_be_written(setter: Typesetting) -> None:
    offered = read_once.catalogue().under("console_documents.fields").values()
    names = [one.partition("|")[0] for one in offered]
    source = "\n".join(f"#{name}{'' if name.endswith(')') else ';'}" for name in names)
    assert len(names) > 20
    await setter.pages(STYLE, f'#show: 公文.with("试")\n{source}', sheet(Paper.GRANT), AT)


FAULTY = (
    ("好\n#申请人姓名;", "unknown_name_at", 2),
    ("#let x = (1,", "unclosed_at", 1),
    ('\n\n#read("/etc/hostname")', "outside_at", 3),
    ('#import "@preview/cetz:0.2.0": *', "outside_at", 1),
    ('#image("/proc/self/environ")', "outside_at", 1),
    ("#let f(x) = f(x + 1)\n#f(1)", "endless_at", 1),
    ("#逐条(3)", "other_at", 1),
)


async def test_a_faulty_template_is_refused_with_its_line_and_cannot_reach_out(setter: Typesetting) -> None:
    for source, what, line in FAULTY:
        with pytest.raises(TemplateFault) as refused:
            await setter.pages(STYLE, source, sheet(Paper.GRANT), AT)
        assert (refused.value.key, refused.value.line) == (f"problem.document.template.{what}", line), source


async def test_a_template_that_never_ends_or_takes_all_memory_is_ended_and_the_next_paper_is_made() -> None:
    setter = Typesetting(timeout_s=1.5)
    hangs = (
        "#let n = 0\n" + "#for a in range(9999) { for b in range(9999) { for c in range(9999) { n += 1 } } }"
    )
    eats = '#let s = "x" * 100000000\n#for i in range(40) { s = s + s }\n#s'
    try:
        with pytest.raises(TemplateFault) as refused:
            await setter.pages(STYLE, hangs, sheet(Paper.GRANT), AT)
        assert refused.value.key == "problem.document.template.too_long"
        with pytest.raises(TemplateFault):
            await setter.pages(STYLE, eats, sheet(Paper.GRANT), AT)
        assert (await setter.pages(STYLE, "好", sheet(Paper.GRANT), AT))[0].startswith(b"\x89PNG")
    finally:
        await setter.close()


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_a_process_that_was_ended_or_whose_reader_went_away_is_replaced_unnoticed(
    loop: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    async def walk() -> None:
        setter = Typesetting(idle_s=1)
        try:
            for away_s in (0.02, 0.12):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(away_s):
                        await setter.pages(STYLE, "早", sheet(Paper.GRANT), AT)
            first = await setter.pages(STYLE, "好", sheet(Paper.GRANT), AT)
            await asyncio.sleep(1.3)
            assert await setter.pages(STYLE, "好", sheet(Paper.GRANT), AT) == first
        finally:
            await setter.close()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(walk())
