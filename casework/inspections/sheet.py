"""The text that is promised before a draw: one line for each row, fields parted by tabs, the nonce last.

Its SHA-256 is published before the public seed exists; the text itself only when the inspections are over. `sha256sum`
recomputes it. There is one spelling of the same rosters: rows of a kind stand in the order of their bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from casework.inspections.rosters import ALGORITHM, Rosters, require_sound

NONCE_BYTES: Final = 32
NONE: Final = "-"
"""What an empty field is written as."""


def head(rosters: Rosters, nonce: bytes) -> bytes:
    """The promised text. Raises RostersRefused, and ValueError for a nonce of another length."""
    require_sound(rosters)
    if len(nonce) != NONCE_BYTES:
        raise ValueError(f"a nonce has {NONCE_BYTES} bytes")
    return text_of((*_lines(rosters), ("nonce", nonce.hex())))


def commitment(promised: bytes) -> bytes:
    """What is published of it beforehand."""
    return sha256(promised).digest()


def text_of(lines: tuple[tuple[str, ...], ...]) -> bytes:
    """Lines as bytes: fields parted by a tab, each line ended by a line feed, UTF-8."""
    return "".join("\t".join(line) + "\n" for line in lines).encode()


def _lines(rosters: Rosters) -> Iterator[tuple[str, ...]]:
    terms = rosters.terms
    yield (ALGORITHM,)
    yield "plan", terms.plan
    yield "window", terms.from_on.isoformat(), terms.until_on.isoformat()
    yield "cap", NONE if terms.visits_at_most is None else str(terms.visits_at_most)
    yield "team", str(terms.team)
    yield "source", terms.seed_form, terms.seed_source
    # Ids and codes are ASCII and nothing in them is below a tab: the order of the first fields is that of the lines.
    yield from sorted(("stratum", one.code, str(one.per_10000)) for one in rosters.strata)
    yield from sorted(("item", one.code, one.name) for one in rosters.items)
    yield from sorted(
        (
            "officer",
            one.id,
            one.name,
            one.certificate,
            one.valid_from_on.isoformat(),
            one.valid_until_on.isoformat(),
            one.barred or NONE,
        )
        for one in rosters.officers
    )
    yield from sorted(
        ("party", one.id, one.name, one.stratum, str(one.visits), one.barred or NONE)
        for one in rosters.parties
    )
    yield from sorted(("recusal", one.officer, one.party) for one in rosters.recusals)
