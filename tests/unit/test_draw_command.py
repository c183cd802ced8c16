"""`chengguan draw verify`: whoever noted the commitment and has the file learns in one sentence whether it holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli import main
from tests.unit.test_draw import FILE, PROMISED


def verified(folder: Path, content: bytes, promised: str = PROMISED.hex()) -> int:
    (folder / "draw.txt").write_bytes(content)
    return main(["draw", "verify", str(folder / "draw.txt"), "--commitment", promised])


def test_a_file_that_holds_is_said_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verified(tmp_path, FILE) == 0
    assert capsys.readouterr().out.startswith("对得上：SJ-2026-06，")
    # As people copy it from a notice.
    assert verified(tmp_path, FILE, f" {PROMISED.hex().upper()} ") == 0


@pytest.mark.parametrize(
    ("content", "promised", "sentence"),
    [
        (FILE, "00" * 32, "底册不是当初封存的那一份"),
        (FILE.replace(b"visit\t1\tp04", b"visit\t1\tp03"), PROMISED.hex(), "结果不是由底册和种子算出来的"),
        (FILE.replace(b"visit\t1\tp04", b"visit\t1\tp03"), "00" * 32, "底册和结果都对不上"),
        (FILE.replace(b"\n", b"\r\n"), PROMISED.hex(), "第 1 行不是抽取文件应有的样子"),
        (FILE.replace(b"item\tfence", b"item\tbench"), PROMISED.hex(), "写法不是抽取文件应有的样子"),
        (FILE.replace(b"\thigh\t0\t-\nparty\tp02", b"\tnone\t0\t-\nparty\tp02"), PROMISED.hex(), "自相矛盾"),
        (FILE.replace(b"seed\t03", b"seed\t3"), PROMISED.hex(), "种子不是公布的样子"),
        (FILE, "cafe", "64 位十六进制数"),
        (b"", PROMISED.hex(), "第 1 行不是"),
    ],
)
def test_what_does_not_hold_ends_in_one_sentence_and_a_code(
    content: bytes, promised: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verified(tmp_path, content, promised) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err
    assert said.err.count("\n") == 1


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", "verify", str(tmp_path / "none.txt"), "--commitment", PROMISED.hex()]) == 2
    assert "none.txt" in capsys.readouterr().err
