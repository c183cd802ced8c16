"""The document as one page for people: no script, nothing from elsewhere, readable on paper and without a network."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from html import escape
from typing import Any

import msgspec

from kit.catalogue import Catalogue

_MOST_DEEP = 1
_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}caption{text-align:left;font-weight:600}"
    "td{border:1px solid #8886;padding:.3rem .5rem;vertical-align:top}code{font-size:.9em}"
    "td:first-child{white-space:nowrap}"
    "@media(max-width:40rem){tr,td{display:block}tr{border:1px solid #8886;margin:.5rem 0}td{border:0}td:empty{display:none}}"
    "h2{margin-top:2.5rem}h3{margin-top:2rem}summary{padding:.6rem 0;cursor:pointer}nav a{display:inline-block;padding:.6rem 0}"
)
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page's own Content-Security-Policy: one style sheet, known by its hash, and nothing else."""


def page_of(document: bytes, catalogue: Catalogue) -> bytes:
    """HTML, in the browser's own colours."""
    read: dict[str, Any] = msgspec.json.decode(document)
    text = catalogue.text
    title = escape(read["info"]["title"])
    parts = [
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body><header><h1>{title}</h1>",
        *(f"<p>{escape(line)}</p>" for line in read["info"]["description"].splitlines()),
        '<p><a href="/api/v1/openapi.json">openapi.json</a></p></header>',
        f'<nav aria-label="{escape(text("api.page.contents"))}">{_contents(read)}</nav><main>',
    ]
    for tag in read["tags"]:
        parts.append(f'<section><h2 id="tag-{tag["name"]}">{escape(tag["description"])}</h2>')
        for path, method, one in _operations(read):
            if tag["name"] in one["tags"]:
                parts.append(_operation(path, method, one, catalogue))
        parts.append("</section>")
    parts.append(f"<section><h2>{escape(text('api.page.types'))}</h2>")
    for name, schema in read["components"]["schemas"].items():
        parts.append(_type(name, schema, catalogue))
    parts.append("</section></main></body></html>")
    return "".join(parts).encode()


def _operations(read: Mapping[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method.upper(), one)
        for path, methods in read["paths"].items()
        for method, one in methods.items()
    ]


def _contents(read: Mapping[str, Any]) -> str:
    lines = []
    for tag in read["tags"]:
        inner = "".join(
            f'<li><a href="#{escape(one["operationId"])}">{escape(one["summary"])}</a> '
            f"<code>{method} {escape(path)}</code></li>"
            for path, method, one in _operations(read)
            if tag["name"] in one["tags"]
        )
        lines.append(f"<details><summary>{escape(tag['description'])}</summary><ul>{inner}</ul></details>")
    return "".join(lines)


def _operation(path: str, method: str, one: Mapping[str, Any], catalogue: Catalogue) -> str:
    text = catalogue.text
    who = "none" if "security" not in one else "either" if {} in one["security"] else "needed"
    parts = [
        f'<article><h3 id="{escape(one["operationId"])}">{escape(one["summary"])}</h3>',
        f"<p><code>{method} {escape(path)}</code> · {escape(text(f'api.page.token_{who}'))}</p>",
    ]
    if one["parameters"]:
        rows = [
            (
                f"<code>{escape(each['name'])}</code>",
                escape(text(f"api.page.in_{each['in']}")),
                _shape(each["schema"]),
                escape(text("api.page.required")) if each["required"] else "",
                escape(each.get("description", "")),
            )
            for each in one["parameters"]
        ]
        parts.append(_table(text("api.page.parameters"), rows))
    for media, content in one.get("requestBody", {}).get("content", {}).items():
        body = escape(text("api.page.body"))
        parts.append(f"<p>{body} <code>{escape(media)}</code>: {_shape(content['schema'])}</p>")
    answers = [
        (
            f"<code>{status}</code>",
            "<br>".join(
                f"<code>{escape(media)}</code> {_shape(content['schema'])}"
                for media, content in answer.get("content", {}).items()
            ),
            "<br>".join(map(_marked, answer["description"].split("\n\n"))),
        )
        for status, answer in one["responses"].items()
    ]
    parts.append(_table(text("api.page.answers"), answers))
    return "".join(parts) + "</article>"


def _marked(line: str) -> str:
    """What stands between backticks is code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(line))


def _type(name: str, schema: Mapping[str, Any], catalogue: Catalogue) -> str:
    about = escape(schema.get("description", "")) if "enum" not in schema else ""
    head = f'<article><h3 id="type-{escape(name)}"><code>{escape(name)}</code></h3><p>{about}</p>'
    rows = [
        (
            f"<code>{escape(each)}</code>",
            _shape(inner),
            escape(catalogue.text("api.page.required")) if each in schema.get("required", ()) else "",
        )
        for each, inner in schema.get("properties", {}).items()
    ]
    return head + (_table(catalogue.text("api.page.fields"), rows) if rows else _shape(schema)) + "</article>"


def _table(caption: str, rows: Sequence[tuple[str, ...]]) -> str:
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><caption>{escape(caption)}</caption><tbody>{lines}</tbody></table>"


def _shape(schema: Mapping[str, Any], depth: int = 0) -> str:
    """One line for a type: `string ^…$`, `Case`, `array of uuid`, `a | b`."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#type-{name}">{name}</a>'
    if "anyOf" in schema:
        return " | ".join(_shape(one, depth) for one in schema["anyOf"])
    if "const" in schema:
        return f"<code>{escape(str(schema['const']))}</code>"
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(one))}</code>" for one in schema["enum"])
    kind = str(schema.get("format") or schema.get("type", ""))
    if kind == "array":
        return f"array ({_shape(schema.get('items', {}), depth)})"
    if kind == "object" and schema.get("properties") and depth < _MOST_DEEP:
        inner = ", ".join(f"<code>{escape(name)}</code>" for name in schema["properties"])
        return f"object ({inner})"
    limits = [f"{word} {schema[name]}" for name, word in _LIMITS.items() if name in schema]
    return escape(" ".join([kind, *limits]))


_LIMITS = {
    "minimum": "≥",
    "maximum": "≤",
    "minLength": "length ≥",
    "maxLength": "length ≤",
    "maxItems": "items ≤",
    "pattern": "~",
}
