"""What the notice promises to delete is deleted in time, a portion at a time, on both engines; the rest stays."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from app.housekeeping import purge
from bot.forgetting import REPORTS_FOR
from bot.models import ConversationTurn, PlatformReport, PushConsent
from casework.actors import citizen, system
from casework.complaints.filing import NewComplaint, Source, submit
from casework.dangers.forgetting import WORDS_FOR, forget_words
from casework.dangers.models import DangerAlert
from casework.notifications.forgetting import forget_deliveries
from casework.notifications.models import Delivery, NoticePreference
from casework.people import consents, identities, merging, phones
from casework.people.consents import Purpose
from casework.people.forgetting import CODES_FOR, UNSEEN_FOR
from casework.people.models import Account, StaffBinding, StaffBindingCode, WechatIdentity
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Change, Database, Intake
from kit.http.models import HttpSession
from kit.http.sessions import Sessions
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from tests.casework_setting import desk_on, person

KEYS = KeyRing.random()
SEALER = FieldSealer(KEYS)
A_YEAR = UNSEEN_FOR + timedelta(days=1)


async def account(db: Database, openid: str) -> UUID:
    rows = identities.new_account_rows(db, SEALER, "wx1", openid)
    await db.write(Intake((f"account:{openid}",), b"h", rows, b""))
    return rows[0].id


async def write(db: Database, *rows: object) -> None:
    async def work(_: Change) -> None:
        for row in rows:
            await row.save(force_create=True)  # type: ignore[attr-defined]

    await db.change(work)


async def known() -> set[UUID]:
    return {row.account_id for row in await WechatIdentity.all()}


async def purge_all(db: Database) -> None:
    while await purge(db):
        pass


async def test_who_never_had_anything_done_is_forgotten_after_a_year(
    database: Database, clock: FixedClock
) -> None:
    gone = await account(database, "o-gone")
    now = clock.now()
    turn = ConversationTurn(
        id=database.ids.new(), account_id=gone, revision=1, citizen="c", session_sealed=None, at=now
    )
    push = PushConsent(id=database.ids.new(), account_id=gone, template_id="t", remaining=1, updated_at=now)
    wish = NoticePreference(
        id=database.ids.new(), recipient_kind="account", recipient_id=gone, topic="progress", choice="none"
    )
    wish.updated_at = now
    await write(database, turn, push, wish)
    await phones.verified(database, SEALER, citizen(gone), gone, "13800001234")
    guardian = consents.guardian("李梅", "13800001111")
    await consents.give(database, SEALER, gone, Purpose.GUARDIAN, "1", "chat", guardian)
    clock.advance(UNSEEN_FOR - timedelta(days=1))
    await purge_all(database)
    assert await known() == {gone}
    clock.advance(timedelta(days=2))
    await purge_all(database)
    assert await known() == set()
    assert await ConversationTurn.all().count() == 0
    assert await PushConsent.all().count() == 0
    assert await NoticePreference.all().count() == 0
    row = await Account.get(id=gone)
    assert (row.phone_sealed, row.phone_index) == (None, None)
    assert await consents.guardian_of(SEALER, gone) is None
    last = await AuditEntry.filter(case_id=gone).order_by("-position").first()
    assert last is not None
    assert last.action == "account.forget"
    # Who comes back is somebody new.
    assert await account(database, "o-gone-again") != gone


async def test_who_has_something_or_came_lately_stays(database: Database, clock: FixedClock) -> None:
    filed, bound, visits, writes, alarmed, talks = [await account(database, f"o-{n}") for n in range(6)]
    await submit(
        desk_on(database),
        citizen(filed),
        NewComplaint(account_id=filed, source=Source.WECHAT, story="路口有人占道摆摊", place_text="文渊路"),
    )
    await write(
        database,
        StaffBinding(id=database.ids.new(), staff_id=person(1), account_id=bound, bound_at=clock.now()),
        alert(database, clock, alarmed),
    )
    clock.advance(A_YEAR)
    await Sessions(database, KEYS).create("citizen", visits)
    identity = await WechatIdentity.get(account_id=writes)
    await database.change(lambda change: identities.note_messages(change, {identity.id: change.now}))
    turn = ConversationTurn(
        id=database.ids.new(), account_id=talks, revision=1, citizen="c", session_sealed=None, at=clock.now()
    )
    await write(database, turn)
    await purge_all(database)
    assert await known() == {filed, bound, visits, writes, alarmed, talks}
    assert await HttpSession.all().count() == 1


async def test_linked_accounts_are_one_person(database: Database, clock: FixedClock) -> None:
    filed, linked, first, second = [await account(database, f"o-{n}") for n in range(4)]
    await submit(
        desk_on(database),
        citizen(filed),
        NewComplaint(account_id=filed, source=Source.WECHAT, story="路口有人占道摆摊", place_text="文渊路"),
    )

    async def link(change: Change) -> None:
        await merging.link(change, linked, filed, merging.Basis.STAFF, system())
        await merging.link(change, second, first, merging.Basis.STAFF, system())

    await database.change(link)
    clock.advance(A_YEAR)
    await purge_all(database)
    assert await known() == {filed, linked}


async def test_more_people_than_one_portion_are_all_forgotten_in_the_end(
    database: Database, clock: FixedClock
) -> None:
    for number in range(60):
        await account(database, f"o-{number}")
    clock.advance(A_YEAR)
    assert 0 < await purge(database) <= 60 + 60
    assert len(await known()) == 10
    await purge_all(database)
    assert await known() == set()


def alert(db: Database, clock: FixedClock, account_id: UUID, *, ended: bool = False) -> DangerAlert:
    return DangerAlert(
        id=db.ids.new(),
        act=str(db.ids.new()),
        account_id=account_id,
        source="wechat",
        words="井盖没了，有人掉下去了",
        matched="掉下去",
        place_text="文渊路",
        state="ended" if ended else "raised",
        revision=0,
        raised_at=clock.now(),
        pages=1,
        outcome="已处置" if ended else None,
        ended_at=clock.now() if ended else None,
    )


async def test_words_of_danger_are_deleted_three_years_after_its_end(
    database: Database, clock: FixedClock
) -> None:
    over = [alert(database, clock, person(1), ended=True) for _ in range(3)]
    await write(database, *over, alert(database, clock, person(1)))
    assert await forget_words(database) == 0
    clock.advance(WORDS_FOR + timedelta(days=1))
    assert [await forget_words(database, at_most=2) for _ in range(3)] == [2, 1, 0]
    rows = await DangerAlert.filter(state="ended")
    assert {(row.words, row.place_text, row.outcome) for row in rows} == {("", None, "已处置")}
    assert (await DangerAlert.get(state="raised")).words
    assert await AuditEntry.filter(action="danger_alert.forget_words").count() == 3


def delivery(db: Database, clock: FixedClock, state: str) -> Delivery:
    now = clock.now()
    return Delivery(
        id=db.ids.new(),
        event_id=db.ids.new(),
        recipient_kind="account",
        recipient_id=person(1),
        rule="r",
        template="t",
        params="{}",
        state=state,
        attempts=0,
        fence=0,
        next_at=now,
        expires_at=now,
        created_at=now,
        updated_at=now,
    )


async def test_messages_are_deleted_after_three_years_and_what_is_owed_is_not(
    database: Database, clock: FixedClock
) -> None:
    await write(database, *(delivery(database, clock, state) for state in ("sent", "failed", "queued")))
    clock.advance(timedelta(days=3 * 366 + 1))
    await write(database, delivery(database, clock, "sent"))
    assert [await forget_deliveries(database) for _ in range(2)] == [2, 0]
    assert sorted([row.state for row in await Delivery.all()]) == ["queued", "sent"]


async def test_binding_codes_and_platform_reports_go_in_time(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    code = StaffBindingCode(
        id=database.ids.new(), staff_id=person(1), code_hash="h", created_at=now, expires_at=now
    )
    report = PlatformReport(
        id=database.ids.new(), act="a", kind="k", job_id="", status="", facts="{}", at=now
    )
    await write(database, code, report)
    clock.advance(CODES_FOR + timedelta(hours=1))
    await purge_all(database)
    assert (await StaffBindingCode.all().count(), await PlatformReport.all().count()) == (0, 1)
    clock.advance(REPORTS_FOR)
    await purge_all(database)
    assert await PlatformReport.all().count() == 0
