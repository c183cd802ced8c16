"""The bureau profile's section `penalties`: grounds for notices to put something right, and which first violations are let go.

Which violations are on the public list, and on what conditions, is the bureau's own published list (行政处罚法 33): the
program never decides that one is let go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec

from casework.complaints.profile import PromisedLimit
from casework.complaints.scheme import Code, Name
from casework.permits.kinds import NOT_SAID, Basis, Words

REMEDIES = (
    "如对本通知有异议，可以向本机关陈述、申辩；也可以自收到之日起六十日内申请行政复议，"
    "或者自收到之日起六个月内向人民法院提起行政诉讼。"
)
CONSENT = (
    "本人（本单位）同意城市管理执法机关今后以微信服务号和本页面等电子方式向本人（本单位）送达责令改正通知等执法文书，"
    "文书到达本页面即视为送达。本人（本单位）可以随时撤回同意，撤回以后的文书改为书面送达。"
)


class FirstViolation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That a first violation of a ground may be let go: all `conditions` must hold; `basis` is the list it stands on."""

    conditions: Annotated[tuple[Words, ...], msgspec.Meta(min_length=1, max_length=8)]
    basis: Annotated[tuple[Basis, ...], msgspec.Meta(min_length=1, max_length=6)]


class Ground(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a notice may be about. `basis` names laws with their articles, `demand` is what is to be done, as the form begins with;
    `limit` the time for it where it is another than the section's.
    """

    code: Code
    name: Name
    basis: Annotated[tuple[Basis, ...], msgspec.Meta(min_length=1, max_length=6)]
    demand: Words
    limit: PromisedLimit | None = None
    first_violation: FirstViolation | None = None


class PenaltyLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Time for the party to put things right, and for the bureau to look again once they say that it is done."""

    rectify: PromisedLimit = PromisedLimit(natural_days=3, basis=NOT_SAID)
    recheck: PromisedLimit = PromisedLimit(working_days=2, basis=NOT_SAID)


class PenaltiesSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `penalties`. `consent_version` changes whenever `consent` does."""

    grounds: Annotated[tuple[Ground, ...], msgspec.Meta(max_length=200)] = ()
    limits: PenaltyLimits = PenaltyLimits()
    consent_version: Annotated[str, msgspec.Meta(min_length=1, max_length=20)] = "1"
    consent: Annotated[str, msgspec.Meta(min_length=10, max_length=1_000)] = CONSENT
    numbering: Annotated[str, msgspec.Meta(min_length=6, max_length=80)] = (
        "{short}城管{mark}字〔{year}〕第{seq:03d}号"
    )
    remedies: Annotated[str, msgspec.Meta(min_length=1, max_length=500)] = REMEDIES
    marks: Mapping[str, Annotated[str, msgspec.Meta(min_length=1, max_length=6)]] = {}
    templates: Mapping[str, Code] = {}

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for one in self.grounds:
            if one.code in seen:
                raise ValueError(f"grounds: 事由代码“{one.code}”重复")
            seen.add(one.code)

    def ground(self, code: str) -> Ground | None:
        """The ground of this code."""
        return next((one for one in self.grounds if one.code == code), None)

    def rectify_limit(self, code: str) -> PromisedLimit:
        """The time a party has for a ground; the section's own for one that is not in the profile any more."""
        found = self.ground(code)
        return found.limit if found is not None and found.limit is not None else self.limits.rectify


def written_basis(basis: tuple[Basis, ...]) -> tuple[str, ...]:
    """Laws with their articles, as papers and pages print them."""
    return tuple(
        f"《{one.law}》{one.article}" if "《" not in one.law else f"{one.law}{one.article}" for one in basis
    )
