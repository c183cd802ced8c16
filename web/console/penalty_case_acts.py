"""What is done with a penalty case from its page: each act reads its form and calls one door of the desk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casework.actors import Actor
from casework.penalties import case_deciding as deciding
from casework.penalties import case_demanding as demanding
from casework.penalties import case_hearing as hearing
from casework.penalties import case_paying as paying
from casework.penalties import case_requests as requests
from casework.penalties import case_serving as serving
from casework.penalties.case_money import day_in, plan_in
from casework.penalties.case_serving import Delivery
from casework.penalties.case_views import CaseView
from casework.penalties.desk import PenaltyDesk
from kit.clock import SHANGHAI
from kit.problems import Invalid

PENALTY, NO_PENALTY = "penalty", "no_penalty"
ALLOW, REFUSE = "allowed", "refused"
TEXTS = (
    "words", "delivery", "delivered_on", "outcome", "allowed", "plan", "at", "place", "host",
    "penalty", "fine", "amount", "receipt", "paid_on", "kind", "request", "act",
)  # fmt: skip
KEPT_AT_MOST = 4_000


@dataclass(frozen=True)
class Sent:
    """A form of the page: who sent it, about which case, what stood in it, and which revision they saw."""

    desk: PenaltyDesk
    actor: Actor
    view: CaseView
    typed: Mapping[str, str]
    revision: int | None

    @property
    def id(self) -> UUID:
        return self.view.line.id

    @property
    def words(self) -> str:
        return self.typed["words"]

    def request(self, *kinds: str) -> UUID:
        """The request the form is about; the oldest that waits where it names none."""
        waiting = [one for one in reversed(self.view.requests) if one.kind in kinds and one.state == "sent"]
        named = next((one for one in waiting if str(one.id) == self.typed["request"]), None)
        found = named or (waiting[0] if waiting and not self.typed["request"] else None)
        if found is None:
            raise Invalid("problem.penalty_case.no_request", field="request")
        return found.id


async def _serve_notice(sent: Sent) -> None:
    await serving.serve_notice(sent.desk, sent.actor, sent.id, _delivery(sent), sent.revision)


async def _serve_decision(sent: Sent) -> None:
    await serving.serve_decision(sent.desk, sent.actor, sent.id, _delivery(sent), sent.revision)


async def _note(sent: Sent) -> None:
    new = requests.NewRequest(
        kind=sent.typed["kind"],
        words=sent.words,
        plan=plan_in(sent.typed["plan"]) if sent.typed["kind"] in requests.TERMS else (),
        act=uuid_of(sent.typed["act"]),
    )
    await requests.send_request(sent.desk, sent.actor, sent.id, new, expected_revision=sent.revision)


async def _answer_statement(sent: Sent) -> None:
    await requests.answer_statement(
        sent.desk,
        sent.actor,
        sent.id,
        sent.request(requests.STATEMENT),
        sent.typed["outcome"],
        sent.words,
        sent.revision,
    )


async def _answer_terms(sent: Sent) -> None:
    if sent.typed["allowed"] not in (ALLOW, REFUSE):
        raise Invalid("problem.penalty_case.allowed", field="allowed")
    allowed = sent.typed["allowed"] == ALLOW
    plan = plan_in(sent.typed["plan"]) if allowed and sent.typed["plan"].strip() else ()
    await requests.answer_terms(
        sent.desk,
        sent.actor,
        sent.id,
        sent.request(*requests.TERMS),
        plan,
        sent.words,
        allowed=allowed,
        expected_revision=sent.revision,
    )


async def _appoint_hearing(sent: Sent) -> None:
    appointed = hearing.Appointment(
        at=moment_in(sent.typed["at"]), place=sent.typed["place"], host_id=uuid_of(sent.typed["host"])
    )
    await hearing.appoint_hearing(sent.desk, sent.actor, sent.id, appointed, sent.revision)


async def _record_hearing(sent: Sent) -> None:
    await hearing.record_hearing(sent.desk, sent.actor, sent.id, sent.words, sent.revision)


async def _propose(sent: Sent) -> None:
    if sent.typed["penalty"] not in (PENALTY, NO_PENALTY):
        raise Invalid("problem.penalty_case.penalty", field="penalty")
    proposal = deciding.Proposal(
        words=sent.words, fine=sent.typed["fine"], is_penalty=sent.typed["penalty"] == PENALTY
    )
    await deciding.propose(sent.desk, sent.actor, sent.id, proposal, sent.revision)


async def _review(sent: Sent) -> None:
    await deciding.review(sent.desk, sent.actor, sent.id, sent.words, sent.revision)


async def _send_back(sent: Sent) -> None:
    await deciding.send_back(sent.desk, sent.actor, sent.id, sent.words, sent.revision)


async def _decide(sent: Sent) -> None:
    await deciding.decide(sent.desk, sent.actor, sent.id, sent.revision)


async def _pay(sent: Sent) -> None:
    new = paying.NewPayment(
        amount=sent.typed["amount"],
        receipt=sent.typed["receipt"],
        paid_on=day_in(sent.typed["paid_on"]),
        act=uuid_of(sent.typed["act"]),
    )
    await paying.record_payment(sent.desk, sent.actor, sent.id, new, sent.revision)


async def _order_late_fine(sent: Sent) -> None:
    await paying.order_late_fine(
        sent.desk, sent.actor, sent.id, sent.typed["amount"], sent.words, sent.revision
    )


async def _close(sent: Sent) -> None:
    await paying.close(sent.desk, sent.actor, sent.id, sent.words, sent.revision)


async def _demand(sent: Sent) -> None:
    await demanding.demand(sent.desk, sent.actor, sent.id, sent.revision)


async def _serve_demand(sent: Sent) -> None:
    await demanding.serve_demand(sent.desk, sent.actor, sent.id, _delivery(sent), sent.revision)


async def _recall_demand(sent: Sent) -> None:
    await demanding.recall_demand(sent.desk, sent.actor, sent.id, sent.words, sent.revision)


async def _enforce(sent: Sent) -> None:
    await demanding.enforce(sent.desk, sent.actor, sent.id, sent.words, sent.revision)


async def _revoke(sent: Sent) -> None:
    await deciding.end(sent.desk, sent.actor, sent.id, "revoke", sent.words, sent.revision)


async def _withdraw(sent: Sent) -> None:
    await deciding.end(sent.desk, sent.actor, sent.id, "withdraw", sent.words, sent.revision)


async def _renew_code(sent: Sent) -> None:
    await serving.renew_code(sent.desk, sent.actor, sent.id, sent.revision)


NOTE = "note"
"""What came on paper or by mouth: one form for whatever the party may say or ask just now."""
ACTS: Mapping[str, Callable[[Sent], Awaitable[None]]] = {
    "serve_notice": _serve_notice,
    "answer_statement": _answer_statement,
    "appoint_hearing": _appoint_hearing,
    "record_hearing": _record_hearing,
    "propose": _propose,
    "review": _review,
    "decide": _decide,
    "send_back": _send_back,
    "serve_decision": _serve_decision,
    "serve_no_penalty": _serve_decision,
    "serve_demand": _serve_demand,
    "answer_terms": _answer_terms,
    "pay": _pay,
    "close": _close,
    "order_late_fine": _order_late_fine,
    "demand": _demand,
    NOTE: _note,
    "enforce": _enforce,
    "recall_demand": _recall_demand,
    "renew_code": _renew_code,
    "withdraw": _withdraw,
    "revoke": _revoke,
}
"""In the order in which the page offers them."""


def moment_in(typed: str) -> datetime:
    """A day with its time. Raises Invalid."""
    words = typed.strip().replace("T", " ").replace("：", ":")
    try:
        return datetime.strptime(words, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)
    except ValueError:
        raise Invalid("problem.penalty_case.hearing_at", field="at") from None


def uuid_of(typed: str) -> UUID | None:
    """An id that came with a form."""
    try:
        return UUID(typed)
    except ValueError:
        return None


def _delivery(sent: Sent) -> Delivery:
    typed = sent.typed["delivered_on"].strip()
    on = day_in(typed)
    if typed and on is None:
        raise Invalid("problem.penalty_case.delivered_on", field="delivered_on")
    return Delivery(sent.typed["delivery"], on)
