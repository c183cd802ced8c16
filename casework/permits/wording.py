"""What states and moves of applications and permits are called, before applicants and staff alike."""

from __future__ import annotations

from casework.permits.desk import PermitDesk
from casework.permits.models import PermitApplication
from kit.catalogue import Catalogue
from kit.problems import Invalid
from kit.workflow import LimitUnit
from nlp.redact import holds_personal_number

SUBMIT = "submit"


def require_public(words: str | None, *, field: str = "late_reason") -> None:
    """For words that are published as they are: raise Invalid where a telephone or document number is in them."""
    if words is not None and holds_personal_number(words):
        raise Invalid("problem.permit.reason_personal", field=field)


def warning(desk: PermitDesk, row: PermitApplication) -> tuple[str, ...]:
    """What the law orders to be said to whoever handed in something false (行政许可法 78)."""
    if not row.has_false_materials:
        return ()
    kind = desk.section.kind(row.kind)
    key = "false_safety" if kind is not None and kind.is_safety else "false_materials"
    return (desk.documents.catalogue.text(f"permit_said.{key}"),)


def state_name(words: Catalogue, flow: str, state: str) -> str:
    """Where an application of a flow stands."""
    match flow:
        case "filing":
            return words.text(f"permit_filing.state.{state}")
        case "refund":
            return words.text(f"permit_refund.state.{state}")
    return words.text(f"permit_application.state.{state}")


def move_name(words: Catalogue, flow: str, move: str) -> str:
    """A move of an application of a flow, or its submission."""
    if move == SUBMIT:
        return words.text("permit_said.submit")
    match flow:
        case "filing":
            return words.text(f"permit_filing.move.{move}")
        case "refund":
            return words.text(f"permit_refund.move.{move}")
    return words.text(f"permit_application.move.{move}")


def permit_state_name(words: Catalogue, state: str) -> str:
    """Where a granted permit stands."""
    return words.text(f"permit.state.{state}")


def permit_move_name(words: Catalogue, move: str) -> str:
    """A move of a granted permit."""
    return words.text(f"permit.move.{move}")


def span_words(words: Catalogue, unit: LimitUnit, count: int) -> str:
    """So many of a limit's unit as people say it."""
    if unit == "working_minutes" and count % 60 == 0:
        return words.text("deadline.span.working_hours", count=count // 60)
    name = {"natural_days": "days", "natural_minutes": "minutes"}.get(unit, unit)
    return words.text(f"deadline.span.{name}", count=count)
