"""The bureau profile's sections that complaints need, and the policy they add up to.

Files in `content/bureau/`: `complaints` (groups, categories, limits), `units`, `not_ours`; `danger` is declared
beside the alerts it leads to.
What one section can be wrong about is refused by its struct; what two sections contradict each other
about is refused by `ComplaintPolicy.of`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeVar

import msgspec

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


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a citizen chooses from: a handful of plain words."""

    code: Code
    name: Name
    plain: Name


class Category(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What staff work with: whose it is, how it is recognised, how fast it is answered."""

    code: Code
    name: Name
    group: Code
    keywords: tuple[Keyword, ...] = ()
    unit: Code
    answer_working_days: Days | None = None
    urgent: bool = False


class PromisedLimit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bureau's own figure, in exactly one unit, with the document it was promised in."""

    working_days: Days | None = None
    working_minutes: Minutes | None = None
    natural_days: Days | None = None
    basis: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]

    def __post_init__(self) -> None:
        if (
            sum(given is not None for given in (self.working_days, self.working_minutes, self.natural_days))
            != 1
        ):
            raise ValueError("时限要在 working_days、working_minutes、natural_days 里恰好写一个")

    def limit(self, path: str) -> Limit:
        """The figure as the lifecycle engine counts it."""
        return Limit(
            working_days=self.working_days,
            working_minutes=self.working_minutes,
            natural_days=self.natural_days,
            basis=path,
        )


class PromisedLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Time to accept or refuse, to answer, and for the citizen to object before the case is closed."""

    accept: PromisedLimit
    answer: PromisedLimit
    close: PromisedLimit


class ComplaintsSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `complaints`."""

    groups: Annotated[tuple[Group, ...], msgspec.Meta(min_length=1, max_length=12)]
    categories: Annotated[tuple[Category, ...], msgspec.Meta(min_length=1)]
    limits: PromisedLimits

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
