"""The draw of random inspections against its published law: vectors, the independent script, tampering, refusals."""

from __future__ import annotations

import ast
import re
import runpy
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from casework.inspections.draw import SeedRefused, draw
from casework.inspections.rechecking import FileUnreadable, published, read, recheck
from casework.inspections.rosters import (
    Fault,
    Item,
    Officer,
    Party,
    Recusal,
    Rosters,
    RostersRefused,
    Stratum,
    Terms,
    seed_fits,
)
from casework.inspections.sheet import commitment, head
from casework.inspections.stream import Generator, Stream, first_refused

ROOT = Path(__file__).parents[2]
LAW = (ROOT / "docs/draws.md").read_text("utf-8")
SCRIPT = ROOT / "docs/recheck_draw.py"
FILE = re.search(r"```text\n(chengguan-draw-1\n.*?)```", LAW, re.S)[1].encode()  # type: ignore[index]
PROMISED, PARTY_STREAM, TEAM_STREAM = (bytes.fromhex(one) for one in re.findall(r"`([0-9a-f]{64})`", LAW))
ROSTERS, NONCE, SEED = read(FILE)


def with_terms(**changes: object) -> Rosters:
    terms = {name: getattr(ROSTERS.terms, name) for name in Terms.__slots__} | changes
    return with_rows(terms=Terms(**terms))


def with_rows(**changes: object) -> Rosters:
    rows = {name: getattr(ROSTERS, name) for name in Rosters.__slots__} | changes
    return Rosters(**rows)


class Given(Generator):
    """Words one after the other, as many times as they are asked for."""

    def __init__(self, *words: int) -> None:
        self._words = words

    def generate(self, count: int) -> bytes:
        given = b"".join(word.to_bytes(4, "big") for word in self._words)
        return (given * count)[:count]


def test_generator_gives_the_bits_of_the_standards_own_vector() -> None:
    # NIST CAVP, HMAC_DRBG, SHA-256, no reseed, no personalisation: the second request of 1,024 bits.
    generator = Generator(
        bytes.fromhex("ca851911349384bffe89de1cbdc46e6831e44d34a4fb935ee285dd14b71a7488"),
        bytes.fromhex("659ba96c601dc69fc902940805ec0ca8"),
        b"",
    )
    generator.generate(128)
    assert generator.generate(128).hex() == (
        "e528e9abf2dece54d47c7e75e5fe302149f817ea9fb4bee6f4199697d04d5b89"
        "d54fbb978a15b5c443c9ec21036d2460b6f73ebad0dc2aba6e624abf07745bc1"
        "07694bb7547bb0995f70de25d6b29e2d3011bb19d27676c07162c8b5ccde0668"
        "961df86803482cb37ed6d5c0bb8d50cf1f50d476aa0458bdaba806f48be9dcb8"
    )


def test_published_law_and_the_module_agree_to_the_byte() -> None:
    assert published(ROSTERS, NONCE, SEED) == FILE
    assert commitment(head(ROSTERS, NONCE)) == PROMISED
    assert recheck(FILE, PROMISED) == ()
    for purpose, first in (("party/high", PARTY_STREAM), ("team", TEAM_STREAM)):
        generator = Generator(NONCE, PROMISED, f"chengguan-draw-1\n{purpose}\n{SEED}".encode())
        assert generator.generate(1_024)[:32] == first


def test_numbers_of_the_law_are_found_and_refused_words_are_thrown_away() -> None:
    words = (4294967295, 4294967294, 7)
    assert f"x = {'、'.join(map(str, words))}" in LAW
    assert Stream(Given(*words)).below(10) == 7
    assert Stream(Given(*words)).below(2147483649) == 7
    assert Stream(Given(*words)).below(2**32) == 4294967295
    assert first_refused(10) == 4294967290
    for bound in (0, -1, 2**32 + 1):
        with pytest.raises(ValueError):
            first_refused(bound)


def test_script_beside_the_law_agrees_and_names_what_does_not_hold(tmp_path: Path) -> None:
    def said(content: bytes, promised: str) -> tuple[int, str]:
        (tmp_path / "draw.txt").write_bytes(content)
        run = subprocess.run(
            [sys.executable, "-I", str(SCRIPT), str(tmp_path / "draw.txt"), promised],
            capture_output=True,
            env={"PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8"},
        )
        return run.returncode, (run.stdout + run.stderr).decode()

    assert said(FILE, PROMISED.hex()) == (0, "相符：承诺值和结果都对。\n")
    code, words = said(FILE, "00" * 32)
    assert code == 1
    assert words.startswith("承诺值不符")
    code, words = said(FILE.replace(b"visit\t1\tp04", b"visit\t1\tp03"), PROMISED.hex())
    assert code == 1
    assert words.startswith("结果不符")


def test_script_and_pure_modules_import_nothing_they_should_not() -> None:
    def imports(path: Path) -> set[str]:
        found: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {one.name for one in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(node.module or "")
        return found

    assert imports(SCRIPT) == {"hashlib", "hmac", "sys"}
    for name in ("stream", "rosters", "sheet", "draw", "rechecking"):
        foreign = {
            one
            for one in imports(ROOT / f"casework/inspections/{name}.py")
            if not one.startswith("casework.inspections.")
            and one.split(".")[0] not in sys.stdlib_module_names
        }
        assert foreign == set(), name


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"team\t2", b"team\t3"),
        (b"cap\t2", b"cap\t1"),
        (b"high\t5000", b"high\t5001"),
        (b"\xe4\xb8\x80\xe5\x8f\xb7", b"\xe4\xba\x8c\xe5\x8f\xb7"),
        (b"p03\t", b"p00\t"),
        (b"recusal\to1\tp01\n", b""),
        (b"nonce\t00", b"nonce\t01"),
    ],
)
def test_whoever_changes_a_byte_before_the_seed_breaks_the_promise(old: bytes, new: bytes) -> None:
    changed = FILE.replace(old, new)
    assert changed != FILE
    try:
        assert "commitment" in recheck(changed, PROMISED)
    except FileUnreadable:
        # The row does not stand where its new id belongs.
        assert new == b"p00\t"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"seed\t03", b"seed\t04"),
        (b"visit\t1\tp04\to3\to1", b"visit\t1\tp04\to1\to3"),
        (b"visit\t4\tp07\to6\to1\n", b""),
        (b"left_out\tparty\tp02\tvisited_to_cap", b"left_out\tparty\tp02\tclosed"),
        (b"drawn\tlow\t4\t2\t1", b"drawn\tlow\t4\t2\t2"),
    ],
)
def test_result_of_another_seed_or_by_another_hand_does_not_hold(old: bytes, new: bytes) -> None:
    assert old in FILE
    assert recheck(FILE.replace(old, new), PROMISED) == ("result",)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        FILE[1:],
        b"\xef\xbb\xbf" + FILE,
        FILE.replace(b"\n", b"\r\n"),
        FILE.replace(b"cap\t2", b"cap\t02"),
        FILE.replace(b"cap\t2", b"cap\t+2"),
        FILE.replace(b"window\t2026-12-01", b"window\t20261201"),
        FILE.replace(b"1e1f\n", b"1E1F\n"),
        FILE.replace(b"plan\tSJ-2026-06\n", b""),
        FILE.replace(b"team\t2\n", b"team\t2\nteam\t2\n"),
        FILE.replace(b"item\tdust", b"item\tdust\tdust"),
        FILE[: FILE.index(b"nonce")],
        FILE[: FILE.index(b"seed")],
        FILE.replace(b"item\tfence", b"item\tbench"),
    ],
)
def test_file_in_another_spelling_is_refused(content: bytes) -> None:
    with pytest.raises(FileUnreadable):
        recheck(content, PROMISED)


def test_seed_is_taken_in_the_promised_form_alone() -> None:
    assert seed_fits("99-ff", "07-0a")
    for seed in ("7-0a", "07-0A", "07 0a", "07-0a ", "０7-0a", "07-0g", ""):
        assert not seed_fits("99-ff", seed)
    for seed in ("03 08 14 21 27 33 9", "03,08,14,21,27,33,09", SEED + "\n"):
        with pytest.raises(SeedRefused):
            draw(ROSTERS, NONCE, seed)


def test_nonce_of_another_length_is_refused() -> None:
    for nonce in (b"", NONCE[:-1], NONCE + b"\0"):
        with pytest.raises(ValueError):
            head(ROSTERS, nonce)


@pytest.mark.parametrize(
    ("rosters", "fault"),
    [
        (with_terms(plan="双随机"), Fault("terms", "双随机", "plan")),
        (with_terms(until_on=date(2026, 11, 30)), Fault("terms", "SJ-2026-06", "until_on")),
        (with_terms(visits_at_most=0), Fault("terms", "SJ-2026-06", "visits_at_most")),
        (with_terms(team=1), Fault("terms", "SJ-2026-06", "team")),
        (with_terms(seed_form="99 99"), Fault("terms", "SJ-2026-06", "seed_form")),
        (with_terms(seed_form="999999\t"), Fault("terms", "SJ-2026-06", "seed_form")),
        (with_terms(seed_source="a\nnonce\t00"), Fault("terms", "SJ-2026-06", "seed_source")),
        (with_rows(strata=(*ROSTERS.strata, Stratum("high", 1))), Fault("stratum", "high", "code twice")),
        (with_rows(strata=(*ROSTERS.strata, Stratum("no", 10_001))), Fault("stratum", "no", "per_10000")),
        (with_rows(items=(Item("Dust", "x"),)), Fault("item", "Dust", "code")),
        (with_rows(items=(Item("dust", " x"),)), Fault("item", "dust", "name")),
        (
            with_rows(officers=(*ROSTERS.officers, Officer("o1", "甲", "9", date.min, date.max))),
            Fault("officer", "o1", "id twice"),
        ),
        (
            with_rows(officers=(*ROSTERS.officers, Officer("o9", "甲", "示城管001", date.min, date.max))),
            Fault("officer", "示城管001", "certificate twice"),
        ),
        (
            with_rows(officers=(*ROSTERS.officers, Officer("o9", "甲", "9", date.max, date.min))),
            Fault("officer", "o9", "valid_until_on"),
        ),
        (
            with_rows(officers=(*ROSTERS.officers, Officer("o9", "甲", "9", date.min, date.max, "likes_it"))),
            Fault("officer", "o9", "barred"),
        ),
        (with_rows(parties=(*ROSTERS.parties, Party("p01", "x", "high"))), Fault("party", "p01", "id twice")),
        (with_rows(parties=(*ROSTERS.parties, Party("p\t1", "x", "high"))), Fault("party", "p\t1", "id")),
        (with_rows(parties=(*ROSTERS.parties, Party("p99", "x\ty", "high"))), Fault("party", "p99", "name")),
        (with_rows(parties=(*ROSTERS.parties, Party("p99", "x", "other"))), Fault("party", "p99", "stratum")),
        (
            with_rows(parties=(*ROSTERS.parties, Party("p99", "x", "low", -1))),
            Fault("party", "p99", "visits"),
        ),
        (
            with_rows(parties=(*ROSTERS.parties, Party("p99", "x", "low", 0, "a_friend"))),
            Fault("party", "p99", "barred"),
        ),
        (with_rows(recusals=(Recusal("o9", "p01"),)), Fault("recusal", "o9 p01", "officer")),
        (with_rows(recusals=(Recusal("o1", "p99"),)), Fault("recusal", "o1 p99", "party")),
        (with_rows(recusals=(Recusal("o1", "p01"),) * 2), Fault("recusal", "o1 p01", "officer twice")),
    ],
)
def test_rosters_with_a_fault_are_refused_with_their_row(rosters: Rosters, fault: Fault) -> None:
    with pytest.raises(RostersRefused) as refused:
        draw(rosters, NONCE, SEED)
    assert refused.value.faults == (fault,)


def test_every_faulty_row_is_named_at_once() -> None:
    rosters = with_rows(items=(Item("A", "x"), Item("B", "x")), recusals=(Recusal("x", "y"),))
    with pytest.raises(RostersRefused) as refused:
        head(rosters, NONCE)
    assert [(one.where, one.row) for one in refused.value.faults] == [
        ("item", "A"),
        ("item", "B"),
        ("recusal", "x y"),
        ("recusal", "x y"),
    ]


def test_script_says_the_same_where_nobody_is_left_to_be_drawn() -> None:
    recompute = runpy.run_path(str(SCRIPT))["recompute"]
    for rosters in (
        with_rows(officers=(), recusals=()),
        with_rows(parties=(), recusals=()),
        with_terms(team=9),
    ):
        promised = head(rosters, NONCE)
        _, *rest = published(rosters, NONCE, SEED)[len(promised) :].decode().splitlines()
        assert rest == recompute(promised, SEED)
        assert not [line for line in rest if line.startswith("visit")]
