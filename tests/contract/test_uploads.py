"""Uploads: whole and in pieces, whoever tries to go on with them, whatever breaks off in the middle."""

import asyncio
import io
from collections.abc import AsyncIterator, Collection
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image

from kit.clock import FixedClock
from kit.db import Change, Database
from kit.files.allowance import Allowance
from kit.files.duty import sweep_strays
from kit.files.models import FileState, StoredFile, Upload, UploadPiece, UploadState
from kit.files.pieces import PIECE_BYTES, cut
from kit.files.store import LocalFileStore
from kit.files.upload_duty import UNUSED_FOR, tend_uploads
from kit.files.uploads import LASTS, Uploads, UploadView, account_holder
from kit.problems import Conflict, Gone, Invalid, NotFound, Problem, TooLarge, TooMany
from kit.secrets import KeyRing

ME, OTHER = account_holder(UUID(int=1)), "visit:0123"
KIND = "complaint_photo"


def photo(extra: int = 0) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(target, "JPEG")
    return target.getvalue() + b"\0" * extra


async def sent(*parts: bytes, then: Exception | None = None) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
    if then is not None:
        raise then


async def none_used(_: Collection[UUID]) -> set[UUID]:
    return set()


@pytest.fixture
def uploads(database: Database, tmp_path: Path) -> Uploads:
    return Uploads(database, LocalFileStore(tmp_path / "files", KeyRing.random()))


def kept(tmp_path: Path) -> int:
    return len(list((tmp_path / "files").rglob("*.sealed")))


async def begun(uploads: Uploads, length: int, holder: str = ME, kind: str = KIND) -> UUID:
    view = await uploads.begin(holder=holder, account_id=None, kind=kind, bytes_total=length)
    return view.id


async def test_a_file_sent_in_one_go_is_received_and_belongs_to_its_sender(uploads: Uploads) -> None:
    row = await uploads.whole(sent(photo()), holder=ME, account_id=UUID(int=1), kind=KIND)
    assert (await StoredFile.get(id=row.id)).state == FileState.RECEIVED.value
    assert set(await uploads.own_files([row.id], holders=[ME])) == {row.id}
    assert set(await uploads.own_files([row.id], holders=[], account_ids=[UUID(int=1)])) == {row.id}
    with pytest.raises(Invalid):
        await uploads.own_files([row.id], holders=[OTHER], account_ids=[UUID(int=2)])


class SlowStore(LocalFileStore):
    """A shared folder far away."""

    async def read_original(self, file_id: UUID, wrapped_key: bytes) -> bytes:
        await asyncio.sleep(0.05)
        return await super().read_original(file_id, wrapped_key)


async def test_who_finishes_last_finds_it_finished(database: Database, tmp_path: Path) -> None:
    keys = KeyRing.random()
    fast, slow = (Uploads(database, one(tmp_path / "files", keys)) for one in (LocalFileStore, SlowStore))
    content = photo(extra=3 * PIECE_BYTES)
    one = await begun(fast, len(content))
    # The process that took the last piece dies before it puts them together.
    upload = await Upload.get(id=one)
    async for piece in cut(sent(content)):
        await fast._keep(upload, piece)

    async def a_little_later() -> UploadView:
        await asyncio.sleep(0.02)
        return await fast.look(one, ME)

    for view in await asyncio.gather(slow.look(one, ME), a_little_later()):
        assert (view.state, view.file_state) == (UploadState.COMPLETE, FileState.RECEIVED)
    row = await StoredFile.get(id=one)
    assert await fast.store.read_original(one, bytes(row.wrapped_key)) == content


async def test_pieces_are_sealed_and_become_one_file(
    uploads: Uploads, tmp_path: Path, database: Database
) -> None:
    content = photo(extra=PIECE_BYTES + 5)
    one = await begun(uploads, len(content))
    half = await uploads.append(one, ME, 0, sent(content[:7], content[7:900]))
    assert (half.bytes_received, half.state) == (900, UploadState.OPEN)
    assert all(content[:100] not in path.read_bytes() for path in (tmp_path / "files").rglob("*.sealed"))
    view = await uploads.append(one, ME, 900, sent(content[900:]))
    assert (view.state, view.file_state) == (UploadState.COMPLETE, FileState.RECEIVED)
    row = await StoredFile.get(id=one)
    assert await uploads.store.read_original(one, bytes(row.wrapped_key)) == content
    assert kept(tmp_path) == 1
    assert not await UploadPiece.all().exists()
    again = await uploads.append(one, ME, len(content), sent())
    assert again.state == UploadState.COMPLETE


async def test_what_arrived_stays_when_the_client_goes_away(uploads: Uploads) -> None:
    content = photo(extra=2 * PIECE_BYTES)
    one = await begun(uploads, len(content))
    with pytest.raises(ConnectionResetError):
        await uploads.append(
            one, ME, 0, sent(content[:PIECE_BYTES], content[PIECE_BYTES:-9], then=ConnectionResetError())
        )
    assert (await uploads.look(one, ME)).bytes_received == 2 * PIECE_BYTES


async def test_nobody_else_finds_an_upload(uploads: Uploads) -> None:
    one = await begun(uploads, 1000)
    with pytest.raises(NotFound):
        await uploads.look(one, OTHER)
    with pytest.raises(NotFound):
        await uploads.append(one, OTHER, 0, sent(photo()))
    with pytest.raises(NotFound):
        await uploads.end(one, OTHER)
    assert (await uploads.look(one, ME)).bytes_received == 0


async def test_a_wrong_offset_changes_nothing(uploads: Uploads, tmp_path: Path) -> None:
    content = photo()
    one = await begun(uploads, len(content))
    await uploads.append(one, ME, 0, sent(content[:100]))
    for offset in (0, 99, 101, len(content)):
        with pytest.raises(Conflict):
            await uploads.append(one, ME, offset, sent(content[offset:]))
    assert (await uploads.look(one, ME)).bytes_received == 100


async def test_of_two_that_write_at_one_place_one_succeeds(uploads: Uploads, tmp_path: Path) -> None:
    """The second arrives while the first is still sending."""
    content = photo()
    one = await begun(uploads, len(content))

    async def slow() -> AsyncIterator[bytes]:
        await uploads.append(one, ME, 0, sent(content[:500]))
        yield content[:500]

    with pytest.raises(Conflict):
        await uploads.append(one, ME, 0, slow())
    assert (await uploads.look(one, ME)).bytes_received == 500
    assert kept(tmp_path) == 1


async def test_more_than_announced_is_refused_and_what_was_right_stays(uploads: Uploads) -> None:
    content = photo()
    one = await begun(uploads, len(content))
    await uploads.append(one, ME, 0, sent(content[:300]))
    with pytest.raises(TooLarge):
        await uploads.append(one, ME, 300, sent(content[300:], b"more"))
    assert (await uploads.look(one, ME)).bytes_received == 300


async def test_a_wrong_type_is_refused_with_the_first_bytes_and_nothing_is_kept(
    uploads: Uploads, tmp_path: Path
) -> None:
    one = await begun(uploads, 10_000)
    await uploads.append(one, ME, 0, sent(b"MZ"))  # too little to tell
    with pytest.raises(Problem) as refused:
        await uploads.append(one, ME, 2, sent(b"\x90\0" + b"x" * 50))
    assert (refused.value.status, kept(tmp_path)) == (415, 0)
    with pytest.raises(Gone):
        await uploads.append(one, ME, 2, sent(b"x"))
    with pytest.raises(Problem) as whole:
        await uploads.whole(b"<html>" + b"x" * 50, holder=ME, account_id=None, kind=KIND)
    assert (whole.value.status, kept(tmp_path)) == (415, 0)


async def test_heic_is_taken_and_a_recording_only_as_one(uploads: Uploads) -> None:
    heic = b"\0\0\0\x18ftypheic" + b"\0" * 60
    row = await uploads.whole(heic, holder=ME, account_id=None, kind=KIND)
    assert row.sniffed_type == "image/heic"
    voice = b"#!AMR\n" + b"\0" * 60
    one = await begun(uploads, len(voice), kind="complaint_voice")
    view = await uploads.append(one, ME, 0, sent(voice))
    assert view.file_state == FileState.READY
    with pytest.raises(Problem) as refused:
        await uploads.whole(sent(voice), holder=ME, account_id=None, kind=KIND)
    assert refused.value.status == 415


@pytest.mark.parametrize(("kind", "length"), [(KIND, 20 << 20), ("complaint_voice", 2 << 20)])
async def test_too_long_and_empty_ones_are_not_even_begun(uploads: Uploads, kind: str, length: int) -> None:
    await begun(uploads, length, kind=kind)
    with pytest.raises(TooLarge):
        await begun(uploads, length + 1, kind=kind)
    with pytest.raises(Invalid):
        await begun(uploads, 0, kind=kind)


async def test_a_holder_has_so_many_open_and_so_much_a_day(
    uploads: Uploads, clock: FixedClock, tmp_path: Path
) -> None:
    small = Uploads(uploads.db, uploads.store, Allowance(open_at_most=2, bytes_a_day=10_000))
    first = await begun(small, 9_000)
    await begun(small, 1_000)
    with pytest.raises(TooMany):
        await begun(small, 1)
    await begun(small, 1, holder=OTHER)
    await small.end(first, ME)
    await begun(small, 9_000)  # of what was given up nothing had come
    with pytest.raises(TooMany):
        await small.whole(photo(), holder=ME, account_id=None, kind=KIND)
    assert kept(tmp_path) == 0
    clock.advance(timedelta(hours=25))
    await small.whole(photo(), holder=ME, account_id=None, kind=KIND)


async def test_an_upload_ends_with_its_time_and_its_pieces_with_it(
    uploads: Uploads, clock: FixedClock, tmp_path: Path
) -> None:
    one = await begun(uploads, 5_000)
    await uploads.append(one, ME, 0, sent(photo()[:400]))
    clock.advance(LASTS)
    with pytest.raises(Gone):
        await uploads.append(one, ME, 400, sent(b"x"))
    assert await tend_uploads(uploads, none_used) == 1
    assert kept(tmp_path) == 0
    assert not await UploadPiece.all().exists()
    with pytest.raises(Gone):
        await uploads.look(one, ME)


async def test_one_given_up_is_over_and_a_complete_one_stays(uploads: Uploads, tmp_path: Path) -> None:
    one = await begun(uploads, 5_000)
    await uploads.append(one, ME, 0, sent(photo()[:400]))
    await uploads.end(one, ME)
    await uploads.end(one, ME)
    assert kept(tmp_path) == 0
    row = await uploads.whole(photo(), holder=ME, account_id=None, kind=KIND)
    with pytest.raises(Conflict):
        await uploads.end(row.id, ME)


async def test_what_a_dead_process_left_whole_is_put_together(uploads: Uploads, database: Database) -> None:
    content = photo()
    for finish in ("worker", "client"):
        one = await begun(uploads, len(content) + 1)
        await uploads.append(one, ME, 0, sent(content))

        async def work(change: Change, one: UUID = one) -> None:
            await Upload.filter(id=one).update(bytes_total=len(content))

        await database.change(work)
        if finish == "worker":
            assert await tend_uploads(uploads, none_used) == 1
        else:
            assert (await uploads.look(one, ME)).state == UploadState.COMPLETE
        row = await StoredFile.get(id=one)
        assert await uploads.store.read_original(one, bytes(row.wrapped_key)) == content


async def test_files_no_case_took_are_deleted_after_a_while_and_others_stay(
    uploads: Uploads, clock: FixedClock, tmp_path: Path
) -> None:
    ids = [(await uploads.whole(photo(), holder=ME, account_id=None, kind=KIND)).id for _ in range(3)]
    clock.advance(UNUSED_FOR + timedelta(minutes=1))

    async def used(asked: Collection[UUID]) -> set[UUID]:
        return {ids[1]} & set(asked)

    assert await tend_uploads(uploads, used) == 3
    assert [row.id for row in await StoredFile.all()] == [ids[1]]
    assert kept(tmp_path) == 1


async def test_pieces_are_no_strays(uploads: Uploads, clock: FixedClock, tmp_path: Path) -> None:
    one = await begun(uploads, 5_000)
    await uploads.append(one, ME, 0, sent(photo()[:400]))
    stray = uploads.db.ids.new()
    await uploads.store.put_original(stray, b"never committed")
    assert await sweep_strays(uploads.store, before=clock.now() + timedelta(days=10_000)) == 1
    assert kept(tmp_path) == 1
