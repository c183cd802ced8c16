"""What the page of a case shows of other cases about the same matter."""

from __future__ import annotations

from dataclasses import dataclass

from web.console.screens import Chip


@dataclass(frozen=True, kw_only=True)
class Kin:
    """Another case: where it leads, what it says, why it stands here. `merges` is the reference to hand this case to."""

    reference: str
    href: str
    state: Chip
    words: str = ""
    why: str = ""
    merges: str = ""


@dataclass(frozen=True, kw_only=True)
class KinPanel:
    """The cases that belong to this one, and those that may.

    `lead` is the case this one was merged into, `merged` what was merged into it, `whole` and `parts` of a split;
    `said` the case the citizen called the same, `near` what looks like it. `action` takes a merge.
    """

    lead: Kin | None = None
    merged: tuple[Kin, ...] = ()
    whole: Kin | None = None
    parts: tuple[Kin, ...] = ()
    said: Kin | None = None
    near: tuple[Kin, ...] = ()
    permits: tuple[str, ...] = ()
    action: str = ""
    revision: str = ""
    back: str = ""
