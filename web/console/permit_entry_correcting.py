"""A correction that a clerk writes for whom they entered it: what was asked for, and the rest to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from casework.permits.asked_again import corrected_faults, fields_asked_again, materials_asked_again
from casework.permits.concerned import CANCEL, begins_from
from casework.permits.correcting import FIELD, MATERIAL
from casework.permits.detail import view_by_id
from casework.permits.drafts import DraftView
from casework.permits.forms import Filled, faults, material_faults
from casework.permits.kinds import FormField, Material
from casework.permits.views import CorrectionView
from kit.problems import Invalid, NotFound
from web.console.door import ConsoleDoor
from web.console.permit_entry_fields import CORRECT, Step, steps_of
from web.console.permit_words import permits_of
from web.console.visitor import Visitor


@dataclass(frozen=True, kw_only=True)
class AskedAgain:
    """The open request; `wrong` is what it says by code of the field or material, `handed_in` how many files there are."""

    request: CorrectionView
    wrong: Mapping[str, str]
    handed_in: Mapping[str, int]
    now: datetime

    def fields(self, draft: DraftView, filled: Filled) -> tuple[FormField, ...]:
        """Those to put right, and what that brings up."""
        codes = {one.item.removeprefix(FIELD) for one in self.request.items if one.item.startswith(FIELD)}
        return fields_asked_again(draft.kind, filled, codes, self.now)

    def materials(self, draft: DraftView, filled: Filled) -> tuple[Material, ...]:
        """The same of materials."""
        codes = {
            one.item.removeprefix(MATERIAL) for one in self.request.items if one.item.startswith(MATERIAL)
        }
        held = {code for code, count in self.handed_in.items() if count}
        return materials_asked_again(draft.kind, filled, codes, held)


async def asked_again(door: ConsoleDoor, visitor: Visitor, draft: DraftView) -> AskedAgain | None:
    """What the application of this draft is to be put right in; None for a draft that corrects nothing. Raises NotFound."""
    if draft.application_id is None:
        return None
    view = await view_by_id(permits_of(door), visitor.actor, draft.application_id)
    request = next((one for one in reversed(view.corrections) if one.answered_at is None), None)
    if request is None:
        raise NotFound("problem.permit.draft_not_found")
    return AskedAgain(
        request=request,
        wrong={one.item.partition(":")[2]: one.wrong for one in request.items},
        handed_in={one.code: len(one.files) for one in view.materials},
        now=door.clock.now(),
    )


def steps_for(draft: DraftView, filled: Filled, again: AskedAgain | None) -> tuple[Step, ...]:
    """The steps that ask for something: of a correction, for what was asked for."""
    if again is None:
        return steps_of(draft.kind, filled)
    found: list[Step] = [CORRECT] if again.fields(draft, filled) else []
    return (*found, "papers", "check") if again.materials(draft, filled) else (*found, "check")


async def open_faults(
    draft: DraftView, filled: Filled, again: AskedAgain | None, now: datetime
) -> dict[str, Invalid]:
    """What is still to be done before it can be sent, as sending it asks."""
    files = dict(again.handed_in) if again is not None else {}
    new = [one.material for one in draft.files if one.state in ("received", "ready")]
    for code in set(new):
        files[code] = new.count(code)
    papers = {} if draft.act == CANCEL else material_faults(draft.kind, filled, files)
    return await _form_faults(draft, filled, again, now) | papers


async def step_faults(
    draft: DraftView, filled: Filled, step: Step, again: AskedAgain | None, now: datetime
) -> dict[str, Invalid]:
    """What is wrong with what was just filled in."""
    if again is not None:
        return await _form_faults(draft, filled, again, now)
    since = await begins_from(draft.act, draft.concerns_id, now)
    return faults(draft.kind, filled, step=step, now=since)


async def _form_faults(
    draft: DraftView, filled: Filled, again: AskedAgain | None, now: datetime
) -> dict[str, Invalid]:
    if again is not None:
        return corrected_faults(draft.kind, filled, now)
    return faults(draft.kind, filled, now=await begins_from(draft.act, draft.concerns_id, now))
