"""What the actions of random inspections work with; built once in the composition root."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from casework.inspections.profile import InspectionsSection
from casework.projects.profile import ProjectsSection
from kit.db import Database
from kit.sealing import FieldSealer


@dataclass(frozen=True)
class InspectionDesk:
    """`projects` has the yearly cap and the quiet days; `random` gives the nonce of a draw."""

    db: Database
    section: InspectionsSection
    projects: ProjectsSection
    sealer: FieldSealer
    bureau_code: str
    random: Callable[[int], bytes] = os.urandom
