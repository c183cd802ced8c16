"""The scheme of categories: main classes of the national scheme, groups of plain words, working categories.

Section `complaints` of the bureau profile holds them; `casework.complaints.profile` joins them with units and limits.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

import msgspec

from casework.complaints.lifecycle import ANSWER
from casework.complaints.urgency import Urgency
from kit.workflow import Limit

Code = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Keyword = Annotated[str, msgspec.Meta(min_length=1, max_length=30)]
SchemeCode = Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
Days = Annotated[int, msgspec.Meta(ge=1, le=3_600)]
Minutes = Annotated[int, msgspec.Meta(ge=1, le=500_000)]
Kind = Literal["part", "event"]
Attested = Literal["agreed", "single", "unsure"]
T = TypeVar("T")
_STEPS = {Urgency.ORDINARY: 0, Urgency.URGENT: 1, Urgency.EMERGENCY: 2}


def in_one_unit(*given: int | None) -> None:
    """Raise ValueError unless exactly one of the units is given."""
    if sum(one is not None for one in given) != 1:
        raise ValueError(
            "时限要恰好用一个单位写明（working_days、working_hours、working_minutes、natural_days 之一）"
        )


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a citizen chooses from: a handful of plain words."""

    code: Code
    name: Name
    plain: Name


class Major(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A main class (大类) of the national scheme: of parts (部件, things of the city) or of events (事件).

    Parts and events are numbered apart: both have a class 01.
    """

    code: SchemeCode
    name: Name
    kind: Kind


class AnswerLimit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A category's own time to answer, in exactly one unit. Hours are working hours."""

    working_days: Days | None = None
    working_hours: Annotated[int, msgspec.Meta(ge=1, le=8_000)] | None = None
    working_minutes: Minutes | None = None
    natural_days: Days | None = None

    def __post_init__(self) -> None:
        in_one_unit(self.working_days, self.working_hours, self.working_minutes, self.natural_days)

    @property
    def limit(self) -> Limit:
        """The figure as the lifecycle engine counts it."""
        minutes = self.working_minutes if self.working_hours is None else self.working_hours * 60
        return Limit(
            working_days=self.working_days,
            working_minutes=minutes,
            natural_days=self.natural_days,
            basis=ANSWER,
        )


class AnswerLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Times to answer by urgency; where one is missing, the next less urgent one holds."""

    ordinary: AnswerLimit | None = None
    urgent: AnswerLimit | None = None
    emergency: AnswerLimit | None = None

    def of(self, urgency: Urgency) -> AnswerLimit | None:
        """The limit of this urgency, or of the next less urgent one that has any."""
        steps = (self.ordinary, self.urgent, self.emergency)
        for limit in reversed(steps[: _STEPS[urgency] + 1]):
            if limit is not None:
                return limit
        return None


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked about a category, only when it matters.

    Asked when the story has one of `only_if_words` (or there are none), and none of `unless_words`, which show that it
    was told already. With `choices` one of them is the answer, or other words. Whoever files may pass over it.
    """

    code: Code
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    choices: Annotated[tuple[Name, ...], msgspec.Meta(max_length=8)] = ()
    unless_words: tuple[Keyword, ...] = ()
    only_if_words: tuple[Keyword, ...] = ()


class Category(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What staff work with (小类): whose it is, how it is recognised, how fast it is answered.

    `major`, `standard_code` and `other_codes` place it in the national scheme: one working category may stand for
    several of its rows. `attested` says how sure the codes are: agreed on by several sources, from a single one, or
    unsure. `aliases` are other names by which staff and other systems know it.

    `answer_working_days` is the ordinary limit in working days; `limits` has those of other units and urgencies.
    `urgent` is what profiles before `urgency` wrote. `verify`: somebody else looks at the work before the citizen is
    told it is done; `after_photos`: an answer needs a photo; `permits`: whoever complains of it may be complaining of
    something permitted, so that is looked up first.
    """

    code: Code
    name: Name
    group: Code
    keywords: tuple[Keyword, ...] = ()
    aliases: tuple[Name, ...] = ()
    unit: Code
    kind: Kind = "event"
    major: SchemeCode | None = None
    standard_code: SchemeCode | None = None
    other_codes: tuple[SchemeCode, ...] = ()
    attested: Attested = "unsure"
    answer_working_days: Days | None = None
    limits: AnswerLimits | None = None
    urgency: Urgency = Urgency.ORDINARY
    urgent: bool = False
    questions: Annotated[tuple[Question, ...], msgspec.Meta(max_length=6)] = ()
    verify: bool = False
    after_photos: bool = False
    permits: bool = False

    def __post_init__(self) -> None:
        if self.urgent and self.urgency is Urgency.ORDINARY:
            msgspec.structs.force_setattr(self, "urgency", Urgency.URGENT)
        if self.answer_working_days is not None and self.limits is not None and self.limits.ordinary:
            raise ValueError(
                f"分类 {self.code} 的一般时限写了两次：answer_working_days 和 limits.ordinary 只写一个"
            )
        asked = [question.code for question in self.questions]
        if len(set(asked)) < len(asked):
            raise ValueError(f"分类 {self.code} 的 questions 里有代码写了两次")

    @property
    def codes(self) -> tuple[str, ...]:
        """All its codes in the national scheme, the one it is known by first."""
        return (self.standard_code, *self.other_codes) if self.standard_code else self.other_codes

    def limit(self, urgency: Urgency) -> Limit | None:
        """The category's own time to answer; None where the bureau's holds."""
        found = self.limits.of(urgency) if self.limits is not None else None
        if found is not None:
            return found.limit
        if self.answer_working_days is not None:
            return Limit(working_days=self.answer_working_days, basis=ANSWER)
        return None


class Former(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A category that is no longer given: closed cases are still shown under its name. `into` took its open ones."""

    code: Code
    name: Name
    into: Code | None = None


def scheme_faults(
    groups: tuple[Group, ...], majors: tuple[Major, ...], categories: tuple[Category, ...]
) -> list[str]:
    """What groups, main classes and categories contradict each other about, one Chinese sentence each."""
    faults = [f"complaints.groups 里的代码 {code} 写了两次" for code in _twice([one.code for one in groups])]
    faults += [
        f"complaints.categories 里的代码 {code} 写了两次" for code in _twice([one.code for one in categories])
    ]
    known = {group.code for group in groups}
    classes = {(one.kind, one.code) for one in majors}
    faults += [
        f"complaints.majors 里的{KINDS[kind]}大类 {code} 写了两次"
        for kind, code in _twice([(one.kind, one.code) for one in majors])
    ]
    held: dict[tuple[str, str], str] = {}
    for one in categories:
        if one.group not in known:
            faults.append(f"分类 {one.code} 属于没有写明的大类 {one.group}")
        if one.major is not None and (one.kind, one.major) not in classes:
            faults.append(
                f"分类 {one.code} 的 major {one.major} 没有在 complaints.majors 的{KINDS[one.kind]}里写明"
            )
        for code in one.codes:
            other = held.setdefault((one.kind, code), one.code)
            if other != one.code:
                faults.append(f"{KINDS[one.kind]}小类码 {code} 同时写给了分类 {other} 和 {one.code}")
    return faults


KINDS = {"part": "部件", "event": "事件"}


def _twice(found: list[T]) -> list[T]:
    return list(dict.fromkeys(one for one in found if found.count(one) > 1))
