"""The steps of a form, and whose it is."""

from __future__ import annotations

from uuid import UUID

from casework.permits import drafts
from casework.permits.concerned import CANCEL
from casework.permits.drafts import DraftView
from kit.problems import NotFound
from web.h5.door import H5Door
from web.h5.permit_correcting import CORRECT
from web.h5.permit_words import PERMITS, act_named
from web.h5.screens import Link
from web.h5.visitor import Visitor

WHO, WHAT, WHERE, PAPERS, PREVIEW = "who", "what", "where", "papers", "preview"
STEPS = (WHO, WHAT, WHERE, PAPERS, PREVIEW)


async def draft_of(door: H5Door, visitor: Visitor, draft_id: str) -> DraftView:
    """One's own draft. Raises NotFound for another's."""
    return await drafts.draft_view(door.permits.desk, visitor.actor, uuid_of(draft_id))


def steps_of(draft: DraftView) -> tuple[str, ...]:
    """The steps of this form; those in which nothing is asked are left out: whoever wants no more of a permit hands in no papers."""
    if draft.application_id is not None:
        return (CORRECT, PREVIEW)
    used = {one.step for one in draft.kind.fields} | {PREVIEW}
    if draft.kind.materials and draft.act != CANCEL:
        used.add(PAPERS)
    return tuple(one for one in STEPS if one in used)


def step_links(door: H5Door, draft: DraftView, here: str) -> tuple[Link, ...]:
    """The steps as they stand over the form."""
    return tuple(
        Link(
            href=f"{PERMITS}/drafts/{draft.id}?step={one}",
            words=door.words.text(f"h5_permits.step.{one}"),
            here=one == here,
        )
        for one in steps_of(draft)
    )


def discard_key(draft: DraftView) -> str:
    """What giving up the draft is called: the application that it corrects stays."""
    return "h5_permits.form.discard_correction" if draft.application_id else "h5_permits.form.discard"


def uuid_of(text: str) -> UUID:
    """The key in an address; what is none is nobody's."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("problem.permit.draft_not_found") from None


def draft_name(door: H5Door, draft: DraftView) -> str:
    """What is being asked for: the kind, and where it is about a permit that there is, what is to become of it."""
    return act_named(door, draft.kind.name, draft.act)
