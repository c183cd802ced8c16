"""Whatever people do with a draft, nothing that cites law is published without two persons' approvals."""

from __future__ import annotations

from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.actors import Actor, Held
from casework.roles import Role
from content.interpretations import draft_views, drafts, publishing
from content.interpretations.keeping import as_json
from content.interpretations.lifecycle import KNOWLEDGE_DRAFT, State
from content.interpretations.models import KnowledgeDraft
from kit.problems import Problem
from tests.knowledge_setting import BOTH, EDITOR, REVIEWER, SECOND_EDITOR, STALL

DEPUTY = Actor(
    kind="staff",
    id=UUID(int=9),
    roles=frozenset({Role.EDITOR, Role.LEGAL_REVIEWER}),
    held=(
        Held(Role.EDITOR, "*", EDITOR.id),
        Held(Role.LEGAL_REVIEWER, "*", BOTH.id),
    ),
)
PEOPLE = (EDITOR, SECOND_EDITOR, REVIEWER, BOTH, DEPUTY)
MOVES = [move.name for move in KNOWLEDGE_DRAFT.moves]
UNCITED = msgspec.structs.replace(STALL, citations=())


def fresh(author: Actor, *, cites: bool, kind: str) -> KnowledgeDraft:
    """A draft as `propose` makes it, without a database."""
    return KnowledgeDraft(
        slug="stall",
        kind=kind,
        content=as_json(STALL if cites else UNCITED),
        state=State.PROPOSED.value,
        revision=1,
        worded_by_id=author.id,
        misses=[],
    )


def step(row: KnowledgeDraft, actor: Actor, move: str) -> None:
    """What the actions check and set, without their rows: they share these checks."""
    drafts.MOVES.check(row, actor, move, None, reason="r")
    if draft_views.is_own(row, move, actor):
        raise Problem("problem.knowledge.own", 403)
    if move == "approve_law" and not draft_views.needs_law(row.kind, drafts.from_json(row.content)):
        raise Problem("problem.knowledge.cites_no_law")
    if move == "publish":
        publishing.check_approved(row)
    if move in ("reword", "send_back"):
        row.edited_by_id = row.reviewed_by_id = None
    if move == "reword":
        row.worded_by_id = actor.id
    if move == "approve_edit":
        row.edited_by_id = actor.id
    if move == "approve_law":
        row.reviewed_by_id = actor.id
    row.state = State(KNOWLEDGE_DRAFT.find(move).leads_to(row.state)).value


@settings(max_examples=150)
@given(
    st.sampled_from(PEOPLE),
    st.booleans(),
    st.sampled_from(["entry", "phrasings", "withdraw"]),
    st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(MOVES)), max_size=25),
)
def test_nothing_is_published_without_the_approvals_it_needs(
    author: Actor, cites: bool, kind: str, walk: list[tuple[Actor, str]]
) -> None:
    row = fresh(author, cites=cites, kind=kind)
    for actor, move in walk:
        try:
            step(row, actor, move)
        except Problem:
            continue
        if row.state == State.PUBLISHED:
            law = cites and kind != "withdraw"
            assert row.edited_by_id is not None
            assert (row.reviewed_by_id is not None) is law
            if law:
                assert row.reviewed_by_id not in {row.edited_by_id, row.worded_by_id}
            else:
                assert row.edited_by_id != row.worded_by_id


def test_a_deputy_does_not_approve_what_their_principal_wrote() -> None:
    row = fresh(BOTH, cites=True, kind="entry")
    step(row, SECOND_EDITOR, "approve_edit")
    with pytest.raises(Problem, match="own"):
        step(row, DEPUTY, "approve_law")
    step(row, REVIEWER, "approve_law")
    step(row, EDITOR, "publish")
