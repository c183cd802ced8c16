"""A trained model as bytes: a head with the version and a checksum, then plain arrays, compressed."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable, Hashable, Iterator
from typing import TypeVar

import msgspec

from nlp.linear import (
    BESIDE_LABELS,
    LANE,
    LANE_MASK,
    TOP_WEIGHT,
    Field,
    LinearModel,
    gram_text,
    grams_of,
    packed,
)

K = TypeVar("K", bound=Hashable)

MAGIC = b"CGLM"
VERSION = 2
MOST_BYTES = 128 * 1024 * 1024
"""Unpacked; a model of ours is a hundredth of it."""
_HEAD = struct.Struct("<4sBI")


class BrokenModel(ValueError):
    """The bytes are no model of this version; the sentence says what is wrong."""


class _StoredField(msgspec.Struct, array_like=True):
    """`numbers` are one byte each: for each token its row."""

    tokens: str
    numbers: bytes
    scale: float
    bound: int
    top: float
    likeness: float


class _Stored(msgspec.Struct, array_like=True):
    labels: tuple[str, ...]
    bias: tuple[float, ...]
    sharpness: float
    grams: _StoredField
    meanings: _StoredField


def to_bytes(model: LinearModel) -> bytes:
    """The model in the current version. `from_bytes` gives it back number for number."""
    stored = _Stored(
        model.labels,
        model.bias,
        model.sharpness,
        _stored(model.grams, len(model.labels), gram_text),
        _stored(model.meanings, len(model.labels), str),
    )
    body = zlib.compress(msgspec.msgpack.encode(stored), 6)
    return _HEAD.pack(MAGIC, VERSION, zlib.crc32(body)) + body


def from_bytes(whole: bytes) -> LinearModel:
    """The model that `to_bytes` wrote. Raises BrokenModel."""
    if len(whole) < _HEAD.size or not whole.startswith(MAGIC):
        raise BrokenModel("这不是分类模型。")
    _, version, checksum = _HEAD.unpack_from(whole)
    if version != VERSION:
        raise BrokenModel(f"分类模型是第 {version} 版格式，本程序只认第 {VERSION} 版，请重新训练。")
    body = whole[_HEAD.size :]
    if zlib.crc32(body) != checksum:
        raise BrokenModel("分类模型已损坏（校验和不符），请重新训练。")
    try:
        unpacking = zlib.decompressobj()
        unpacked = unpacking.decompress(body, MOST_BYTES)
        if unpacking.unconsumed_tail or not unpacking.eof:
            raise BrokenModel("分类模型大得不合理，请重新训练。")
        stored = msgspec.msgpack.decode(unpacked, type=_Stored)
    except (zlib.error, msgspec.MsgspecError) as exc:
        raise BrokenModel("分类模型的内容读不懂，请重新训练。") from exc
    labels = len(stored.labels)
    numbers = (*stored.bias, stored.sharpness)
    if labels < 2 or len(set(stored.labels)) != labels or len(stored.bias) != labels:
        raise BrokenModel("分类模型的分类不成对，请重新训练。")
    if not all(map(math.isfinite, numbers)):
        raise BrokenModel("分类模型里有不是数的权重，请重新训练。")
    return LinearModel(
        labels=stored.labels,
        bias=stored.bias,
        sharpness=stored.sharpness,
        grams=_field(stored.grams, labels, _gram),
        meanings=_field(stored.meanings, labels, str),
    )


def _stored(field: Field[K], labels: int, text: Callable[[K], str]) -> _StoredField:
    numbers = bytes(number for row in field.rows.values() for number in _unpacked(row, labels))
    return _StoredField(
        "\n".join(map(text, field.rows)), numbers, field.scale, field.bound, field.top, field.likeness
    )


def _unpacked(row: int, labels: int) -> Iterator[int]:
    for _ in range(labels + BESIDE_LABELS):
        yield row & LANE_MASK
        row >>= LANE


def _gram(text: str) -> int:
    units, pairs = grams_of(text)
    if len(text) != len(units) or not 1 <= len(units) <= 2:
        raise BrokenModel("分类模型的词和权重对不上，请重新训练。")
    return (pairs or units)[0]


def _field(stored: _StoredField, labels: int, token: Callable[[str], K]) -> Field[K]:
    tokens = [*map(token, stored.tokens.split("\n"))] if stored.tokens else []
    width = labels + BESIDE_LABELS
    if len(stored.numbers) != width * len(tokens) or len(set(tokens)) != len(tokens):
        raise BrokenModel("分类模型的词和权重对不上，请重新训练。")
    if not 0 <= stored.bound <= TOP_WEIGHT:
        raise BrokenModel("分类模型的权重越界，请重新训练。")
    if not all(math.isfinite(scale) and scale > 0 for scale in (stored.scale, stored.top)):
        raise BrokenModel("分类模型的比例不对，请重新训练。")
    if not 0 <= stored.likeness <= 1:
        raise BrokenModel("分类模型的比例不对，请重新训练。")
    rows = {
        token: packed(stored.numbers[place : place + width])
        for token, place in zip(tokens, range(0, len(stored.numbers), width), strict=True)
    }
    return Field(rows, stored.scale, stored.bound, stored.top, stored.likeness)
