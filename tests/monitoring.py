"""What is shipped for Prometheus and Grafana, read for the tests: rules, panels, and what their queries name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import promql_parser as promql
import yaml

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "deploy" / "monitoring"
DASHBOARDS = sorted(FOLDER.glob("grafana/*.json"))
OF_PROMETHEUS = {"up", "ALERTS"}
"""Metrics that Prometheus makes by itself."""
FROM_SCRAPING = {"job", "instance"}


@dataclass(frozen=True)
class Named:
    """A metric in a query, with the names of the labels that it is picked by."""

    metric: str
    labels: frozenset[str]


def rules() -> list[dict[str, Any]]:
    """The alert rules of all groups."""
    content = yaml.safe_load((FOLDER / "alerts.yaml").read_text(encoding="utf-8"))
    return [rule for group in content["groups"] for rule in group["rules"]]


def dashboard(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def queries() -> Iterator[tuple[str, str]]:
    """Every query, with where it stands."""
    for rule in rules():
        yield rule["alert"], rule["expr"]
    for path in DASHBOARDS:
        for panel in dashboard(path)["panels"]:
            for target in panel.get("targets", ()):
                yield f"{path.stem}: {panel['title']}", target["expr"]


def named_in(query: str) -> list[Named]:
    """What a query picks. Raises ValueError for what Prometheus would not understand."""
    found: list[Named] = []

    def visit(node: Any) -> bool:
        if isinstance(node, promql.MatrixSelector):
            node = node.vector_selector
        if isinstance(node, promql.VectorSelector) and node.name is not None:
            found.append(Named(node.name, frozenset(one.name for one in node.matchers.matchers)))
        return True

    promql.walk(promql.parse(query), visit)
    return found


def grouped_by(query: str) -> set[str]:
    """The labels a query keeps."""
    kept: set[str] = set()

    def visit(node: Any) -> bool:
        if isinstance(node, promql.AggregateExpr) and node.modifier is not None:
            kept.update(node.modifier.labels)
        return True

    promql.walk(promql.parse(query), visit)
    return kept


def not_offered(page: str) -> list[str]:
    """Sentences about queries that ask for what a page of `/metrics` does not have."""
    kinds = dict(re.findall(r"(?m)^# TYPE (\S+) (\S+)$", page))
    names = {name for name, kind in kinds.items() if kind != "histogram"} | OF_PROMETHEUS
    names |= {
        f"{name}_{end}"
        for name, kind in kinds.items()
        if kind == "histogram"
        for end in ("bucket", "count", "sum")
    }
    labels: dict[str, set[str]] = {}
    for name, given in re.findall(r"(?m)^([a-z_]+)\{([^}\n]*)\}", page):
        labels.setdefault(name, set(FROM_SCRAPING)).update(re.findall(r'(\w+)="', given))
    missing = []
    for where, query in queries():
        for one in named_in(query):
            if one.metric not in names:
                missing.append(f"{where}: no metric {one.metric}")
            elif one.metric in labels and not one.labels <= labels[one.metric]:
                missing.append(f"{where}: {one.metric} has no labels {set(one.labels) - labels[one.metric]}")
    return missing
