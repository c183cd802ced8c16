"""Which catalogue texts the code asks for, read from its source: literals, f-strings, calls, templates."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, nodes

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("app", "bot", "casework", "content", "kit", "miniapp_api", "nlp", "web", "wechat")
TEMPLATES = ROOT / "web" / "templates"

_DOTTED = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
_HEAD = re.compile(r"[a-z][a-z0-9_]*\.[a-z0-9_.]*")


@dataclass(frozen=True)
class Spoken:
    """A dotted name in the source. `pattern` matches the keys it may mean; `given` are the values passed with it.

    `given` is None where it stands in no call, or the call passes a mapping made elsewhere.
    """

    where: str
    name: str
    pattern: re.Pattern[str]
    given: frozenset[str] | None = None

    @property
    def top(self) -> str:
        return self.name.partition(".")[0]


def spoken() -> Iterator[Spoken]:
    """Every dotted name in the packages and templates, whatever it may be the name of."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield from _in_source(path.relative_to(ROOT), path.read_text(encoding="utf-8"))
    for path in sorted(TEMPLATES.rglob("*.html")):
        yield from _in_template(path.relative_to(ROOT), path.read_text(encoding="utf-8"))


def _in_source(path: Path, source: str) -> Iterator[Spoken]:
    tree = ast.parse(source)
    firsts = {id(node.args[0]): node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args}
    for node in ast.walk(tree):
        name, pattern = _name_of(node)
        if name:
            call = firsts.get(id(node))
            yield Spoken(
                f"{path}:{getattr(node, 'lineno', 0)}",
                name,
                re.compile(pattern),
                _given(call) if call else None,
            )


def _name_of(node: ast.AST) -> tuple[str, str]:
    """A literal, or an f-string with a dotted head, and the expression it stands for."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _DOTTED.fullmatch(node.value):
        return node.value, re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
        if isinstance(parts[0], str) and _HEAD.fullmatch(parts[0]):
            return (
                "".join("*" if part is None else str(part) for part in parts),
                "".join(r"[^.]+" if part is None else re.escape(str(part)) for part in parts),
            )
    return "", ""


def _given(call: ast.Call) -> frozenset[str] | None:
    names: set[str] = set()
    for argument in call.args[1:]:
        if isinstance(argument, ast.Dict) and all(isinstance(key, ast.Constant) for key in argument.keys):
            names.update(str(key.value) for key in argument.keys if isinstance(key, ast.Constant))
        elif not isinstance(argument, ast.Constant):
            return None
    for keyword in call.keywords:
        if keyword.arg is None:
            return None
        names.add(keyword.arg)
    return frozenset(names)


def _in_template(path: Path, source: str) -> Iterator[Spoken]:
    for call in Environment(autoescape=True).parse(source).find_all(nodes.Call):
        if not (isinstance(call.node, nodes.Name) and call.node.name == "t" and call.args):
            continue
        key = call.args[0]
        # `t("a" if x else "b")` speaks of both.
        literals = [key] if isinstance(key, nodes.Const) else list(key.find_all(nodes.Const))
        given = None if call.dyn_kwargs else frozenset(pair.key for pair in call.kwargs)
        for literal in literals:
            if isinstance(literal.value, str):
                pattern = re.compile(re.escape(literal.value))
                yield Spoken(f"{path}:{call.lineno}", literal.value, pattern, given)
