"""What the actions and queries of projects work with; built once in the composition root."""

from __future__ import annotations

from dataclasses import dataclass

from casework.projects.profile import ProjectsSection
from kit.db import Database
from kit.sealing import FieldSealer


@dataclass(frozen=True)
class ProjectDesk:
    """`sealer` makes the secrets of links: to rate a visit, to bind a project to its own people's account. The addresses are
    where citizens' pages and the console stand, without a slash at the end.
    """

    db: Database
    section: ProjectsSection
    sealer: FieldSealer
    public_url: str = ""
    console_url: str = ""
