"""Sending files through the API: by every way, and by whoever means ill or has a bad network."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image

from kit.db import Database
from kit.files.kinds import MAX_FILE_BYTES
from kit.files.models import StoredFile
from kit.files.pieces import PIECE_BYTES
from tests.e2e.upload_setting import ADDRESS, UploadSetting, uploads_on

TUS = {"tus-resumable": "1.0.0"}
PIECE = TUS | {"content-type": "application/offset+octet-stream"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[UploadSetting]:
    async with uploads_on(database, tmp_path) as setting:
        yield setting


def photo(length: int = 0) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(target, "JPEG")
    return target.getvalue().ljust(length, b"\0")


async def chunked(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 100_000):
        yield content[start : start + 100_000]


def form(content: bytes, name: str = "file") -> aiohttp.FormData:
    made = aiohttp.FormData()
    made.add_field(name, io.BytesIO(content), filename="../../etc/passwd", content_type="image/jpeg")
    return made


WAYS = ("form", "raw", "chunked")


async def sent(client: aiohttp.ClientSession, way: str, content: bytes) -> tuple[int, dict[str, Any]]:
    body: Any = {"form": form, "raw": io.BytesIO, "chunked": chunked}[way](content)
    headers = {} if way == "form" else {"content-type": "image/jpeg"}
    async with client.post(ADDRESS, data=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def begun(client: aiohttp.ClientSession, length: int, **headers: str) -> str:
    async with client.post(ADDRESS, headers=TUS | {"upload-length": str(length)} | headers) as answer:
        assert answer.status == 201, await answer.text()
        assert answer.headers["upload-offset"] == "0"
        assert "GMT" in answer.headers["upload-expires"]
        return str(answer.headers["location"])


async def patched(
    client: aiohttp.ClientSession, place: str, offset: object, content: Any, **headers: str
) -> aiohttp.ClientResponse:
    sending = PIECE | {"upload-offset": str(offset)} | {k.replace("_", "-"): v for k, v in headers.items()}
    async with client.patch(place, data=content, headers=sending) as answer:
        await answer.read()
        return answer


@pytest.mark.parametrize("way", WAYS)
async def test_the_largest_photo_is_taken_and_one_byte_more_is_not(setting: UploadSetting, way: str) -> None:
    async with setting.client(1) as client:
        content = photo(MAX_FILE_BYTES)
        status, said = await sent(client, way, content)
        assert (status, said["file_state"], said["bytes_total"]) == (201, "received", len(content))
        row = await StoredFile.get(id=said["id"])
        assert row.sha256 == hashlib.sha256(content).hexdigest()
        status, said = await sent(client, way, content + b"\0")
        assert (status, said["type"]) == (413, "/problems/file.too_large")
        assert "20 MB" in said["title"]
    assert setting.kept() == 1


async def test_forty_megabytes_are_heard_out_and_refused(setting: UploadSetting) -> None:
    async with setting.client(1) as client:
        for way in WAYS:
            status, said = await sent(client, way, photo(40 << 20))
            assert (status, said["type"]) == (413, "/problems/file.too_large")
    assert setting.kept() == 0


@pytest.mark.parametrize("way", WAYS)
async def test_what_is_no_photo_is_refused_whatever_it_calls_itself(setting: UploadSetting, way: str) -> None:
    async with setting.client(1) as client:
        for content in (b"<html><script>alert(1)</script>", b"MZ\x90" + b"\0" * 5_000_000, b"%PDF-1.7 " * 9):
            status, said = await sent(client, way, content)
            assert (status, said["type"]) == (415, "/problems/file.type_not_allowed")
        status, said = await sent(client, way, b"")
        assert (status, said["field"]) == (422, "file")
    assert setting.kept() == 0


async def test_a_form_has_one_file_and_nothing_else(setting: UploadSetting) -> None:
    two = form(photo())
    two.add_field("file", photo(), filename="b.jpg")
    words = form(photo())
    words.add_field("account_id", "somebody else")
    async with setting.client(1) as client:
        for wrong in (two, words, form(photo(), "photo"), aiohttp.FormData({"file": "words"})):
            if not wrong.is_multipart:
                wrong = aiohttp.FormData({"file": "words"}, default_to_multipart=True)
            async with client.post(ADDRESS, data=wrong) as answer:
                assert answer.status in (415, 422)
        for content_type in ("multipart/form-data", "multipart/form-data; boundary=" + "b" * 300):
            async with client.post(ADDRESS, data=b"--x", headers={"content-type": content_type}) as answer:
                assert answer.status == 400
        for content_type in ("text/html", "application/json", "application/x-www-form-urlencoded"):
            async with client.post(ADDRESS, data=b"{}", headers={"content-type": content_type}) as answer:
                assert answer.status == 415
        async with client.post(
            ADDRESS + "?kind=tax", data=photo(), headers={"content-type": "image/png"}
        ) as answer:
            assert answer.status == 422
    assert await StoredFile.all().count() == 0


async def test_pieces_find_together_after_the_network_was_gone(setting: UploadSetting) -> None:
    content = photo(3 * PIECE_BYTES + 77)
    async with setting.client(1) as client:
        place = await begun(client, len(content))
        # The network goes in the middle of the third piece.
        token = client.headers["authorization"]
        async with setting.wire() as wire:
            loop = asyncio.get_running_loop()
            head = (
                f"PATCH {place} HTTP/1.1\r\nhost: x\r\nauthorization: {token}\r\ntus-resumable: 1.0.0\r\n"
                "content-type: application/offset+octet-stream\r\nupload-offset: 0\r\n"
                f"content-length: {len(content)}\r\n\r\n"
            )
            await loop.sock_sendall(wire, head.encode() + content[: 2 * PIECE_BYTES + 500])
            for _ in range(200):
                offset = (await client.head(place, headers=TUS)).headers["upload-offset"]
                if int(offset) == 2 * PIECE_BYTES:
                    break
                await asyncio.sleep(0.02)
        async with client.head(place, headers=TUS) as answer:
            assert answer.headers["upload-offset"] == str(2 * PIECE_BYTES)
            assert answer.headers["upload-length"] == str(len(content))
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["content-type"] == "application/json"
        answer = await patched(client, place, 2 * PIECE_BYTES, content[2 * PIECE_BYTES :])
        assert (answer.status, answer.headers["upload-offset"]) == (204, str(len(content)))
        async with client.get(place) as shown:
            said = await shown.json()
            assert (said["state"], said["file_state"]) == ("complete", "received")
    row = await StoredFile.get(id=said["id"])
    assert row.sha256 == hashlib.sha256(content).hexdigest()
    assert setting.kept() == 1


async def test_creation_may_bring_the_first_bytes(setting: UploadSetting) -> None:
    content = photo(5000)
    async with setting.client(1) as client:
        headers = PIECE | {"upload-length": "5000"}
        async with client.post(ADDRESS, data=content[:4000], headers=headers) as answer:
            assert (answer.status, answer.headers["upload-offset"]) == (201, "4000")
            place = answer.headers["location"]
        assert (await patched(client, place, 4000, content[4000:])).status == 204
        async with client.post(ADDRESS, data=content + b"!", headers=headers) as answer:
            assert answer.status == 413
        async with client.post(ADDRESS, data=b"MZ" * 50, headers=PIECE | {"upload-length": "100"}) as answer:
            assert answer.status == 415


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"tus-resumable": "1.0.0"}, 400),
        ({"upload-length": "5"}, 400),
        ({"tus-resumable": "one", "upload-length": "5"}, 400),
        ({"tus-resumable": "0.2.2", "upload-length": "5"}, 412),
        ({"tus-resumable": "1.0.0", "upload-length": "-5"}, 400),
        ({"tus-resumable": "1.0.0", "upload-length": "5e3"}, 400),
        ({"tus-resumable": "1.0.0", "upload-length": "9" * 40}, 400),
        ({"tus-resumable": "1.0.0", "upload-length": "0"}, 422),
        ({"tus-resumable": "1.0.0", "upload-length": str(MAX_FILE_BYTES + 1)}, 413),
        ({"tus-resumable": "1.0.0", "upload-length": "5", "upload-metadata": "kind !!"}, 400),
        ({"tus-resumable": "1.0.0", "upload-length": "5", "upload-metadata": "kind " + "eA=="}, 400),
        ({"tus-resumable": "1.0.0", "upload-defer-length": "1"}, 400),
    ],
)
async def test_an_announcement_that_makes_no_sense_is_refused(
    setting: UploadSetting, headers: dict[str, str], status: int
) -> None:
    async with setting.client(1) as client, client.post(ADDRESS, headers=headers) as answer:
        said = await answer.json(content_type=None)
        assert (answer.status, said["status"]) == (status, status)
        assert answer.headers["tus-resumable"] == "1.0.0"
        assert ("tus-version" in answer.headers) == (said["type"] == "/problems/upload.version")


async def test_a_piece_in_the_wrong_place_or_form_changes_nothing(setting: UploadSetting) -> None:
    content = photo(9000)
    async with setting.client(1) as client:
        name = b64encode(b"../../../etc/passwd").decode()
        place = await begun(
            client, 9000, **{"upload-metadata": f"filename {name},kind {b64encode(b'photo').decode()}"}
        )
        assert (await patched(client, place, 0, content[:3000])).status == 204
        assert (await patched(client, place, 0, content[:3000])).status == 409
        assert (await patched(client, place, 3001, content[3001:])).status == 409
        assert (await patched(client, place, "x", b"x")).status == 400
        assert (await patched(client, place, 3000, b"x", content_type="image/jpeg")).status == 415
        assert (await patched(client, place, 3000, b"x", tus_resumable="2.0.0")).status == 412
        assert (await patched(client, place, 3000, content[3000:] + b"!")).status == 413
        both = [*PIECE.items(), ("upload-offset", "3000"), ("upload-offset", "0")]
        async with client.patch(place, data=b"x", headers=both) as answer:
            assert answer.status == 400
        async with client.head(place, headers=TUS) as answer:
            assert answer.headers["upload-offset"] == "3000"
        assert (await patched(client, place, 3000, chunked(content[3000:]))).status == 204


async def test_nobody_else_can_look_go_on_or_end(setting: UploadSetting) -> None:
    async with setting.client(1) as mine, setting.client(2) as other, setting.client(0) as nobody:
        place = await begun(mine, 9000)
        for client, status in ((other, 404), (nobody, 401)):
            assert (await client.get(place)).status == status
            assert (await client.head(place, headers=TUS)).status == status
            assert (await client.delete(place, headers=TUS)).status == status
            assert (await patched(client, place, 0, photo(9000))).status == status
        assert (
            await nobody.post(ADDRESS, data=photo(), headers={"content-type": "image/jpeg"})
        ).status == 401
        for wrong in ("/x", "/00000000-0000-7000-8000-000000000000", "/..%2f..%2fsecret"):
            assert (await mine.get(ADDRESS + wrong)).status == 404
        assert (await mine.delete(place, headers=TUS)).status == 204
        assert (await mine.get(place)).status == 404
        async with nobody.options(ADDRESS) as answer:
            assert answer.status == 204
            assert answer.headers["tus-max-size"] == str(MAX_FILE_BYTES)


async def test_thirty_open_uploads_are_enough(setting: UploadSetting) -> None:
    async with setting.client(1) as client, setting.client(2) as other:
        for _ in range(30):
            await begun(client, 100)
        async with client.post(ADDRESS, headers=TUS | {"upload-length": "100"}) as answer:
            assert answer.status == 429
            assert int(answer.headers["retry-after"]) > 0
        await begun(other, 100)


async def test_clients_that_hang_on_do_not_keep_others_out(setting: UploadSetting) -> None:
    async with setting.client(1) as client, contextlib.AsyncExitStack() as stack:
        token = client.headers["authorization"]
        for _ in range(60):
            wire = await stack.enter_async_context(setting.wire())
            head = (
                f"POST {ADDRESS} HTTP/1.1\r\nhost: x\r\nauthorization: {token}\r\ncontent-type: image/jpeg\r\n"
                f"content-length: {MAX_FILE_BYTES}\r\n\r\n"
            )
            await asyncio.get_running_loop().sock_sendall(wire, head.encode() + photo()[:100])
        status, said = await asyncio.wait_for(sent(client, "raw", photo()), 5)
        assert (status, said["file_state"]) == (201, "received")


async def test_a_flood_of_headers_is_cut_off(setting: UploadSetting) -> None:
    for flood in (b"x-a: " + b"b" * 200_000, b"\r\n".join(b"x-%d: y" % n for n in range(20_000))):
        async with setting.wire() as wire:
            loop = asyncio.get_running_loop()
            with contextlib.suppress(ConnectionError):
                await loop.sock_sendall(wire, b"POST /api/v1/uploads HTTP/1.1\r\nhost: x\r\n" + flood)
            with contextlib.suppress(ConnectionError):
                answer = await asyncio.wait_for(loop.sock_recv(wire, 4096), 5)
                assert answer == b"" or answer.split(b" ")[1] in (b"400", b"413", b"431")
    async with setting.client(1) as client:
        assert (await sent(client, "raw", photo()))[0] == 201
