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
DECISION_REMEDIES = (
    "如不服本决定，可以自收到本决定书之日起六十日内申请行政复议，"
    "或者自收到本决定书之日起六个月内直接向人民法院提起行政诉讼。复议、诉讼期间本决定不停止执行，法律另有规定的除外。"
)
HOW_TO_PAY = "凭决定书到指定的银行或者通过电子支付系统缴纳，执法人员不收现金。"
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


class Months(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A limit in months of the calendar: the same day so many months on."""

    months: Annotated[int, msgspec.Meta(ge=1, le=24)]
    basis: Words


class PenaltyLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Time for the party to put things right, and for the bureau to look again once they say that it is done.

    The others are those of penalty cases: `statement`, `hearing`, `pay`, `reconsideration`, `lawsuit` and `demand` are the
    party's, counted from when a paper was received; `hearing_ahead` is how long before a hearing its notice is given, `public_notice`
    after how long what was published counts as received; the rest are the bureau's own.
    """

    rectify: PromisedLimit = PromisedLimit(natural_days=3, basis=NOT_SAID)
    recheck: PromisedLimit = PromisedLimit(working_days=2, basis=NOT_SAID)
    statement: PromisedLimit = PromisedLimit(working_days=5, basis=NOT_SAID)
    hearing: PromisedLimit = PromisedLimit(working_days=5, basis="行政处罚法第六十四条第一项")
    hearing_ahead: PromisedLimit = PromisedLimit(working_days=7, basis="行政处罚法第六十四条第二项")
    appoint: PromisedLimit = PromisedLimit(working_days=5, basis=NOT_SAID)
    record: PromisedLimit = PromisedLimit(working_days=3, basis=NOT_SAID)
    decide: PromisedLimit = PromisedLimit(natural_days=90, basis="行政处罚法第六十条")
    deliver: PromisedLimit = PromisedLimit(working_days=7, basis="行政处罚法第六十一条")
    public_notice: PromisedLimit = PromisedLimit(natural_days=30, basis="民事诉讼法第九十五条")
    pay: PromisedLimit = PromisedLimit(natural_days=15, basis="行政处罚法第六十七条")
    answer: PromisedLimit = PromisedLimit(working_days=5, basis=NOT_SAID)
    close: PromisedLimit = PromisedLimit(working_days=7, basis=NOT_SAID)
    reconsideration: PromisedLimit = PromisedLimit(natural_days=60, basis="行政复议法第二十条")
    lawsuit: Months = Months(months=6, basis="行政诉讼法第四十六条")
    demand: PromisedLimit = PromisedLimit(working_days=10, basis="行政强制法第五十四条、第六十九条")
    enforce: Months = Months(months=3, basis="行政强制法第五十三条")


class LargeFine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From which fine on a hearing may always be asked for (行政处罚法 63), in yuan; whoever issues the notice may allow it for other
    penalties too.
    """

    organisation_yuan: Annotated[int, msgspec.Meta(ge=1, le=100_000_000)] = 50_000
    person_yuan: Annotated[int, msgspec.Meta(ge=1, le=100_000_000)] = 5_000
    basis: Words = NOT_SAID

    def begins_at_fen(self, party_kind: str) -> int:
        """The smallest amount that is large for this kind of party."""
        return 100 * (self.organisation_yuan if party_kind == "organisation" else self.person_yuan)


class PenaltiesSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `penalties`. `consent_version` changes whenever `consent` does."""

    grounds: Annotated[tuple[Ground, ...], msgspec.Meta(max_length=200)] = ()
    limits: PenaltyLimits = PenaltyLimits()
    large_fine: LargeFine = LargeFine()
    instalments_at_most: Annotated[int, msgspec.Meta(ge=2, le=36)] = 12
    how_to_pay: Annotated[str, msgspec.Meta(min_length=1, max_length=500)] = HOW_TO_PAY
    decision_remedies: Annotated[str, msgspec.Meta(min_length=1, max_length=500)] = DECISION_REMEDIES
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
