"""The words citizens and staff read, kept apart from code in YAML files and found by dotted keys."""

from __future__ import annotations

from collections.abc import Iterator, KeysView, Mapping
from pathlib import Path
from string import Formatter
from types import MappingProxyType

from yaml.nodes import MappingNode, Node, ScalarNode

from kit.located_yaml import LocatedYamlError, Place, compose, entries, line_of, yaml_files


class CatalogueError(LookupError):
    """A key or placeholder is missing, or a catalogue file is wrong; `faults` lists every one found."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Catalogue:
    """Immutable texts with `{name}` placeholders.

    Only plain names may stand between braces: no indexes, attributes or format codes, so that a text can
    never reach into an object it is given. A brace as such is written twice.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)
        self._placeholders: dict[str, frozenset[str]] = {}
        self._areas: dict[str, list[str]] = {}
        """Keys by their first word: looking for a few must not touch all texts, which forked processes share."""
        faults = []
        for key, text in self._texts.items():
            self._areas.setdefault(key.partition(".")[0], []).append(key)
            try:
                self._placeholders[key] = _placeholders(text)
            except ValueError as error:
                faults.append(f"{key}：{error}。")
        if faults:
            raise CatalogueError(*faults)

    @classmethod
    def load(cls, *folders: Path) -> Catalogue:
        """Read every `*.yaml` of the folders; all faults are reported together, each with file and line."""
        texts: dict[str, str] = {}
        places: dict[str, Place] = {}
        faults: list[str] = []
        for folder in folders:
            try:
                files = yaml_files(folder)
            except LocatedYamlError as error:
                faults.append(str(error))
                continue
            for path in files:
                try:
                    root = compose(path)
                except LocatedYamlError as error:
                    faults.append(str(error))
                    continue
                for key, value, place in _leaves(root, path, faults):
                    if key in places:
                        faults.append(f"{place}：“{key}”在 {places[key]} 已经写过。")
                        continue
                    try:
                        _placeholders(value)
                    except ValueError as error:
                        faults.append(f"{place}：{error}。")
                        continue
                    texts[key], places[key] = value, place
        if faults:
            raise CatalogueError(*faults)
        return cls(texts)

    def text(self, key: str, /, **params: object) -> str:
        """The text with its placeholders filled in. Values the text does not ask for are ignored."""
        return self.filled(key, params)

    def filled(self, key: str, params: Mapping[str, object]) -> str:
        """The same, of values that are at hand already."""
        try:
            text = self._texts[key]
        except KeyError:
            raise CatalogueError(f"文案目录里没有“{key}”。") from None
        try:
            return text.format_map(params)
        except KeyError as error:
            raise CatalogueError(f"文案“{key}”需要“{error.args[0]}”，但没有给出。") from None

    def reworded(self, wordings: Mapping[str, str]) -> Catalogue:
        """The same texts, some of them in other words. Raises CatalogueError for braces that do not match."""
        return Catalogue(self._texts | dict(wordings)) if wordings else self

    def raw(self, key: str) -> str:
        """A text with its placeholders unfilled. Raises CatalogueError."""
        try:
            return self._texts[key]
        except KeyError:
            raise CatalogueError(f"文案目录里没有“{key}”。") from None

    def has(self, key: str) -> bool:
        """Whether there is a text of this key."""
        return key in self._texts

    def keys(self) -> KeysView[str]:
        """Every key."""
        return MappingProxyType(self._texts).keys()

    def under(self, prefix: str) -> dict[str, str]:
        """The unfilled texts whose keys begin with `prefix` and a dot, by the rest of their key."""
        start = prefix + "."
        area = self._areas.get(prefix.partition(".")[0], ())
        return {key.removeprefix(start): self._texts[key] for key in area if key.startswith(start)}

    def placeholders(self, key: str) -> frozenset[str]:
        """The names a text asks for."""
        try:
            return self._placeholders[key]
        except KeyError:
            raise CatalogueError(f"文案目录里没有“{key}”。") from None


def _placeholders(text: str) -> frozenset[str]:
    names = set()
    try:
        parsed = list(Formatter().parse(text))
    except ValueError as error:
        raise ValueError("花括号不成对（要写花括号本身，请写两遍）") from error
    for _, name, format_code, conversion in parsed:
        if name is None:
            continue
        if not name.isidentifier() or format_code or conversion:
            raise ValueError(f"花括号里只能写一个名字，现在是“{{{name}{format_code or ''}}}”")
        names.add(name)
    return frozenset(names)


def _leaves(root: Node | None, path: Path, faults: list[str]) -> Iterator[tuple[str, str, Place]]:
    if root is None:
        return
    waiting: list[tuple[str, Node]] = [("", root)]
    while waiting:
        prefix, node = waiting.pop()
        place = Place(path, line_of(node))
        if isinstance(node, MappingNode):
            try:
                children = [(key, child) for key, _, child in entries(node, path)]
            except LocatedYamlError as error:
                faults.append(str(error))
                continue
            for key, child in reversed(children):
                if not key or "." in key:
                    faults.append(f"{place}：键“{key}”不能为空，也不能含有点号。")
                    continue
                waiting.append((f"{prefix}.{key}" if prefix else key, child))
        elif isinstance(node, ScalarNode) and node.tag == "tag:yaml.org,2002:str" and prefix:
            if node.value.strip():
                yield prefix, node.value, place
            else:
                faults.append(f"{place}：“{prefix}”没有写文字。")
        else:
            faults.append(f"{place}：“{prefix or path.name}”必须是文字（数字、是否、空值请加引号）。")
