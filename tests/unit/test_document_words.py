"""Documents that say what the code says are checked against it."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from kit.settings import Settings
from tests.diagrams import PAGE, page

ROOT = Path(__file__).resolve().parents[2]
RUNNING = ROOT / "docs" / "running.md"
EXAMPLE = ROOT / ".env.example"
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)(?:#[^)]*)?\)")
SCREENS = "docs/screens/"
"""Pictures are made by the browser tests."""


def _variables() -> set[str]:
    return {one.name.upper() for one in fields(Settings)}


def test_page_of_lifecycles_is_as_fresh_as_the_tables() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: .venv/bin/python -m tests.diagrams"


def test_settings_table_names_every_variable_and_no_other() -> None:
    section = RUNNING.read_text(encoding="utf-8").split("## 设置", 1)[1].split("\n## ", 1)[0]
    assert set(re.findall(r"^\| `([A-Z0-9_]+)`", section, re.MULTILINE)) == _variables()


def test_example_environment_names_every_variable_and_no_other() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert set(re.findall(r"^#?\s?([A-Z][A-Z0-9_]+)=", text, re.MULTILINE)) == _variables()


def test_example_environment_holds_no_secret() -> None:
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        name, _, value = line.lstrip("# ").partition("=")
        if name.endswith(("_SECRET", "_TOKEN", "_KEY", "_KEYS")):
            assert value == "", f"{name} is for each installation to fill in"


def test_links_between_documents_lead_somewhere() -> None:
    for document in [*ROOT.glob("*.md"), *ROOT.joinpath("docs").rglob("*.md")]:
        for target in LINK.findall(document.read_text(encoding="utf-8")):
            path = (document.parent / target).resolve()
            if not path.is_relative_to(ROOT / SCREENS):
                assert path.exists(), f"{document.name} links to {target}"


def test_the_architecture_lists_every_duty_of_the_worker() -> None:
    worker = (ROOT / "app" / "worker.py").read_text()
    duties = set(re.findall(r'(?:leased|Duty)\("([a-z_]+)"', worker)) | {"push"}
    table = (ROOT / "ARCHITECTURE.md").read_text().partition("| duty | step |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| ([a-z_]+) \|", table, re.MULTILINE)) == duties
