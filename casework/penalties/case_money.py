"""What is owed of a fine, instalments, and what may be ordered on top for paying late. Pure: amounts in fen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import msgspec

from casework.penalties.models import PenaltyCase
from kit.problems import Invalid

LATE_PERCENT_A_DAY = 3
AMOUNT_AT_MOST_FEN = 10**12
_AMOUNT = re.compile(r"([0-9]{1,10})(?:\.([0-9]{1,2}))? ?元?")
_COMMAS = re.compile(r"[,，]")


class Instalment(msgspec.Struct, frozen=True):
    """A part of a fine, and the day by which it is to be paid."""

    on: date
    fen: int


def fen_of(typed: str) -> int | None:
    """An amount in yuan as it is typed: "500", "1,200.50". None for anything else."""
    found = _AMOUNT.fullmatch(_COMMAS.sub("", typed.strip()))
    if found is None:
        return None
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0") or "0")


def yuan(fen: int) -> str:
    """The same written out: "1,200.50", without ".00"."""
    whole, rest = divmod(fen, 100)
    return f"{whole:,}" + (f".{rest:02}" if rest else "")


def owed_fen(row: PenaltyCase) -> int:
    """What is still to be paid: the fine and what was ordered on top, less what was paid."""
    return int((row.decision_fen or 0) + row.late_fen - row.paid_fen)


def terms_of(row: PenaltyCase) -> tuple[Instalment, ...]:
    """The instalments that were allowed; a delay is one of them."""
    return plan_of(row.terms)


def plan_of(text: str | None) -> tuple[Instalment, ...]:
    """A plan as its row keeps it."""
    return msgspec.json.decode(text, type=tuple[Instalment, ...]) if text else ()


def kept_plan(plan: Sequence[Instalment]) -> str:
    """The plan as a row keeps it."""
    return msgspec.json.encode(tuple(plan)).decode()


def next_instalment(row: PenaltyCase) -> Instalment | None:
    """The first part that what was paid since does not cover. None where nothing was allowed or all of it is paid."""
    left = row.paid_fen - ((row.decision_fen or 0) + row.late_fen - sum(one.fen for one in terms_of(row)))
    for one in terms_of(row):
        if left < one.fen:
            return one
        left -= one.fen
    return None


def late_fine_at_most(row: PenaltyCase, today: date) -> int:
    """What may be ordered on top at most, as of today: 3 % of what is unpaid of the fine for each day it is late, never more
    than the fine itself (行政处罚法 72, 行政强制法 45).
    """
    fine: int = row.decision_fen or 0
    if row.payment_due_on is None or fine <= 0:
        return 0
    days = max(0, (today - row.payment_due_on).days)
    unpaid: int = max(0, fine - row.paid_fen)
    return min(fine, unpaid * LATE_PERCENT_A_DAY * days // 100)


def day_in(typed: str) -> date | None:
    """A day as it is typed; None for nothing or for what is none."""
    try:
        return date.fromisoformat(typed.strip().replace("/", "-").replace(".", "-"))
    except ValueError:
        return None


def plan_in(typed: str) -> tuple[Instalment, ...]:
    """A plan, a line for each part: a day and an amount. Raises Invalid."""
    found = []
    for number, line in enumerate((one for one in typed.splitlines() if one.strip()), start=1):
        on_typed, _, amount = line.strip().partition(" ")
        on, fen = day_in(on_typed), fen_of(amount)
        if on is None or fen is None:
            raise Invalid("problem.penalty_case.plan_line", field="plan", line=number)
        found.append(Instalment(on, fen))
    return tuple(found)
