"""Papers that are issued, on both engines: numbers without gaps, versions of templates, the same bytes, the trace."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from app.gauges_upkeep import of_papers
from casework.actors import Actor
from casework.documents import numbers, opening, register, templates
from casework.documents.desk import DocumentDesk
from casework.documents.issuing import issue, issue_in_place_of, record_delivery, void
from casework.documents.models import DocumentTemplate, IssuedDocument
from casework.documents.papers import Paper
from casework.permits.kinds import Papers
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.problems import Conflict, Forbidden, Invalid, NotFound, Problem
from tests.casework_setting import AUDITOR, HEAD, person
from tests.documents_setting import documents_on, request_for

ABOUT = person(900)
KEEPER = Actor(
    kind="staff", id=person(41), roles=frozenset({Role.LEGAL_REVIEWER}), name="法制员", units=HEAD.units
)


class Setter:
    """Stands where pages are set: what it makes says what it was given, or what it is told to make."""

    def __init__(self) -> None:
        self.made: bytes | None = None

    async def pdf(
        self, style: str, source: str, paper: bytes, at: int, pictures: Mapping[str, bytes] | None = None
    ) -> bytes:
        said = f"{style}{source}{at}{sorted((pictures or {}).items())}".encode() + paper
        return self.made or b"%PDF" + hashlib.sha256(said).digest()

    async def pages(self, style: str, source: str, paper: bytes, at: int) -> tuple[bytes, ...]:
        return (b"PNG",)


@pytest.fixture
def setter() -> Setter:
    return Setter()


@pytest.fixture
def desk(database: Database, setter: Setter) -> DocumentDesk:
    return documents_on(database, setter)


async def issued(desk: DocumentDesk, paper: Paper = Paper.GRANT, **forms: object) -> IssuedDocument:
    async def work(change: Change) -> IssuedDocument:
        return await issue(change, desk, HEAD, request_for(paper, ABOUT, **forms))

    return await desk.db.change(work)


async def test_twenty_papers_at_once_some_of_which_fail_leave_no_gap(desk: DocumentDesk) -> None:
    class Dropped(Exception):
        pass

    async def one(number: int) -> str:
        async def work(change: Change) -> str:
            document = await issue(change, desk, HEAD, request_for(Paper.GRANT, ABOUT))
            if number % 3 == 0:
                raise Dropped
            assert document.number is not None
            return document.number

        return await desk.db.change(work)

    results = await asyncio.gather(*(one(number) for number in range(20)), return_exceptions=True)
    outcomes = Counter(type(one) for one in results)
    assert outcomes == {str: 13, Dropped: 7}
    rows = await IssuedDocument.all().values_list("serial", "number")
    assert sorted(serial for serial, _ in rows) == list(range(1, 14))
    assert {one for one in results if isinstance(one, str)} == {number for _, number in rows}
    (series,) = await register.series_of(2026)
    assert (series.last, series.void, series.gaps) == (13, 0, 0)
    await desk.db.change(lambda change: IssuedDocument.filter(serial=7).delete())
    assert [one.gaps for one in await register.series_of(2026)] == [1]
    # All that many first papers at once keep one version of the template.
    assert await DocumentTemplate.all().count() == 1


async def test_each_mark_and_each_local_year_counts_from_one(desk: DocumentDesk, clock: FixedClock) -> None:
    clock.set(datetime(2026, 12, 31, 15, 59, tzinfo=UTC))
    first, other = await issued(desk), await issued(desk, Paper.ACCEPTANCE)
    clock.set(datetime(2026, 12, 31, 16, 1, tzinfo=UTC))  # one minute past midnight in Shanghai
    next_year, card = await issued(desk), await issued(desk, Paper.CARD)
    own = await issued(desk, numbering="{mark}{year}-{seq:05d}", marks={"grant": "占"})
    assert [one.number for one in (first, other, next_year, card, own)] == [
        "清城管许准字〔2026〕第001号",
        "清城管许受字〔2026〕第001号",
        "清城管许准字〔2027〕第001号",
        None,
        "占2027-00001",
    ]


def test_a_form_of_numbers_that_could_repeat_itself_is_refused() -> None:
    assert numbers.fault("{short}{mark}〔{year}〕{seq:03d}") is None
    assert numbers.fault("{short}〔{year}〕") == "no_seq"
    assert numbers.fault("第{seq}号") == "no_year"
    assert numbers.fault("{year}{seq}{who}") == "unknown"
    assert numbers.fault("{year}{seq.__class__}") == "unknown"
    assert numbers.fault("{year}{seq") == "braces"
    shipped = numbers.Numbering(form="{short}{mark}〔{year}〕第{seq:03d}号", short="清", mark="准")
    assert shipped.series == "清准〔*〕第*号"
    with pytest.raises(ValueError):
        numbers.Numbering(form="{seq}", short="清", mark="准")


async def test_a_void_paper_keeps_its_number_and_says_why(desk: DocumentDesk) -> None:
    document = await issued(desk)
    with pytest.raises(Invalid):
        await desk.db.change(lambda change: void(change, HEAD, document.id, " "))
    await desk.db.change(lambda change: void(change, HEAD, document.id, "日期写错"))
    with pytest.raises(Conflict):
        await desk.db.change(lambda change: void(change, HEAD, document.id, "再作废"))
    with pytest.raises(Conflict):
        await desk.db.change(lambda change: record_delivery(change, HEAD, document.id, "window"))
    assert (await issued(desk)).serial == 2
    (later, kept) = await opening.documents_of("permit_application", ABOUT)
    assert (kept.number, kept.void_reason) == ("清城管许准字〔2026〕第001号", "日期写错")
    await desk.db.change(lambda change: record_delivery(change, HEAD, later.id, "window"))
    await desk.db.change(lambda change: record_delivery(change, HEAD, later.id, "post"))
    assert (await opening.paper_for(desk, HEAD, later.id)).delivery == "window"


async def test_a_paper_is_the_same_however_often_it_is_opened_and_each_look_leaves_a_trace(
    desk: DocumentDesk, clock: FixedClock
) -> None:
    document = await issued(desk)
    first = await opening.open_paper(desk, HEAD, document.id, "console")
    clock.set(datetime(2027, 6, 1, tzinfo=UTC))
    again = await opening.open_paper(desk, AUDITOR, document.id, "h5")
    assert first.content == again.content
    row = await IssuedDocument.get(id=document.id)
    assert row.sha256 == hashlib.sha256(first.content).hexdigest()
    entries = await AuditEntry.filter(case_id=document.id).order_by("position")
    assert [one.action for one in entries] == ["document.issue", "document.open", "document.open"]
    assert [one.actor_id for one in entries[1:]] == [HEAD.id, AUDITOR.id]
    assert "好滋味".encode() not in bytes(row.data_sealed)


async def test_a_paper_that_would_come_out_otherwise_is_not_given_out(
    desk: DocumentDesk, setter: Setter
) -> None:
    document = await issued(desk)
    await opening.pdf(desk, document.id)
    setter.made = b"%PDF another"
    with pytest.raises(Problem) as refused:
        await opening.pdf(desk, document.id)
    assert (refused.value.status, refused.value.key) == (500, "problem.document.mismatch")
    assert (await of_papers())[0].samples[0].value == 1
    setter.made = None
    await opening.pdf(desk, document.id)
    assert (await of_papers())[0].samples[0].value == 0


async def test_a_void_paper_is_given_out_marked_and_as_it_was_only_to_who_examines_it(
    desk: DocumentDesk, setter: Setter
) -> None:
    document = await issued(desk)
    before = await opening.open_paper(desk, HEAD, document.id, "console")
    assert await register.void_numbered(str(document.number)) is None
    await desk.db.change(lambda change: void(change, HEAD, document.id, "日期写错"))
    with pytest.raises(Invalid):
        await desk.db.change(lambda change: void(change, HEAD, document.id, "长" * 201))
    marked = await opening.open_paper(desk, HEAD, document.id, "h5")
    assert marked.content != before.content
    assert marked.content == (await opening.open_paper(desk, HEAD, document.id, "api")).content
    original = await opening.open_original(desk, AUDITOR, document.id, "console")
    assert original.content == before.content
    with pytest.raises(Forbidden):
        await opening.open_original(desk, KEEPER, document.id, "console")
    openings = await AuditEntry.filter(action="document.open").order_by("position").values_list("detail")
    assert "is_original" in str(openings[-1])
    # A mark is laid over what is still the same: else nothing is given out.
    setter.made = b"%PDF another"
    with pytest.raises(Problem):
        await opening.open_paper(desk, HEAD, document.id, "console")


async def test_the_paper_in_its_place_says_the_same_with_its_own_number_and_todays_bureau(
    desk: DocumentDesk,
) -> None:
    first = await issued(desk)
    await desk.db.change(lambda change: void(change, HEAD, first.id, "电话印错"))
    today = replace(desk, issuer=msgspec.structs.replace(desk.issuer, window_phone="0000-8888888"))

    async def again(change: Change) -> IssuedDocument:
        row = await IssuedDocument.get(id=first.id)
        return await issue_in_place_of(change, today, HEAD, row, Papers(remedies="别的救济"))

    second = await desk.db.change(again)
    assert (second.replaces_id, second.number) == (first.id, "清城管许准字〔2026〕第002号")
    said, old = (
        msgspec.json.decode(
            desk.sealer.open(one.data_sealed, table="issued_document", column="data_sealed", row_id=one.id)
        )
        for one in (second, first)
    )
    assert said["replaces"] == first.number
    assert said["data"] == old["data"]
    assert (old["issuer"]["window_phone"], said["issuer"]["window_phone"]) == ("0000-8212012", "0000-8888888")
    found = await register.void_numbered(str(first.number))
    assert found is not None
    assert (found.paper, found.replaced_by) == ("grant", second.number)
    listed = await opening.documents_of("permit_application", ABOUT)
    assert await register.successors(listed) == {first.id: second.number}


class Seal:
    """A seal that is connected: it stamps what it is given, the same way for the same paper."""

    mark = "QS-2026-01"

    async def stamp(self, document_id: UUID, pdf: bytes) -> bytes:
        return pdf + b"%%stamped " + document_id.bytes


async def test_a_connected_seal_leaves_its_mark_and_stamps_what_is_opened(desk: DocumentDesk) -> None:
    plain = await issued(desk)
    sealing = DocumentDesk(**{**vars(desk), "seal": Seal()})
    sealed = await issued(sealing)
    assert (plain.seal, sealed.seal) == (None, "QS-2026-01")
    made = await opening.pdf(sealing, sealed.id)
    assert made.endswith(sealed.id.bytes)
    row = await IssuedDocument.get(id=sealed.id)
    assert row.sha256 == hashlib.sha256(made[: -len(b"%%stamped ") - 16]).hexdigest()
    # What was issued before there was a seal says that it is not sealed, and stays so.
    assert b"stamped" not in await opening.pdf(sealing, plain.id)


async def test_papers_about_what_nobody_vouches_for_are_nobodys(desk: DocumentDesk) -> None:
    document = await issued(desk)
    blind = DocumentDesk(**{**vars(desk), "sight": {}})
    for asked, id in ((blind, document.id), (desk, UUID(int=5))):
        with pytest.raises(NotFound):
            await opening.open_paper(asked, HEAD, id, "console")


async def test_a_saved_template_holds_for_new_papers_and_leaves_those_issued_alone(
    desk: DocumentDesk,
) -> None:
    before = await issued(desk)
    old = await opening.pdf(desk, before.id)
    with pytest.raises(Forbidden):
        await templates.save(desk, HEAD, "grant", "新", "换版式", seen=1)
    with pytest.raises(Invalid):
        await templates.save(desk, KEEPER, "grant", "新", " ", seen=1)
    assert await templates.save(desk, KEEPER, "grant", "新", "换版式", seen=1) == 2
    with pytest.raises(Conflict):
        await templates.save(desk, KEEPER, "grant", "更新", "没有刷新", seen=1)
    after = await issued(desk)
    assert (before.template_version, after.template_version) == (1, 2)
    assert await opening.pdf(desk, before.id) == old != await opening.pdf(desk, after.id)
    assert await templates.restore(desk, KEEPER, "grant", 1, "改回", seen=2) == 3
    kept = await templates.versions("grant")
    assert [(one.version, one.reason) for one in kept] == [(3, "改回"), (2, "换版式"), (1, "")]
    assert kept[0].source == kept[2].source


async def test_what_a_later_release_ships_holds_unless_a_clerk_has_saved(
    desk: DocumentDesk,
) -> None:
    old = await issued(desk)
    made = await opening.pdf(desk, old.id)
    later = DocumentDesk(**{**vars(desk), "shipped": {**desk.shipped, "grant": "改版"}})
    assert (await issued(later)).template_version == 2
    assert await opening.pdf(later, old.id) == made
    await templates.save(later, KEEPER, "grant", "自己的", "本单位格式", seen=2)
    assert (await issued(desk)).template_version == 3
    assert (await templates.in_force(later, "grant")).source == "自己的"
    restored = await templates.restore(later, KEEPER, "grant", templates.SHIPPED, "用系统的", seen=3)
    assert restored == 4
    assert (await templates.in_force(later, "grant")).source == "改版"
    assert (await issued(desk)).template_version == 5


async def test_a_template_the_profile_names_and_nobody_wrote_yet_falls_back_to_the_shipped_one(
    desk: DocumentDesk,
) -> None:
    named = {"templates": {"grant": "own_grant"}}
    assert (await issued(desk, **named)).template == "grant"
    with pytest.raises(NotFound):
        await templates.save(desk, KEEPER, "own_grant", "自己的", "新模板", seen=0)
    desk = DocumentDesk(**{**vars(desk), "named": {"own_grant": Paper.GRANT}})
    assert (await templates.in_force(desk, "own_grant")).source == desk.shipped["grant"]
    await templates.save(desk, KEEPER, "own_grant", "自己的", "新模板", seen=0)
    assert (await issued(desk, **named)).template == "own_grant"
