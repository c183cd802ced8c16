"""Models that tell categories by words: trained from the bureau's own closed cases, put in force, taken out of force."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.category import suggest
from casework.complaints.lifecycle import State
from casework.complaints.models import CategoryModel, Complaint
from casework.complaints.profile import ComplaintPolicy
from casework.complaints.suggestion import Guess
from casework.permissions import Operation, require
from kit.audit.models import AuditEntry
from kit.db import Change, Database
from kit.problems import Conflict, NotFound
from kit.rows import new_row
from nlp.linear import LinearModel
from nlp.linear_format import BrokenModel, from_bytes, to_bytes
from nlp.measuring import Scores, scores_of, train_and_measure
from nlp.segment import Segmenter
from nlp.training import Example

AT_LEAST = 20
"""Closed cases of a category, below which it is left out: fewer say too little of it."""
AT_MOST = 20_000
"""Cases trained from, the latest ones."""
DECIDED = (State.CLOSED, State.ARCHIVED)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """How right a model was on cases kept apart from its training, and how right the keywords were on the same.

    `left_out` are categories with too few cases, and how many they had.
    """

    model: Scores
    keywords: Scores
    left_out: dict[str, int]


class ModelLine(msgspec.Struct, frozen=True, kw_only=True):
    """A model in the list. `standing`: "in_force", "trained" (never activated) or "retired" (by hand or by another)."""

    id: UUID
    trained_at: datetime
    cases: int
    report: Report
    standing: str


class ModelInForce:
    """A model read from its row, with the segmenter it was trained with."""

    def __init__(self, id: UUID, model: LinearModel, segmenter: Segmenter) -> None:
        self.id = id
        self._model = model
        self._segmenter = segmenter

    def guess(self, story: str) -> Guess | None:
        """See `casework.complaints.suggestion.Guesser`."""
        found = self._model.predict(story, self._segmenter)
        return Guess(found.label, found.confidence, found.words) if found is not None else None


async def decided_cases(policy: ComplaintPolicy) -> list[Example]:
    """The latest closed cases with the category a person decided; anonymised ones and former categories left out."""
    rows = (
        await Complaint.filter(
            state__in=[state.value for state in DECIDED],
            category__in=sorted(policy.categories),
            anonymised_at__isnull=True,
        )
        .order_by("-submitted_at", "-id")
        .limit(AT_MOST)
        .values_list("story", "category")
    )
    return [Example(story, category) for story, category in reversed(rows)]


def enough_of(examples: Sequence[Example], at_least: int) -> tuple[list[Example], dict[str, int]]:
    """The examples whose category has enough of them, and the other categories with their counts."""
    counts = Counter(one.label for one in examples)
    few = {label: count for label, count in sorted(counts.items()) if count < at_least}
    return [one for one in examples if one.label not in few], few


def trained(
    examples: Sequence[Example], left_out: dict[str, int], policy: ComplaintPolicy, segmenter: Segmenter
) -> tuple[LinearModel, Report]:
    """A model of all examples, and how right such a model and the keywords are on examples kept apart.

    Seconds to minutes of computing. Raises nlp.training.TrainingError.
    """
    model, measured = train_and_measure(examples, segmenter)
    guesses = [suggest(one.text, policy) for one in examples]
    by_keywords = scores_of(
        [one.label for one in examples], [guess.category if guess is not None else "" for guess in guesses]
    )
    return model, Report(model=measured, keywords=by_keywords, left_out=left_out)


async def keep(db: Database, actor: Actor, model: LinearModel, report: Report, cases: int) -> UUID:
    """Keep a trained model, not in force. Raises Forbidden."""
    _check(actor)
    id = db.ids.new()

    async def work(change: Change) -> None:
        row = new_row(
            CategoryModel,
            id=id,
            trained_at=change.now,
            cases=cases,
            weights=to_bytes(model),
            report=msgspec.json.encode(report).decode(),
        )
        await CategoryModel.bulk_create([row])
        facts = {"cases": cases, "macro_f1": f"{report.model.macro_f1:.3f}"}
        await change.audit(id, actor, "category_model.train", facts)

    await db.change(work)
    return id


async def activate(db: Database, actor: Actor, id: UUID, reason: str = "") -> None:
    """Put a model in force instead of any other.

    Raises Forbidden, NotFound, or Conflict for one that is in force already, guesses worse than the keywords or cannot
    be read.
    """
    _check(actor)

    async def work(change: Change) -> None:
        row = await change.lock(CategoryModel, id)
        if row is None:
            raise NotFound("problem.category_model.unknown")
        if row.activated_at is not None and row.retired_at is None:
            raise Conflict("problem.category_model.in_force")
        if is_worse(msgspec.json.decode(row.report, type=Report)):
            raise Conflict("problem.category_model.worse_than_keywords")
        try:
            from_bytes(bytes(row.weights))
        except BrokenModel as exc:
            raise Conflict("problem.category_model.broken") from exc
        await _retired(change, actor, {"replaced_by": str(id)})
        await CategoryModel.filter(id=id).update(activated_at=change.now, retired_at=None)
        await change.audit(id, actor, "category_model.activate", {"reason": reason} if reason else {})

    await db.change(work)


async def retire(db: Database, actor: Actor, reason: str = "") -> bool:
    """Take whatever model is in force out of it, so that the keywords suggest again. False where none was.

    Raises Forbidden.
    """
    _check(actor)

    async def work(change: Change) -> bool:
        return await _retired(change, actor, {"reason": reason} if reason else {})

    return await db.change(work)


def is_worse(report: Report) -> bool:
    """Whether the keywords guessed better on the same cases."""
    return report.model.macro_f1 < report.keywords.macro_f1


async def _retired(change: Change, actor: Actor, facts: Mapping[str, object]) -> bool:
    rows = await CategoryModel.filter(activated_at__isnull=False, retired_at__isnull=True).only("id")
    for row in rows:
        await change.lock(CategoryModel, row.id)
        await CategoryModel.filter(id=row.id).update(retired_at=change.now)
        await change.audit(row.id, actor, "category_model.retire", facts)
    return bool(rows)


def _check(actor: Actor) -> None:
    """The installation itself, from the command line; otherwise whoever may change what the bureau promises."""
    if actor.kind != "system":
        require(actor, Operation.AMEND_SETTINGS)


async def model_in_force_id() -> UUID | None:
    """Which model suggests: the one activated last that is not retired."""
    rows = (
        await CategoryModel.filter(activated_at__isnull=False, retired_at__isnull=True)
        .order_by("-activated_at", "-id")
        .limit(1)
        .values_list("id", flat=True)
    )
    return rows[0] if rows else None  # type: ignore[return-value]


async def load_model(id: UUID, segmenter: Segmenter) -> ModelInForce | None:
    """Read a model. None when it is gone; raises nlp.linear_format.BrokenModel for bytes that are none."""
    weights = await CategoryModel.filter(id=id).values_list("weights", flat=True)
    if not weights:
        return None
    model = await asyncio.to_thread(from_bytes, bytes(weights[0]))
    return ModelInForce(id, model, segmenter)


class ModelStep(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a model: `action` is an audit action, `by_id` the member of staff, None for the command line."""

    id: UUID
    at: datetime
    action: str
    by_id: UUID | None
    reason: str


async def steps(ids: Sequence[UUID], at_most: int) -> list[ModelStep]:
    """What became of these models, the latest first."""
    rows = await AuditEntry.filter(case_id__in=list(ids)).order_by("-at", "-id").limit(at_most)
    return [
        ModelStep(
            id=row.case_id,
            at=row.at,
            action=row.action.partition(".")[2],
            by_id=row.actor_id,
            reason=str(msgspec.json.decode(row.detail, type=dict[str, object]).get("reason", "")),
        )
        for row in rows
    ]


async def all_models(at_most: int = 1_000) -> list[ModelLine]:
    """The models, the latest first."""
    in_force = await model_in_force_id()
    columns = ("id", "trained_at", "cases", "report", "activated_at", "retired_at")
    rows = await CategoryModel.all().only(*columns).order_by("-trained_at", "-id").limit(at_most)
    return [
        ModelLine(
            id=row.id,
            trained_at=row.trained_at,
            cases=row.cases,
            report=msgspec.json.decode(row.report, type=Report),
            standing=_standing(row, in_force),
        )
        for row in rows
    ]


def _standing(row: CategoryModel, in_force: UUID | None) -> str:
    if row.id == in_force:
        return "in_force"
    return "trained" if row.activated_at is None else "retired"
