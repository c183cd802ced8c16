"""Section `staff` of the bureau profile: for which roles a second factor is asked."""

from __future__ import annotations

import msgspec

from casework.people.views import StaffView
from casework.roles import Role


class StaffSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who holds one of `second_factor_roles`, also as somebody's deputy, logs in with a one-time code as well."""

    second_factor_roles: tuple[Role, ...] = (
        Role.ADMINISTRATOR,
        Role.AUDITOR,
        Role.DISCIPLINE_INSPECTOR,
    )

    def asks_second_factor(self, staff: StaffView) -> bool:
        """Whether this person has to set one up before anything else."""
        return staff.second_factor_since is None and not staff.roles.isdisjoint(self.second_factor_roles)
