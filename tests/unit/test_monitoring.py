"""What is shipped for Prometheus and Grafana: it is understood, says where to read on, and fits the code."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.cli import build_parser
from app.health import CHECKS
from tests.monitoring import DASHBOARDS, FOLDER, ROOT, dashboard, grouped_by, named_in, queries, rules

RUNBOOKS = ROOT / "docs" / "runbooks"
WANTED = {"OldestUnsent", "OldestUnroutedEvent", "OldestUnroutedCase", "DeadlineClockLate", "CalendarEnding",
          "TokenBreakerOpen", "DiskLow"}  # fmt: skip
POINTS = ("**对市民**：", "**看**：", "**做**：", "**确认**：")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
COLUMNS = 24
EVERY_DAY_OR_HOUR = {"purge", "strays", "seal", "calendar", "unionids", "unplanned", "gauges", "deadlines",
                     "campaign_reports"}  # fmt: skip
"""Duties whose stop is told by another alert, or which rest for long."""


def sections(name: str) -> dict[str, str]:
    """Anchor -> what stands under it, in a runbook."""
    parts = re.split(r'(?m)^<a id="([a-z-]+)"></a>$', (RUNBOOKS / name).read_text(encoding="utf-8"))
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_each_rule_says_how_urgent_it_is_what_it_means_and_where_to_read_on() -> None:
    found = rules()
    assert {rule["alert"] for rule in found} >= WANTED
    assert len({rule["alert"] for rule in found}) == len(found)
    for rule in found:
        assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
        assert re.fullmatch(r"\d+[smh]", rule["for"])
        assert rule["labels"]["severity"] in ("critical", "warning")
        notes = rule["annotations"]
        assert set(notes) == {"summary", "description", "runbook_url"}
        assert CHINESE.search(notes["summary"])
        assert CHINESE.search(notes["description"])
        path, _, anchor = notes["runbook_url"].partition("#")
        told = sections(Path(path).name)[anchor]
        assert f"`{rule['alert']}`" in told, rule["alert"]
        assert all(point in told for point in POINTS), f"{path}#{anchor}"


def test_no_runbook_speaks_of_an_alert_that_there_is_not() -> None:
    known = {rule["alert"] for rule in rules()}
    for path in RUNBOOKS.glob("*.md"):
        for told in sections(path.name).values():
            heading = told.strip().splitlines()[0]
            assert set(re.findall(r"`(\w+)`", heading)) <= known, f"{path.name}: {heading}"
    index = (RUNBOOKS / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"(?m)^\| `(\w+)` \|", index)) == known


@pytest.mark.parametrize(("where", "query"), list(queries()), ids=lambda text: text[:40])
def test_prometheus_understands_each_query_and_replaced_processes_do_not_split_it(
    where: str, query: str
) -> None:
    named = named_in(query)
    assert named, where
    assert all(one.metric.startswith(("chengguan_", "process_")) or one.metric in ("up", "ALERTS")
               for one in named)  # fmt: skip
    # What one worker reads for all moves with its lease: `max by (lane)`, never by process.
    if where != "machine: 处理器" and not named[0].metric.startswith("process_"):
        assert "process" not in grouped_by(query)


def test_the_alert_of_stopped_duties_names_duties_that_there_are() -> None:
    worker = (ROOT / "app" / "worker.py").read_text(encoding="utf-8")
    duties = set(re.findall(r'(?:leased|Duty)\("([a-z_]+)"', worker))
    (rule,) = [rule for rule in rules() if rule["alert"] == "DutyStopped"]
    watched = set(re.findall(r'duty=~"([a-z_|]+)"', rule["expr"])[0].split("|"))
    assert watched <= duties
    assert duties - watched == EVERY_DAY_OR_HOUR
    # One that rests longer than the alert waits would be told of each time it rests.
    silent_s = float(re.findall(r"> (\d+)", rule["expr"])[-1])
    rests = dict(re.findall(r'(?:leased|Duty)\("([a-z_]+)",[^\n]*?, ([\d.]+)(?:, [^\n]*)?\),\n', worker))
    assert [name for name in watched if float(rests.get(name, 0)) >= silent_s] == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.alert)
def test_the_command_asks_what_the_alarm_asks(check: Any) -> None:
    (rule,) = [rule for rule in rules() if rule["alert"] == check.alert]
    assert check.metric in rule["expr"]
    assert rule["annotations"]["runbook_url"] == f"docs/runbooks/{check.runbook}"
    bound = float(re.search(r"[<>] ([\de.]+)$", rule["expr"].strip())[1])  # type: ignore[index]
    assert bound == check.bound
    for name, value in check.labels:
        assert f'{name}="{value}"' in rule["expr"]


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_can_be_imported_and_its_panels_lie_side_by_side(path: Path) -> None:
    content = dashboard(path)
    assert content["uid"] == f"chengguan-{path.stem}"
    assert content["schemaVersion"] >= 36
    assert CHINESE.search(content["title"])
    assert [one["type"] for one in content["templating"]["list"]] == ["datasource"]
    ids, taken = set(), set()
    for panel in content["panels"]:
        assert panel["id"] not in ids
        ids.add(panel["id"])
        assert panel["title"]
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= COLUMNS
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
        if panel["type"] == "row":
            continue
        assert panel["datasource"]["uid"] == "${datasource}"
        assert panel["targets"]
        if panel["type"] in ("stat", "timeseries"):
            assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]


def test_there_are_the_dashboards_that_are_told_of() -> None:
    told = set(re.findall(r"`grafana/(\w+)\.json`", (FOLDER / "README.md").read_text(encoding="utf-8")))
    assert told == {path.stem for path in DASHBOARDS} == {"overview", "deliveries", "platform", "machine"}


@pytest.mark.parametrize("path", sorted(RUNBOOKS.glob("*.md")), ids=lambda path: path.stem)
def test_each_command_within_a_sentence_of_a_runbook_exists(path: Path) -> None:
    parser = build_parser()
    for line in re.findall(r"`chengguan ([^`…]+)`", path.read_text(encoding="utf-8")):
        words = [str(UUID(int=7)) if word == "编号" else word for word in line.split()]
        if words[-1].startswith("--") and words[-1] in ("--to", "--keys"):
            continue  # an option's name alone, not a command line
        try:
            arguments = parser.parse_args(words)
        except SystemExit:
            # A group of commands is named by its first words.
            assert len(words) <= 2, line
            continue
        assert arguments.run is not None, line


def test_links_between_runbooks_lead_to_sections_that_there_are() -> None:
    for path in RUNBOOKS.glob("*.md"):
        text = path.read_text(encoding="utf-8")
        for name, anchor in re.findall(r"\]\(([a-z]+\.md)?#([^)]+)\)", text):
            assert anchor in sections(name or path.name), f"{path.name}: {name}#{anchor}"


def test_prometheus_itself_finds_no_fault_and_the_rules_sound_when_they_should() -> None:
    if shutil.which("promtool") is None:
        pytest.skip("no promtool here")
    for words in (("check", "rules", "alerts.yaml"), ("test", "rules", "alerts_test.yaml"),
                  ("check", "config", "--syntax-only", "prometheus.yml")):  # fmt: skip
        done = subprocess.run(["promtool", *words], cwd=FOLDER, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
