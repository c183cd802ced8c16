"""YAML that knows where it came from, so that every mistake can be shown with its file and line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# An alias may make a small file enormous when it is expanded; no file of ours needs one.
_MAX_BYTES = 4_000_000


def plain_yaml(text: str) -> Any:
    """The values of a file that comes with the program, by the quick reader. Raises yaml.YAMLError."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - the safe loader


class LocatedYamlError(ValueError):
    """A file cannot be used; the message is a Chinese sentence that names the file and, if known, the line."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands; `line` counts from 1."""

    path: Path
    line: int

    def __str__(self) -> str:
        return f"{self.path} 第 {self.line} 行"


def compose(path: Path) -> Node | None:
    """The file's node tree, or None if it holds nothing. Duplicate keys, aliases and tags are refused."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise LocatedYamlError(f"{path} 超过 {_MAX_BYTES // 1_000_000} MB，不像是配置文件。")
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise LocatedYamlError(f"{path} 不是 UTF-8 编码的文本。") from error
    except OSError as error:
        raise LocatedYamlError(f"{path} 读不出来：{error.strerror}。") from error
    try:
        for token in yaml.scan(text, Loader=_Loader):
            if isinstance(token, yaml.AliasToken | yaml.AnchorToken):
                raise LocatedYamlError(
                    f"{path} 第 {token.start_mark.line + 1} 行：不支持 YAML 的锚点和引用。"
                )
        root: Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = f" 第 {error.problem_mark.line + 1} 行" if error.problem_mark is not None else ""
        raise LocatedYamlError(f"{path}{line}：YAML 格式有误（{error.problem}）。") from error
    except yaml.YAMLError as error:
        raise LocatedYamlError(f"{path}：含有 YAML 不允许的字符。") from error
    if root is not None:
        _refuse_duplicates(root, path)
    return root


def plain(node: Node, path: Path) -> Any:
    """The node as plain dicts, lists, strings, numbers, dates, booleans and None."""
    constructor = yaml.SafeLoader("")
    try:
        return constructor.construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line if error.problem_mark is not None else node.start_mark.line) + 1
        raise LocatedYamlError(f"{path} 第 {line} 行：{error.problem}。") from error
    except ValueError as error:
        # For example 2026-02-30, which YAML takes for a date.
        raise LocatedYamlError(
            f"{path} 第 {node.start_mark.line + 1} 行起有一个值不成立（{error}）。"
        ) from error


def line_of(node: Node) -> int:
    """The line, from 1, on which the node begins."""
    return int(node.start_mark.line) + 1


def entries(node: MappingNode, path: Path) -> Iterator[tuple[str, Node, Node]]:
    """(key, key node, value node) of a mapping; a key that is not text is refused."""
    for key_node, value_node in node.value:
        if not isinstance(key_node, ScalarNode) or key_node.tag != "tag:yaml.org,2002:str":
            raise LocatedYamlError(f"{path} 第 {line_of(key_node)} 行：键必须是文字（必要时加引号）。")
        yield key_node.value, key_node, value_node


def _refuse_duplicates(node: Node, path: Path) -> None:
    if isinstance(node, MappingNode):
        first: dict[str, int] = {}
        for key, key_node, value_node in entries(node, path):
            if key in first:
                raise LocatedYamlError(
                    f"{path} 第 {line_of(key_node)} 行：“{key}”在第 {first[key]} 行已经写过。"
                )
            first[key] = line_of(key_node)
            _refuse_duplicates(value_node, path)
    elif isinstance(node, SequenceNode):
        for child in node.value:
            _refuse_duplicates(child, path)


def yaml_files(path: Path) -> list[Path]:
    """The file itself, or the `*.yaml` files directly in the folder, by name."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise LocatedYamlError(f"找不到 {path}。")
    return sorted(child for child in path.iterdir() if child.suffix in (".yaml", ".yml") and child.is_file())
