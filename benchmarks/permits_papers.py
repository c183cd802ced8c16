"""What it takes until a decision is a PDF.

*decision_pdf_ms*: milliseconds from asking to the whole file, median over decisions that all say something else, each
set by a process that has just been started for it (the cold way, and the slower one); what a process that is there
already takes is printed beside it. The pages are as shipped, the particulars those of the sample.
"""

from __future__ import annotations

import asyncio
import time
from datetime import date

import msgspec

from app.documents import shipped_samples, shipped_templates
from benchmarks.report import Figure, median
from casework.documents.desk import STYLE, Issuer
from casework.documents.papers import Paper
from casework.documents.rendering import Typesetting
from casework.documents.sheets import Sheet

COLD, WARM = 15, 100
AT = 1_796_004_000


def figures() -> list[Figure]:
    """Cold and warm."""
    cold, warm = asyncio.run(_measured())
    print(f"decision as PDF: cold median {median(cold):.0f} ms, warm median {median(warm):.1f} ms")
    return [Figure("permits", "decision_pdf_ms", max(median(cold), median(warm)), "ms", 400)]


async def _measured() -> tuple[list[float], list[float]]:
    setter = Typesetting()
    try:
        cold = []
        for number in range(COLD):
            await setter.close()
            cold.append(await _ms(setter, number))
        return cold, [await _ms(setter, COLD + number) for number in range(WARM)]
    finally:
        await setter.close()


async def _ms(setter: Typesetting, number: int) -> float:
    templates, place = shipped_templates(), f"湖滨路 {number} 号"
    sheet = Sheet(
        paper=Paper.GRANT,
        number=f"清城管许准字〔2026〕第{number:03d}号",
        issued_on=date(2026, 11, 30),
        issuer=Issuer(
            name="清水市城市管理执法局", short="清", address="湖滨路", phone="12345", window="窗口",
            window_address="文渊路", window_phone="12345", hours="工作日",
        ),
        seal=None,
        data=msgspec.structs.replace(shipped_samples()[Paper.GRANT], place=place, addressee=place),
    )  # fmt: skip
    began = time.perf_counter()
    made = await setter.pdf(templates[STYLE], templates[Paper.GRANT], sheet.encoded().encode(), AT)
    assert made.startswith(b"%PDF-")
    return (time.perf_counter() - began) * 1000
