"""The bureau profile's sections that complaints need, and the policy they add up to.

Files in `content/bureau/`: `complaints` (groups, categories, limits), `units`, `not_ours`; `danger` is declared
beside the alerts it leads to.
What one section can be wrong about is refused by its struct; what two sections contradict each other
about is refused by `ComplaintPolicy.of`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar

import msgspec

from casework.complaints.lifecycle import ANSWER
from casework.complaints.urgency import Urgency
from casework.complaints.wording import folded
from casework.dangers.profile import DangerSection
from kit.workflow import Limit

Code = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Keyword = Annotated[str, msgspec.Meta(min_length=1, max_length=30)]
Days = Annotated[int, msgspec.Meta(ge=1, le=3_600)]
Minutes = Annotated[int, msgspec.Meta(ge=1, le=500_000)]


class PolicyError(ValueError):
    """The sections contradict each other; the text is one Chinese sentence for each fault."""


def _in_one_unit(*given: int | None) -> None:
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
    """A main class (大类) of the national scheme: of parts (部件, things of the city) or of events (事件)."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    name: Name
    kind: Literal["part", "event"]


class PromisedLimit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bureau's own figure, in exactly one unit, with the document it was promised in."""

    working_days: Days | None = None
    working_minutes: Minutes | None = None
    natural_days: Days | None = None
    basis: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]

    def __post_init__(self) -> None:
        _in_one_unit(self.working_days, self.working_minutes, self.natural_days)

    def limit(self, path: str) -> Limit:
        """The figure as the lifecycle engine counts it."""
        return Limit(
            working_days=self.working_days,
            working_minutes=self.working_minutes,
            natural_days=self.natural_days,
            basis=path,
        )


class AnswerLimit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A category's own time to answer, in exactly one unit. Hours are working hours."""

    working_days: Days | None = None
    working_hours: Annotated[int, msgspec.Meta(ge=1, le=8_000)] | None = None
    working_minutes: Minutes | None = None
    natural_days: Days | None = None

    def __post_init__(self) -> None:
        _in_one_unit(self.working_days, self.working_hours, self.working_minutes, self.natural_days)

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


_STEPS = {Urgency.ORDINARY: 0, Urgency.URGENT: 1, Urgency.EMERGENCY: 2}


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked about a category, only when it matters: after `only_if_words` occur in the story, or always.

    With `choices` one of them is the answer, else a few words. Whoever files may pass over it.
    """

    code: Code
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    choices: tuple[Name, ...] = ()
    unless_words: tuple[Keyword, ...] = ()
    only_if_words: tuple[Keyword, ...] = ()


class Category(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What staff work with (小类): whose it is, how it is recognised, how fast it is answered.

    `major` and `standard_code` place it in the national scheme. `verify`: somebody else looks at the work before the
    citizen is told it is done; `after_photos`: an answer needs a photo; `permits`: whoever complains of it may be
    complaining of something permitted, so that is looked up first.
    """

    code: Code
    name: Name
    group: Code
    keywords: tuple[Keyword, ...] = ()
    aliases: tuple[Name, ...] = ()
    unit: Code
    kind: Literal["part", "event"] = "event"
    major: Annotated[str, msgspec.Meta(max_length=20)] | None = None
    standard_code: Annotated[str, msgspec.Meta(max_length=20)] | None = None
    answer_working_days: Days | None = None
    limits: AnswerLimits | None = None
    urgent: bool = False
    questions: tuple[Question, ...] = ()
    verify: bool = False
    after_photos: bool = False
    permits: bool = False

    @property
    def urgency(self) -> Urgency:
        """How urgent it is as long as nobody says otherwise."""
        return Urgency.URGENT if self.urgent else Urgency.ORDINARY

    def limit(self, urgency: Urgency) -> Limit | None:
        """The category's own time to answer; None where the bureau's holds."""
        found = self.limits.of(urgency) if self.limits is not None else None
        if found is not None:
            return found.limit
        if self.answer_working_days is not None:
            return Limit(working_days=self.answer_working_days, basis=ANSWER)
        return None


class PromisedLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Time to accept or refuse, to answer, and for the citizen to object before the case is closed.

    `wait`: how long the bureau waits for a citizen's word before it goes on without; `archive`: how long a closed case
    can still be handled once more. Both need not be given.
    """

    accept: PromisedLimit
    answer: PromisedLimit
    close: PromisedLimit
    wait: PromisedLimit = PromisedLimit(natural_days=5, basis="系统默认，本单位没有另行规定")
    archive: PromisedLimit = PromisedLimit(natural_days=30, basis="系统默认，本单位没有另行规定")


class ComplaintsSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `complaints`."""

    groups: Annotated[tuple[Group, ...], msgspec.Meta(min_length=1, max_length=12)]
    categories: Annotated[tuple[Category, ...], msgspec.Meta(min_length=1)]
    limits: PromisedLimits
    majors: tuple[Major, ...] = ()
    extend_at_most: Annotated[int, msgspec.Meta(ge=1, le=60)] = 5
    """Working days by which a limit in days may be put off, and working hours for one in minutes."""

    def __post_init__(self) -> None:
        groups = [group.code for group in self.groups]
        codes = [category.code for category in self.categories]
        for code in sorted({code for code in groups if groups.count(code) > 1}):
            raise ValueError(f"complaints.groups 里的代码 {code} 写了两次")
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            raise ValueError(f"complaints.categories 里的代码 {code} 写了两次")
        for category in self.categories:
            if category.group not in groups:
                raise ValueError(f"分类 {category.code} 属于没有写明的大类 {category.group}")
            if category.major is not None and category.major not in {one.code for one in self.majors}:
                raise ValueError(
                    f"分类 {category.code} 的 major {category.major} 没有在 complaints.majors 里写明"
                )


class Unit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A team that handles cases, and the areas it looks after."""

    code: Code
    name: Name
    areas: tuple[Name, ...] = ()


class NotOurs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of trouble that belongs to another body, and whom to ask instead."""

    name: Name
    keywords: Annotated[tuple[Keyword, ...], msgspec.Meta(min_length=1)]
    responsible_body: Name
    phone: Annotated[str, msgspec.Meta(pattern="^[0-9][0-9-]{2,14}$")]


UnitsSection = tuple[Unit, ...]
"""Section `units`: a plain list."""

NotOursSection = tuple[NotOurs, ...]
"""Section `not_ours`: a plain list."""


@dataclass(frozen=True)
class ComplaintPolicy:
    """All of it together, looked up by code. Keywords are folded (`wording.folded`), ready to be matched."""

    groups: dict[str, Group]
    categories: dict[str, Category]
    units: dict[str, Unit]
    not_ours: tuple[NotOurs, ...]
    danger: DangerSection
    limits: PromisedLimits
    majors: dict[str, Major]
    extend_at_most: int

    @classmethod
    def of(
        cls,
        complaints: ComplaintsSection,
        units: UnitsSection,
        not_ours: NotOursSection,
        danger: DangerSection,
    ) -> ComplaintPolicy:
        """Join the sections. Raises PolicyError with every contradiction."""
        unit_codes = [unit.code for unit in units]
        faults = [
            f"units 里的代码 {code} 写了两次。"
            for code in sorted({code for code in unit_codes if unit_codes.count(code) > 1})
        ]
        faults += [
            f"分类 {category.code} 派给没有写明的单位 {category.unit}。"
            for category in complaints.categories
            if category.unit not in unit_codes
        ]
        if faults:
            raise PolicyError("\n".join(faults))
        return cls(
            groups={group.code: group for group in complaints.groups},
            categories={category.code: _with_folded_keywords(category) for category in complaints.categories},
            units={unit.code: unit for unit in units},
            not_ours=tuple(map(_with_folded_keywords, not_ours)),
            danger=danger,
            limits=complaints.limits,
            majors={major.code: major for major in complaints.majors},
            extend_at_most=complaints.extend_at_most,
        )

    def category_name(self, code: str | None) -> str:
        """The category's name; a code the profile no longer has is shown as it is, none as an empty text."""
        if code is None:
            return ""
        found = self.categories.get(code)
        return found.name if found else code

    def unit_name(self, code: str | None) -> str:
        """The unit's name, by the same rule."""
        if code is None:
            return ""
        found = self.units.get(code)
        return found.name if found else code


Matched = TypeVar("Matched", Category, NotOurs)


def _with_folded_keywords(section: Matched) -> Matched:
    return msgspec.structs.replace(section, keywords=tuple(map(folded, section.keywords)))
