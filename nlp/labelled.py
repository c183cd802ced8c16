"""Labelled texts from a file of JSON lines: {"text": "…", "label": "…"}."""

from __future__ import annotations

from pathlib import Path

import msgspec

from nlp.training import Example

LARGEST_FILE = 256 * 1024 * 1024


class LabelledFileError(ValueError):
    """The file cannot be used; the sentence names file and line."""


def read_labelled(path: Path) -> list[Example]:
    """The texts in their order; empty lines and further fields are overlooked. Raises LabelledFileError."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise LabelledFileError(f"{path} 超过 256 MB，请分开。")
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as exc:
        raise LabelledFileError(f"{path} 不是 UTF-8 编码的文本文件。") from exc
    except FileNotFoundError as exc:
        raise LabelledFileError(f"没有文件 {path}。") from exc
    except OSError as exc:
        raise LabelledFileError(f"读不了 {path}（{exc.strerror}）。") from exc
    examples = [_example(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not examples:
        raise LabelledFileError(f"{path} 里一条也没有。")
    return examples


def _example(path: Path, number: int, line: str) -> Example:
    try:
        said = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeEncodeError) as exc:
        raise LabelledFileError(f"{path} 第 {number} 行不是 JSON。") from exc
    if not isinstance(said, dict):
        raise LabelledFileError(f'{path} 第 {number} 行应写成 {{"text": …, "label": …}}。')
    text, label = said.get("text"), said.get("label")
    if not isinstance(text, str):
        raise LabelledFileError(f"{path} 第 {number} 行缺少 text，或者它不是文字。")
    if isinstance(label, int) and not isinstance(label, bool):
        label = str(label)
    if not isinstance(label, str) or not label.strip():
        raise LabelledFileError(f"{path} 第 {number} 行缺少 label，或者它不是文字。")
    return Example(text, label.strip())
