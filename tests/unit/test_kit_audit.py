"""Five kinds of tampering and their cousins, each done to a real chain and named by case and position."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from kit.audit.chain import canonical_json, entry_mac, fields_of, link
from kit.audit.models import AuditEntry, AuditSeal
from kit.audit.seal import Head, heads_in, key_id_of, merkle_root, public_key_of
from kit.audit.sealing import SealDocumentError, content_of, read_document, seal
from kit.audit.verify import Finding, VerifyKeys, verify
from kit.catalogue import Catalogue
from kit.clock import FixedClock
from kit.ids import Ids

KEY = b"a key of thirty-two bytes, tests"
SIGNING_KEY = b"another key of thirty-two bytes."
KEYS = VerifyKeys(KEY, (public_key_of(SIGNING_KEY),))
NOW = datetime(2026, 11, 22, 1, 30, 0, 654321, tzinfo=UTC)
IDS = Ids(FixedClock(NOW))
TEXTS = Catalogue.load(Path(__file__).parents[2] / "content/catalogue/zh_CN/audit.yaml")

Rows = list[AuditEntry]


def grown(length: int) -> Rows:
    """A chain of one case."""
    case_id, previous, chain = IDS.new(), None, []
    for number in range(length):
        previous = link(
            KEY,
            previous,
            id=IDS.new(),
            case_id=case_id,
            at=NOW + timedelta(minutes=number),
            actor_kind="staff",
            actor_id=IDS.new(),
            action="assign",
            detail={"unit": "街道中队", "round": number},
        )
        chain.append(previous)
    return chain


async def from_list(items: Iterable):
    for item in items:
        yield item


async def sealed(*chains: Rows, previous: AuditSeal | None = None, days: int = 0):
    heads = sorted((Head(c[-1].case_id, c[-1].position, c[-1].mac) for c in chains), key=lambda h: h.case_id)
    return await seal(
        from_list(heads), previous, private_key=SIGNING_KEY, id=IDS.new(), at=NOW + timedelta(days=days)
    )


async def findings(rows: Rows, seals: Iterable[AuditSeal] = (), published=()) -> list[Finding]:
    in_order = sorted(rows, key=lambda row: (row.case_id, row.position))
    found = [one async for one in verify(from_list(in_order), seals, KEYS, published)]
    for one in found:
        assert TEXTS.text(one.key, **one.params)
    return found


def said(found: list[Finding]) -> list[tuple[str, int | None]]:
    return [(one.kind, one.position) for one in found]


async def test_whole_chains_and_seals_have_no_findings():
    one, two = grown(4), grown(1)
    first = (await sealed(one)).row
    second = (await sealed(one, two, previous=first, days=1)).row
    assert await findings(one + two, [second, first]) == []
    assert await findings([]) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", UUID(int=7)),
        ("at", NOW - timedelta(microseconds=1)),
        ("actor_kind", "citizen"),
        ("actor_id", None),
        ("action", "close"),
        ("detail", '{"round":1,"unit":"别的中队"}'),
        ("previous", b"\0" * 32),
        ("mac", b"\0" * 32),
    ],
)
async def test_an_altered_field_is_named(field, value):
    chain = grown(4)
    setattr(chain[1], field, value)
    (found,) = await findings(chain)
    assert (found.kind, found.case_id, found.position) == ("altered", chain[0].case_id, 2)


async def test_an_altered_last_entry_is_known_from_a_forged_one_by_the_seal():
    chain = grown(3)
    row = (await sealed(chain)).row
    chain[2].action = "close"
    assert said(await findings(chain, [row])) == [("altered", 3)]
    assert said(await findings(chain)) == [("forged", 3)]


async def test_a_deleted_middle_row_is_named():
    chain = grown(5)
    assert said(await findings([chain[0], chain[1], chain[4]])) == [("missing", 3), ("missing", 4)]
    assert said(await findings(chain[1:])) == [("missing", 1)]


async def test_a_deleted_row_stays_known_when_the_rest_is_renumbered():
    chain = grown(4)
    del chain[1]
    for position, entry in enumerate(chain, 1):
        entry.position = position
    found = await findings(chain)
    assert [(one.kind, one.position, one.true_position) for one in found] == [
        ("moved", 2, 3),
        ("moved", 3, 4),
    ]


async def test_swapped_rows_are_named():
    chain = grown(4)
    chain[1].position, chain[2].position = 3, 2
    found = await findings(chain)
    assert [(one.kind, one.position, one.true_position) for one in found] == [
        ("moved", 2, 3),
        ("moved", 3, 2),
    ]


async def test_a_forged_row_at_the_end_is_named():
    chain = grown(3)
    forged = copy.copy(chain[2])
    forged.id, forged.position, forged.previous, forged.action = IDS.new(), 4, chain[2].mac, "close"
    assert said(await findings([*chain, forged])) == [("forged", 4)]


async def test_a_forged_row_put_between_is_named_and_so_are_the_rows_it_pushed_on():
    chain = grown(3)
    forged = copy.copy(chain[1])
    forged.id, forged.detail, forged.mac = IDS.new(), "{}", b"f" * 32
    chain[1].position, chain[2].position = 3, 4
    assert said(await findings([*chain, forged])) == [("forged", 2), ("moved", 3), ("moved", 4)]


async def test_a_forged_rival_for_one_position_is_named_and_not_the_true_row():
    chain = grown(3)
    rival = copy.copy(chain[1])
    rival.id, rival.action = IDS.new(), "close"
    for rows in ([*chain, rival], [chain[0], rival, *chain[1:]]):
        (found,) = await findings(rows)
        assert (found.kind, found.position, found.entry_id) == ("forged", 2, rival.id)


async def test_a_forged_position_far_away_does_not_make_endless_findings():
    chain = grown(2)
    forged = copy.copy(chain[1])
    forged.id, forged.position = IDS.new(), 2_000_000_000
    assert said(await findings([*chain, forged])) == [("forged", 2_000_000_000)]


async def test_a_row_taken_from_another_case_is_named():
    one, two = grown(3), grown(3)
    stranger = copy.copy(two[2])
    stranger.case_id, stranger.id = one[0].case_id, IDS.new()
    assert said(await findings([*one[:2], stranger])) == [("forged", 3)]


async def test_a_cut_off_tail_is_named_from_the_seal():
    chain, other = grown(5), grown(2)
    row = (await sealed(chain, other)).row
    found = await findings(chain[:3] + other, [row])
    assert [(f.kind, f.case_id, f.position, f.seal_number) for f in found] == [
        ("cut_off", chain[0].case_id, 4, 1),
        ("cut_off", chain[0].case_id, 5, 1),
    ]


async def test_a_case_that_vanished_whole_is_named_from_the_seal():
    chain, other = grown(5), grown(2)
    row = (await sealed(chain, other)).row
    (found,) = await findings(other, [row])
    assert (found.kind, found.case_id, found.position) == ("removed", chain[0].case_id, 5)


async def test_history_rewritten_by_somebody_with_the_key_contradicts_the_seal():
    chain = grown(3)
    row = (await sealed(chain)).row
    before = b""
    for entry in chain:
        entry.detail = "{}"
        entry.previous = before
        entry.mac = before = entry_mac(KEY, fields_of(entry), before)
    assert said(await findings(chain)) == []
    assert said(await findings(chain, [row])) == [("rewritten", 3)]


async def test_one_row_rewritten_with_the_key_breaks_the_link_to_the_next():
    chain = grown(3)
    chain[1].action = "close"
    chain[1].mac = entry_mac(KEY, fields_of(chain[1]), chain[1].previous)
    assert said(await findings(chain)) == [("broken_link", 3)]


def forge_heads(row: AuditSeal) -> None:
    row.heads = row.heads.replace(" 3 ", " 2 ")


def empty_heads(row: AuditSeal) -> None:
    row.heads = ""


def garble_heads(row: AuditSeal) -> None:
    row.heads = "garbage\n"


def other_root(row: AuditSeal) -> None:
    row.root = b"r" * 32


def other_day(row: AuditSeal) -> None:
    row.sealed_on = date(2020, 1, 1)


@pytest.mark.parametrize(
    ("tamper", "kind"),
    [
        (forge_heads, "seal_damaged"),
        (garble_heads, "seal_damaged"),
        (empty_heads, "seal_without_heads"),
        (other_root, "seal_unsigned"),
        (other_day, "seal_unsigned"),
    ],
)
async def test_tampering_with_the_newest_seal_is_named(tamper: Callable[[AuditSeal], None], kind: str):
    chain = grown(3)
    row = (await sealed(chain)).row
    tamper(row)
    (found,) = await findings(chain, [row])
    assert (found.kind, found.seal_number) == (kind, 1)


async def test_seals_follow_each_other_and_the_published_documents():
    chain = grown(3)
    first = await sealed(chain)
    second = await sealed(chain, previous=first.row, days=1)
    third = await sealed(chain, previous=second.row, days=2)
    public = [read_document(one.document, KEYS.seal_public_keys) for one in (first, second, third)]
    assert said(await findings(chain, [first.row, second.row, third.row], public)) == []
    for rows, numbers in (
        ([first.row, third.row], [2]),
        ([first.row, second.row], [3]),
        ([first.row], [2, 3]),
        ([], [1, 2, 3]),
    ):
        found = await findings(chain, rows, public)
        assert [(one.kind, one.seal_number) for one in found] == [("seal_missing", n) for n in numbers]


async def test_a_seal_signed_anew_contradicts_the_published_one():
    chain = grown(3)
    honest = await sealed(chain)
    again = (await sealed(chain[:2])).row
    public = [read_document(honest.document, KEYS.seal_public_keys)]
    (found,) = await findings(chain[:2], [again], public)
    assert found.kind == "seal_contradicts_published"


async def test_a_seal_that_does_not_follow_the_one_before_is_named():
    chain = grown(2)
    first = (await sealed(chain)).row
    stranger = (await sealed(grown(1))).row
    second = (await sealed(chain, previous=stranger, days=1)).row
    assert [(f.kind, f.seal_number) for f in await findings(chain, [first, second])] == [("seal_damaged", 2)]


async def test_old_seals_may_have_their_heads_emptied():
    chain = grown(2)
    first = (await sealed(chain)).row
    second = (await sealed(chain, previous=first, days=1)).row
    first.heads = ""
    assert await findings(chain, [first, second]) == []


async def test_a_seal_made_before_the_chain_grew_on_still_holds():
    chain = grown(5)
    row = (await sealed(chain[:2])).row
    assert await findings(chain, [row]) == []


async def test_the_published_document_names_no_case_and_proves_itself():
    chain = grown(2)
    done = await sealed(chain)
    assert done.file_name == "audit-seal-2026-11-22.json"
    assert str(chain[0].case_id) not in done.document
    assert json.loads(done.document)["key_id"] == key_id_of(KEYS.seal_public_keys[0])
    assert read_document(done.document, KEYS.seal_public_keys) == content_of(done.row)
    for damaged in ("", "[]", "{}", done.document.replace('"number": 1', '"number": 2'), done.document[:-9]):
        with pytest.raises(SealDocumentError):
            read_document(damaged, KEYS.seal_public_keys)


async def test_a_day_is_sealed_once():
    chain = grown(1)
    first = (await sealed(chain)).row
    with pytest.raises(ValueError, match="already"):
        await sealed(chain, previous=first)


async def test_nothing_yet_can_be_sealed_too():
    row = (await sealed()).row
    assert row.heads_count == 0
    assert await findings([], [row]) == []


def test_the_tree_needs_heads_in_order():
    one, two = (Head(UUID(int=n), 1, b"m" * 32) for n in (1, 2))
    assert merkle_root([one, two]) != merkle_root([one])
    with pytest.raises(ValueError, match="order"):
        merkle_root([two, one])
    with pytest.raises(ValueError):
        list(heads_in("no head\n"))


async def test_rows_out_of_order_are_refused():
    one, two = grown(2), grown(2)
    for rows in (two + one, [one[1], one[0]]):
        with pytest.raises(ValueError, match="ordered"):
            _ = [found async for found in verify(from_list(rows), (), KEYS)]


def test_a_chain_continues_its_own_case_only():
    chain = grown(1)
    wanted = {
        "id": IDS.new(),
        "at": NOW,
        "actor_kind": "clock",
        "actor_id": None,
        "action": "x",
        "detail": {},
    }
    with pytest.raises(ValueError, match="own case"):
        link(KEY, chain[0], case_id=IDS.new(), **wanted)
    with pytest.raises(ValueError, match="zone"):
        link(KEY, None, case_id=IDS.new(), **(wanted | {"at": datetime(2026, 1, 1)}))  # noqa: DTZ001


def test_fields_cannot_be_shifted_into_each_other():
    fields = fields_of(grown(1)[0])
    one = entry_mac(KEY, replace(fields, actor_kind="staff", action="xa"), b"")
    assert one != entry_mac(KEY, replace(fields, actor_kind="staffx", action="a"), b"")


def test_detail_has_one_spelling():
    meaning = {
        "乙": [1, None, True],
        "a": {"id": UUID(int=1), "on": date(2026, 1, 2), "at": NOW},
        "s": {"y", "x"},
    }
    assert canonical_json(meaning) == canonical_json(dict(reversed(meaning.items())))
    assert canonical_json({"b": 1, "a": "甲"}) == '{"a":"甲","b":1}'


@pytest.mark.parametrize("value", [1.5, b"x", object(), {1: 2}, datetime(2026, 1, 1)])  # noqa: DTZ001
def test_detail_refuses_what_has_no_one_spelling(value):
    with pytest.raises(TypeError):
        canonical_json({"a": value})


def test_detail_refuses_half_a_surrogate_pair():
    with pytest.raises(ValueError):
        canonical_json({"a": "\ud800"})
