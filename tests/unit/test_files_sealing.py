"""Sealed fields open only where they were sealed."""

from uuid import UUID

import pytest

from kit.sealing import FieldSealer, SealError, mask_phone
from kit.secrets import KeyRing

ROW = UUID("0198a000-0000-7000-8000-000000000001")
OTHER_ROW = UUID("0198a000-0000-7000-8000-000000000002")


@pytest.fixture(scope="module")
def sealer() -> FieldSealer:
    return FieldSealer(KeyRing.random())


@pytest.mark.parametrize("value", ["13800001234", "", "欧阳小明", "x" * 5000])
def test_a_sealed_field_opens_to_its_value(sealer: FieldSealer, value: str) -> None:
    sealed = sealer.seal(value, table="account", column="phone", row_id=ROW)
    assert sealer.open(sealed, table="account", column="phone", row_id=ROW) == value
    assert value == "" or value.encode() not in sealed


def test_the_same_value_seals_differently_each_time(sealer: FieldSealer) -> None:
    sealed = {sealer.seal("13800001234", table="account", column="phone", row_id=ROW) for _ in range(20)}
    assert len(sealed) == 20


@pytest.mark.parametrize(
    ("table", "column", "row_id"),
    [
        ("complaint", "phone", ROW),
        ("account", "name", ROW),
        ("account", "phone", OTHER_ROW),
        ("accountp", "hone", ROW),
    ],
)
def test_a_field_moved_elsewhere_does_not_open(
    sealer: FieldSealer, table: str, column: str, row_id: UUID
) -> None:
    sealed = sealer.seal("13800001234", table="account", column="phone", row_id=ROW)
    with pytest.raises(SealError):
        sealer.open(sealed, table=table, column=column, row_id=row_id)


def test_any_altered_byte_is_noticed(sealer: FieldSealer) -> None:
    sealed = sealer.seal("13800001234", table="account", column="phone", row_id=ROW)
    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        with pytest.raises(SealError):
            sealer.open(bytes(altered), table="account", column="phone", row_id=ROW)


@pytest.mark.parametrize("rubbish", [b"", b"\x01", b"\x02" + b"0" * 40, b"\x01" + b"0" * 28])
def test_rubbish_does_not_open_and_is_not_quoted(sealer: FieldSealer, rubbish: bytes) -> None:
    with pytest.raises(SealError) as caught:
        sealer.open(rubbish, table="account", column="phone", row_id=ROW)
    assert "000" not in str(caught.value).replace(str(ROW), "")


def test_another_ring_opens_nothing(sealer: FieldSealer) -> None:
    sealed = sealer.seal("13800001234", table="account", column="phone", row_id=ROW)
    with pytest.raises(SealError):
        FieldSealer(KeyRing.random()).open(sealed, table="account", column="phone", row_id=ROW)


def test_a_blind_index_is_equal_for_equal_values_of_one_purpose_only(sealer: FieldSealer) -> None:
    index = sealer.blind_index("13800001234")
    assert len(index) == 32
    assert index == sealer.blind_index("13800001234")
    assert index != sealer.blind_index("13800001235")
    assert index != sealer.blind_index("13800001234", purpose="id_number")
    assert index != FieldSealer(KeyRing.random()).blind_index("13800001234")


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812341234", "138****1234"),
        ("+86 138 1234 1234", "138****1234"),
        ("0377-12345", "****45"),
        ("110", "****"),
        ("", "****"),
    ],
)
def test_a_masked_phone_shows_its_ends_only(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown
