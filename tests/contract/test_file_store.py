"""What every file store promises; LocalFileStore is the only one so far."""

import hashlib
import os
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from kit.files.envelope import CHUNK, EnvelopeError
from kit.files.receiving import receive
from kit.files.store import SHARDS, FileMissing, FileStore, LocalFileStore, Variant, mark_of
from kit.problems import Problem
from kit.secrets import KeyRing

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
JPEG_HEAD = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00"
CANARY = b"canary-GPS-32.9907N-112.5283E"


@pytest.fixture
def keys() -> KeyRing:
    return KeyRing.random()


@pytest.fixture
def store(tmp_path: Path, keys: KeyRing) -> FileStore:
    return LocalFileStore(tmp_path / "files", keys)


async def _in_pieces(content: bytes, length: int) -> AsyncIterator[bytes]:
    for start in range(0, len(content), length):
        yield content[start : start + length]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 17])
async def test_an_original_comes_back_as_it_was(store: FileStore, length: int) -> None:
    content, file_id = os.urandom(length), uuid4()
    kept = await store.put_original(file_id, content)
    assert await store.read_original(file_id, kept.wrapped_key) == content
    assert (kept.bytes_size, kept.sha256) == (length, hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize("piece", [1000, CHUNK, CHUNK + 5, 10 * CHUNK])
async def test_a_stream_is_kept_like_a_whole(store: FileStore, piece: int) -> None:
    content, file_id = os.urandom(2 * CHUNK + 99), uuid4()
    kept = await store.put_original(file_id, _in_pieces(content, piece))
    assert await store.read_original(file_id, kept.wrapped_key) == content


async def test_nothing_of_an_original_is_readable_on_the_disk(store: FileStore, tmp_path: Path) -> None:
    content = JPEG_HEAD + CANARY * 5000
    await store.put_original(uuid4(), content)
    (path,) = _files(tmp_path)
    sealed = path.read_bytes()
    assert CANARY not in sealed
    assert JPEG_HEAD not in sealed
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_each_file_has_a_key_of_its_own(store: FileStore) -> None:
    first, second = uuid4(), uuid4()
    one, two = await store.put_original(first, b"same"), await store.put_original(second, b"same")
    assert one.wrapped_key != two.wrapped_key
    with pytest.raises((EnvelopeError, FileMissing)):
        await store.read_original(first, two.wrapped_key)


async def test_every_alteration_of_a_sealed_file_is_noticed(store: FileStore, tmp_path: Path) -> None:
    file_id = uuid4()
    kept = await store.put_original(file_id, b"x" * (2 * CHUNK + 100))
    (path,) = _files(tmp_path)
    sealed = path.read_bytes()
    step = CHUNK + 16
    first, second, last = sealed[4 : 4 + step], sealed[4 + step : 4 + 2 * step], sealed[4 + 2 * step :]
    altered = {
        "a flipped bit": sealed[:200] + bytes([sealed[200] ^ 1]) + sealed[201:],
        "a cut-off tail": sealed[:-1],
        "a cut-off chunk": sealed[:4] + first + second,
        "swapped chunks": sealed[:4] + second + first + last,
        "a dropped chunk": sealed[:4] + second + last,
        "a doubled tail": sealed + last,
        "only the beginning": sealed[:4],
        "nothing": b"",
        "another magic": b"CGF2" + sealed[4:],
    }
    for what, content in altered.items():
        path.write_bytes(content)
        with pytest.raises(EnvelopeError):
            await store.read_original(file_id, kept.wrapped_key)
            pytest.fail(what)


async def test_a_sealed_file_moved_to_another_id_does_not_open(store: FileStore, tmp_path: Path) -> None:
    first, second = uuid4(), uuid4()
    kept = await store.put_original(first, b"one")
    other = await store.put_original(second, b"two")
    paths = {path.name.partition("-")[0]: path for path in _files(tmp_path)}
    paths[second.hex].write_bytes(paths[first.hex].read_bytes())
    with pytest.raises(EnvelopeError):
        await store.read_original(second, other.wrapped_key)
    with pytest.raises(EnvelopeError):
        await store.read_original(second, kept.wrapped_key)


async def test_another_ring_opens_nothing(store: FileStore, tmp_path: Path) -> None:
    file_id = uuid4()
    kept = await store.put_original(file_id, b"secret")
    with pytest.raises(EnvelopeError):
        await LocalFileStore(tmp_path / "files", KeyRing.random()).read_original(file_id, kept.wrapped_key)


@pytest.mark.parametrize("wrapped", [b"", b"CGF1", b"CGF1" + b"0" * 60, b"0" * 64])
async def test_a_damaged_wrapped_key_is_a_clear_error(store: FileStore, wrapped: bytes) -> None:
    file_id = uuid4()
    await store.put_original(file_id, b"secret")
    with pytest.raises(EnvelopeError):
        await store.read_original(file_id, wrapped)


async def test_a_copy_comes_back_and_may_be_replaced(store: FileStore) -> None:
    file_id = uuid4()
    await store.put_derived(file_id, Variant.LARGE, b"first")
    await store.put_derived(file_id, Variant.LARGE, b"second")
    await store.put_derived(file_id, Variant.THUMBNAIL, b"small")
    assert await store.read_derived(file_id, Variant.LARGE) == b"second"
    assert await store.read_derived(file_id, Variant.THUMBNAIL) == b"small"


async def test_what_is_not_there_is_missing(store: FileStore) -> None:
    file_id = uuid4()
    kept = await store.put_original(file_id, b"x")
    await store.put_derived(file_id, Variant.LARGE, b"x")
    await store.delete(file_id)
    await store.delete(file_id)
    with pytest.raises(FileMissing):
        await store.read_original(file_id, kept.wrapped_key)
    with pytest.raises(FileMissing):
        await store.read_derived(file_id, Variant.LARGE)


async def test_a_file_past_its_limit_leaves_nothing_behind(store: FileStore, tmp_path: Path) -> None:
    for content in (b"x" * 1001, _in_pieces(b"x" * 1001, 300)):
        with pytest.raises(Problem) as caught:
            await store.put_original(uuid4(), content, at_most=1000)
        assert (caught.value.key, caught.value.status) == ("problem.file.too_large", 413)
    assert _files(tmp_path) == []


async def test_a_sender_who_hangs_up_leaves_nothing_behind(store: FileStore, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * 500_000
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await store.put_original(uuid4(), broken())
    assert _files(tmp_path) == []


async def test_originals_are_listed_by_shard(store: FileStore) -> None:
    kept = {uuid4() for _ in range(20)}
    for file_id in kept:
        await store.put_original(file_id, b"x")
    listed = [item for shard in range(SHARDS) for item in await store.originals(shard)]
    assert {original.file_id for original in listed} == kept
    assert all(datetime.now(UTC) - original.stored_at < timedelta(minutes=1) for original in listed)


async def test_of_two_writers_under_one_id_each_key_opens_its_own(store: FileStore, tmp_path: Path) -> None:
    file_id = uuid4()
    one, two = await store.put_original(file_id, b"same"), await store.put_original(file_id, b"same")
    assert await store.read_original(file_id, one.wrapped_key) == b"same"
    assert await store.read_original(file_id, two.wrapped_key) == b"same"
    listed = [item for shard in range(SHARDS) for item in await store.originals(shard)]
    (unknown,) = [original for original in listed if original.mark != mark_of(one.wrapped_key)]
    await store.discard(unknown)
    assert await store.read_original(file_id, one.wrapped_key) == b"same"
    with pytest.raises(FileMissing):
        await store.read_original(file_id, two.wrapped_key)
    await store.delete(file_id)
    assert _files(tmp_path) == []


# ---- the door in front of the store


async def test_a_received_photo_has_a_row_and_a_sealed_original(store: FileStore) -> None:
    content, account_id = JPEG_HEAD + b"rest", uuid4()
    for sent in (content, _in_pieces(content, 3)):
        file_id = uuid4()
        row = await receive(
            store, sent, file_id=file_id, account_id=account_id, kind="complaint_photo", at=AT
        )
        assert (row.id, row.account_id, row.state, row.sniffed_type) == (
            file_id,
            account_id,
            "received",
            "image/jpeg",
        )
        assert row.bytes_size == len(content)
        assert await store.read_original(file_id, row.wrapped_key) == content


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "problem.file.empty"),
        (b"<svg onload=alert(1)>", "problem.file.type_not_allowed"),
        (JPEG_HEAD + b"x" * 2000, "problem.file.too_large"),
    ],
)
async def test_a_refused_file_is_not_kept(store: FileStore, tmp_path: Path, content: bytes, key: str) -> None:
    file_id: UUID = uuid4()
    with pytest.raises(Problem) as caught:
        await receive(
            store, _in_pieces(content, 100), file_id=file_id, account_id=None, kind="k", at=AT, at_most=1000
        )
    assert caught.value.key == key
    assert _files(tmp_path) == []
