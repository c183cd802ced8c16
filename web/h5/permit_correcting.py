"""Putting an application right: what was asked for item by item, and what else that brings up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from casework.permits.asked_again import fields_asked_again
from casework.permits.correcting import FIELD, MATERIAL
from casework.permits.detail import view_by_id
from casework.permits.drafts import DraftView
from casework.permits.forms import Filled
from casework.permits.kinds import FormField
from casework.permits.views import CorrectionView
from kit.problems import NotFound
from web.h5.door import H5Door
from web.h5.screens import Fact
from web.h5.visitor import Visitor

CORRECT = "correct"


@dataclass(frozen=True)
class Items:
    """The items of the open request."""

    request: CorrectionView
    codes: frozenset[str]
    materials: frozenset[str]
    handed_in: Mapping[str, int]
    now: datetime

    def fields(self, draft: DraftView, filled: Filled) -> tuple[FormField, ...]:
        """Those to put right, and those that a changed answer asks for now."""
        return fields_asked_again(draft.kind, filled, self.codes, self.now)


async def asked_for(door: H5Door, visitor: Visitor, draft: DraftView) -> Items:
    """What the application this draft corrects is to be put right in. Raises NotFound."""
    if draft.application_id is None:
        raise NotFound("problem.permit.draft_not_found")
    view = await view_by_id(door.permits.desk, visitor.actor, draft.application_id)
    request = next((one for one in reversed(view.corrections) if one.answered_at is None), None)
    if request is None:
        raise NotFound("problem.permit.draft_not_found")
    named = [one.item for one in request.items]
    return Items(
        request=request,
        codes=frozenset(one.removeprefix(FIELD) for one in named if one.startswith(FIELD)),
        materials=frozenset(one.removeprefix(MATERIAL) for one in named if one.startswith(MATERIAL)),
        handed_in={one.code: len(one.files) for one in view.materials},
        now=door.clock.now(),
    )


def corrected_facts(items: Items) -> tuple[Fact, ...]:
    """What is wrong, item by item."""
    return tuple(Fact(name=one.name, words=one.wrong) for one in items.request.items)
