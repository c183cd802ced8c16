"""The bureau profile's sections that complaints need, and the policy they add up to.

Files in `content/bureau/`: `complaints` (groups, categories, limits), `units`, `not_ours`; `danger` is declared
beside the alerts it leads to.
What one section can be wrong about is refused by its struct; what two sections contradict each other
about is refused by `ComplaintPolicy.of`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeVar, cast

import msgspec

from casework.complaints.scheme import AnswerLimit as AnswerLimit
from casework.complaints.scheme import AnswerLimits as AnswerLimits
from casework.complaints.scheme import Category as Category
from casework.complaints.scheme import Code as Code
from casework.complaints.scheme import Days, Former, Kind, Minutes, in_one_unit, scheme_faults
from casework.complaints.scheme import Group as Group
from casework.complaints.scheme import Keyword as Keyword
from casework.complaints.scheme import Major as Major
from casework.complaints.scheme import Name as Name
from casework.complaints.scheme import Question as Question
from casework.complaints.urgency_words import UrgencyWords
from casework.complaints.wording import folded
from casework.dangers.profile import DangerSection
from kit.profile import Profile
from kit.workflow import Limit


class PolicyError(ValueError):
    """The sections contradict each other; the text is one Chinese sentence for each fault."""


class PromisedLimit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bureau's own figure, in exactly one unit, with the document it was promised in."""

    working_days: Days | None = None
    working_minutes: Minutes | None = None
    natural_days: Days | None = None
    basis: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]

    def __post_init__(self) -> None:
        in_one_unit(self.working_days, self.working_minutes, self.natural_days)

    def limit(self, path: str) -> Limit:
        """The figure as the lifecycle engine counts it."""
        return Limit(
            working_days=self.working_days,
            working_minutes=self.working_minutes,
            natural_days=self.natural_days,
            basis=path,
        )


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

    remind_after_percent: Annotated[int, msgspec.Meta(ge=0, le=100)] = 50
    """The share of a limit that must be over before a citizen may ask where their case stands."""

    former: tuple[Former, ...] = ()
    urgency_words: UrgencyWords = UrgencyWords()

    def __post_init__(self) -> None:
        faults = scheme_faults(self.groups, self.majors, self.categories)
        if faults:
            raise ValueError("；".join(faults))


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
    majors: dict[tuple[Kind, str], Major]
    extend_at_most: int
    former: dict[str, Former]
    urgency_words: UrgencyWords
    remind_after_percent: int = 50

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
            majors={(major.kind, major.code): major for major in complaints.majors},
            extend_at_most=complaints.extend_at_most,
            former={one.code: one for one in complaints.former},
            urgency_words=complaints.urgency_words.ready(),
            remind_after_percent=complaints.remind_after_percent,
        )

    @classmethod
    def of_profile(cls, profile: Profile) -> ComplaintPolicy:
        """Join the sections of a profile. Raises PolicyError with every contradiction."""
        return cls.of(
            profile.section(ComplaintsSection),
            cast("UnitsSection", profile.at("units")),
            cast("NotOursSection", profile.at("not_ours")),
            profile.section(DangerSection),
        )

    def category_name(self, code: str | None) -> str:
        """The category's name, also of a former one; an unknown code is shown as it is, none as an empty text."""
        if code is None:
            return ""
        found = self.categories.get(code) or self.former.get(code)
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
