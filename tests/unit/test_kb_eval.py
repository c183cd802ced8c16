"""`chengguan kb eval`: what the figures mean, and one clear sentence for every file that cannot be used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import main
from content.interpretations.evaluation import Outcome, calibration_error, report, threshold95

KEYS = {
    "top1", "mrr10", "recall3", "recall5", "coverage95", "near_answered", "far_answered", "ece",
    "p50_us", "p99_us", "build_s", "rss_mb",
}  # fmt: skip
BASE = [
    {"id": 1, "text": "路边能摆摊吗"},
    {"id": 1, "text": "街上可以摆地摊不"},
    {"id": "dog", "text": "遛狗要牵绳吗"},
    {"id": 3, "text": "渣土车撒了一地怎么举报"},
]
QUERIES = [
    {"query": "路边摆摊可以吗", "gold": 1, "split": "test"},
    {"query": "遛狗不牵绳", "gold": ["dog", 3]},
    {"query": "渣土车撒土", "gold": "3"},
]
OUTSIDE = [
    {"query": "今天天气好吗", "kind": "far"},
    {"query": "社保怎么交", "kind": "near"},
    {"query": "唱首歌"},
]


def written(folder: Path, name: str, lines: list[object] | bytes) -> str:
    path = folder / name
    whole = lines if isinstance(lines, bytes) else "".join(f"{json.dumps(line)}\n" for line in lines).encode()
    path.write_bytes(whole)
    return str(path)


def asked(**more: object) -> Outcome:
    return Outcome(**{"kind": "asked", "rank": 1, "confidence": 0.9, **more})  # type: ignore[arg-type]


def test_any_set_is_indexed_and_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base, queries = written(tmp_path, "b.jsonl", BASE), written(tmp_path, "q.jsonl", QUERIES)
    oos = written(tmp_path, "o.jsonl", OUTSIDE)
    assert main(["kb", "eval", "--base", base, "--queries", queries, "--oos", oos, "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert set(figures) == KEYS
    assert (figures["top1"], figures["mrr10"], figures["recall3"]) == (1.0, 1.0, 1.0)
    assert figures["far_answered"] is not None
    assert main(["kb", "eval", "--base", base, "--queries", queries, "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["near_answered"], figures["far_answered"]) == (None, None)
    assert main(["kb", "eval", "--base", base, "--queries", queries]) == 0
    assert "前三条里有：100.0%" in capsys.readouterr().out


def test_without_files_our_own_questions_are_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kb", "eval", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == KEYS


def test_texts_of_thousands_of_characters_are_indexed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    letters = [
        {"id": one, "text": f"来信第{one}封：" + "关于小区门口的情况说明。" * 300} for one in range(20)
    ]
    base = written(tmp_path, "b.jsonl", [*letters, *BASE[2:3]])
    queries = written(tmp_path, "q.jsonl", [{"query": "遛狗要不要牵绳", "gold": "dog"}])
    assert main(["kb", "eval", "--base", base, "--queries", queries, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["top1"] == 1.0


@pytest.mark.parametrize(
    ("name", "lines", "says"),
    [
        ("base", b"", "是空的"),
        ("base", b"\n \n", "是空的"),
        ("base", b'{"id": 1, "text": "x"}\n{"id": 2, "te', "第 2 行：不是完整的 JSON 对象"),
        ("base", b'{"id": 1, "text": "x"}\n[1]\n', "第 2 行：每行要有"),
        ("base", b'{"text": "x"}\n', "id 缺了或类型不对"),
        ("base", b'{"id": true, "text": "x"}\n', "id 缺了或类型不对"),
        ("base", b'{"id": 1.5, "text": "x"}\n', "id 缺了或类型不对"),
        ("base", b'{"id": 1, "text": ""}\n', "text 缺了或类型不对"),
        ("base", b'{"id": 1, "text": 5}\n', "text 缺了或类型不对"),
        ("base", b'{"id": 1, "text": "x"}\n\n{"id": 1, "text": "x"}\n', "第 3 行：与第 1 行重复"),
        (
            "base",
            b'{"id": 1, "text": "x"}\n{"id": "1", "text": "y"}\n',
            "第 2 行：编号 1 在前面写成了另一种类型",
        ),
        ("base", b'{"id": 1, "text": "\xff\xfe"}\n', "第 1 行：不是 UTF-8 编码的文字"),
        ("queries", b"", "是空的"),
        ("queries", b'{"query": "x"}\n', "gold 缺了或类型不对"),
        ("queries", b'{"query": "x", "gold": null}\n', "gold 缺了或类型不对"),
        ("queries", b'{"query": "x", "gold": []}\n', "gold 缺了或类型不对"),
        (
            "queries",
            b'{"query": "x", "gold": 1}\n{"query": "y", "gold": 99}\n',
            "第 2 行：gold 99 不在题库里",
        ),
        ("queries", b'{"query": ["x"], "gold": 1}\n', "query 缺了或类型不对"),
        ("oos", b'{"query": "x", "kind": "middle"}\n', "kind 缺了或类型不对"),
        ("oos", b"null\n", "要写成一个 JSON 对象"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, lines: bytes, says: str
) -> None:
    files = {
        "base": written(tmp_path, "base.jsonl", BASE),
        "queries": written(tmp_path, "queries.jsonl", QUERIES),
        "oos": written(tmp_path, "oos.jsonl", OUTSIDE),
    }
    files[name] = written(tmp_path, f"{name}.jsonl", lines)
    words = [word for option, path in files.items() for word in (f"--{option}", path)]
    assert main(["kb", "eval", *words]) == 2
    said = capsys.readouterr().out.strip()
    assert f"{name}.jsonl" in said
    assert says in said
    assert "\n" not in said


def test_files_that_are_not_there_or_not_given_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = written(tmp_path, "base.jsonl", BASE)
    for words, says in (
        (["--base", base], "要一起给出"),
        (["--oos", base], "要一起给出"),
        (["--base", str(tmp_path / "no.jsonl"), "--queries", base], "找不到文件"),
        (["--base", str(tmp_path), "--queries", base], "读不了文件"),
    ):
        assert main(["kb", "eval", *words]) == 2
        assert says in capsys.readouterr().out


def test_the_threshold_is_the_lowest_at_which_95_of_100_answers_are_right() -> None:
    outcomes = [asked(confidence=0.9)] * 19 + [
        asked(confidence=0.5, rank=2),
        asked(confidence=0.4, rank=None),
    ]
    assert threshold95(outcomes) == 0.5  # 19 of 20
    assert threshold95([asked(confidence=0.7), asked(confidence=0.7, rank=2)]) is None
    assert threshold95([]) is None
    found = report([*outcomes, asked(kind="near", rank=None, confidence=0.6)], [1.0, 3.0, 2.0])
    assert found.coverage95 == pytest.approx(20 / 21)
    assert (found.near_answered, found.far_answered) == (1.0, 0.0)
    assert (found.p50_us, found.p99_us) == (2.0, 3.0)


def test_confidence_that_comes_true_has_no_error() -> None:
    assert calibration_error([asked(confidence=0.75)] * 3 + [asked(confidence=0.75, rank=4)]) == 0.0
    assert calibration_error([asked(confidence=1.0, rank=None)]) == 1.0


def test_a_wrong_answer_about_money_counts_among_those_given() -> None:
    given = [asked(given=True, money=True)] * 3 + [asked(given=True, money=True, rank=2)]
    found = report([*given, asked(given=True, rank=3), asked(money=True, rank=None)], [])
    assert (found.money_answers, found.money_wrong) == (4, 0.25)
