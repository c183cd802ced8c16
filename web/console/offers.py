"""The lists that forms choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from casework.actors import EVERY_UNIT
from casework.complaints.desk import Desk
from casework.complaints.profile import Category
from casework.complaints.urgency import Urgency
from casework.people.staff import staff_with_role
from casework.people.views import StaffView
from casework.roles import Role
from web.console.screens import Option, OptionGroup
from web.console.words import Words

Groups = tuple[OptionGroup, ...]
BY_NAME = frozenset({Role.HANDLER, Role.CONTRACTOR})
"""The roles to whose holders a case can be given by name."""


@dataclass(frozen=True)
class Offers:
    """Options by the name of their list."""

    groups: Mapping[str, Groups]

    def values(self) -> dict[str, frozenset[str]]:
        """What may be sent back, by list."""
        return {
            name: frozenset(option.value for group in groups for option in group.options)
            for name, groups in self.groups.items()
        }


async def offers_for(desk: Desk, words: Words, moves: tuple[str, ...]) -> Offers:
    """The lists for these moves; people are only looked up where somebody is to be chosen."""
    return Offers(
        {
            "categories": _categories(desk),
            "responsible_bodies": _responsible_bodies(desk),
            "assignees": await _assignees(desk, words) if {"assign", "refer"} & set(moves) else (),
            "urgencies": (_urgencies(words),),
            "extensions": (_extensions(desk, words),),
        }
    )


def _categories(desk: Desk) -> Groups:
    policy = desk.policy
    return tuple(
        OptionGroup(
            name=group.name,
            options=tuple(
                Option(value=category.code, words=category.name, find=found_by(category))
                for category in policy.categories.values()
                if category.group == group.code
            ),
        )
        for group in policy.groups.values()
    )


def _urgencies(words: Words) -> OptionGroup:
    options = (Option(value=one.value, words=words.text(f"complaint.urgency.{one.value}")) for one in Urgency)
    return OptionGroup(name="", options=tuple(options))


def _extensions(desk: Desk, words: Words) -> OptionGroup:
    """By how much a limit in days may be put off."""
    days = range(1, desk.policy.extend_at_most + 1)
    options = (Option(value=str(one), words=words.text("console.case.extend_days", days=one)) for one in days)
    return OptionGroup(name="", options=tuple(options))


def found_by(category: Category) -> str:
    """What a clerk may type to find a category, beside its name and group: other names, keywords, codes."""
    return " ".join((*category.aliases, *category.keywords, category.code, *category.codes))


def _responsible_bodies(desk: Desk) -> Groups:
    names = dict.fromkeys(other.responsible_body for other in desk.policy.not_ours)
    return (OptionGroup(name="", options=tuple(Option(value=name, words=name) for name in names)),)


async def _assignees(desk: Desk, words: Words) -> Groups:
    """Each unit, then its people: whoever is chosen, the unit goes with them."""
    found = (*await staff_with_role(desk.db, Role.HANDLER), *await staff_with_role(desk.db, Role.CONTRACTOR))
    officers = {person.id: person for person in found}
    groups = []
    for unit in desk.policy.units.values():
        people = [
            person
            for person in officers.values()
            if any(
                grant.role in BY_NAME and grant.unit in (unit.code, None, EVERY_UNIT)
                for grant in person.grants
            )
        ]
        options = [Option(value=unit.code, words=words.text("console.case.unit_only", unit=unit.name))]
        options += [
            Option(value=f"{unit.code}/{person.id}", words=_called(person, words)) for person in people
        ]
        groups.append(OptionGroup(name=unit.name, options=tuple(options)))
    return tuple(groups)


def _called(person: StaffView, words: Words) -> str:
    """A colleague's name; that somebody is a contractor is said, since such a person cannot answer."""
    if Role.HANDLER in person.roles:
        return person.name
    return words.text("console.case.contractor", name=person.name)
