"""What leaves the house about permits on both engines: to the city's service platform, and to everybody as figures."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import msgspec
import pytest
from pypdfium2 import PdfDocument
from tortoise.expressions import Q

from app.cli import main
from app.posting import Posting
from casework.documents.models import IssuedDocument
from casework.events import EVENTS
from casework.exchange.models import ExchangeMessage
from casework.exchange.profile import ExchangeSection, Peer
from casework.exchange.sending import Courier
from casework.permits import rating
from casework.permits.card import card_data, card_pdf
from casework.permits.credentials import code_shown, qr_svg, token_of
from casework.permits.models import Permit
from casework.permits.platform import PlatformPlanner
from casework.permits.promise import FEWEST, FactLike, figures_of, published
from casework.permits.promise_sheet import published_in
from casework.permits.published_models import PermitFact
from casework.permits.void_papers import void_paper
from kit.clock import FixedClock, local
from kit.db import Change, Database
from kit.outbox import Relay
from kit.secrets import KeyRingError
from kit.signing_keys import SigningKeys
from tests.casework_setting import CITIZEN, desk_on
from tests.e2e.public_setting import public_on
from tests.exchange_setting import Listening, listening_peer, secrets_of
from tests.permit_life_setting import FRAUDULENT, SECTION, ended, granted, life_desk_on
from tests.permit_rows import fact_row, permit_row
from tests.permit_setting import PERMIT_HEAD, permit_desk_on

PLATFORM = "12345"
ROOT = Path(__file__).resolve().parents[2]


async def told(
    database: Database, planner: PlatformPlanner, peer: Listening, platforms: ExchangeSection
) -> None:
    failures: list[str] = []
    relay = Relay(
        database,
        dict.fromkeys(EVENTS, (planner,)),
        lambda name, id, error: failures.append(f"{name} {error!r}"),
    )
    while await relay.step():
        pass
    assert failures == []
    post = Posting()
    courier = Courier(desk_on(database), platforms, secrets_of, post)
    while await courier.step():
        pass
    await post.close()


async def test_the_service_platform_hears_of_a_permit_from_filing_to_revocation(database: Database) -> None:
    desk = await life_desk_on(database)
    async with listening_peer() as peer:
        platforms = ExchangeSection(
            peers=(
                Peer(
                    code=PLATFORM,
                    name="一体化政务服务平台",
                    kind="service_platform",
                    callback=peer.url,
                    permit_statuses={"accepted": "02", "granted": "05"},
                    refer_to=False,
                ),
            )
        )
        planner = PlatformPlanner(platforms, desk)
        permit = await granted(desk)
        await rating.rate(desk, CITIZEN, permit.application_id, 4, "很快")
        first = permit.number
        misprint = await IssuedDocument.get(about_id=permit.application_id, kind="grant")
        await void_paper(desk, PERMIT_HEAD, misprint.id, "张三的电话印错", is_replaced=True)
        permit = await Permit.get(id=permit.id)
        await ended(desk, "revoke", permit.id, FRAUDULENT)
        await told(database, planner, peer, platforms)
        bodies = peer.bodies
        steps = [one["status"] for one in bodies if "status" in one]
        assert steps[:3] == ["submitted", "02", "survey_scheduled"]
        assert {"05", "delivered"} <= set(steps)
        (void,) = (one for one in bodies if "void_number" in one)
        assert (void["void_number"], void["replaced_by"], void["paper"]) == (
            first,
            permit.number,
            "准予行政许可决定书",
        )
        public, again = (one for one in bodies if "publish_by" in one)
        assert (again["replaces_number"], again["decision_number"]) == (first, permit.number)
        assert "replaces_number" not in public
        assert public["decision_number"] == permit.number
        assert public["holder"] == "清河商贸有限公司"
        assert again["decision_name"] == "准予行政许可决定书"
        assert (public["category"], public["standing"]) == ("ordinary", "valid")
        assert (again["certificate_number"], again["certificate_name"]) == (permit.number, permit.kind_name)
        assert (public["organ"], public["area_m2"]) == (desk.documents.issuer.name, permit.area_m2)
        assert public["basis"]
        due = datetime.fromisoformat(public["publish_by"]).date()
        assert desk.calendar.working_days_between(local(permit.granted_at).date(), due) == 7
        assert [one["score"] for one in bodies if "score" in one] == [4]
        (taken_back,) = (one for one in bodies if "take_back_by" in one)
        assert (taken_back["decision_number"], taken_back["how"]) == (permit.number, "revoked")
        assert taken_back["standing"] == "over"
        raw = b"".join(body for _, body in peer.heard).decode()
        assert not [word for word in ("13800001234", "很快", "材料是假的", "张三") if word in raw]
        assert not await ExchangeMessage.filter(~Q(state="delivered")).exists()


def test_a_service_platform_takes_no_complaints() -> None:
    with pytest.raises(msgspec.ValidationError, match="refer_to"):
        msgspec.convert({"code": "p", "name": "平台", "kind": "service_platform"}, Peer)


async def test_the_page_of_the_promise_is_reckoned_again_from_its_published_rows(
    database: Database, clock: FixedClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = clock.now()
    rows = [fact_row(now, rating=score) for score in (5, 5, 4, 2, None, 5)]
    rows += [
        fact_row(now, kind="deposit", outcome="denied", rating=1),
        fact_row(
            now, survey_minutes=75, is_survey_kept=False, late_reason="=暴雨,\n道路封闭", late_organ="traffic"
        ),
        fact_row(now, promise_minutes=900, is_promise_kept=False, source="window"),
        fact_row(now, month=202610),
    ]

    async def work(_: Change) -> None:
        for row in rows:
            await row.save(force_create=True)

    await database.change(work)
    async with public_on(database, tmp_path, SECTION) as setting:
        async with setting.http.get("/public/promise") as page:
            text = await page.text()
        async with setting.http.get("/public/promise/2026-11.csv") as answer:
            content = await answer.read()
        async with setting.http.get("/public/promise/2026-11.json") as answer:
            rows_shown = json.loads(await answer.read())
        for lost in ("?month=2026-09", "/2026-09.csv", "/2026-11.exe", "/x.json"):
            async with setting.http.get(f"/public/promise{lost}") as answer:
                assert answer.status == 404
    for words in (
        "9 件中 8 件（88.9%）",
        "交警大队",
        "道路封闭",
        "承办单位还没有写明",
        "其他（合并公布）",
        "2026年10月",
        "各月对比",
    ):
        assert words in text
    assert "<script" not in text
    file = tmp_path / "2026-11.csv"
    file.write_bytes(content)
    assert main(["permits", "recompute", str(file), "--json"]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["digest"] in text
    shown = figures_of(await published_in(202611, SECTION))
    again = found["figures"]
    assert [again[name] for name in ("whole", "kinds", "organs", "ratings")] == [
        json.loads(msgspec.json.encode(one))
        for one in (shown.whole, shown.kinds, shown.organs, shown.ratings)
    ]
    assert (shown.whole.cases, len(again["misses"]), shown.whole.rated) == (9, 2, 5)
    assert len(rows_shown["cases"]) == 9
    whole = shown.whole
    assert by_the_documents_script(file) == [
        f"踏勘 {whole.surveyed} {whole.surveys_kept} {whole.survey_median}",
        f"办结 {whole.promised} {whole.decisions_kept} {whole.decision_median}",
        "超时未办结 0 撤回 0",
    ]
    # The one of its kind is not named, and the one bad rating does not stand beside it.
    assert [row["kind"] for row in rows_shown["cases"] if row["outcome"] == "denied"] == ["*"]
    assert 1 not in [row["rating"] for row in rows_shown["ratings"]]
    assert await PermitFact.all().count() == 10


def by_the_documents_script(file: Path) -> list[str]:
    """What the script in the documents says of a file, run by a Python that knows nothing of this system."""
    page = (ROOT / "docs" / "verify.md").read_text()
    script = page.partition("recount.py")[2].partition("```python\n")[2].partition("```")[0]
    done = subprocess.run(
        [sys.executable, "-I", "-c", script, str(file)], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_few_of_a_kind_are_not_told_apart() -> None:
    base = FactLike(
        "stall", "new", "h5", "granted", 10, 60, True, 20, 60, True, 0, None, None, True, None, None
    )
    facts = [base] * FEWEST + [base._replace(source="window"), base._replace(kind="road", rating=1)]
    shown = published(facts)
    assert [(row.kind, row.act, row.source) for row in shown.cases] == [
        ("*", "*", "*"), ("*", "*", "*"), *[("stall", "new", "h5")] * FEWEST,
    ]  # fmt: skip
    assert shown.ratings == ()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_card_is_printed_with_the_code_of_the_key_that_signs_now(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    desk, keys = permit_desk_on(database), SigningKeys(tmp_path)
    permit = permit_row(clock.now())
    with pytest.raises(KeyRingError):
        await card_data(permit, keys, "https://cg.example.gov.cn")
    keys.add(clock.now(), use=True)
    data = await card_data(permit, keys, "https://cg.example.gov.cn/")
    assert data.qr == qr_svg(
        f"https://cg.example.gov.cn/public/verify/{token_of(keys.held().active, permit)}"
    )
    made = [await card_pdf(desk, permit, keys, "https://cg.example.gov.cn") for _ in range(2)]
    await desk.documents.typesetter.close()  # type: ignore[attr-defined]
    assert made[0] == made[1]
    page = PdfDocument(made[0])[0]
    text = "".join(page.get_textpage().get_text_range().replace("\u200b", "").split())
    for words in (permit.number, permit.holder_shown, permit.place_text, code_shown(permit.code)):
        assert words in text
    assert len(PdfDocument(made[0])) == 1
