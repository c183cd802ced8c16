"""The published file of a draw: the promised text, the seed and what came out; and what of it does not hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal

from casework.inspections.draw import Result, draw_promised
from casework.inspections.rosters import (
    ALGORITHM,
    Item,
    Officer,
    Party,
    Recusal,
    Rosters,
    Stratum,
    Terms,
)
from casework.inspections.sheet import NONCE_BYTES, NONE, commitment, head, text_of

Difference = Literal["commitment", "result"]
_FIXED: Final = {"plan": 1, "window": 2, "cap": 1, "team": 1, "source": 2}
_ROWS: Final = {"stratum": 2, "item": 2, "officer": 6, "party": 5, "recusal": 2}
_FIELDS: Final = _FIXED | _ROWS
"""How many fields follow the word a line begins with."""


class FileUnreadable(ValueError):
    """Not a file of a draw; `line` is where, counted from 1, 0 for the whole of it."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line} is not what stands in the file of a draw")
        self.line = line


def published(rosters: Rosters, nonce: bytes, seed: str) -> bytes:
    """The file of a draw, to be shown when the inspections are over. Raises as `draw` does."""
    text = head(rosters, nonce)
    return text + _tail(seed, draw_promised(rosters, nonce, commitment(text), seed))


def recheck(file: bytes, promised: bytes) -> tuple[Difference, ...]:
    """What does not hold of a file, by the commitment that was published before. Nothing: all does.

    Raises FileUnreadable, and what `draw` raises where nothing can be drawn from what the file says.
    """
    rosters, nonce, seed = read(file)
    text = head(rosters, nonce)
    if not file.startswith(text):
        # The same rows in another spelling: not the bytes anybody promised.
        raise FileUnreadable(0)
    found: list[Difference] = []
    if (own := commitment(text)) != promised:
        found.append("commitment")
    if file[len(text) :] != _tail(seed, draw_promised(rosters, nonce, own, seed)):
        found.append("result")
    return tuple(found)


def read(file: bytes) -> tuple[Rosters, bytes, str]:
    """Rosters, nonce and seed of a file; what came out is not looked at. Raises FileUnreadable."""
    try:
        lines = [line.split("\t") for line in file.decode().split("\n")]
    except UnicodeDecodeError:
        raise FileUnreadable(0) from None
    found: dict[str, list[list[str]]] = {word: [] for word in _FIELDS}
    if lines[0] != [ALGORITHM]:
        raise FileUnreadable(1)
    at = 1
    while at < len(lines) and lines[at][0] in found:
        word, *fields = lines[at]
        if len(fields) != _FIELDS[word] or (word in _FIXED and found[word]):
            raise FileUnreadable(at + 1)
        found[word].append(fields)
        at += 1
    if any(not found[word] for word in _FIXED):
        raise FileUnreadable(at + 1)
    return _rosters(found), _nonce(lines, at), _seed(lines, at + 1)


def _rosters(found: dict[str, list[list[str]]]) -> Rosters:
    (plan,), (from_on, until_on), (cap,), (team,), (form, source) = (found[word][0] for word in _FIXED)
    try:
        return Rosters(
            terms=Terms(
                plan=plan,
                from_on=date.fromisoformat(from_on),
                until_on=date.fromisoformat(until_on),
                visits_at_most=None if cap == NONE else int(cap),
                team=int(team),
                seed_form=form,
                seed_source=source,
            ),
            strata=tuple(Stratum(code, int(rate)) for code, rate in found["stratum"]),
            items=tuple(Item(code, name) for code, name in found["item"]),
            officers=tuple(
                Officer(id, name, number, date.fromisoformat(start), date.fromisoformat(end), _stated(barred))
                for id, name, number, start, end, barred in found["officer"]
            ),
            parties=tuple(
                Party(id, name, stratum, int(visits), _stated(barred))
                for id, name, stratum, visits, barred in found["party"]
            ),
            recusals=tuple(Recusal(officer, party) for officer, party in found["recusal"]),
        )
    except ValueError:
        raise FileUnreadable(0) from None


def _stated(field: str) -> str:
    return "" if field == NONE else field


def _nonce(lines: Sequence[Sequence[str]], at: int) -> bytes:
    try:
        word, written = lines[at]
        nonce = bytes.fromhex(written)
    except (IndexError, ValueError):
        raise FileUnreadable(at + 1) from None
    if word != "nonce" or len(nonce) != NONCE_BYTES:
        raise FileUnreadable(at + 1)
    return nonce


def _seed(lines: Sequence[Sequence[str]], at: int) -> str:
    if at >= len(lines) or len(lines[at]) != 2 or lines[at][0] != "seed":
        raise FileUnreadable(at + 1)
    return lines[at][1]


def _tail(seed: str, result: Result) -> bytes:
    return text_of(
        (
            ("seed", seed),
            *(("left_out", one.kind, one.id, one.reason) for one in result.left_out),
            *(
                ("drawn", one.stratum, str(one.listed), str(one.eligible), str(one.drawn))
                for one in result.strata
            ),
            *(
                ("visit", str(number), one.party, *one.team)
                for number, one in enumerate(result.visits, start=1)
            ),
        )
    )
