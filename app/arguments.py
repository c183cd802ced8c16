"""Command-line arguments in Chinese: help, and one sentence for what cannot be understood."""

from __future__ import annotations

import argparse
import re
import sys
from typing import Any, NoReturn

USAGE = 2
"""The exit code for what the caller got wrong."""


class _Formatter(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """argparse that speaks Chinese, with one sentence instead of a page of usage."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"formatter_class": _Formatter, **more, "add_help": False})
        self._positionals.title = "要写的"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="显示这份说明")

    def error(self, message: str) -> NoReturn:
        print(f"错误：{_in_chinese(message)}。用法见 {self.prog} --help", file=sys.stderr)
        raise SystemExit(USAGE)


_MESSAGES = (
    (r"argument (?P<name>.+?): invalid choice: '(?P<given>.*?)'.*", "没有“{given}”这个{name}"),
    (r"the following arguments are required: (?P<name>.+)", "缺少参数 {name}"),
    (r"unrecognized arguments: (?P<given>.+)", "不认识的参数 {given}"),
    (r"argument (?P<name>.+?): expected .+", "参数 {name} 后面缺少内容"),
    (r"argument (?P<name>.+?): invalid .+ value: '(?P<given>.*)'", "参数 {name} 的内容“{given}”不对"),
    (r"argument (?P<name>.+?): not allowed with argument (?P<other>.+)", "参数 {name} 和 {other} 不能一起用"),
    (
        r"argument (?P<name>.+?): ignored explicit argument '(?P<given>.*)'",
        "参数 {name} 后面不带内容（写了“{given}”）",
    ),
    (r"one of the arguments (?P<name>.+) is required", "参数 {name} 要写其中一个"),
    (
        r"ambiguous option: (?P<given>.+) could match (?P<name>.+)",
        "{given} 可以是 {name} 中的任何一个，请写全",
    ),
    # What a reader of one argument says for itself.
    (r"argument (?P<name>.+?): (?P<said>.+)", "参数 {name}：{said}"),
)


def _in_chinese(message: str) -> str:
    for pattern, sentence in _MESSAGES:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return sentence.format(**found.groupdict())
    return f"参数不对（{message}）"
