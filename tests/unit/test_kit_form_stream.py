"""Forms with files, read as they arrive: whatever way the network cuts them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from kit.http.form_stream import PARTS_AT_MOST, Part, boundary_of, parts
from kit.problems import Problem, TooLarge

B = b"----WebKitFormBoundary7MA4"
PHOTO = bytes(range(256)) * 40 + b"\r\n--" + B[:-1] + b"\r\n\r\n"


def body(*fields: tuple[str, bytes, str | None]) -> bytes:
    whole = b""
    for name, content, file in fields:
        named = f'; filename="{file}"' if file is not None else ""
        whole += b"--" + B + f'\r\nContent-Disposition: form-data; name="{name}"{named}\r\n'.encode()
        whole += b"Content-Type: image/jpeg\r\n" if file is not None else b""
        whole += b"\r\n" + content + b"\r\n"
    return whole + b"--" + B + b"--\r\n"


async def cut(whole: bytes, size: int) -> AsyncIterator[bytes]:
    for at in range(0, len(whole), size):
        yield whole[at : at + size]


async def read(whole: bytes, size: int = 1000) -> list[tuple[str, bool, bytes]]:
    return [(p.name, p.is_file, await p.content.gathered(10**6)) async for p in parts(cut(whole, size), B)]


@pytest.mark.parametrize("size", [1, 2, 7, 33, 1000, 10**6])
async def test_every_way_to_cut_a_form_gives_the_same_form(size: int) -> None:
    whole = body(
        ("story", "路口有人占道\r\n每天".encode(), None), ("photos", PHOTO, "a.jpg"), ("x", b"", None)
    )
    assert await read(whole, size) == [
        ("story", False, "路口有人占道\r\n每天".encode()),
        ("photos", True, PHOTO),
        ("x", False, b""),
    ]


async def test_what_nobody_reads_of_a_part_is_skipped() -> None:
    whole = body(("photos", PHOTO, "a.jpg"), ("photos", PHOTO, "b.jpg"), ("story", b"s", None))
    seen: list[Part] = []
    async for part in parts(cut(whole, 50), B):
        seen.append(part)
        if len(seen) == 2:
            await anext(part.content)
    assert [part.name for part in seen] == ["photos", "photos", "story"]


@pytest.mark.parametrize("at", [3, 40, 120, 500, -5])
async def test_a_form_that_ends_in_the_middle_is_no_form(at: int) -> None:
    with pytest.raises(Problem) as refused:
        await read(body(("story", b"s" * 100, None), ("photos", PHOTO, "a.jpg"))[:at], 64)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    "whole",
    [
        b"",
        b"hello",
        b"--" + B + b"xx",
        b"--" + B + b"\r\nContent-Type: text/plain\r\n\r\nx\r\n--" + B + b"--",
        b"--" + B + b'\r\nContent-Disposition: attachment; name="x"\r\n\r\nx\r\n--' + B + b"--",
        body(*[(str(number), b"", None) for number in range(PARTS_AT_MOST)]),
    ],
)
async def test_what_is_no_form_is_refused(whole: bytes) -> None:
    with pytest.raises(Problem):
        await read(whole)


async def test_headers_and_fields_have_their_bounds() -> None:
    with pytest.raises(TooLarge):
        await read(b"--" + B + b"\r\n" + b"X: " + b"y" * 9000 + b"\r\n\r\nx\r\n--" + B + b"--")
    async for part in parts(cut(body(("story", b"s" * 2000, None)), 100), B):
        with pytest.raises(TooLarge):
            await part.content.gathered(1000)


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ('multipart/form-data; boundary="a b"', b"a b"),
        ("multipart/form-data; boundary=----x", b"----x"),
        ("multipart/form-data", None),
        ("multipart/mixed; boundary=x", None),
        ("application/x-www-form-urlencoded", None),
        (f"multipart/form-data; boundary={'x' * 71}", None),
        ("", None),
    ],
)
def test_only_forms_with_files_have_a_boundary(content_type: str, boundary: bytes | None) -> None:
    assert boundary_of(content_type) == boundary
