"""The bureau profile: everything that differs from one bureau to the next, as YAML a clerk can edit.

Each top-level key is a section. `kit` knows none of them: each feature declares its own as a msgspec struct
and `build_profile` joins them. Every mistake is reported, all at once, with file and line.
"""

from __future__ import annotations

import difflib
import re
import types
from collections import abc
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from kit.located_yaml import LocatedYamlError, Place, compose, entries, line_of, plain, yaml_files

_Path = tuple[str | int, ...]
S = TypeVar("S", bound=msgspec.Struct)


class ProfileError(ValueError):
    """The profile cannot be used; `faults` are Chinese sentences, each with file and line."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class ProfileDocument(dict[str, Any]):
    """What the files say, section by section, and where each section and value stands."""

    def __init__(self, values: Mapping[str, Any], nodes: Mapping[str, tuple[Place, Node]]) -> None:
        super().__init__(values)
        self._nodes = dict(nodes)

    def place(self, path: _Path) -> Place | None:
        """Where the value at `path` stands, or the nearest thing round it that is there."""
        if not path or path[0] not in self._nodes:
            return None
        place, node = self._nodes[str(path[0])]
        for part in path[1:]:
            child = _child(node, part)
            if child is None:
                break
            line, node = child
            place = Place(place.path, line)
        return place

    def with_sections(self, others: ProfileDocument) -> ProfileDocument:
        """This document with the sections of another in place of its own."""
        return ProfileDocument({**self, **others}, {**self._nodes, **others._nodes})


class Profile:
    """The joined sections, one instance of each declared struct."""

    def __init__(self, sections: Mapping[str, msgspec.Struct]) -> None:
        self._sections = dict(sections)

    def section(self, kind: type[S]) -> S:
        """The section of this struct; LookupError if no feature declared it when the profile was built."""
        for section in self._sections.values():
            if type(section) is kind:
                return section
        raise LookupError(f"no section of the bureau profile is a {kind.__name__}")

    def at(self, basis: str) -> object:
        """The value under a dotted path such as `limits.complaint.accept`, or None if it is not set.

        A leading `bureau.`, as lifecycles write it, may stand for the profile as a whole.
        """
        value = self._at(basis)
        return self._at(basis.removeprefix("bureau.")) if value is None else value

    def _at(self, basis: str) -> object:
        first, *rest = basis.split(".")
        value: object = self._sections.get(first)
        for part in rest:
            value = value.get(part) if isinstance(value, Mapping) else getattr(value, part, None)
        return value


def read_profile(path: Path) -> ProfileDocument:
    """Read one file or every `*.yaml` of a folder. ProfileError lists everything that is wrong."""
    faults: list[str] = []
    values: dict[str, Any] = {}
    nodes: dict[str, tuple[Place, Node]] = {}
    try:
        files = yaml_files(path)
        if not files:
            faults.append(f"单位画像文件夹 {path} 里没有 YAML 文件。")
    except LocatedYamlError as error:
        raise ProfileError(str(error)) from error
    for file in files:
        try:
            root = compose(file)
            if root is None:
                continue
            if not isinstance(root, MappingNode):
                faults.append(f"{Place(file, line_of(root))}：最外层应是“名称: 内容”的形式。")
                continue
            for name, key_node, value_node in entries(root, file):
                place = Place(file, line_of(key_node))
                if name in nodes:
                    faults.append(f"{place}：“{name}”在 {nodes[name][0]} 已经写过。")
                    continue
                nodes[name] = (place, value_node)
                values[name] = plain(value_node, file)
        except LocatedYamlError as error:
            faults.append(str(error))
    if faults:
        raise ProfileError(*faults)
    return ProfileDocument(values, nodes)


def build_profile(
    document: Mapping[str, Any], sections: Mapping[str, type[msgspec.Struct]], *, strict: bool = True
) -> Profile:
    """Turn the document into the declared structs; ProfileError lists everything that is wrong.

    A declared section that the document lacks takes the struct's defaults, if it has them all. A section
    nobody declared is a mistake unless `strict` is off (a command that needs only some of them).
    """
    located = document if isinstance(document, ProfileDocument) else ProfileDocument(document, {})
    faults: list[str] = []
    if strict:
        for name in located:
            if name not in sections:
                faults.append(f"{_where(located, (name,))}不认识“{name}”这一节{_guess(name, sections)}")
    built: dict[str, msgspec.Struct] = {}
    for name, kind in sections.items():
        value = located.get(name)
        if name not in located or value is None:
            try:
                built[name] = kind()
            except TypeError:
                faults.append(f"单位画像缺少“{name}”这一节。")
            continue
        mistakes = [f"{_where(located, path)}{what}" for path, what in _mistakes(kind, value, (name,))]
        faults.extend(mistakes)
        if not mistakes:
            built[name] = msgspec.convert(value, kind)
    if faults:
        raise ProfileError(*faults)
    return Profile(built)


def readable(value: object, kind: type[S]) -> tuple[S | None, frozenset[_Path]]:
    """A value as far as it can be read, and what was left out of it because it is mistaken, by path.

    None where what is left is no `kind`: something that it cannot be without is missing or mistaken.
    """
    left_out = frozenset(path for path, _ in _mistakes(kind, value, ()))
    try:
        return msgspec.convert(_without(value, left_out), kind), left_out
    except msgspec.ValidationError:
        return None, left_out


def _without(value: object, left_out: frozenset[_Path], path: _Path = ()) -> object:
    if isinstance(value, Mapping):
        return {
            key: _without(child, left_out, (*path, key))
            for key, child in value.items()
            if (*path, key) not in left_out
        }
    if isinstance(value, list):
        # Whatever stands in a list stays in its place: paths count it.
        return [_without(child, left_out, (*path, place)) for place, child in enumerate(value)]
    return value


def _child(node: Node, part: str | int) -> tuple[int, Node] | None:
    if isinstance(node, MappingNode):
        for key_node, value_node in node.value:
            if isinstance(key_node, ScalarNode) and key_node.value == str(part):
                return line_of(key_node), value_node
    elif isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        return line_of(node.value[part]), node.value[part]
    return None


def _where(document: ProfileDocument, path: _Path) -> str:
    place = document.place(path)
    return f"{place}：" if place is not None else "单位画像："


def _guess(name: str, known: Mapping[str, object] | list[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"，是不是“{close[0]}”？" if close else "。"


def _mistakes(kind: Any, value: object, path: _Path) -> Iterator[tuple[_Path, str]]:
    """Every mistake in a value, each with its path. (msgspec alone stops at the first.)

    Unknown fields are mistakes too: a misspelt one must not be silently ignored.
    """
    found = False
    for inner_path, what in _mistakes_within(kind, value, path):
        found = True
        yield inner_path, what
    if found:
        return
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        yield path, _sentence(path, str(error))


def _mistakes_within(kind: Any, value: object, path: _Path) -> Iterator[tuple[_Path, str]]:
    shape = _shape(kind)
    arguments = get_args(shape)
    if isinstance(value, Mapping) and isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        fields = _fields(shape)
        for key, child in value.items():
            if key in fields:
                yield from _mistakes(fields[key].type, child, (*path, key))
            elif key != shape.__struct_config__.tag_field:
                yield (*path, key), f"不认识“{key}”{_guess(str(key), list(fields))}"
        for name, field in fields.items():
            if field.required and name not in value:
                yield path, f"“{_dotted(path)}”里缺少“{name}”。"
    elif isinstance(value, list) and arguments and get_origin(shape) in (list, tuple, set, frozenset):
        same = get_origin(shape) is not tuple or arguments[1:] == (...,)
        for position, item in enumerate(value if same else ()):
            yield from _mistakes(arguments[0], item, (*path, position))
    elif isinstance(value, Mapping) and len(arguments) == 2 and get_origin(shape) in (dict, abc.Mapping):
        for key, child in value.items():
            yield from _mistakes(arguments[1], child, (*path, key))


@cache
def _fields(kind: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(kind)}


@cache
def _shape(kind: Any) -> Any:
    """The type behind `Annotated[...]` and `... | None`; other unions stay as they are."""
    if get_origin(kind) is Annotated:
        return _shape(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        rest = [one for one in get_args(kind) if one is not type(None)]
        return _shape(rest[0]) if len(rest) == 1 else kind
    return kind


def _dotted(path: _Path) -> str:
    parts = (f" 第 {part + 1} 项 " if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).replace(" .", " ").strip(" .")


def _sentence(path: _Path, message: str) -> str:
    what, dotted = re.sub(r" - at `.*`$", "", message), _dotted(path)
    if expected := re.fullmatch(r"Expected `([^`]+)`, got `(.+)`", what):
        return f"“{dotted}”应是{_word(expected[1])}，现在是{_word(expected[2])}。"
    if expected := re.fullmatch(r"Expected `([^`]+)` (.+)", what):
        return f"“{dotted}”应是{_word(expected[1])}，且{_bound(expected[2])}。"
    if expected := re.fullmatch(r"Invalid (?:enum )?value (.+)", what):
        return f"“{dotted}”不能是 {expected[1]}。"
    return f"“{dotted}”不成立：{what}。"


_WORDS = {
    "str": "文字",
    "int": "整数",
    "float": "数字",
    "bool": "true 或 false",
    "array": "列表",
    "object": "“名称: 内容”的一组",
    "null": "空",
    "date": "日期",
    "datetime": "日期时间",
    "time": "时间",
}

_BOUNDS = (
    ("of length <= ", "长度不超过 "),
    ("of length >= ", "长度不少于 "),
    ("matching regex ", "符合格式 "),
    ("<= ", "不大于 "),
    (">= ", "不小于 "),
    ("< ", "小于 "),
    ("> ", "大于 "),
)


_FORMATS = (
    ("'^[0-9][0-9-]{2,14}$'", "3 到 15 位数字，可以有短横线"),
    ("'^([01][0-9]|2[0-3]):[0-5][0-9]$'", "24 小时制的时刻，如 08:30"),
    ("'^[A-Z]{2,4}$'", "2 到 4 个大写字母"),
    ("'^[a-z][a-z0-9_]{0,39}$'", "小写字母开头，只用小写字母、数字和下划线"),
    ("'^[0-9A-Za-z][0-9A-Za-z.-]{0,19}$'", "不超过 20 位，只用字母、数字、点和短横线"),
)
"""Patterns of the profile in words: who mends a value reads no regular expressions."""


def _bound(condition: str) -> str:
    for pattern, words in _FORMATS:
        condition = condition.replace(f"matching regex {pattern}", f"格式是{words}")
    for english, chinese in _BOUNDS:
        condition = condition.replace(english, chinese)
    return condition


def _word(names: str) -> str:
    return "或".join(_WORDS.get(name.strip(), name.strip()) for name in names.split("|"))
