"""Question sets as files, one JSON object a line; other keys of a line are passed over, and so are empty lines.

* a base: {"id", "text"}; lines of one id are phrasings of one entry;
* queries: {"query", "gold"}, where gold is the id of the right entry or a list of ids that are equally right;
* questions out of scope: {"query"} with an optional "kind", near or far.

Ids are numbers or texts: 12 and "12" name the same entry, but a base must not write one id both ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec

Written = Annotated[str, msgspec.Meta(min_length=1)]
Id = int | Written


class BaseLine(msgspec.Struct, frozen=True):
    """One phrasing of one entry."""

    id: Id
    text: Written


class QueryLine(msgspec.Struct, frozen=True):
    """A question with the entries that are right. `split` is "held" for those nobody looks at while tuning."""

    query: Written
    gold: Id | Annotated[tuple[Id, ...], msgspec.Meta(min_length=1)]
    split: str = ""

    @property
    def golds(self) -> tuple[str, ...]:
        """The ids of the right entries as texts."""
        return tuple(str(one) for one in self.gold) if isinstance(self.gold, tuple) else (str(self.gold),)


class OutsideLine(msgspec.Struct, frozen=True):
    """A question no entry answers. Without a kind it counts as both near and far."""

    query: Written
    kind: Literal["near", "far"] | None = None
    split: str = ""


class QuestionFileError(ValueError):
    """A file cannot be used: one sentence that names the file and the line."""


Line = TypeVar("Line", BaseLine, QueryLine, OutsideLine)


def read_base(path: Path) -> dict[str, tuple[str, ...]]:
    """The phrasings by id, in the order of the file. Raises QuestionFileError."""
    phrasings: dict[str, dict[str, int]] = {}
    written: dict[str, Id] = {}
    for number, line in _lines(path, BaseLine):
        name = str(line.id)
        if written.setdefault(name, line.id) != line.id:
            raise _fault(path, number, f"编号 {name} 在前面写成了另一种类型（数字和文字不能混用）")
        first = phrasings.setdefault(name, {}).setdefault(line.text, number)
        if first != number:
            raise _fault(path, number, f"与第 {first} 行重复（编号 {name}）")
    return {name: tuple(texts) for name, texts in phrasings.items()}


def read_queries(path: Path, base: dict[str, tuple[str, ...]]) -> list[QueryLine]:
    """The questions, whose right entries are all in the base. Raises QuestionFileError."""
    queries = []
    for number, line in _lines(path, QueryLine):
        unknown = [gold for gold in line.golds if gold not in base]
        if unknown:
            raise _fault(path, number, f"gold {unknown[0][:40]} 不在题库里")
        queries.append(line)
    return queries


def read_own_queries(path: Path) -> list[QueryLine]:
    """Questions whose entries are looked up later. Raises QuestionFileError."""
    return [line for _, line in _lines(path, QueryLine)]


def read_outside(path: Path) -> list[OutsideLine]:
    """The questions out of scope. Raises QuestionFileError."""
    return [line for _, line in _lines(path, OutsideLine)]


def _lines(path: Path, kind: type[Line]) -> Iterator[tuple[int, Line]]:
    """The lines with their numbers from 1."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise QuestionFileError(f"找不到文件 {path}") from None
    except OSError as error:
        raise QuestionFileError(f"读不了文件 {path}（{error.strerror}）") from None
    decoder = msgspec.json.Decoder(kind)
    empty = True
    for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if not raw.strip():
            continue
        empty = False
        try:
            yield number, decoder.decode(raw)
        except (msgspec.ValidationError, UnicodeDecodeError) as error:
            raise _fault(path, number, _said(kind, error)) from None
        except msgspec.DecodeError:
            raise _fault(path, number, "不是完整的 JSON 对象") from None
    if empty:
        raise QuestionFileError(f"{path} 是空的，至少要有一行")


def _said(kind: type[Line], error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "不是 UTF-8 编码的文字"
    return f"{_SHAPES[kind]}（{_place(error)}）"


def _place(error: Exception) -> str:
    """Where in the line: msgspec says `... - at `$.gold`` or names the missing field between backquotes."""
    marked = str(error).split("`")
    names = [part.removeprefix("$.").partition("[")[0] for part in marked[1::2]]
    known = [name for name in names if name in {"id", "text", "query", "gold", "kind", "split"}]
    return f"{known[-1]} 缺了或类型不对" if known else "要写成一个 JSON 对象"


_SHAPES: dict[type, str] = {
    BaseLine: '每行要有 {"id": 数字或文字, "text": "不为空的文字"}',
    QueryLine: '每行要有 {"query": "不为空的文字", "gold": 题库里的编号或编号列表}',
    OutsideLine: '每行要有 {"query": "不为空的文字"}，可带 "kind": "near" 或 "far"',
}


def _fault(path: Path, number: int, text: str) -> QuestionFileError:
    return QuestionFileError(f"{path} 第 {number} 行：{text}")
