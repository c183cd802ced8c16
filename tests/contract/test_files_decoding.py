"""Decoding of received photos: in a process of its own, from rows, whatever the photo does."""

import asyncio
import io
import os
import signal
import struct
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psutil
import pytest
from PIL import Image
from tortoise.expressions import F

from kit.db import Change, Database
from kit.files.decoder import Decoder
from kit.files.duty import MAX_ATTEMPTS, decode_pending, sweep_strays
from kit.files.models import StoredFile
from kit.files.receiving import receive
from kit.files.store import FileMissing, FileStore, LocalFileStore, Variant
from kit.problems import Problem
from kit.secrets import KeyRing

CANARY = b"canary-artist-32.9907N"


def _photo(size: tuple[int, int] = (900, 600)) -> bytes:
    exif = Image.Exif()
    exif[0x013B] = CANARY.decode()
    target = io.BytesIO()
    Image.new("RGB", size, "green").save(target, "JPEG", exif=exif.tobytes())
    return target.getvalue()


def _heavy_png(side: int) -> bytes:
    """A valid photo that takes a second or so to decode and some 100 MB, from a small file."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    pixels = zlib.compress((b"\0" + b"\x33" * side * 3) * side, 1)
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _children() -> list[psutil.Process]:
    found = psutil.Process().children()
    return [child for child in found if "kit.files.decoding_process" in child.cmdline()]


@pytest.fixture
async def decoder() -> AsyncIterator[Decoder]:
    decoder = Decoder(timeout_s=20.0)
    yield decoder
    await decoder.close()
    assert _children() == []


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return LocalFileStore(tmp_path / "files", KeyRing.random())


async def _receive(database: Database, store: FileStore, content: bytes) -> UUID:
    file_id = database.ids.new()
    row = await receive(
        store, content, file_id=file_id, account_id=None, kind="complaint_photo", at=database.clock.now()
    )

    async def save(change: Change) -> None:
        await row.save(force_create=True)

    await database.change(save)
    return file_id


async def _let_claims_lapse(database: Database) -> None:
    async def work(change: Change) -> None:
        past = await change.database_now() - timedelta(seconds=1)
        await StoredFile.filter(claimed_until__isnull=False).update(claimed_until=past)

    await database.change(work)


# ---- the decoding process


async def test_one_process_decodes_photo_after_photo(decoder: Decoder) -> None:
    for _ in range(3):
        copies = await decoder.decode(_photo())
        assert (copies.width, copies.height) == (900, 600)
    assert len(_children()) == 1


async def test_a_refusal_keeps_its_key_and_the_process(decoder: Decoder) -> None:
    await decoder.decode(_photo())
    (before,) = _children()
    for content, key in ((b"%PDF-1.7 and so on", "type_not_allowed"), (_photo()[:300], "broken")):
        with pytest.raises(Problem) as caught:
            await decoder.decode(content)
        assert caught.value.key == f"problem.file.{key}"
    assert _children() == [before]


async def test_the_process_has_none_of_our_environment(decoder: Decoder) -> None:
    await decoder.decode(_photo())
    (child,) = _children()
    assert set(child.environ()) <= {"MALLOC_ARENA_MAX", "PYTHONPATH", "LC_CTYPE"}
    assert child.rlimit(psutil.RLIMIT_AS)[0] == 1024 * 1024 * 1024


async def test_a_crash_refuses_the_photo_and_the_next_one_gets_a_new_process(decoder: Decoder) -> None:
    await decoder.decode(_photo())
    (child,) = _children()
    task = asyncio.create_task(decoder.decode(_heavy_png(4000)))
    await asyncio.sleep(0.02)
    child.send_signal(signal.SIGSEGV)
    with pytest.raises(Problem) as caught:
        await task
    assert caught.value.key == "problem.file.undecodable"
    assert (await decoder.decode(_photo())).width == 900
    assert _children() != [child]


async def test_a_hang_is_ended_and_refuses_the_photo() -> None:
    decoder = Decoder(timeout_s=1.5)
    try:
        await decoder.decode(_photo())
        (child,) = _children()
        child.suspend()
        with pytest.raises(Problem) as caught:
            await decoder.decode(_photo())
        assert caught.value.key == "problem.file.undecodable"
        assert not child.is_running()
        assert (await decoder.decode(_photo())).width == 900
    finally:
        await decoder.close()


async def test_a_photo_that_needs_too_much_memory_is_refused() -> None:
    decoder = Decoder(memory_bytes=220 * 1024 * 1024)
    try:
        with pytest.raises(Problem) as caught:
            await decoder.decode(_heavy_png(6000))
        assert caught.value.key in ("problem.file.undecodable", "problem.file.broken")
        assert (await decoder.decode(_photo())).width == 900
    finally:
        await decoder.close()


async def test_the_largest_allowed_photo_fits_the_default_limit(decoder: Decoder) -> None:
    assert (await decoder.decode(_heavy_png(6324))).width == 2048


async def test_a_cancelled_decode_leaves_no_answer_for_the_next(decoder: Decoder) -> None:
    await decoder.decode(_photo())
    task = asyncio.create_task(decoder.decode(_photo((300, 200))))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await decoder.decode(_photo((500, 400)))).width == 500


# ---- the duty, on both databases


async def test_a_received_photo_becomes_ready_without_its_metadata(
    database: Database, store: FileStore, decoder: Decoder, tmp_path: Path
) -> None:
    content = _photo()
    assert CANARY in content
    file_id = await _receive(database, store, content)
    assert await decode_pending(database, store, decoder) == 1
    row = await StoredFile.get(id=file_id)
    assert (row.state, row.width, row.height, row.reason) == ("ready", 900, 600, None)
    for variant in Variant:
        assert CANARY not in await store.read_derived(file_id, variant)
    assert await store.read_original(file_id, row.wrapped_key) == content
    assert await decode_pending(database, store, decoder) == 0
    for path in (tmp_path / "files").rglob("*.*"):
        assert CANARY not in path.read_bytes()


async def test_a_bad_photo_is_refused_with_its_reason_and_the_next_is_not_held_up(
    database: Database, store: FileStore, decoder: Decoder
) -> None:
    bad = await _receive(database, store, _photo()[:400])
    good = await _receive(database, store, _photo())
    assert (
        await decode_pending(database, store, decoder) + await decode_pending(database, store, decoder) == 2
    )
    row = await StoredFile.get(id=bad)
    assert (row.state, row.reason) == ("refused", "problem.file.broken")
    assert (await StoredFile.get(id=good)).state == "ready"
    with pytest.raises(FileMissing):
        await store.read_derived(bad, Variant.LARGE)


async def test_two_workers_take_different_photos(
    database: Database, store: FileStore, decoder: Decoder
) -> None:
    ids = [await _receive(database, store, _photo()) for _ in range(4)]
    other = Decoder()
    try:
        while await StoredFile.filter(state="received").count():
            await asyncio.gather(
                decode_pending(database, store, decoder), decode_pending(database, store, other)
            )
    finally:
        await other.close()
    rows = await StoredFile.filter(id__in=ids)
    assert [(row.state, row.attempts) for row in rows] == [("ready", 1)] * 4


async def test_the_claim_of_a_dead_worker_lapses(
    database: Database, store: FileStore, decoder: Decoder
) -> None:
    file_id = await _receive(database, store, _photo())

    async def claim_and_die(change: Change) -> None:
        until = await change.database_now() + timedelta(minutes=2)
        await StoredFile.filter(id=file_id).update(attempts=F("attempts") + 1, claimed_until=until)

    await database.change(claim_and_die)
    assert await decode_pending(database, store, decoder) == 0
    await _let_claims_lapse(database)
    assert await decode_pending(database, store, decoder) == 1
    assert (await StoredFile.get(id=file_id)).state == "ready"


async def test_a_lost_original_is_tried_again_and_refused_in_the_end(
    database: Database, store: FileStore, decoder: Decoder
) -> None:
    file_id = await _receive(database, store, _photo())
    await store.delete(file_id)
    for _ in range(MAX_ATTEMPTS):
        assert await decode_pending(database, store, decoder) == 1
        assert (await StoredFile.get(id=file_id)).state == "received"
        assert await decode_pending(database, store, decoder) == 0
        await _let_claims_lapse(database)
    assert await decode_pending(database, store, decoder) == 1
    row = await StoredFile.get(id=file_id)
    assert (row.state, row.reason) == ("refused", "problem.file.lost")


async def test_a_share_that_is_away_costs_no_photo_its_tries(
    database: Database, store: FileStore, decoder: Decoder, tmp_path: Path
) -> None:
    class Away(LocalFileStore):
        async def read_original(self, file_id: UUID, wrapped_key: bytes) -> bytes:
            raise OSError(116, "Stale file handle")

    file_id = await _receive(database, store, _photo())
    away = Away(tmp_path / "files", KeyRing.random())
    for _ in range(MAX_ATTEMPTS + 1):
        with pytest.raises(OSError, match="Stale"):
            await decode_pending(database, away, decoder)
        await _let_claims_lapse(database)
    assert await decode_pending(database, store, decoder) == 1
    assert (await StoredFile.get(id=file_id)).state == "ready"


async def test_a_photo_that_takes_workers_down_is_refused_in_the_end(
    database: Database, store: FileStore, decoder: Decoder
) -> None:
    file_id = await _receive(database, store, _photo())

    async def killed_three_times(change: Change) -> None:
        await StoredFile.filter(id=file_id).update(attempts=MAX_ATTEMPTS)

    await database.change(killed_three_times)
    assert await decode_pending(database, store, decoder) == 1
    assert (await StoredFile.get(id=file_id)).reason == "problem.file.undecodable"


async def test_originals_without_a_row_are_swept_after_a_while(
    database: Database, store: FileStore, tmp_path: Path
) -> None:
    known = await _receive(database, store, _photo())
    stray, fresh = database.ids.new(), database.ids.new()
    await store.put_original(stray, b"never committed")
    await store.put_original(known, b"the same photo, stored by a worker whose row came too late")
    await store.put_original(fresh, b"about to be committed")
    for path in (tmp_path / "files" / "originals").rglob("*.sealed"):
        if fresh.hex not in path.name:
            os.utime(path, (1_700_000_000, 1_700_000_000))
    assert await sweep_strays(store, before=datetime(2024, 1, 1, tzinfo=UTC)) == 2
    kept = {path.name.partition("-")[0] for path in (tmp_path / "files" / "originals").rglob("*.sealed")}
    assert kept == {known.hex, fresh.hex}
    assert await store.read_original(known, (await StoredFile.get(id=known)).wrapped_key)
