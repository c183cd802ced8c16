"""A disk that runs low: files wait or are refused, by every way they come; nothing that was kept goes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from bot.media import fetch_media, waiting_fetch
from bot.models import MediaFetch
from casework.people.identities import new_account_rows
from kit.clock import FixedClock
from kit.db import Database, Intake
from kit.files.models import StoredFile, Upload, UploadPiece
from kit.files.pieces import PIECE_BYTES
from kit.files.room import NoRoom
from kit.files.upload_duty import tend_uploads
from kit.files.uploads import Uploads
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from tests.contract.test_uploads import none_used, photo, sent
from tests.disk_setting import Disk

ME, KIND = "visit:me", "complaint_photo"


@pytest.fixture
def disk(clock: FixedClock, tmp_path: Path) -> Disk:
    return Disk(clock, tmp_path / "files")


async def test_nothing_is_begun_or_taken_whole_and_nothing_of_it_stays(
    database: Database, disk: Disk, tmp_path: Path
) -> None:
    uploads = Uploads(database, disk.store)
    disk.runs_low()
    with pytest.raises(NoRoom):
        await uploads.whole(sent(photo()), holder=ME, account_id=None, kind=KIND)
    with pytest.raises(NoRoom):
        await uploads.begin(holder=ME, account_id=None, kind="complaint_voice", bytes_total=400)
    assert not list(tmp_path.rglob("*.sealed"))
    assert not await Upload.exists()
    disk.has_room()
    row = await uploads.whole(sent(photo()), holder=ME, account_id=None, kind=KIND)
    assert set(await uploads.own_files([row.id], holders=[ME])) == {row.id}


async def test_what_is_on_its_way_stands_still_and_goes_on_where_it_stood(
    database: Database, disk: Disk
) -> None:
    uploads, content = Uploads(database, disk.store), photo(extra=2 * PIECE_BYTES)
    view = await uploads.begin(holder=ME, account_id=None, kind=KIND, bytes_total=len(content))

    async def until_low() -> AsyncIterator[bytes]:
        yield content[:PIECE_BYTES]
        disk.runs_low()
        yield content[PIECE_BYTES:]

    with pytest.raises(NoRoom):
        await uploads.append(view.id, ME, 0, until_low())
    assert (await uploads.look(view.id, ME)).bytes_received == PIECE_BYTES
    disk.has_room()
    done = await uploads.append(view.id, ME, PIECE_BYTES, sent(content[PIECE_BYTES:]))
    assert done.file_state is not None
    row = await StoredFile.get(id=view.id)
    assert await disk.store.read_original(row.id, bytes(row.wrapped_key)) == content


async def test_a_file_whose_pieces_are_all_here_is_put_together_later(database: Database, disk: Disk) -> None:
    uploads, content = Uploads(database, disk.store), photo()

    class FullAtLast(Uploads):
        """The disk runs low between the last piece and the whole."""

        async def finish(self, upload: Upload) -> None:
            disk.runs_low()
            await super().finish(upload)

    view = await uploads.begin(holder=ME, account_id=None, kind=KIND, bytes_total=len(content))
    with pytest.raises(NoRoom):
        await FullAtLast(database, disk.store).append(view.id, ME, 0, sent(content))
    assert await tend_uploads(uploads, none_used) == 0
    assert await UploadPiece.exists()
    disk.has_room()
    assert await tend_uploads(uploads, none_used) == 1
    assert (await uploads.look(view.id, ME)).file_state is not None


class Platform:
    def __init__(self) -> None:
        self.asked = 0

    async def media_get(self, media_id: str) -> tuple[bytes, str]:
        self.asked += 1
        return photo(), "image/jpeg"


async def medium(database: Database, sealer: FieldSealer) -> UUID:
    rows = new_account_rows(database, sealer, "wx0", "oCitizen")
    row = waiting_fetch(database, sealer, rows[0].id, database.ids.new(), "m1")
    await database.write(Intake(keys=("sent",), body_hash=b"", rows=(*rows, row), result=b""))
    return row.id


async def test_what_came_in_the_chat_waits_with_the_platform_and_is_fetched_once_there_is_room(
    database: Database, disk: Disk
) -> None:
    sealer, platform = FieldSealer(KeyRing.random()), Platform()
    id = await medium(database, sealer)
    disk.runs_low()
    assert await fetch_media(database, platform, disk.store, sealer) == 0
    waiting = await MediaFetch.get(id=id)
    assert (waiting.state, waiting.attempts, platform.asked) == ("waiting", 0, 0)
    disk.has_room()
    assert await fetch_media(database, platform, disk.store, sealer) == 1
    assert (await MediaFetch.get(id=id)).state == "fetched"


async def test_a_medium_that_no_longer_fits_when_it_is_here_is_put_off_and_not_refused(
    database: Database, disk: Disk
) -> None:
    class Heavy(Platform):
        async def media_get(self, media_id: str) -> tuple[bytes, str]:
            disk.runs_low()
            return await super().media_get(media_id)

    sealer = FieldSealer(KeyRing.random())
    id = await medium(database, sealer)
    assert await fetch_media(database, Heavy(), disk.store, sealer) == 1
    row = await MediaFetch.get(id=id)
    assert (row.state, row.reason, row.lease_until) == ("waiting", "no_room", None)
    assert not await StoredFile.exists()
