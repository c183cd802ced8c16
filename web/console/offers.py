"""The lists that forms choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from casework.actors import EVERY_UNIT
from casework.complaints.desk import Desk
from casework.complaints.profile import Category
from casework.complaints.urgency import Urgency
from casework.complaints.views import ComplaintDetail
from casework.people.staff import staff_with_role
from casework.people.views import StaffView
from casework.roles import Role
from casework.routing.desk import decision_on
from casework.work_orders.queries import reports_of
from web.console.screens import Option, OptionGroup
from web.console.words import Words

Groups = tuple[OptionGroup, ...]
ANSWERS = frozenset({"answer", "report_handled"})


@dataclass(frozen=True)
class Offers:
    """Options by the name of their list. `officer` is the one the rules suggest, "" where they suggest none; `reports` are
    what contractors reported, by the number of their order, to begin an answer from.
    """

    groups: Mapping[str, Groups]
    officer: str = ""
    reports: tuple[tuple[str, str], ...] = ()

    def values(self) -> dict[str, frozenset[str]]:
        """What may be sent back, by list."""
        return {
            name: frozenset(option.value for group in groups for option in group.options)
            for name, groups in self.groups.items()
        }


async def offers_for(
    desk: Desk, words: Words, moves: tuple[str, ...], case: ComplaintDetail | None = None
) -> Offers:
    """The lists for these moves; people are only looked up where somebody is to be chosen."""
    officer = await _suggested_officer(case) if case is not None and "assign" in moves else ""
    return Offers(
        {
            "categories": _categories(desk),
            "responsible_bodies": _responsible_bodies(desk),
            "assignees": await _assignees(desk, words, officer) if {"assign", "refer"} & set(moves) else (),
            "urgencies": (_urgencies(words),),
            "extensions": (_extensions(desk, words),),
        },
        officer,
        await reports_of(case.view.id) if case is not None and ANSWERS & set(moves) else (),
    )


async def _suggested_officer(case: ComplaintDetail) -> str:
    """The person whom the rules suggest, as long as nobody has the case and the unit is still theirs."""
    decided = await decision_on(case.view.id) if case.assignee_id is None else None
    if decided is None or decided.assignee_id is None or decided.unit != case.unit:
        return ""
    return f"{decided.unit}/{decided.assignee_id}"


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


async def _assignees(desk: Desk, words: Words, suggested: str) -> Groups:
    """Each unit, then its people: whoever is chosen, the unit goes with them."""
    officers = await staff_with_role(desk.db, Role.HANDLER)
    groups = []
    for unit in desk.policy.units.values():
        people = [
            person
            for person in officers
            if any(
                grant.role is Role.HANDLER and grant.unit in (unit.code, None, EVERY_UNIT)
                for grant in person.grants
            )
        ]
        options = [Option(value=unit.code, words=words.text("console.case.unit_only", unit=unit.name))]
        options += [
            Option(value=value, words=_called(person, words, value == suggested))
            for person in people
            for value in (f"{unit.code}/{person.id}",)
        ]
        groups.append(OptionGroup(name=unit.name, options=tuple(options)))
    return tuple(groups)


def _called(person: StaffView, words: Words, is_suggested: bool) -> str:
    if is_suggested:
        return words.text("console_routing.here.option", name=person.name)
    return person.name
