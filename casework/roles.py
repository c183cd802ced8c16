"""The roles that lifecycles name. A grant gives a member of staff a role, in a unit, for some time."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Who may do what. Citizens and the clock are roles too, so that their moves stand in the same tables."""

    CITIZEN = "citizen"
    DISPATCHER = "dispatcher"
    HANDLER = "handler"
    DUTY_OFFICER = "duty_officer"
    HEAD = "head"
    APPROVER = "approver"
    SURVEY_OFFICER = "survey_officer"
    WINDOW_CLERK = "window_clerk"
    CO_SIGNER = "co_signer"
    CONTRACTOR = "contractor"
    GRID_OFFICER = "grid_officer"
    VOLUNTEER = "volunteer"
    EDITOR = "editor"
    LEGAL_REVIEWER = "legal_reviewer"
    DISCIPLINE_INSPECTOR = "discipline_inspector"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    CLOCK = "clock"


STAFF_ROLES = frozenset(Role) - {Role.CITIZEN, Role.CLOCK}
"""The roles that can be granted; nobody is granted to be a citizen or the clock."""
