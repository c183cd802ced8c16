"""What is taken at the door, told by first bytes and size."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from kit.files.kinds import (
    MAX_FILE_BYTES,
    MAX_PIXELS,
    check_recording,
    check_size,
    check_type,
    check_type_of,
    sniff,
)
from kit.files.pdf import looked_over
from kit.problems import Problem

CATALOGUE = Path(__file__).parents[2] / "content" / "catalogue" / "zh_CN" / "files.yaml"


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "image/png"),
        (b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff", "image/gif"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "image/heic"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00", "image/heic"),
    ],
)
def test_a_photo_is_known_by_its_first_bytes(head: bytes, media_type: str) -> None:
    assert sniff(head) == media_type
    assert check_type(head) == media_type


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff\xd8",
        b"<svg xmlns='htt",
        b"<!DOCTYPE html>",
        b"MZ\x90\x00\x03\x00\x00\x00",
        b"%PDF-1.7\n",
        b"PK\x03\x04\x14\x00",
        b"RIFF\x10\x00\x00\x00AVI LIST",
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00",
        b"II*\x00\x08\x00\x00\x00",
        b"BM\x00\x00\x00\x00",
        b"#!/bin/sh\nrm -rf",
    ],
)
def test_anything_else_is_refused_with_a_sentence(head: bytes) -> None:
    with pytest.raises(Problem) as caught:
        check_type(head)
    assert (caught.value.key, caught.value.status) == ("problem.file.type_not_allowed", 415)


@pytest.mark.parametrize(
    ("length", "key", "status"),
    [(0, "problem.file.empty", 422), (MAX_FILE_BYTES + 1, "problem.file.too_large", 413)],
)
def test_empty_and_too_large_files_are_refused(length: int, key: str, status: int) -> None:
    with pytest.raises(Problem) as caught:
        check_size(length)
    assert (caught.value.key, caught.value.status) == (key, status)


def test_the_sentences_name_the_limits_that_hold() -> None:
    check_size(MAX_FILE_BYTES)
    texts = yaml.safe_load(CATALOGUE.read_text())["problem"]["file"]
    assert f"{MAX_FILE_BYTES // 1024 // 1024} MB" in texts["too_large"]
    assert f"{MAX_PIXELS // 10_000} 万像素" in texts["too_many_pixels"]


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01", "audio/webm"),
        (b"OggS\x00\x02\x00\x00", "audio/ogg"),
        (b"\x00\x00\x00\x1cftypiso5\x00\x00\x02\x00", "audio/mp4"),
        (b"\x00\x00\x00\x1cftypM4A \x00\x00\x02\x00", "audio/mp4"),
        (b"#!AMR\n<\x91\x17\x16\xbe", "audio/amr"),
    ],
)
def test_what_phones_and_browsers_record_is_a_voice(head: bytes, media_type: str) -> None:
    assert check_recording(head, "voice", by_browser=True) == media_type


@pytest.mark.parametrize("head", [b"OggS\x00\x02", b"#!AMR\n", b"\xff\xd8\xff\xe0", b"MZ\x90\x00"])
def test_sound_alone_is_no_film(head: bytes) -> None:
    with pytest.raises(Problem):
        check_recording(head, "video")


PAPER = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


async def _looked_over(*pieces: bytes) -> bytes:
    async def arriving() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    return b"".join([piece async for piece in looked_over(arriving())])


def test_a_material_may_be_a_paper_and_nothing_else_may():
    assert check_type_of("permit_material", PAPER[:16]) == "application/pdf"
    assert check_type_of("permit_material", b"\x89PNG\r\n\x1a\n") == "image/png"
    with pytest.raises(Problem, match="not_a_paper"):
        check_type_of("permit_material", b"PK\x03\x04")
    with pytest.raises(Problem, match="type_not_allowed"):
        check_type_of("complaint_photo", PAPER[:16])


async def test_a_paper_is_looked_over_while_it_arrives():
    assert await _looked_over(PAPER[:9], PAPER[9:]) == PAPER
    for wrong, said in (
        (PAPER[:-8], "pdf_broken"),
        (PAPER.replace(b"trailer<<>>", b"trailer<</Encrypt 5 0 R>>"), "pdf_locked"),
        (PAPER.replace(b"<<>>endobj", b"<</S/JavaScript>>endobj"), "pdf_active"),
    ):
        for cut in range(1, len(wrong)):
            with pytest.raises(Problem, match=said):
                await _looked_over(wrong[:cut], wrong[cut:])
