"""The life of a draft of the knowledge base, on one screen.

An editor approves the wording. Where the entry cites law, a legal reviewer approves it too, who neither worded nor
edited it; where it cites none, the editor must not be who worded it. Other words undo both approvals.
"""

from __future__ import annotations

from enum import StrEnum

from casework.roles import Role
from kit.workflow import Lifecycle, move


class State(StrEnum):
    """Where a draft stands."""

    PROPOSED = "proposed"
    EDITED = "edited"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class MissState(StrEnum):
    """What became of a question asked in vain. Once settled and asked again it is open again."""

    OPEN = "open"
    PROPOSED = "proposed"
    SETTLED = "settled"
    SET_ASIDE = "set_aside"


S = State
OPEN = (S.PROPOSED, S.EDITED, S.REVIEWED)
"""A draft in these states is somebody's work."""

KNOWLEDGE_DRAFT = Lifecycle(
    name="knowledge_draft",
    initial=S.PROPOSED,
    final={S.PUBLISHED, S.REFUSED, S.WITHDRAWN},
    moves=(
        move("reword", OPEN, S.PROPOSED, by=[Role.EDITOR, Role.LEGAL_REVIEWER]),
        move("approve_edit", S.PROPOSED, S.EDITED, by=[Role.EDITOR]),
        move("approve_law", S.EDITED, S.REVIEWED, by=[Role.LEGAL_REVIEWER]),
        move(
            "send_back",
            [S.EDITED, S.REVIEWED],
            S.PROPOSED,
            by=[Role.EDITOR, Role.LEGAL_REVIEWER],
            needs=("reason",),
        ),
        move("publish", [S.EDITED, S.REVIEWED], S.PUBLISHED, by=[Role.EDITOR]),
        move("refuse", OPEN, S.REFUSED, by=[Role.EDITOR, Role.LEGAL_REVIEWER], needs=("reason",)),
        move("withdraw", OPEN, S.WITHDRAWN, by=[Role.EDITOR, Role.LEGAL_REVIEWER]),
    ),
)
