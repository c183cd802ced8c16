"""What comes back and what gets lost: recordings, losses, receipts, reports, proofs; on both databases."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
import structlog

from bot import verification
from bot.consent_counting import note_consents
from bot.media import fetch_media, waiting_fetch
from bot.media_losses import ask_for_what_is_lost
from bot.models import MediaFetch, PlatformReport, PushConsent
from bot.platform_reports import REPORTED, note_report, sound_alarm
from bot.receipts import note_receipts, settle_receipts
from bot.turns import Message
from casework.notifications.models import Delivery
from casework.people.identities import new_account_rows
from kit.clock import FixedClock
from kit.db import Change, Database, Intake
from kit.files.kinds import RECORDING_BYTES
from kit.files.models import StoredFile
from kit.files.store import LocalFileStore
from kit.outbox_models import OutboxEvent
from kit.problems import Problem
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from wechat.errors import WeChatError, from_code
from wechat.messages import Consent, to_inbound

APP_ID = "wx0123456789abcdef"
AMR = b"#!AMR\n" + bytes(200)
FILM = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00" + bytes(200)
EXPIRED = from_code(40007, "invalid media_id")


class Shelf:
    """The platform's store of media: what a test puts on it, or refuses."""

    def __init__(self, *found: bytes | WeChatError) -> None:
        self._found = list(found)

    async def media_get(self, media_id: str) -> tuple[bytes, str]:
        found = self._found.pop(0)
        if isinstance(found, WeChatError):
            raise found
        return found, "application/octet-stream"


@pytest.fixture
def sealer() -> FieldSealer:
    return FieldSealer(KeyRing.random())


@pytest.fixture
def store(tmp_path: Path) -> LocalFileStore:
    return LocalFileStore(tmp_path, KeyRing.random())


@pytest.fixture
async def account_id(database: Database, sealer: FieldSealer) -> UUID:
    rows = new_account_rows(database, sealer, APP_ID, "oCitizen")
    await database.write(Intake(keys=("new",), body_hash=b"", rows=rows, result=b""))
    return rows[0].id


async def send(database: Database, sealer: FieldSealer, account_id: UUID, *media: Any) -> list[MediaFetch]:
    rows = [
        waiting_fetch(database, sealer, account_id, database.ids.new(), f"m{number}", medium)
        for number, medium in enumerate(media)
    ]
    keys = (f"send:{rows[0].id}",)
    await database.write(Intake(keys=keys, body_hash=b"", rows=tuple(rows), result=b""))
    return rows


async def asked(database: Database) -> list[tuple[str, int]]:

    rows = await OutboxEvent.filter(name="media.not_received").order_by("id")
    found = [msgspec.json.decode(row.payload) for row in rows]
    return [(one["medium"], one.get("count", 1)) for one in found]


# ---- recordings


@pytest.mark.parametrize(
    ("medium", "content", "sniffed"), [("voice", AMR, "audio/amr"), ("video", FILM, "video/mp4")]
)
async def test_a_recording_is_kept_to_the_letter_and_never_decoded(
    database: Database,
    sealer: FieldSealer,
    store: LocalFileStore,
    account_id: UUID,
    medium: str,
    content: bytes,
    sniffed: str,
) -> None:
    (row,) = await send(database, sealer, account_id, medium)
    assert await fetch_media(database, Shelf(content), store, sealer) == 1
    stored = await StoredFile.get(id=row.file_id)
    assert (stored.kind, stored.sniffed_type, stored.state) == ("complaint_recording", sniffed, "ready")
    assert await store.read_original(stored.id, bytes(stored.wrapped_key)) == content


@pytest.mark.parametrize(
    ("medium", "content"),
    [
        ("voice", FILM),
        ("video", AMR),
        ("voice", AMR + bytes(RECORDING_BYTES["voice"])),
        ("video", FILM + bytes(RECORDING_BYTES["video"])),
        ("voice", b"MZ this is a program"),
        (None, AMR),
        ("voice", b""),
    ],
)
async def test_what_is_not_what_it_was_said_to_be_is_refused_and_asked_for_again(
    database: Database,
    sealer: FieldSealer,
    store: LocalFileStore,
    account_id: UUID,
    medium: str | None,
    content: bytes,
) -> None:
    await send(database, sealer, account_id, medium)
    await fetch_media(database, Shelf(content), store, sealer)
    assert (await MediaFetch.get()).state == "refused"
    # Whoever looks at the case reads that it did not arrive, not that it is on its way.
    assert [file.state for file in await StoredFile.all()] == ["refused"]
    assert await asked(database) == [(medium or "photo", 1)]


# ---- losses


async def test_an_album_that_got_lost_is_asked_for_at_most_once_in_ten_minutes(
    database: Database, sealer: FieldSealer, store: LocalFileStore, account_id: UUID, clock: FixedClock
) -> None:
    await send(database, sealer, account_id, None, None, None, None, None)
    shelf = Shelf(*[EXPIRED] * 5)
    while await fetch_media(database, shelf, store, sealer):
        pass
    assert await asked(database) == [("photo", 5)]
    await send(database, sealer, account_id, None, "voice")
    await fetch_media(database, Shelf(EXPIRED, EXPIRED), store, sealer)
    clock.advance(timedelta(minutes=9))
    assert await ask_for_what_is_lost(database) == 0
    clock.advance(timedelta(minutes=2))
    # An idle round of the duty asks for the rest in one.
    assert await fetch_media(database, Shelf(), store, sealer) == 0
    assert await asked(database) == [("photo", 5), ("", 2)]
    assert await MediaFetch.filter(asked_again_at=None).count() == 0
    clock.advance(timedelta(minutes=11))
    assert await ask_for_what_is_lost(database) == 0


async def test_what_can_be_mended_is_tried_for_three_days_and_then_asked_for(
    database: Database, sealer: FieldSealer, store: LocalFileStore, account_id: UUID, clock: FixedClock
) -> None:
    await send(database, sealer, account_id, None)
    refused = from_code(40164, "invalid ip")
    await fetch_media(database, Shelf(refused), store, sealer)
    assert (await MediaFetch.get()).state == "waiting"
    clock.advance(timedelta(days=3, minutes=1))

    async def make_due(change: Change) -> None:
        await MediaFetch.all().update(next_at=await change.database_now() - timedelta(seconds=1))

    await database.change(make_due)
    await fetch_media(database, Shelf(refused), store, sealer)
    assert (await MediaFetch.get()).state == "lost"
    assert (await StoredFile.get()).state == "refused"
    assert await asked(database) == [("photo", 1)]


async def test_what_was_lost_before_anybody_asked_is_left_alone(
    database: Database, sealer: FieldSealer, account_id: UUID, clock: FixedClock
) -> None:
    await send(database, sealer, account_id, None)

    async def lose(_: Change) -> None:
        await MediaFetch.all().update(state="lost")

    await database.change(lose)
    clock.advance(timedelta(days=5))
    assert await ask_for_what_is_lost(database) == 0


# ---- receipts and reports


def event(clock: FixedClock, name: str, act: str = "a", **fields: Any) -> Message:
    common = {
        "ToUserName": "gh_0123456789ab",
        "FromUserName": "oCitizen",
        "CreateTime": str(int(clock.now().timestamp())),
        "MsgType": "event",
        "Event": name,
    }
    return Message(act * 32, "c" * 32, to_inbound({**common, **fields}))


async def delivery(database: Database, platform_id: str | None) -> Delivery:
    now = database.clock.now()
    row = Delivery(
        id=database.ids.new(),
        event_id=database.ids.new(),
        recipient_kind="account",
        recipient_id=database.ids.new(),
        rule="complaint.accepted:owner",
        template="notify.complaint.accepted",
        params="{}",
        state="sent",
        attempts=1,
        fence=1,
        next_at=now,
        expires_at=now,
        platform_id=platform_id,
        created_at=now,
        updated_at=now,
    )
    await database.write(Intake(keys=(f"d:{row.id}",), body_hash=b"", rows=(row,), result=b""))
    return row


@pytest.mark.parametrize(
    ("status", "receipt"), [("success", "delivered"), ("failed:user block", "user_block")]
)
async def test_a_receipt_is_noted_once_on_its_delivery(
    database: Database, clock: FixedClock, status: str, receipt: str
) -> None:
    row = await delivery(database, "200163836")
    for _ in range(3):
        await note_receipts(database, event(clock, "TEMPLATESENDJOBFINISH", MsgID="200163836", Status=status))
    assert (await Delivery.get(id=row.id)).receipt == receipt
    assert await PlatformReport.all().count() == 0


async def test_a_receipt_that_was_faster_than_our_own_note_waits_for_it(
    database: Database, clock: FixedClock
) -> None:
    row = await delivery(database, None)
    sent = {"List": {"TemplateId": "t", "MsgID": "17", "ErrorCode": "0", "ErrorStatus": "success"}}
    await note_receipts(database, event(clock, "subscribe_msg_sent_event", SubscribeMsgSentEvent=sent))
    assert await settle_receipts(database) == 0

    async def note_number(_: Change) -> None:
        await Delivery.filter(id=row.id).update(platform_id="17")

    await database.change(note_number)
    assert await settle_receipts(database) == 1
    assert (await Delivery.get(id=row.id)).receipt == "delivered"
    assert await PlatformReport.all().count() == 0


async def test_receipts_of_strangers_are_forgotten(database: Database, clock: FixedClock) -> None:
    await note_receipts(database, event(clock, "TEMPLATESENDJOBFINISH", MsgID="5", Status="success"))
    clock.advance(timedelta(minutes=11))
    assert await settle_receipts(database) == 1
    assert await PlatformReport.all().count() == 0


async def test_a_report_is_kept_once_and_names_nobody(database: Database, clock: FixedClock) -> None:
    report = event(clock, "kf_create_session", KfAccount="kf1@bureau")
    assert await note_report(database, report)
    assert not await note_report(database, report)
    row = await PlatformReport.get()
    assert (row.kind, row.facts) == ("kf_create_session", '{"KfAccount":"kf1@bureau"}')


@pytest.mark.parametrize("name", sorted(REPORTED))
async def test_no_report_keeps_an_identity_of_anybody(
    database: Database, clock: FixedClock, name: str
) -> None:
    named = dict.fromkeys(
        ("OpenID", "openid", "OpenPID", "UnionID", "SessionFrom", "AnythingNew"), "oCitizen"
    )
    assert await note_report(database, event(clock, name, **named, PluginID="wx1"))
    row = await PlatformReport.get()
    assert (row.kind, row.facts) == (name, "{}")


async def test_certification_that_ends_is_an_alarm_with_its_day(
    database: Database, clock: FixedClock
) -> None:
    report = event(clock, "verify_expired", ExpiredTime="1795276800")
    assert await note_report(database, report)
    with structlog.testing.capture_logs() as lines:
        sound_alarm(report.inbound)
    assert lines == [
        {
            "event": "wechat.verification_expires",
            "event_name": "verify_expired",
            "on": "2026-11-22",
            "log_level": "error",
        }
    ]


async def test_consents_stay_with_the_account_they_were_given_by(
    database: Database, account_id: UUID
) -> None:
    async def accept(change: Change) -> None:
        await note_consents(change, account_id, [Consent("t", True), Consent("t", True)])

    await database.change(accept)
    assert (await PushConsent.get()).remaining == 2


# ---- proofs of the domain


async def test_a_proof_is_kept_replaced_and_removed(database: Database) -> None:
    await verification.add(database, "MP_verify_a.txt", b"one")
    await verification.add(database, "MP_verify_a.txt", b"two")
    assert await verification.by_name("MP_verify_a.txt") == verification.Proof("MP_verify_a.txt", "two")
    assert await verification.by_name("mp_verify_a.txt") is None
    await verification.remove(database, "MP_verify_a.txt")
    assert await verification.every() == ()
    with pytest.raises(Problem):
        await verification.remove(database, "MP_verify_a.txt")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("secret.key", b"x"),
        ("../a.txt", b"x"),
        ("..txt", b"x"),
        ("a b.txt", b"x"),
        ("x" * 65 + ".txt", b"x"),
        ("a.txt", b""),
        ("a.txt", b"\x00"),
        ("a.txt", "公告".encode()),
        ("a.txt", b"x" * 401),
    ],
)
async def test_nothing_but_a_proof_can_be_put_before_the_public(
    database: Database, name: str, content: bytes
) -> None:
    with pytest.raises(Problem):
        await verification.add(database, name, content)
    assert await verification.every() == ()


async def test_only_so_many_proofs_are_kept(database: Database) -> None:
    for number in range(verification.FILES_AT_MOST):
        await verification.add(database, f"f{number}.txt", b"x")
    with pytest.raises(Problem):
        await verification.add(database, "one_more.txt", b"x")
