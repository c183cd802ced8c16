"""Checks every chain and every seal, and names what is wrong by case and position.

What each finding means, and how it is told from the others:

* `missing`: positions with a gap between them; an entry was deleted.
* `moved`: an entry is genuine at another position; entries were swapped or renumbered.
* `altered`: an entry's content does not fit its `mac`, but that `mac` is vouched for by the next entry or a seal.
* `forged`: content and `mac` do not fit and nothing vouches for the `mac`: inserted from outside, or, for the
  last entry since the newest seal, possibly an altered one.
* `broken_link`: a genuine entry does not follow the one before it; someone who holds the key rewrote it.
* `cut_off`: a seal knows a later position than the chain has now; `removed`: the seal's chain is gone entirely.
* `rewritten`: chain and seal disagree about the `mac` at a sealed position.
* `seal_*`: something is wrong with a seal itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal
from uuid import UUID

from kit.audit.chain import entry_mac, fields_of, is_genuine
from kit.audit.models import AuditEntry, AuditSeal
from kit.audit.seal import Head, SealContent, TreeBuilder, heads_in, is_signed
from kit.audit.sealing import content_of

FindingKind = Literal[
    "missing",
    "moved",
    "altered",
    "forged",
    "broken_link",
    "cut_off",
    "removed",
    "rewritten",
    "seal_unsigned",
    "seal_damaged",
    "seal_missing",
    "seal_without_heads",
    "seal_contradicts_published",
]

# How far from its position an entry is looked for before it is called forged rather than moved.
_NEIGHBOURHOOD = 64


@dataclass(frozen=True, slots=True)
class VerifyKeys:
    """The secret of the chains (the same 32 bytes they were made with) and the public keys of the seals."""

    mac: bytes
    seal_public_keys: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; its sentence stands in the catalogue under `key`."""

    kind: FindingKind
    case_id: UUID | None = None
    position: int | None = None
    seal_number: int | None = None
    entry_id: UUID | None = None
    true_position: int | None = None

    @property
    def key(self) -> str:
        """The catalogue key of the sentence."""
        return f"audit.finding.{self.kind}"

    @property
    def params(self) -> dict[str, object]:
        """What the sentence needs."""
        return {
            "case_id": self.case_id,
            "position": self.position,
            "seal_number": self.seal_number,
            "true_position": self.true_position,
        }


async def verify(
    rows: AsyncIterable[AuditEntry],
    seals: Iterable[AuditSeal],
    keys: VerifyKeys,
    published: Iterable[SealContent] = (),
) -> AsyncIterator[Finding]:
    """Findings over all chains and seals; none means that all is well.

    `rows` come ordered by case id, then position (ValueError otherwise); `seals` in any order; `published` is
    what the published documents attest (`kit.audit.sealing.read_document`), without which the removal of the
    newest seals cannot show.
    """
    in_order = sorted(seals, key=lambda row: row.number)
    for finding in _check_seals(in_order, keys, list(published)):
        yield finding
    sealed = _sealed_heads(in_order, keys)
    async for case_id, chain in _chains(rows):
        for finding in check_chain(keys.mac, chain, sealed.pop(case_id, {})):
            yield finding
    for case_id, heads in sorted(sealed.items()):
        last = max(heads)
        yield Finding("removed", case_id, last, seal_number=heads[last].seal_number)


@dataclass(frozen=True, slots=True)
class SealedMac:
    """What a seal attests for one position of one chain."""

    mac: bytes
    seal_number: int


def check_chain(key: bytes, chain: list[AuditEntry], sealed: dict[int, SealedMac]) -> Iterator[Finding]:
    """Findings within one case's chain, given in the order of positions."""
    vouched = {(entry.position - 1, bytes(entry.previous)) for entry in chain}
    vouched |= {(position, head.mac) for position, head in sealed.items()}
    present = {entry.position for entry in chain}
    expected, before, before_is_sound = 1, b"", True
    for entry, rivals in _one_for_each_position(key, chain):
        for rival in rivals:
            yield Finding("forged", rival.case_id, rival.position, entry_id=rival.id)
        finding = _check_entry(key, entry, vouched)
        if finding is not None:
            yield finding
            if entry.position == expected:
                expected += 1
            before, before_is_sound = bytes(entry.mac), False
            continue
        # Only a genuine entry proves that the positions before it existed: a forged one may claim any.
        gap = [position for position in range(expected, entry.position) if position not in present]
        for position in gap:
            yield Finding("missing", entry.case_id, position)
        head = sealed.get(entry.position)
        if before_is_sound and not gap and bytes(entry.previous) != before:
            yield Finding("broken_link", entry.case_id, entry.position, entry_id=entry.id)
        elif head is not None and head.mac != bytes(entry.mac):
            yield Finding("rewritten", entry.case_id, entry.position, head.seal_number, entry_id=entry.id)
        expected, before, before_is_sound = entry.position + 1, bytes(entry.mac), True
    last = max(sealed, default=0)
    for position in range(expected, last + 1):
        if position not in present:
            yield Finding("cut_off", chain[0].case_id, position, sealed[last].seal_number)


def _one_for_each_position(
    key: bytes, chain: list[AuditEntry]
) -> Iterator[tuple[AuditEntry, list[AuditEntry]]]:
    """Each position's entry and its rivals; there are none unless the unique index is gone."""
    for _, group in groupby(chain, key=lambda entry: entry.position):
        rows = list(group)
        best = next((row for row in rows if is_genuine(key, row)), rows[0]) if len(rows) > 1 else rows[0]
        yield best, [row for row in rows if row is not best]


def _check_entry(key: bytes, entry: AuditEntry, vouched: set[tuple[int, bytes]]) -> Finding | None:
    right = entry_mac(key, fields_of(entry), bytes(entry.previous))
    if right == bytes(entry.mac):
        return None
    for distance in range(1, _NEIGHBOURHOOD + 1):
        for position in (entry.position - distance, entry.position + distance):
            if position >= 1 and is_genuine(key, entry, position=position):
                return Finding(
                    "moved", entry.case_id, entry.position, entry_id=entry.id, true_position=position
                )
    known = {(entry.position, bytes(entry.mac)), (entry.position, right)}
    kind: FindingKind = "altered" if vouched & known else "forged"
    return Finding(kind, entry.case_id, entry.position, entry_id=entry.id)


async def _chains(rows: AsyncIterable[AuditEntry]) -> AsyncIterator[tuple[UUID, list[AuditEntry]]]:
    chain: list[AuditEntry] = []
    async for row in rows:
        if chain and row.case_id != chain[0].case_id:
            if row.case_id < chain[0].case_id:
                raise ValueError("audit entries come ordered by case id")
            yield chain[0].case_id, chain
            chain = []
        elif chain and row.position < chain[-1].position:
            raise ValueError("audit entries of a case come ordered by position")
        chain.append(row)
    if chain:
        yield chain[0].case_id, chain


def _check_seals(seals: list[AuditSeal], keys: VerifyKeys, published: list[SealContent]) -> Iterator[Finding]:
    expected, before = 1, b""
    for row in seals:
        content = content_of(row)
        if not _is_signed(content, row, keys):
            yield Finding("seal_unsigned", seal_number=row.number)
            # What it says about itself proves nothing, but its number is taken.
            expected += row.number == expected
            before = content.root
            continue
        for number in range(expected, row.number):
            yield Finding("seal_missing", seal_number=number)
        follows = row.number != expected or content.previous_root == before
        bare = not row.heads and row.heads_count > 0
        if not follows or (not bare and _heads_of(row) is None):
            yield Finding("seal_damaged", seal_number=row.number)
        elif bare and row is seals[-1]:
            yield Finding("seal_without_heads", seal_number=row.number)
        expected, before = row.number + 1, content.root
    by_number = {row.number: content_of(row) for row in seals}
    for attested in sorted(published, key=lambda content: content.number):
        stored = by_number.get(attested.number)
        if stored is None:
            if attested.number >= expected:
                yield Finding("seal_missing", seal_number=attested.number)
        elif stored != attested:
            yield Finding("seal_contradicts_published", seal_number=attested.number)


def _sealed_heads(seals: list[AuditSeal], keys: VerifyKeys) -> dict[UUID, dict[int, SealedMac]]:
    known: defaultdict[UUID, dict[int, SealedMac]] = defaultdict(dict)
    for row in seals:
        if _is_signed(content_of(row), row, keys):
            for head in _heads_of(row) or ():
                known[head.case_id].setdefault(head.position, SealedMac(head.mac, row.number))
    return dict(known)


def _is_signed(content: SealContent, row: AuditSeal, keys: VerifyKeys) -> bool:
    return any(is_signed(key, content, bytes(row.signature)) for key in keys.seal_public_keys)


def _heads_of(row: AuditSeal) -> list[Head] | None:
    """The heads a seal lists, or None if they are not the ones it was signed over."""
    tree = TreeBuilder()
    try:
        heads = list(heads_in(row.heads))
        for head in heads:
            tree.add(head)
    except (ValueError, OverflowError):
        return None
    return heads if tree.count == row.heads_count and tree.root() == bytes(row.root) else None
